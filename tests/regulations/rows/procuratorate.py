"""The rows of a procuratorate's plan, by paragraph: no number anywhere, each step from the one before."""

from tests.regulations.rows.row import Book, Row

GENERAL, MAJOR = ("general",), ("major",)
DUTIES = (
    Row("assess_risk", "第四段", "case_officer", (), "case_taken_up", "at the same time"),
    Row("approve_grade", None, "section_head", (), "discovered", None, GENERAL, source="operator"),
    Row("approve_grade", None, "deputy_chief", (), "discovered", None, MAJOR, source="operator"),
    Row("risk_measures", "第四段", "case_officer", (), "risk_graded", None, MAJOR, anchor_source="operator"),
    Row("analyse_risk", "第五段", None, (), "decision_planned", "beforehand"),
    Row("publicity_plan", "第五段", None, (), "decision_planned", "beforehand"),
    Row("wording", "第五段", None, (), "decision_planned", "beforehand"),
    Row("clerk_assess", "第二段", "section_clerk", (), "discovered", None, anchor_source="operator"),
    Row("clerk_warn", "第二段", "section_clerk", None, "discovered", None, anchor_source="operator"),
    Row("clerk_report", "第二段", "section_clerk", ("office",), "discovered", None, anchor_source="operator"),
    Row("gather", "第二段", "office", (), "reported", None, anchor_source="operator"),
    Row("report", "第二段", "office", None, "gathered", None, anchor_source="operator"),
    Row("track", "第五段", None, (), "discovered", "continuing", anchor_source="operator"),
)  # fmt: skip
ROUTINES = (
    Row("search", "第二段", "section_clerk", (), "round", None, recurring=True, anchor_source="operator"),
    Row("online_patrol", "第五段", None, (), "round", "in time", recurring=True, anchor_source="operator"),
)

BOOK = Book(DUTIES, ROUTINES, {"general": {"reads": 1}})
