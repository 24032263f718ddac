"""The rows of 市人社系统网络舆情应急预案: five steps, four levels, 监测 and 应对."""

from tests.regulations.rows.row import Book, Row

MINOR, GENERAL, MAJOR, EXTRA = ("minor",), ("general",), ("major",), ("extra_major",)
DUTIES = (
    Row("record", "第一步", "monitor", (), "discovered", None),
    Row("approve_grade", None, "deputy_group_leader", (), "discovered", None, (*MINOR, *GENERAL), source="operator"),
    Row("approve_grade", None, "group_leader", (), "discovered", None, (*MAJOR, *EXTRA), source="operator"),
    Row("report_worsening", "第二步", "monitor", ("leading_group",), "worsening", "in time"),
    Row("report", "第三步", "monitor", ("leading_group",), "discovered", "30 min"),
    Row("report_on", "第三步", None, ("city_party_office", "city_government_office", "city_internet_office"),
        "reported", None, (*MAJOR, *EXTRA)),
    Row("answer", "第四步", "spokesperson", ("public",), "occurred", "12 h", desk="publishing"),
    Row("watch_answer", "第五步", "answering_officers", (), "replied", "until calm"),
    Row("ask_for_direction", "分级(一)", "group_leader", ("city_party_committee", "city_government"), "graded", None,
        EXTRA),
    Row("report_to_vice_mayor", "分级(二)", "group_leader", ("vice_mayor", "city_internet_office"), "graded", None,
        MAJOR),
    Row("file_with_internet_office", "分级(三)", None, ("city_internet_office",), "graded", "at the same time",
        GENERAL),
    Row("ask_for_instructions", "分级(四)", "office", None, "graded", None, MINOR),
    Row("watch_round_the_clock", "监测2", "monitor", (), "discovered", "until calm", flags=("mass_incident",),
        anchor_source="operator"),
    Row("official_voice", "应对2", "leading_group", ("public",), "event", "first moment", flags=("emergency",),
        desk="publishing", anchor_source="operator"),
    Row("official_voice", "应对2", "leading_group", ("public",), "event", "first moment", flags=("mass_incident",),
        desk="publishing", anchor_source="operator"),
    Row("press_conference", "应对3", "group_leader", ("city_party_committee", "city_government"), "graded", "in time",
        flags=("press_conference",), anchor_source="operator"),
    Row("sum_up", "last paragraph", "office", (), "closed", None),
)  # fmt: skip

BOOK = Book(
    DUTIES,
    (),
    {
        "minor": {"reads": 1},
        "general": {"reads": 20_000},
        "major": {"flags": ["foreign_media"]},
        "extra_major": {"flags": ["becoming_action"]},
    },
)
