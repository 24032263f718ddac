"""The rows of 安徽省医疗保障局, Art. 7-23 and the plan."""

from tests.regulations.rows.row import Book, Row

RED, YELLOW, BLUE = ("I",), ("II",), ("III",)
DUTIES = (
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
ROUTINES = (
    Row("quarterly_analysis", "Art. 19", None, ("leading_group",), "quarter_end", "each quarter", recurring=True),
    Row("browse", "Art. 7", "department", (), "round", "regularly", recurring=True, anchor_source="operator"),
    Row("train", "Art. 23", "office", (), "round", "regularly", recurring=True, anchor_source="operator"),
)

BOOK = Book(DUTIES, ROUTINES, {"III": {"reads": 1}, "II": {"reads": 20_000}, "I": {"reads": 200_000}})
