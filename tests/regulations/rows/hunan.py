"""The rows of 涉贫舆情引导处置实施方案, (二)-(十四)."""

from tests.regulations.rows.row import Book, Row

GENERAL, MAJOR = ("general",), ("major",)
STRAIGHT = ("group_leaders", "county_office")


def _petition_or_stability(row: Row) -> tuple[Row, Row]:
    """群体上访 and 影响社会稳定: either suffices."""
    return row._replace(flags=("group_petition",)), row._replace(flags=("mass_incident",))


DUTIES = (
    Row("attend_and_report", "(二)", "department_head", ("leading_group",), "event", "first moment",
        anchor_source="operator"),
    *_petition_or_stability(Row("report_straight", "(六)", "town", STRAIGHT, "event", "30 min")),
    *_petition_or_stability(
        Row("report_progress", "(六)", "town", STRAIGHT, "reported", "in time", recurring=True)
    ),
    Row("report", "(六)", "town", ("leading_group",), "discovered", "in time"),
    Row("approve_grade", None, "county_office", (), "discovered", None, GENERAL, source="operator"),
    Row("approve_grade", None, "group_leaders", (), "discovered", None, MAJOR, source="operator"),
    Row("contact_poster", "(五)", "member_unit", ("poster",), "occurred", "2 working days"),
    Row("investigate", "(五)", "member_unit", (), "occurred", None),
    Row("release", "(八)", "publicity_department", ("public",), "event", "first moment", MAJOR, desk="publishing",
        anchor_source="operator"),
    Row("joint_conference", "(十一)", "leading_group", None, "graded", None, MAJOR, ("several_departments",),
        anchor_source="operator"),
    Row("special_report", "(十四)", "leading_group", None, "closed", None),
)  # fmt: skip
ROUTINES = (
    Row("monitor", "(十三)", None, (), "round", "in real time", recurring=True, anchor_source="operator"),
    Row("summary", "(十三)", None, (), "round", "regularly", recurring=True, anchor_source="operator"),
)

BOOK = Book(DUTIES, ROUTINES, {"general": {"reads": 1}, "major": {"flags": ["sensitive"]}})
