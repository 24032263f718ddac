"""The rows of 东案小学, 四(二) to 五(二)."""

from tests.regulations.rows.row import Book, Row

GENERAL, MAJOR = ("general",), ("major",)
ONE, TWO, THREE, FOUR = ("category_1",), ("category_2",), ("category_3",), ("category_4",)
LEADERS = ("online_opinion_group", "deputy_head", "head")
DUTIES = (
    Row("launch_plan", "四(二)", "department", (), "discovered", "at once", MAJOR),
    Row("oral_report", "四(二)", "department", LEADERS, "discovered", "30 min", MAJOR, anchor_source="operator"),
    Row("written_report", "四(二)", "department", LEADERS, "discovered", "90 min", MAJOR, anchor_source="operator"),
    Row("report_up", "四(二)", "school", ("superior",), "reported", None, flags=("report_up_needed",)),
    Row("approve_grade", None, "deputy_head", (), "discovered", "15 min", GENERAL, source="operator"),
    Row("approve_grade", None, "head", (), "discovered", "15 min", MAJOR, source="operator"),
    Row("handle", "四(三)1", "department", (), "discovered", None, flags=ONE, anchor_source="operator"),
    Row("reply_at_once", "四(三)1", "department", ("public",), "discovered", "at once", flags=ONE,
        desk="publishing"),
    Row("reply_handling", "四(三)1", "department", ("public",), "discovered", "same day", flags=ONE,
        desk="publishing", anchor_source="operator"),
    Row("tell_facts", "四(三)2-4", "school", None, "discovered", None, flags=TWO, desk="publishing",
        anchor_source="operator"),
    Row("ask_authority_hype", "四(三)2-4", "school", ("discipline_authority",), "harm_continues", None, flags=TWO),
    Row("clarify", "四(三)2-4", "school", None, "discovered", None, flags=THREE, desk="publishing",
        anchor_source="operator"),
    Row("ask_authority_libel", "四(三)2-4", "school", ("discipline_authority",), "outsider_found", None,
        flags=THREE),
    Row("adopt_and_reply", "四(三)2-4", "school", ("public",), "discovered", "as required", flags=FOUR,
        desk="publishing", anchor_source="operator"),
    Row("follow_up", "四(四)", "tracker", (), "discovered", "continuing", anchor_source="operator"),
    Row("sum_up", "四(五)", "online_opinion_group", (), "calmed", None, MAJOR),
    Row("aftermath", "五(一)", "governance_group", (), "calmed", "quickly", anchor_source="operator"),
    Row("full_summary", "五(二)", "governance_group", (), "closed", None),
)  # fmt: skip

BOOK = Book(DUTIES, (), {"general": {"reads": 1}, "major": {"reads": 60_000}})
