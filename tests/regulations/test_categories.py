"""An inquiry is answered at once, or told the same day how it will be handled: never asked for twice."""

from datetime import datetime, timedelta

import pytest

from services.grading.rulebook import Advance, Fact, advance, load_rulebook
from shared.calendar import official_calendar
from shared.calendar.hours import SHANGHAI

CALENDAR = official_calendar()
START = datetime(2026, 9, 30, 9, 0, tzinfo=SHANGHAI)
BOOKS = ("ethnic-religious-affairs-city", "xuchang-experimental-school", "company-internal", "dongan-primary-school")
WITH_RESULT = BOOKS[:3]
REPLIES = {"reply_at_once", "reply_handling", "reply_result", "handle"}


def after(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def moment(name: str, minutes: int) -> Fact:
    return Fact(f"m-{name}", "moment", after(minutes), {"name": name})


def flag(name: str, minutes: int = 0) -> Fact:
    return Fact(f"f-{name}", "flag", after(minutes), {"name": name, "on": True})


def released(order: str, minutes: int) -> list[Fact]:
    """What publishing tells when an answer has gone out."""
    done = Fact(f"d-{order}", "done", after(minutes), {"order": order, "by": "甲", "hand_in": {}})
    return [moment("first_release", minutes), moment("replied", minutes), done]


def asked(name: str, *more: Fact) -> tuple[Advance, set[str]]:
    """The answer of the engine, and which replies are still to be given."""
    first = [moment("discovered", 0), flag("category_1")]
    rulebook = load_rulebook(name)
    before = advance(rulebook, CALENDAR, first, {})
    now = advance(rulebook, CALENDAR, [*first, *more], before.orders)
    return now, REPLIES & (now.orders.keys() - now.done.keys())


@pytest.mark.parametrize("name", BOOKS)
def test_both_are_asked_for_while_nothing_has_gone_out(name: str) -> None:
    now, open_ = asked(name)
    assert open_ == {"reply_at_once", "reply_handling", "handle"}
    assert now.orders["reply_at_once"].due_at == START
    assert now.orders["reply_handling"].due_at == datetime(2026, 10, 1, tzinfo=SHANGHAI)
    assert len(now.orders["reply_handling"].remind_at) == 2


@pytest.mark.parametrize("name", BOOKS)
def test_answered_at_once_nothing_more_is_asked_for(name: str) -> None:
    now, open_ = asked(name, *released("reply_at_once", 20))
    assert open_ == set()
    assert now.done["reply_at_once"] == after(20)
    assert {key for key, _ in now.withdraw} == {"reply_handling", "handle"}
    assert not asked(name, *released("reply_at_once", 20), moment("resolved", 30))[1]


@pytest.mark.parametrize("name", BOOKS)
def test_who_needs_time_owes_the_same_day_and_no_longer_at_once(name: str) -> None:
    now, open_ = asked(name, flag("needs_time", 5))
    assert open_ == {"reply_handling", "handle"}
    assert [key for key, _ in now.withdraw] == ["reply_at_once"]


@pytest.mark.parametrize("name", BOOKS)
def test_told_how_it_will_be_handled_only_the_handling_is_left(name: str) -> None:
    now, open_ = asked(name, *released("reply_handling", 60))
    assert open_ == {"handle"}
    assert now.done["reply_handling"] == now.done["reply_at_once"] == after(60)


@pytest.mark.parametrize("name", WITH_RESULT)
def test_and_the_result_on_the_day_it_is_resolved(name: str) -> None:
    handed_in = Fact("d-handle", "done", after(3000), {"order": "handle", "by": "甲", "hand_in": {}})
    now, open_ = asked(name, flag("needs_time", 5), *released("reply_handling", 60), handed_in)
    assert open_ == {"reply_result"}
    assert now.orders["reply_result"].due_at == datetime(2026, 10, 3, tzinfo=SHANGHAI)


@pytest.mark.parametrize("name", BOOKS)
def test_what_is_closed_unsaid_is_calm_from_then_on(name: str) -> None:
    rulebook = load_rulebook(name)
    duty = "sum_up" if name.startswith("dongan") else "summary"
    facts = [moment("discovered", 0), moment("closed", 100)]
    assert advance(rulebook, CALENDAR, facts, {}).orders[duty].anchor_at == after(100)
    told = [*facts, moment("calmed", 50)]
    assert advance(rulebook, CALENDAR, told, {}).orders[duty].anchor_at == after(50)
