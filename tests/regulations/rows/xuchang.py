"""The rows of 许昌实验中学, (二) to (五)."""

from tests.regulations.rows.row import Book, Row

GENERAL, MAJOR = ("general",), ("major",)
ONE, TWO, THREE, FOUR = ("category_1",), ("category_2",), ("category_3",), ("category_4",)
DUTIES = (
    Row("report", "(二)", None, ("publicity_section",), "discovered", None, MAJOR),
    Row("launch_plan", "(二)", "school", (), "discovered", "at once", MAJOR),
    Row("approve_grade", None, "publicity_section", (), "discovered", "90 min", GENERAL, source="operator"),
    Row("approve_grade", None, "leading_group", (), "discovered", "90 min", MAJOR, source="operator"),
    Row("first_post", "(二)", "school", ("public",), "discovered", "3 h", MAJOR, desk="publishing"),
    Row("continued_report", "(二)", None, None, "reported", "recurring", MAJOR, recurring=True),
    Row("handle", "(三)1", "school", (), "discovered", "in time", flags=ONE, anchor_source="operator"),
    Row("reply_at_once", "(三)1", "school", ("public",), "discovered", "at once", flags=ONE, desk="publishing"),
    Row("reply_handling", "(三)1", "school", ("public",), "discovered", "same day", flags=ONE, desk="publishing"),
    Row("reply_result", "(三)1", "school", ("public",), "resolved", "same day", flags=ONE, desk="publishing"),
    Row("tell_facts", "(三)2-4", "school", None, "discovered", None, flags=TWO, desk="publishing",
        anchor_source="operator"),
    Row("ask_authority_hype", "(三)2-4", "school", ("discipline_authority",), "harm_continues", None, flags=TWO),
    Row("clarify", "(三)2-4", "school", None, "discovered", None, flags=THREE, desk="publishing",
        anchor_source="operator"),
    Row("ask_authority_libel", "(三)2-4", "school", ("discipline_authority",), "discovered", None, flags=THREE,
        anchor_source="operator"),
    Row("adopt_and_reply", "(三)2-4", "school", ("public",), "discovered", "as required", flags=FOUR,
        desk="publishing", anchor_source="operator"),
    Row("follow_up", "(四)", "tracker", (), "discovered", "continuing", anchor_source="operator"),
    Row("summary", "(五)", None, ("education_bureau",), "calmed", None, MAJOR),
)  # fmt: skip

BOOK = Book(DUTIES, (), {"general": {"reads": 1}, "major": {"reads": 60_000}})
