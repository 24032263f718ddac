"""When a routine comes round next, and when a round of it is over."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from services.grading.rulebook import CompiledRulebook, load_rulebook, routine_orders, shipped
from services.grading.rulebook.engine.routines import next_round, over_at
from shared.calendar.hours import SHANGHAI
from tests.unit.rulebook.cases import ANHUI, CALENDAR, XUANCHENG


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def wall(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("rulebook", "routine", "after", "following"),
    [
        (XUANCHENG, "patrol_working_hours", "2026-11-16T08:29", "2026-11-16 08:30"),
        (XUANCHENG, "patrol_working_hours", "2026-11-16T08:30", "2026-11-16 09:30"),
        (XUANCHENG, "patrol_working_hours", "2026-02-14T16:30", "2026-02-24 08:30"),  # over the Spring Festival
        (XUANCHENG, "patrol_working_hours", "2026-10-09T16:30", "2026-10-10 08:30"),  # a make-up Saturday
        (XUANCHENG, "patrol_evenings_and_holidays", "2026-11-16T23:30", "2026-11-17 17:30"),
        (XUANCHENG, "quarterly_bulletin", "2026-10-01T00:00", "2027-01-01 00:00"),
        (ANHUI, "train", "2026-01-01T00:00", "2027-01-01 00:00"),
        (ANHUI, "no_such_routine", "2026-01-01T00:00", None),
    ],
)
def test_the_next_round(rulebook: CompiledRulebook, routine: str, after: str, following: str | None) -> None:
    assert wall(next_round(rulebook, CALENDAR, at(after), (routine,))) == following


@pytest.mark.parametrize(
    ("begins", "routine", "over"),
    [
        ("2026-11-16T08:30", "patrol_working_hours", "2026-11-16 09:30"),
        ("2026-02-14T16:30", "patrol_working_hours", "2026-02-14 17:30"),  # when due: the next is ten days off
        ("2026-11-16T23:30", "patrol_evenings_and_holidays", "2026-11-17 01:30"),
        ("2026-11-16T20:00", "browse", "2026-11-17 09:00"),  # no number: when the next begins
        ("2026-10-01T00:00", "quarterly_bulletin", None),
    ],
)
def test_a_round_is_over(begins: str, routine: str, over: str | None) -> None:
    orders = routine_orders(XUANCHENG, CALENDAR, at(begins), at(begins[:-5] + "23:59"))
    order = next(each for each in orders if each.duty == routine)
    assert wall(over_at(XUANCHENG, CALENDAR, order)) == over


def test_days_after_a_quarters_end_are_counted_from_its_last_day(tmp_path: Path) -> None:
    text = shipped()["xuancheng-2015"].read_text()
    before, _, after = text.partition("  - id: quarterly_bulletin")
    assert "within: each quarter" in after
    file = tmp_path / "rulebook.yaml"
    file.write_text(
        f"{before}  - id: quarterly_bulletin{after.replace('within: each quarter', 'within: 3 working days', 1)}"
    )
    orders = routine_orders(load_rulebook(file), CALENDAR, at("2026-06-30T12:00"), at("2026-07-02T00:00"))
    bulletin = next(order for order in orders if order.duty == "quarterly_bulletin")
    assert (wall(bulletin.anchor_at), wall(bulletin.due_at)) == ("2026-07-01 00:00", "2026-07-03 17:30")


def test_what_is_owed_over_the_turn_to_a_year_without_a_notice_is_provisional(tmp_path: Path) -> None:
    text = shipped()["xuancheng-2015"].read_text()
    file = tmp_path / "rulebook.yaml"
    file.write_text(text.replace("within: each quarter", "within: 5 working days", 1))
    rulebook = load_rulebook(file)
    for begins, provisional in (("2026-06-30", False), ("2026-12-31", True)):
        orders = routine_orders(rulebook, CALENDAR, at(f"{begins}T23:59"), at(f"{begins}T23:59") + timedelta(minutes=2))
        assert [(each.duty, each.provisional) for each in orders] == [("quarterly_bulletin", provisional)]
