"""The rows of a company's own plan, (二) to (五)."""

from tests.regulations.rows.row import Book, Row

GENERAL, MAJOR, URGENT = ("general",), ("major",), ("urgent",)
ONE, TWO, THREE = ("category_1",), ("category_2",), ("category_3",)
DUTIES = (
    Row("report", "(二)", None, ("office",), "discovered", "1 h", MAJOR),
    Row("inform_bodies", "(二)", None, ("bodies_concerned",), "discovered", "1 h", MAJOR),
    Row("oral_report", "(二)", None, None, "discovered", None, flags=URGENT, anchor_source="operator"),
    Row("written_report", "(二)", None, ("office",), "oral_report", "30 min", flags=URGENT),
    Row("continued_report", "(二)", None, None, "reported", "recurring", MAJOR, recurring=True),
    Row("approve_grade", None, "office", (), "discovered", "30 min", GENERAL, source="operator"),
    Row("approve_grade", None, "deputy_group_leader", (), "discovered", "30 min", MAJOR, source="operator"),
    Row("handle", "(三)1", "general_affairs", (), "discovered", None, flags=ONE, anchor_source="operator"),
    Row("reply_at_once", "(三)1", "general_affairs", None, "discovered", "at once", flags=ONE, desk="publishing"),
    Row("reply_handling", "(三)1", "general_affairs", None, "discovered", "same day", flags=ONE, desk="publishing"),
    Row("reply_result", "(三)1", "general_affairs", None, "resolved", "same day", flags=ONE, desk="publishing"),
    Row("tell_facts", "(三)2", None, None, "discovered", None, flags=TWO, desk="publishing",
        anchor_source="operator"),
    Row("ask_authority_hype", "(三)2", None, ("discipline_authority",), "harm_continues", None, flags=TWO),
    Row("clarify", "(三)3", None, None, "discovered", None, flags=THREE, desk="publishing",
        anchor_source="operator"),
    Row("ask_authority_libel", "(三)3", None, ("supervision_authority",), "discovered", None, flags=THREE,
        anchor_source="operator"),
    Row("follow_up", "(四)", None, (), "discovered", "continuing", anchor_source="operator"),
    Row("summary", "(五)", None, ("parent_group",), "calmed", "3 days"),
)  # fmt: skip

BOOK = Book(DUTIES, (), {"general": {"reads": 1}, "major": {"reads": 60_000}})
