"""The rows of 县网络舆情处置预案, 应对原则 to 分级处置."""

from tests.regulations.rows.row import Book, Row

GENERAL, LARGER, MAJOR, EXTRA = ("general",), ("larger",), ("major",), ("extra_major",)
TOLD = ("party_government_office", "superior_department", "internet_office")
DUTIES = (
    Row("assess", "研判预警", "unit", (), "discovered", "quickly"),
    Row("approve_grade", None, "office", (), "discovered", "30 min", (*GENERAL, *LARGER), source="operator"),
    Row("approve_grade", None, "deputy_group_leader", (), "discovered", "30 min", MAJOR, source="operator"),
    Row("approve_grade", None, "group_leader", (), "discovered", "30 min", EXTRA, source="operator"),
    Row("report_grave", "研判预警", "unit", TOLD, "discovered", "1 h", EXTRA),
    Row("report_grave", "研判预警", "unit", TOLD, "discovered", "2 h", MAJOR),
    Row("report", "研判预警", "unit", TOLD, "discovered", "as fits", (*GENERAL, *LARGER)),
    Row("verify_and_report", "具体方法1", "unit", ("party_government_office",), "discovered", "in time"),
    Row("answer_general", "分级处置1", "unit", ("public",), "discovered", "in time", GENERAL, desk="publishing"),
    Row("answer_larger", "分级处置2", "unit", ("public",), "discovered", "in time", LARGER, desk="publishing"),
    Row("request_plan", "分级处置3", "police_station", ("leading_group",), "graded", "in time", MAJOR),
    Row("coordinate", "分级处置4", "party_government_office", (), "graded", None, EXTRA),
    Row("first_release", "应对原则1", "unit", ("public",), "event", "first moment", desk="publishing",
        anchor_source="operator", target="24 h"),
    Row("progress_releases", "具体方法3", "unit", ("public",), "first_release", "recurring", recurring=True,
        desk="publishing"),
)  # fmt: skip
ROUTINES = (Row("monitor", "全面监测", None, (), "round", "continuing", recurring=True, anchor_source="operator"),)

BOOK = Book(
    DUTIES,
    ROUTINES,
    {
        "general": {"reads": 50},
        "larger": {"reads": 51},
        "major": {"reads": 1, "author_types": ["media"]},
        "extra_major": {"flags": ["casualties"]},
    },
)
