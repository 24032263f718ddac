"""The rows of 市民族宗教系统, 四(二) to 四(五)."""

from tests.regulations.rows.row import Book, Row

GENERAL, MAJOR, URGENT = ("general",), ("major",), ("urgent",)
ONE, TWO, THREE, FOUR = ("category_1",), ("category_2",), ("category_3",), ("category_4",)
DUTIES = (
    Row("report", "四(二)", "section", ("office",), "discovered", "2 h", MAJOR),
    Row("inform_bodies", "四(二)", "section", ("bodies_concerned",), "discovered", "2 h", MAJOR),
    Row("oral_report", "四(二)", "section", None, "discovered", None, flags=URGENT, anchor_source="operator"),
    Row("written_report", "四(二)", "section", ("office",), "oral_report", "30 min", flags=URGENT),
    Row("continued_report", "四(二)", "section", ("office",), "reported", "recurring", MAJOR, recurring=True),
    Row("approve_grade", None, "office", (), "discovered", "1 h", GENERAL, source="operator"),
    Row("approve_grade", None, "deputy_group_leader", (), "discovered", "1 h", MAJOR, source="operator"),
    Row("handle", "四(三)1", "section", (), "discovered", None, flags=ONE, anchor_source="operator"),
    Row("reply_at_once", "四(三)1", "section", ("public",), "discovered", "at once", flags=ONE, desk="publishing"),
    Row("reply_handling", "四(三)1", "section", ("public",), "discovered", "same day", flags=ONE, desk="publishing"),
    Row("reply_result", "四(三)1", "section", ("public",), "resolved", "same day", flags=ONE, desk="publishing"),
    Row("tell_facts", "四(三)2", "section", None, "discovered", None, flags=TWO, desk="publishing",
        anchor_source="operator"),
    Row("ask_authority_hype", "四(三)2", "section", ("discipline_authority",), "harm_continues", None, flags=TWO),
    Row("clarify", "四(三)3", "section", None, "discovered", None, flags=THREE, desk="publishing",
        anchor_source="operator"),
    Row("ask_authority_libel", "四(三)3", "section", ("supervision_authority",), "discovered", None, flags=THREE,
        anchor_source="operator"),
    Row("adopt_and_reply", "四(三)4", "section", ("public",), "discovered", "as required", flags=FOUR,
        desk="publishing", anchor_source="operator"),
    Row("follow_up", "四(四)", "section", (), "discovered", "continuing", anchor_source="operator"),
    Row("summary", "四(五)", "section", ("office",), "calmed", "3 days"),
)  # fmt: skip

BOOK = Book(DUTIES, (), {"general": {"reads": 1}, "major": {"reads": 60_000}})
