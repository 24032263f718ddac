"""The rows of 甘肃省公路发展集团, 三1-三6."""

from tests.regulations.rows.row import Book, Row

GENERAL, MAJOR = ("general",), ("major",)
DUTIES = (
    Row("report_to_manager", "三2", "information_officer", ("manager_in_charge",), "discovered", "at once"),
    Row("report_to_leading_group", "三2", "information_officer", ("leading_group",), "discovered", "1 h"),
    Row("approve_grade", None, "manager_in_charge", (), "discovered", None, GENERAL, source="operator"),
    Row("approve_grade", None, "group_leader", (), "discovered", None, MAJOR, source="operator"),
    Row("approve_measures", None, "group_leader", ("unit",), "reported", None, source="operator"),
    Row("measures", "三2", "unit", (), "approved", "as fits"),
    Row("analyse", "三3", "publicity_department", (), "reported", None),
    Row("clarify", "三4", None, None, "discovered", "in time", flags=("untrue_report",), desk="publishing",
        anchor_source="operator"),
    Row("release", "三5", "publicity_department", ("public",), "graded", "quickly", MAJOR, desk="publishing",
        anchor_source="operator"),
    Row("keep_record", "三6", "archive", (), "graded", "throughout", MAJOR, anchor_source="operator"),
    Row("watch_round_the_clock", "三1", "unit", (), "discovered", "continuing", flags=("special_period",),
        anchor_source="operator"),
)  # fmt: skip

BOOK = Book(DUTIES, (), {"general": {"reads": 1}, "major": {"flags": ["emergency"]}})
