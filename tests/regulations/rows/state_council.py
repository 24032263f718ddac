"""The rows of 国办发〔2016〕61号 and 80号, the layer above."""

from tests.regulations.rows.row import Book, Row

NOTICE, RULES, BOTH = "国办发〔2016〕61号", "国办发〔2016〕80号", "国办发〔2016〕61号、80号"
GENERAL, MAJOR = ("general",), ("major",)
EMERGENCY = ("major_emergency",)


def _in_emergencies(row: Row) -> tuple[Row, Row]:
    """Owed at the higher level, and wherever the flag is up."""
    row = row._replace(anchor_source="operator")
    return row._replace(levels=MAJOR), row._replace(levels=GENERAL, flags=EMERGENCY)


DUTIES = (
    Row("approve_grade", None, "head_of_body", (), "discovered", "2 h", source="operator"),
    Row("first_responsibility", NOTICE, "responsible_body", ("authority_above",), "discovered", None,
        flags=("several_places",), anchor_source="operator"),
    *_in_emergencies(
        Row("authoritative_information", RULES, "responsible_body", ("public",), "occurred", "5 h", desk="publishing")
    ),
    *_in_emergencies(
        Row("press_conference", BOTH, "responsible_body", ("public",), "occurred", "24 h", desk="publishing")
    ),
    *_in_emergencies(Row("attend_press_conference", NOTICE, "spokesperson", (), "occurred", None)),
    Row("respond", NOTICE, "responsible_body", ("public",), "occurred", "48 h", GENERAL, desk="publishing",
        anchor_source="operator"),
    Row("continued_release", NOTICE, "responsible_body", ("public",), "first_release", "recurring",
        recurring=True, desk="publishing"),
    Row("publish_adopted_suggestions", RULES, "responsible_body", ("public",), "discovered", None,
        flags=("category_4",), desk="publishing", anchor_source="operator"),
)  # fmt: skip

BOOK = Book(DUTIES, (), {"general": {"reads": 1}, "major": {"flags": list(EMERGENCY)}})
