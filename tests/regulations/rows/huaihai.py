"""The rows of 淮海工学院, graded response and (1)-(7)."""

from tests.regulations.rows.row import Book, Row

GENERAL, LARGER, MAJOR = ("III",), ("II",), ("I",)
GRAVE = (*LARGER, *MAJOR)
DUTIES = (
    Row("report", "(1)", "unit", ("leading_group",), "event", "4 h", GENERAL),
    Row("report", "(1)", "unit", ("leading_group",), "event", "3 h", LARGER),
    Row("report", "(1)", "unit", ("leading_group",), "event", "2 h", MAJOR),
    Row("approve_grade", None, "deputy_group_leader", (), "discovered", "1 h", GENERAL, source="operator"),
    Row("approve_grade", None, "group_leader", (), "discovered", "1 h", GRAVE, source="operator"),
    Row("continued_reports", "(1)", "unit", ("leading_group",), "reported", "recurring", MAJOR, recurring=True),
    Row("study_meeting", "(1)", "leading_group", None, "reported", "in time", MAJOR),
    Row("report_up_with_meeting", "(1)", "leading_group", ("authorities",), "reported", "in time", MAJOR),
    Row("result_to_authorities", "graded response", None, ("authorities",), "graded", None, GRAVE,
        anchor_source="operator"),
    Row("result_to_leading_group", "graded response", "unit", ("leading_group",), "graded", None, GENERAL,
        anchor_source="operator"),
    Row("publish", "(3)", "departments", ("public",), "graded", "in time", desk="publishing",
        anchor_source="operator"),
    Row("report_worsening", "(4)", "monitor", ("leading_group",), "worsening", "at once"),
    Row("report_up", "(6)", "departments", ("authorities",), "event", "in time", GRAVE, anchor_source="operator"),
    Row("declare_end", "(7)", None, (), "calmed", None),
    Row("collect_file", "(7)", "office", (), "closed", None),
    Row("sum_up", "(7)", "office", (), "closed", "in time"),
)  # fmt: skip

BOOK = Book(DUTIES, (), {"III": {"reads": 1}, "II": {"reads": 20_000}, "I": {"flags": ["hot_topic"]}})
