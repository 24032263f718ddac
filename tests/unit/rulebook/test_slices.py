"""What consumers get of a rulebook, and what belongs to no incident."""

from dataclasses import replace
from datetime import datetime, timedelta

import orjson
import pytest
from pydantic import ValidationError

from services.grading.rulebook import CompiledRulebook, answer_chain, routine_orders, slices
from services.grading.rulebook.written.model import Joining
from shared.calendar.hours import SHANGHAI
from tests.unit.rulebook.cases import ANHUI, CALENDAR, XUANCHENG, YICHUN


@pytest.mark.parametrize("rulebook", [ANHUI, XUANCHENG, YICHUN], ids=lambda each: each.id)
def test_slices_are_plain_json(rulebook: CompiledRulebook) -> None:
    parts = slices(rulebook)
    assert orjson.loads(orjson.dumps(parts)) == parts
    assert parts.keys() == {"intake", "publishing", "tasks"}
    assert parts["intake"]["join_window_hours"] == 168
    assert (parts["intake"]["after_closing"], parts["intake"]["reopen_within_hours"]) == ("anew", None)
    assert {"weibo", "wechat", "government_site"} <= parts["publishing"]["channels"].keys()
    assert {rule["chain"] for rule in parts["publishing"]["rules"]} <= parts["publishing"]["chains"].keys()


def test_intake_is_told_every_count_that_criteria_turn_at() -> None:
    thresholds = slices(ANHUI)["intake"]["thresholds"]
    asked = {(name, least) for each in ANHUI.model.criteria for name, least in each.when.metrics.items()}
    assert [(each["metric"], each["threshold"]) for each in thresholds] == sorted(asked)
    assert {each["level"] for each in thresholds} <= ANHUI.level.keys()
    assert all(each["clause"] for each in thresholds)


def test_a_closed_matter_may_be_opened_again() -> None:
    joining = Joining(after_closing="reopen", reopen_within="30 days")
    reopening = replace(ANHUI, model=ANHUI.model.model_copy(update={"joining": joining}))
    assert slices(reopening)["intake"]["reopen_within_hours"] == 720
    for wrong in ({"after_closing": "reopen"}, {"reopen_within": "30 days"}):
        with pytest.raises(ValidationError, match="belong together"):
            Joining.model_validate(wrong)


@pytest.mark.parametrize(
    ("rulebook", "level", "flags", "chain"),
    [
        (ANHUI, "III", (), "release"),
        (ANHUI, "I", (), "major_release"),
        (ANHUI, None, (), "major_release"),
        (XUANCHENG, "general", (), "department_reply"),
        (XUANCHENG, "general", ("high_attention",), "joint_review"),
        (XUANCHENG, "major_sensitive", (), "joint_review"),
        (YICHUN, "general", (), "answer"),
        (YICHUN, "major", (), "response"),
    ],
)
def test_the_chain_an_answer_needs(
    rulebook: CompiledRulebook, level: str | None, flags: tuple[str, ...], chain: str
) -> None:
    assert answer_chain(rulebook, level, frozenset(flags)) == chain


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        ("2026-11-18", [8.5, 9.5, 10.5, 11.5, 12.5, 13.5, 14.5, 15.5, 16.5, 17.5, 19.5, 21.5, 23.5]),
        ("2026-11-21", [8.5, 10.5, 12.5, 14.5, 16.5, 18.5, 20.5, 22.5]),  # a Saturday
        ("2026-02-14", [8.5, 9.5, 10.5, 11.5, 12.5, 13.5, 14.5, 15.5, 16.5, 17.5, 19.5, 21.5, 23.5]),  # one worked
    ],
)
def test_patrols_follow_the_working_calendar(day: str, hours: list[float]) -> None:
    start = datetime.fromisoformat(day).replace(tzinfo=SHANGHAI)
    orders = routine_orders(XUANCHENG, CALENDAR, start, start + timedelta(days=1))
    patrols = [order for order in orders if order.kind == "patrol"]
    assert [(order.anchor_at - start) / timedelta(hours=1) for order in patrols] == hours
    assert all(order.due_at and order.due_at > order.anchor_at for order in patrols)


def test_the_quarter_ends_at_midnight() -> None:
    start = datetime(2026, 9, 30, tzinfo=SHANGHAI)
    orders = routine_orders(XUANCHENG, CALENDAR, start, start + timedelta(days=2))
    bulletin = next(order for order in orders if order.duty == "quarterly_bulletin")
    assert bulletin.anchor_at == datetime(2026, 10, 1, tzinfo=SHANGHAI)
    assert (bulletin.anchor, bulletin.due_at, bulletin.key) == (
        "quarter_end",
        None,
        "quarterly_bulletin@2026-09-30T16:00Z",
    )
