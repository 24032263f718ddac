"""Time that stands still for a legal reason, and what is left of it afterwards."""

from datetime import datetime, timedelta
from itertools import permutations

import pytest

from services.grading.rulebook import Fact, FactError, explain, orders_from_json, orders_to_json
from shared.calendar.hours import SHANGHAI
from tests.unit.rulebook.cases import (
    CALENDAR,
    NOON,
    WHOLE,
    YICHUN,
    done,
    fact,
    flag,
    graded,
    in_steps,
    later,
    moment,
    resumed,
    run,
    suspended,
)

DAY = 24 * 60
BASE = [moment("discovered"), graded("low", 10)]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_while_it_stands_still_nothing_is_due_reminded_or_escalated() -> None:
    first = run(WHOLE, BASE)
    second = run(WHOLE, [*BASE, suspended(20)], first.orders)
    stopped = second.orders["respond"]
    assert (stopped.due_at, stopped.remind_at, stopped.escalate) == (None, (), ())
    assert stopped.suspended == "不可抗力"
    assert stopped.moves == ((first.orders["respond"].due_at, "不可抗力,2026-11-18 12:20起中止"),)
    assert {order.key for order in second.change} == {"oral", "investigate", "respond", "survey", "call_back"}


def test_the_words_somebody_typed_are_in_the_move_and_not_in_the_ground() -> None:
    order = run(WHOLE, [*BASE, suspended(20, reason="court", text="法院调卷")]).orders["respond"]
    assert order.suspended == "司法机关介入"
    assert order.moves[0][1] == "司法机关介入(法院调卷),2026-11-18 12:20起中止"


@pytest.mark.parametrize(
    ("key", "due"),
    [
        # Discovered on Wednesday the 18th at 12:00, stopped after 20 minutes, running on from Thursday at 12:00.
        ("oral", "2026-11-19T12:10"),
        ("respond", "2026-11-21T11:40"),
        ("call_back", "2026-11-19T13:40"),
        ("survey", "2026-11-23T12:00"),
        ("investigate", "2026-11-26T17:30"),
    ],
)
def test_what_was_left_runs_on_in_its_own_unit(key: str, due: str) -> None:
    order = run(WHOLE, [*BASE, suspended(20), resumed(DAY)]).orders[key]
    assert order.due_at == local(due)
    assert order.suspended is None
    was = run(WHOLE, BASE).orders[key].due_at
    assert order.moves == ((was, "不可抗力,2026-11-18 12:20起中止,2026-11-19 12:00恢复,余期接续计算"),)
    assert all(later(DAY) < at < local(due) for at in order.remind_at)


def test_the_explanation_shows_both() -> None:
    stopped = run(WHOLE, [*BASE, suspended(20)]).orders["respond"]
    told = explain(stopped, CALENDAR, WHOLE)
    assert (told["due"], told["suspended"], len(told["moves"])) == (None, "不可抗力", 1)
    assert orders_from_json(orders_to_json({"respond": stopped})) == {"respond": stopped}


def test_reminders_go_by_what_was_left() -> None:
    order = run(WHOLE, [*BASE, suspended(20), resumed(DAY)]).orders["respond"]
    halfway = later(24 * 60) + timedelta(minutes=DAY - 20)
    assert order.remind_at == (halfway,)


def test_once_past_due_or_done_nothing_stops() -> None:
    late = run(WHOLE, [*BASE, suspended(40)]).orders["oral"]
    assert late == run(WHOLE, BASE).orders["oral"]
    handed_in = [*BASE, done("oral", 15), suspended(20)]
    assert run(WHOLE, handed_in).orders["oral"] == run(WHOLE, [*BASE, done("oral", 15)]).orders["oral"]


def test_what_is_handed_in_while_time_stands_still_is_in_time() -> None:
    order = run(WHOLE, [*BASE, suspended(20), done("oral", 300)]).orders["oral"]
    assert order.suspended is None
    assert order.due_at == later(310)


def test_two_that_overlap_are_one() -> None:
    once = run(WHOLE, [*BASE, suspended(20), resumed(DAY)]).orders
    twice = run(WHOLE, [*BASE, suspended(20), suspended(400, reason="court"), resumed(DAY)]).orders
    assert twice == once


def test_one_after_the_other_both_count() -> None:
    facts = [*BASE, suspended(20), resumed(60), suspended(90), resumed(150)]
    order = run(WHOLE, facts).orders["respond"]
    assert order.due_at == later(48 * 60 + 40 + 60)
    assert len(order.moves) == 2


def test_for_named_orders_only() -> None:
    orders = run(WHOLE, [*BASE, suspended(20, ["respond"])]).orders
    assert [key for key, order in orders.items() if order.suspended] == ["respond"]
    partly = run(WHOLE, [*BASE, suspended(20), resumed(60, ["respond"])]).orders
    assert partly["respond"].due_at == later(48 * 60 + 40)
    assert partly["investigate"].suspended == "不可抗力"


def test_what_begins_afterwards_runs() -> None:
    orders = run(WHOLE, [*BASE, suspended(20), moment("instruction", 60)]).orders
    assert orders["instructed@m-instruction-60"].due_at == later(300)


def test_the_decision_on_the_grade_is_never_stopped() -> None:
    order = run(WHOLE, [moment("discovered"), suspended(20)]).orders["approve_grade"]
    assert (order.suspended, order.due_at) == (None, later(60))


def test_a_goal_and_a_duty_without_a_number_are_left_alone() -> None:
    assert run(WHOLE, [*BASE, suspended(20)]).orders["voice"] == run(WHOLE, BASE).orders["voice"]
    yichun = [moment("discovered"), graded("general")]
    assert run(YICHUN, [*yichun, suspended(30)]).orders == run(YICHUN, yichun).orders


@pytest.mark.parametrize(
    ("granted", "due"),
    [
        # Granted before, while and after time stands still; 48 hours and 6 more in each case, less what is used up.
        (15, 48 * 60 + 360 + 40),
        (30, 48 * 60 + 360 + 40),
        (90, 48 * 60 + 360 + 40),
    ],
)
def test_more_time_granted_adds_up(granted: int, due: int) -> None:
    extension = fact("x", "extended", granted, order="respond", within="6 h", by="u1", reason="需检测")
    order = run(WHOLE, [*BASE, suspended(20), resumed(60), extension]).orders["respond"]
    assert order.due_at == later(due)
    assert {reason for _, reason in order.moves} >= {"需检测"}


def test_more_time_granted_to_what_was_late_stands_still_with_the_rest() -> None:
    extension = fact("x", "extended", 50, order="oral", within="1 h", by="u1", reason="补报")
    facts = [*BASE, suspended(40), extension]
    assert run(WHOLE, facts).orders["oral"].suspended == "不可抗力"
    assert run(WHOLE, [*facts, resumed(100)]).orders["oral"].due_at == later(90 + 50)


def test_a_flag_raised_meanwhile_gives_its_time() -> None:
    facts = [*BASE, suspended(20), flag("legacy_issue", 60, reason="2009年遗留")]
    assert run(WHOLE, facts).orders["investigate"].suspended
    due = run(WHOLE, [*facts, resumed(DAY)]).orders["investigate"].due_at
    assert due == local("2026-12-10T17:30")


def test_the_order_of_the_facts_does_not_matter() -> None:
    facts = [suspended(20), resumed(60), suspended(90, ["respond"]), resumed(150), done("oral", 100)]
    outcomes = [in_steps(WHOLE, [*BASE, *each]) for each in permutations(facts)]
    assert all(each.orders == outcomes[0].orders for each in outcomes)


@pytest.mark.parametrize(
    "bad", [Fact("x", "suspended", NOON, {"by": "u1"}), Fact("x", "reprojected", NOON, {"cause": "calendar"})]
)
def test_a_fact_without_what_its_kind_needs_is_refused(bad: Fact) -> None:
    with pytest.raises(FactError, match=r"'reason'|'moved'"):
        run(WHOLE, [*BASE, bad])
