"""The rows of a kindergarten's plan, 三1 to 三7: no number anywhere, each step from the one before."""

from tests.regulations.rows.row import Book, Row

MAJOR = ("major",)
DUTIES = (
    Row("report", "三2", "monitor", ("leaders",), "discovered", "at once"),
    Row("approve_measures", "三2", None, (), "reported", None, anchor_source="operator"),
    Row("take_measures", "三2", None, (), "approved", "as fits"),
    Row("study", "三3", "leaders", (), "reported", None),
    Row("approve_grade", None, "leaders", (), "discovered", None, source="operator"),
    Row("meet", "三3", "leaders", (), "studied", None, MAJOR, anchor_source="operator"),
    Row("report_up", "三3", "leaders", ("superior",), "studied", None, MAJOR, anchor_source="operator"),
    Row("verify", "三4", None, None, "studied", "quickly", anchor_source="operator"),
    Row("clarify", "三4", None, None, "investigation_filed", "in time", flags=("untrue",), desk="publishing",
        anchor_source="operator"),
    Row("draft_text", "三5", "office", ("leading_group",), "investigation_filed", "quickly",
        anchor_source="operator"),
    Row("approve_text", "三5", "leading_group", (), "text_drafted", None),
    Row("publish", "三5", None, ("public", "media"), "response_approved", "as fits", desk="publishing"),
    Row("keep_file", "三7", "archive", (), "discovered", "throughout", anchor_source="operator"),
)  # fmt: skip
ROUTINES = (Row("monitor", "三1", "monitor", (), "round", "in real time", recurring=True, anchor_source="operator"),)

BOOK = Book(DUTIES, ROUTINES, {"general": {"reads": 1}, "major": {"reads": 60_000}})
