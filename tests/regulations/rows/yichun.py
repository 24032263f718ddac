"""The rows of 宜春市市场监督管理局, Art. 12-26."""

from tests.regulations.rows.row import Book, Row

GENERAL = ("general",)
SENSITIVE, MAJOR, EXTRA = ("sensitive",), ("major",), ("extra_major",)
BOTH = (*MAJOR, *EXTRA)


def _where_it_answers(
    name: str, clause: str, owner: str | None, to: tuple[str, ...], within: str | None
) -> tuple[Row, Row]:
    """Owed at the two levels that must answer, and at the others once it has been decided to."""
    must = Row(name, clause, owner, to, "graded", within, BOTH, anchor_source="operator")
    return must, must._replace(levels=(*GENERAL, *SENSITIVE), after=("response_decided",))


DUTIES = (
    Row("circulate", "Art. 12", "news_section", ("bureau_leaders",), "discovered", "in time",
        anchor_source="operator"),
    Row("warn", "Art. 13", "news_section", ("department", "county_bureau"), "discovered", "in time",
        (*SENSITIVE, *BOTH)),
    Row("report_warning_to_head", "Art. 13", "department", ("department_head",), "warned", "in time"),
    Row("investigate", "Art. 14", "department", ("news_section",), "warned", "in time", anchor_source="operator"),
    Row("forward_report", "Art. 14", "news_section", ("bodies_concerned",), "investigation_filed", "in time",
        anchor_source="operator"),
    Row("grade", "Art. 16", "news_section", (), "discovered", None),
    Row("approve_grade", None, None, (), "discovered", "2 h", source="operator"),
    Row("pass_on", "Art. 18(1)", "news_section", ("department", "subordinate_regulator"), "graded", None, GENERAL),
    Row("notice_sensitive", "Art. 18(2)", "news_section", ("department",), "graded", None, SENSITIVE),
    Row("track_sensitive", "Art. 18(2)", "news_section", (), "graded", None, SENSITIVE),
    Row("propose_handling", "Art. 18(2)", "department", ("news_section",), "graded", None, SENSITIVE),
    Row("decide_response", "Art. 18(2)", "department", (), "graded", None, SENSITIVE),
    Row("notice_major", "Art. 18(3)", None, None, "graded", None, MAJOR),
    Row("study_meeting", "Art. 18(3)", "news_deputy", ("department",), "graded", None, MAJOR),
    Row("respond_major", "Art. 18(3)", "news_section", ("public",), "occurred", "48 h", MAJOR, desk="publishing"),
    Row("notice_extra_major", "Art. 18(4)", None, None, "discovered", "at once", EXTRA),
    Row("report_to_chief", "Art. 18(4)", None, ("chief",), "discovered", "at once", EXTRA),
    Row("leading_group_meeting", "Art. 18(4)", "leading_group", (), "graded", None, EXTRA),
    Row("report_up", "Art. 18(4)", None, ("city_party_committee", "city_government", "provincial_bureau"),
        "graded", "in time", EXTRA),
    Row("authoritative_information", "Art. 18(4)", None, ("public",), "occurred", "4 h", EXTRA,
        desk="publishing", anchor_source="operator"),
    Row("press_conference", "Art. 18(4)", None, ("public",), "occurred", "24 h", EXTRA, desk="publishing",
        anchor_source="operator"),
    Row("continued_release", "Art. 18(3)-(4)", "news_section", ("public",), "first_release", "recurring", BOTH,
        recurring=True, desk="publishing"),
    *_where_it_answers("wording", "Art. 19(1)", "department", ("news_deputy", "deputy_concerned"), None),
    *_where_it_answers("inform_publicity", "Art. 19(1)", None, ("publicity_department", "internet_office"), "as fits"),
    *_where_it_answers(
        "inform_party_and_government", "Art. 19(1)", None, ("city_party_committee", "city_government"), "as fits"
    ),
    *_where_it_answers("response_plan", "Art. 19(2)", "news_section", ("deputy_concerned", "chief"), None),
    Row("follow_up", "Art. 19(3)", "news_section", (), "replied", "until calm"),
    Row("evaluate", "Art. 19(4)", "department", ("news_section",), "closed", None, BOTH),
    Row("result_of_referred", "Art. 21", "subordinate_regulator", None, "closed", "in time", flags=("referred",)),
    Row("progress", "Art. 21", "subordinate_regulator", None, "reported", "in real time", BOTH, recurring=True),
    Row("report_local", "Art. 22", "subordinate_regulator", ("news_section", "department"), "discovered",
        "in time", BOTH),
)  # fmt: skip

BOOK = Book(
    DUTIES,
    (),
    {
        "general": {"reads": 1},
        "sensitive": {"reads": 20_000},
        "major": {"reads": 200_000},
        "extra_major": {"flags": ["grave_emergency"]},
    },
)
