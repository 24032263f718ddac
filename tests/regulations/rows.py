"""The rows of the three regulations as read clause by clause: the reading the shipped rulebooks are held to.

`within` None: the text is silent. `default`: the operator's time where the text gives no number. An owner or receiver
the text does not name is left out here (None): the rulebook's choice is the operator's.
"""

from typing import NamedTuple

ALL: tuple[str, ...] = ()


class Row(NamedTuple):
    """One duty as the regulation has it."""

    id: str
    clause: str | None
    owner: str | None
    to: tuple[str, ...] | None
    start: str
    within: str | None
    levels: tuple[str, ...] = ALL
    flags: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    recurring: bool = False
    desk: str = "tasks"
    source: str = "regulation"
    anchor_source: str = "regulation"


RED, YELLOW, BLUE = ("I",), ("II",), ("III",)
ANHUI = (
    Row("report_to_leaders", "Art. 8", "office", ("chief", "deputy_in_charge"), "discovered", "1 h"),
    Row("report_to_publicity", "Art. 8", "office", ("publicity_department",), "discovered", "1 h", RED),
    Row("report_to_publicity", "Art. 8", "office", ("publicity_department",), "discovered", "1 h", (*BLUE,
        *YELLOW), ("sensitive",)),
    Row("report_finding", "Art. 8", "department", ("office",), "discovered", "1 h"),
    Row("evaluate_grade", "Art. 9", "office", (), "discovered", None, anchor_source="operator"),
    Row("approve_grade", "Art. 11", "chief", (), "discovered", "30 min", RED, source="operator",
        anchor_source="operator"),
    Row("approve_grade", "Art. 11", "deputy_in_charge", (), "discovered", "30 min", (*YELLOW, *BLUE),
        source="operator", anchor_source="operator"),
    Row("launch_plan", "Art. 11", None, None, "graded", "at once"),
    Row("approve_measures", "Art. 12", "office", ("bureau_leadership",), "graded", None, anchor_source="operator"),
    Row("report_iii", "Plan 3.1", "office", ("deputy_group_leader",), "discovered", "1 h", BLUE,
        anchor_source="operator"),
    Row("report_ii", "Plan 3.2", "office", ("deputy_group_leader", "group_leader"), "discovered", "1 h",
        YELLOW, anchor_source="operator"),
    Row("report_i", "Plan 3.3", "office", ("deputy_group_leader", "group_leader"), "discovered", "1 h", RED,
        anchor_source="operator"),
    Row("report_to_national_bureau", "Plan 3.3", "office", ("national_bureau",), "discovered", None, RED,
        anchor_source="operator"),
    Row("instruct_iii", "Plan 3.1", "deputy_group_leader", ("office",), "reported", None, BLUE),
    Row("instruct_ii_i", "Plan 3.2-3.3", "deputy_group_leader", ("office",), "reported", None, (*YELLOW, *RED)),
    Row("track", "Plan 3.1-3.3", "collectors", ("leading_group",), "reported", "continuing",
        anchor_source="operator"),
    Row("investigate_iii", "Plan 3.1", "department", ("office",), "graded", None, BLUE, anchor_source="operator"),
    Row("investigate_ii", "Plan 3.2", "department", ("leading_group", "office"), "graded", None, YELLOW,
        anchor_source="operator"),
    Row("investigate_i", "Plan 3.3", "department", ("leading_group", "office"), "graded", None, RED,
        anchor_source="operator"),
    Row("decide_release", "Plan 3.3", "leading_group", (), "investigation_filed", None, RED),
    Row("first_release", "Art. 12, Plan 3.3.4", "office", ("public",), "discovered", "24 h", RED,
        desk="publishing", anchor_source="operator"),
    Row("continued_release", "Art. 12", "office", ("public",), "first_release", "recurring", RED,
        recurring=True, desk="publishing"),
    Row("media_feedback_iii", "Plan 3.1", "office", ("media",), "investigation_filed", None, BLUE),
    Row("media_or_release_ii", "Plan 3.2", "office", ("media",), "investigation_filed", None, YELLOW),
    Row("media_contact_i", "Plan 3.3", "office", ("media",), "investigation_filed", None, RED),
    Row("follow_up", "Plan 3.1-3.3", "office", (), "replied", "continuing"),
    Row("summary_report", "Art. 21", "office", ("leading_group",), "closed", None),
)  # fmt: skip
ANHUI_ROUTINES = (
    Row("quarterly_analysis", "Art. 19", None, ("leading_group",), "quarter_end", "each quarter", recurring=True),
    Row("browse", "Art. 7", "department", (), "round", "regularly", recurring=True, anchor_source="operator"),
    Row("train", "Art. 23", "office", (), "round", "regularly", recurring=True, anchor_source="operator"),
)

GENERAL, MAJOR_SENSITIVE = ("general",), ("major_sensitive",)
XUANCHENG = (
    Row("claim", "Art. 6", "department", (), "discovered", "patrol", source="operator"),
    Row("claim_county", "Art. 6", "county_office", (), "discovered", "patrol", flags=("county_matter",),
        source="operator"),
    Row("claim_several", "Art. 6", "information_office", (), "discovered", "patrol",
        flags=("several_departments",), source="operator"),
    Row("designate", "Art. 6", "information_office", ("department",), "claim_overdue", None),
    Row("prejudge", "Art. 7", "department", (), "discovered", None),
    Row("joint_consultation", "Art. 7", "information_office", ("department",), "discovered", None),
    Row("approve_grade", None, "department_chief", (), "discovered", "1 h", GENERAL, source="operator"),
    Row("approve_grade", None, "information_office", (), "discovered", "1 h", MAJOR_SENSITIVE, source="operator"),
    Row("report_with_proposal", "Art. 8", "department", ("department_chief", "department_deputy",
        "information_office"),
        "discovered", "2 h", GENERAL, anchor_source="operator"),
    Row("investigate", "Art. 8", "department", (), "claimed", "5 working days"),
    Row("investigate", "Art. 8", "department", (), "claimed", "15 working days", flags=("legacy_issue",)),
    Row("request_extension", "Art. 8", "department", ("information_office",), "claimed", "3 working days",
        flags=("special_circumstances",), anchor_source="operator"),
    Row("verify_with_office", "Art. 8", "department", ("information_office",), "discovered", "quickly",
        MAJOR_SENSITIVE),
    Row("report_to_city_leaders", "Art. 8", "information_office", ("city_leaders",), "reported", "2 h",
        MAJOR_SENSITIVE),
    Row("instruction_assign", "Art. 8", "information_office", ("department",), "instruction", None),
    Row("instruction_undertake", "Art. 8", "department", ("information_office",), "instruction", None),
    Row("reply", "Art. 9", "department", ("public",), "investigation_filed", "3 working days", GENERAL,
        desk="publishing"),
    Row("unified_reply", "Art. 9", None, ("public",), "investigation_filed", "5 working days",
        flags=("high_attention",),
        desk="publishing", anchor_source="operator"),
    Row("follow_up", "Art. 9", "department", (), "replied", "continuing"),
)  # fmt: skip
XUANCHENG_ROUTINES = (
    Row("browse", "Art. 5", "information_office", (), "round", None, recurring=True, anchor_source="operator"),
    Row("patrol_working_hours", "Art. 6", "department", (), "round", "1 h", recurring=True),
    Row("patrol_evenings_and_holidays", "Art. 6", "department", (), "round", "2 h", recurring=True),
    Row("quarterly_bulletin", "Art. 12", "information_office", (), "quarter_end", "each quarter", recurring=True),
)

SENSITIVE, MAJOR, EXTRA = ("sensitive",), ("major",), ("extra_major",)
BOTH = (*MAJOR, *EXTRA)


def _where_it_answers(
    name: str, clause: str, owner: str | None, to: tuple[str, ...], within: str | None
) -> tuple[Row, Row]:
    """Owed at the two levels that must answer, and at the others once it has been decided to."""
    must = Row(name, clause, owner, to, "graded", within, BOTH, anchor_source="operator")
    return must, must._replace(levels=(*GENERAL, *SENSITIVE), after=("response_decided",))


YICHUN = (
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

DUTIES = {
    "anhui-medical-security-2021": ANHUI,
    "xuancheng-2015": XUANCHENG,
    "yichun-market-regulation-2020": YICHUN,
}
ROUTINES = {
    "anhui-medical-security-2021": ANHUI_ROUTINES,
    "xuancheng-2015": XUANCHENG_ROUTINES,
    "yichun-market-regulation-2020": (),
}
