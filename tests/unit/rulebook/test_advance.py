"""What follows from facts: issued, changed, withdrawn, on which clock."""

from datetime import timedelta

import pytest

from services.grading.rulebook import Fact, FactError, advance, approvers, explain
from shared.calendar import Correction
from tests.unit.rulebook.cases import (
    ANHUI,
    CALENDAR,
    NOON,
    XUANCHENG,
    YICHUN,
    complaint,
    done,
    fact,
    flag,
    graded,
    in_steps,
    later,
    moment,
    post,
    run,
)

FOUND = moment("discovered", role="office")


def test_nothing_is_owed_before_discovery() -> None:
    assert run(ANHUI, [complaint()]).orders == {}


def test_without_proposal_the_strictest_level_is_presumed() -> None:
    outcome = run(ANHUI, [FOUND])
    assert (outcome.grade.level, outcome.grade.state) == (None, "none")
    assert {"report_i", "first_release", "report_to_publicity"} <= outcome.orders.keys()
    assert all(outcome.orders[key].presumed for key in ("report_i", "first_release"))
    assert not outcome.orders["report_to_leaders"].presumed


def test_a_proposal_presumes_its_level_and_approval_confirms_on_the_same_clock() -> None:
    first = run(ANHUI, [FOUND, complaint()])
    assert first.orders["report_iii"].presumed
    second = run(ANHUI, [FOUND, complaint(), graded("III")], first.orders)
    changed = {order.key: order for order in second.change}
    assert changed["report_iii"].due_at == first.orders["report_iii"].due_at
    assert not changed["report_iii"].presumed
    assert second.withdraw == []
    assert second.done.keys() == {"evaluate_grade", "approve_grade"}


def test_approval_of_another_level_withdraws_with_a_reason_and_keeps_what_is_done() -> None:
    first = run(ANHUI, [FOUND])
    second = run(ANHUI, [FOUND, done("report_i", 10), graded("III")], first.orders)
    withdrawn = dict(second.withdraw)
    assert withdrawn.keys() == {"report_to_publicity", "report_to_national_bureau", "first_release"}
    assert withdrawn["first_release"] == "局主要负责同志(u1)定为Ⅲ级(一般),本项不适用"
    assert "report_i" in second.orders
    assert second.done["report_i"] == later(10)
    assert second.orders["report_iii"].due_at == later(60)


def test_an_order_waits_for_its_moment() -> None:
    before = run(XUANCHENG, [FOUND, complaint(), graded("general")])
    assert "investigate" not in before.orders
    after = run(XUANCHENG, [FOUND, complaint(), graded("general"), done("claim", 40)], before.orders)
    assert after.orders["investigate"].anchor_at == later(40)
    assert after.orders["investigate"].within == "5 working days"


def test_handing_in_yields_the_next_moment() -> None:
    facts = [FOUND, complaint(), graded("general"), done("claim", 40), done("investigate", 600)]
    reply = in_steps(XUANCHENG, facts).orders["reply"]
    assert (reply.anchor, reply.anchor_at, reply.within, reply.chain) == (
        "investigation_filed",
        later(600),
        "3 working days",
        "department_reply",
    )


@pytest.mark.parametrize(("answer", "owed"), [("是", True), ("否", False)])
def test_a_decision_not_to_answer_asks_for_no_wording(answer: str, owed: bool) -> None:
    decided = fact("d", "done", 40, order="decide_response", by="u1", hand_in={"是否回应": answer, "理由": "见附"})
    assert ("wording" in run(YICHUN, [FOUND, graded("sensitive"), decided]).orders) is owed


def test_what_came_about_another_way_counts_as_done() -> None:
    issued = run(XUANCHENG, [FOUND, complaint()]).orders
    outcome = run(XUANCHENG, [FOUND, complaint(), moment("claim_overdue", 60), done("designate", 70)], issued)
    assert outcome.done["claim"] == later(70)
    assert "claim" in outcome.orders
    assert outcome.withdraw == []


def test_designation_follows_an_overdue_claim() -> None:
    issued = run(XUANCHENG, [FOUND, complaint()]).orders
    assert "designate" not in issued
    outcome = run(XUANCHENG, [FOUND, complaint(), moment("claim_overdue", 60)], issued)
    assert [order.key for order in outcome.issue] == ["designate"]


def test_recurring_orders_follow_one_another_until_calm() -> None:
    base = [FOUND, graded("I"), moment("first_release", 100)]
    first = run(ANHUI, base)
    assert [key for key in first.orders if key.startswith("continued")] == ["continued_release#1"]
    second = run(ANHUI, [*base, done("continued_release#1", 200)], first.orders)
    assert [order.key for order in second.issue] == ["continued_release#2"]
    assert second.orders["continued_release#2"].anchor_at == later(200)
    calm = run(ANHUI, [*base, done("continued_release#1", 200), moment("calmed", 300)], second.orders)
    assert ("continued_release#2", "舆情已平息") in calm.withdraw
    assert "continued_release#1" in calm.orders
    assert calm.phase == "calmed"


def test_each_instruction_is_an_order_of_its_own() -> None:
    facts = [FOUND, graded("general"), moment("instruction", 50), moment("instruction", 80)]
    keys = {key for key in run(XUANCHENG, facts).orders if key.startswith("instruction_assign")}
    assert keys == {"instruction_assign@m-instruction-50", "instruction_assign@m-instruction-80"}


def test_a_crossed_threshold_asks_for_a_higher_grade_once_and_on_its_own_clock() -> None:
    base = [FOUND, post(10), graded("III")]
    first = in_steps(ANHUI, base)
    assert "approve_grade#2" not in first.orders
    crossed = run(ANHUI, [*base, post(20_000, 90), post(30_000, 95)], first.orders)
    order = crossed.orders["approve_grade#2"]
    assert (order.anchor, order.anchor_at, order.due_at) == ("proposed", later(90), later(120))
    assert (crossed.grade.level, crossed.grade.proposal) == ("III", "II")
    assert "report_iii" in crossed.orders
    decided = run(ANHUI, [*base, post(20_000, 90), post(30_000, 95), graded("II", 100)], crossed.orders)
    assert decided.done["approve_grade#2"] == later(100)
    assert "report_ii" in decided.orders


def test_a_decision_against_the_proposal_is_not_asked_again() -> None:
    kept = in_steps(ANHUI, [FOUND, post(20_000), graded("III"), post(21_000, 50)])
    assert kept.grade.proposal == "II"
    assert "approve_grade#2" not in kept.orders
    higher = in_steps(ANHUI, [FOUND, post(20_000), graded("III"), post(200_000, 60)])
    assert higher.orders["approve_grade#2"].owner == "chief"


def test_a_correction_downwards_takes_the_question_back() -> None:
    facts = [FOUND, post(10), graded("III"), post(20_000, 60)]
    asked = in_steps(ANHUI, facts)
    back = run(ANHUI, [*facts, post(50, 70)], asked.orders)
    assert [key for key, _ in back.withdraw] == ["approve_grade#2"]


def test_a_regrade_gives_no_new_time() -> None:
    """Graded 重大, lowered, raised again: what ran from the first approval still does."""
    outcome = in_steps(YICHUN, [FOUND, graded("major", 20), graded("general", 60), graded("major", 900)])
    assert outcome.orders["study_meeting"].anchor_at == later(20)


def test_absent_occurred_is_discovered_and_marked() -> None:
    order = run(YICHUN, [FOUND, graded("major")]).orders["respond_major"]
    assert (order.anchor, order.anchor_at, order.anchor_assumed) == ("occurred", NOON, True)
    known = run(YICHUN, [FOUND, moment("occurred", -300), graded("major")]).orders["respond_major"]
    assert (known.anchor_at, known.anchor_assumed) == (later(-300), False)


def test_an_anchor_moves_and_the_last_decision_stands() -> None:
    """Later is told by the fact's id, which is in order of time: `at` is the moment proven."""
    facts = [FOUND, moment("occurred", -60), graded("major")]
    first = run(YICHUN, facts)
    moved = fact("x1", "anchor_moved", -300, moment="occurred", by="u1", reason="有证据表明更早")
    second = run(YICHUN, [*facts, moved], first.orders)
    assert [order.key for order in second.change] == ["respond_major"]
    assert second.orders["respond_major"].due_at == later(-300) + timedelta(hours=48)
    again = fact("x2", "anchor_moved", -600, moment="occurred", by="u1", reason="更正")
    assert run(YICHUN, [*facts, again, moved]).orders["respond_major"].anchor_at == later(-600)


def test_an_extension_moves_the_due_moment_and_remembers() -> None:
    facts = [FOUND, graded("general"), moment("claimed", 30)]
    first = run(XUANCHENG, facts).orders["investigate"]
    assert first.due_at is not None
    until = first.due_at + timedelta(days=10)
    granted = fact("x", "extended", 60, order="investigate", until=until.isoformat(), by="u1", reason="需检测")
    order = run(XUANCHENG, [*facts, granted]).orders["investigate"]
    assert (order.due_at, order.extended_from, order.moves) == (until, first.due_at, ((first.due_at, "需检测"),))
    shorter = fact("y", "extended", 70, order="investigate", until=later(0).isoformat(), by="u1", reason="无")
    assert run(XUANCHENG, [*facts, granted, shorter]).orders["investigate"] == order
    longer = fact("z", "extended", 80, order="investigate", within="2 working days", by="u1", reason="再延")
    assert (run(XUANCHENG, [*facts, granted, longer]).orders["investigate"].due_at or until) > until


def test_the_investigation_says_how_to_ask_for_more_time() -> None:
    order = run(XUANCHENG, [FOUND, graded("general"), moment("claimed", 30)]).orders["investigate"]
    assert order.extension is not None
    assert (order.extension["to"], order.extension["within"]) == ("information_office", "3 working days")
    assert "request_extension" not in run(XUANCHENG, [FOUND, graded("general"), moment("claimed", 30)]).orders
    asked = run(XUANCHENG, [FOUND, graded("general"), moment("claimed", 30), flag("special_circumstances")])
    assert "request_extension" in asked.orders


def test_a_flag_gives_the_legacy_issue_its_time_and_says_so() -> None:
    facts = [FOUND, graded("general"), moment("claimed", 30)]
    first = run(XUANCHENG, facts)
    second = run(XUANCHENG, [*facts, flag("legacy_issue", 100, reason="2009年遗留")], first.orders)
    order = second.orders["investigate"]
    assert [changed.key for changed in second.change] == ["investigate"]
    assert (order.within, order.phrase) == ("15 working days", "原则上要在认领后15个工作日内形成核实调查报告")
    assert order.moves == ((first.orders["investigate"].due_at, "2009年遗留"),)


def test_high_attention_turns_the_reply_into_a_unified_one() -> None:
    facts = [FOUND, graded("general"), moment("investigation_filed", 300)]
    first = run(XUANCHENG, facts)
    second = run(XUANCHENG, [*facts, flag("high_attention", 310)], first.orders)
    assert second.withdraw == [("reply", "适用条件已不具备")]
    assert second.orders["unified_reply"].chain == "joint_review"


def test_who_found_it_decides_whether_the_finder_must_report() -> None:
    assert "report_finding" not in run(ANHUI, [FOUND]).orders
    assert "report_finding" in run(ANHUI, [moment("discovered", role="department")]).orders
    assert "report_finding" in run(ANHUI, [moment("discovered")]).orders


def test_closing_ends_what_has_no_deadline_and_starts_what_follows() -> None:
    facts = [FOUND, graded("III"), moment("replied", 90), moment("calmed", 100)]
    calm = in_steps(ANHUI, facts)
    assert "follow_up" not in calm.orders
    closed = run(ANHUI, [*facts, moment("closed", 200)], calm.orders)
    assert ("investigate_iii", "已办结") in closed.withdraw
    assert {"summary_report", "report_iii"} <= closed.orders.keys()
    assert closed.phase == "closed"
    again = run(ANHUI, [*facts, moment("closed", 200), moment("reopened", 300)], closed.orders)
    assert (again.phase, "summary_report" in again.orders) == ("open", False)


def test_a_merge_is_a_union_and_can_be_undone() -> None:
    other = [moment("discovered", -120), post(20_000, 5, source="p9")]
    merged = fact("mm", "merged", 40, incident="i2", facts=other)
    outcome = run(ANHUI, [FOUND, complaint(), merged])
    assert outcome.orders["report_to_leaders"].anchor_at == later(-120)
    assert outcome.grade.level == "II"
    apart = run(ANHUI, [FOUND, complaint(), merged, fact("s", "split", 50, to="i2", undoes="mm")])
    assert apart.orders["report_to_leaders"].anchor_at == NOON
    assert apart.grade.level == "III"


def test_a_split_takes_its_sources_along_and_keeps_its_origin() -> None:
    facts = [FOUND, complaint(), post(20_000, 5, source="p9")]
    left = run(ANHUI, [*facts, fact("s", "split", 50, to="i2", sources=["p9"])])
    assert left.grade.level == "III"
    new = run(ANHUI, [fact("o", "split", 50, origin="i1", facts=[FOUND, facts[2]])])
    assert (new.grade.level, new.orders["report_to_leaders"].anchor_at) == ("II", NOON)


def test_a_calendar_correction_re_projects() -> None:
    facts = [FOUND, graded("general"), moment("claimed", 30)]
    first = run(XUANCHENG, facts)
    closed = CALENDAR.with_corrections([Correction(later(24 * 60).date(), False, "暴雨停工")])
    second = advance(XUANCHENG, closed, facts, first.orders)
    assert [order.key for order in second.change] == ["investigate"]
    told = explain(second.orders["investigate"], closed, XUANCHENG)
    assert {"date": "2026-11-19", "reason": "暴雨停工"} in told["skipped"]
    assert (told["clause"], told["budget"], told["calendar"]) == ("Art. 8", "5 working days", closed.version)


def test_a_newer_rulebook_keeps_what_is_done_and_withdraws_what_it_drops() -> None:
    issued = run(ANHUI, [FOUND]).orders
    moved = run(XUANCHENG, [FOUND, done("report_to_leaders", 10)], issued)
    assert "report_to_leaders" in moved.orders
    assert dict(moved.withdraw)["first_release"] == "现行规则中已无此项"


def test_reminders_and_escalation_lie_round_the_due_moment() -> None:
    order = run(ANHUI, [FOUND, graded("I")]).orders["first_release"]
    assert [(at - NOON) / timedelta(hours=1) for at in order.remind_at] == [12, 20, 23]
    early = run(ANHUI, [FOUND, moment("occurred", -120), graded("I")]).orders["first_release"]
    assert [(at - NOON) / timedelta(hours=1) for at in early.remind_at] == [12, 20, 22, 23]
    report = run(ANHUI, [FOUND, graded("I")]).orders["report_i"]
    assert report.escalate == ((later(120), "deputy_in_charge"),)
    investigation = run(XUANCHENG, [FOUND, moment("claimed", 0)]).orders["investigate"]
    assert [at.isoformat() for at in investigation.remind_at] == [
        "2026-11-23T00:30:00+00:00",
        "2026-11-24T00:30:00+00:00",
    ]


def test_approvers() -> None:
    assert approvers(ANHUI, "I") == ("chief",)
    assert run(ANHUI, [FOUND]).grade.approver == ("chief",)
    assert run(ANHUI, [FOUND, complaint()]).grade.approver == ("deputy_in_charge",)


@pytest.mark.parametrize(
    "bad",
    [
        Fact("x", "rumour", NOON, {}),
        Fact("x", "moment", NOON, {}),
        Fact("x", "graded", NOON, {"by": "u1"}),
        Fact("x", "merged", NOON, {"incident": "i", "facts": [{"id": "y"}]}),
    ],
)
def test_a_fact_that_cannot_be_read_is_refused_by_name(bad: Fact) -> None:
    with pytest.raises(FactError, match=r"'x'|'y'"):
        run(ANHUI, [FOUND, bad])
