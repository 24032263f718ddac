"""The rows of 宣城市, Art. 5-12."""

from tests.regulations.rows.row import Book, Row

GENERAL, MAJOR_SENSITIVE = ("general",), ("major_sensitive",)
DUTIES = (
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
ROUTINES = (
    Row("browse", "Art. 5", "information_office", (), "round", "daily", recurring=True, anchor_source="operator"),
    Row("patrol_working_hours", "Art. 6", "department", (), "round", "1 h", recurring=True),
    Row("patrol_evenings_and_holidays", "Art. 6", "department", (), "round", "2 h", recurring=True),
    Row("quarterly_bulletin", "Art. 12", "information_office", (), "quarter_end", "each quarter", recurring=True),
)

BOOK = Book(DUTIES, ROUTINES, {"general": {"reads": 1}, "major_sensitive": {"reads": 60_000}})
