"""A goal that is no deadline, and deadlines counted anew."""

import pytest

from services.grading.rulebook import RulebookError, advance, load_rulebook, orders_from_json, orders_to_json
from shared.calendar import Correction
from tests.unit.rulebook.cases import CALENDAR, WHOLE, fact, graded, later, moment, run
from tests.unit.rulebook.test_load import SMALL

BASE = [moment("discovered"), graded("low", 10)]


def test_reminders_run_to_a_goal_and_nothing_is_ever_overdue_by_it() -> None:
    order = run(WHOLE, BASE).orders["voice"]
    assert (order.within, order.due_at, order.target_at) == ("first moment", None, later(24 * 60))
    assert order.remind_at == (later(12 * 60), later(23 * 60))
    assert order.escalate == ()
    assert orders_from_json(orders_to_json({"voice": order})) == {"voice": order}


def test_a_goal_in_days_is_reckoned_with_the_calendar() -> None:
    rulebook = load_rulebook(SMALL.replace("within: 1 h", "within: in time, target: 2 working days"))
    order = run(rulebook, [moment("discovered")]).orders["report"]
    assert (order.due_at, order.target_at) == (None, later(53.5 * 60))
    assert order.remind_at
    shut = CALENDAR.with_corrections([Correction(later(24 * 60).date(), False, "暴雨停工")])
    assert advance(rulebook, shut, [moment("discovered")], {}).orders["report"].target_at == later(125.5 * 60)


@pytest.mark.parametrize(
    "due", ["within: 1 h, target: 2 h", "within: in time, default: 1 h, target: 2 h", "within: in time, target: soon"]
)
def test_a_goal_beside_a_number_is_refused(due: str) -> None:
    with pytest.raises(RulebookError, match="target"):
        load_rulebook(SMALL.replace("within: 1 h", due))


@pytest.mark.parametrize(
    ("cause", "reason", "told"),
    [
        ("calendar", "2027年放假安排已发布", "2027年放假安排已发布"),
        ("rulebook", "", "改用新版规则"),
        ("layers", None, "上位规定调整"),
    ],
)
def test_a_deadline_counted_anew_says_from_when_and_why(cause: str, reason: str | None, told: str) -> None:
    moved = {"investigate": later(60).isoformat()}
    anew = fact("r", "reprojected", 100, cause=cause, by="u1", reason=reason, moved=moved)
    orders = run(WHOLE, [*BASE, anew]).orders
    assert orders["investigate"].moves == ((later(60), told),)
    assert orders["investigate"].due_at == run(WHOLE, BASE).orders["investigate"].due_at
    assert orders["respond"].moves == ()
