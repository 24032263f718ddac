"""The rows of a district's joint conference: no number anywhere, each step from the one before."""

from tests.regulations.rows.row import Book, Row

MAJOR = ("major",)
CONFERENCE, COMMITTEE = "joint_conference", ("district_committee",)
DUTIES = (
    Row("report", "具体程序1", "member_unit", ("organisation_department",), "discovered", "in time"),
    Row("analyse", "具体程序1", "organisation_department", None, "reported", None),
    Row("approve_grade", None, "organisation_department", (), "discovered", None, source="operator"),
    Row("joint_conference", "具体程序2", CONFERENCE, None, "analysed", None, MAJOR),
    Row("approve_plan", "联席会议职责2", CONFERENCE, (), "conference_held", None, MAJOR, anchor_source="operator"),
    Row("press_text", "具体程序2", CONFERENCE, ("media",), "approved", None, MAJOR, desk="publishing",
        anchor_source="operator"),
    Row("written_report", "具体程序3", CONFERENCE, COMMITTEE, "conference_held", "in time", MAJOR,
        anchor_source="operator"),
    Row("further_report", "具体程序3", CONFERENCE, COMMITTEE, "committee_informed", "in time", MAJOR,
        recurring=True, anchor_source="operator"),
    Row("media_contact", "具体程序3", CONFERENCE, ("media",), "conference_held", "in time", MAJOR,
        anchor_source="operator"),
    Row("consult_again", "联席会议职责3", CONFERENCE, (), "worsening", "in time", MAJOR, anchor_source="operator"),
    Row("keep_record", "具体程序4", None, (), "discovered", "throughout", anchor_source="operator"),
)  # fmt: skip

BOOK = Book(DUTIES, (), {"general": {"reads": 1}})
