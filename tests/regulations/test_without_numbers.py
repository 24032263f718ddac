"""A regulation without a single number runs as well: each step is ordered when the one before is handed in."""

from datetime import datetime, timedelta

import pytest

from services.grading.rulebook import Advance, CompiledRulebook, Fact, advance, load_rulebook
from shared.calendar import official_calendar
from shared.calendar.hours import SHANGHAI

CALENDAR = official_calendar()
START = datetime(2026, 11, 20, 23, 59, tzinfo=SHANGHAI)
# What only a person records, and when: a count of steps after the start.
RECORDED = {
    "district-joint-conference": ("worsening",),
    "kindergarten": (),
    "procuratorate": ("case_taken_up", "decision_planned"),
}
FLAGS = {"kindergarten": ("untrue",)}
STEPS = {
    "district-joint-conference": ["report", "analyse", "joint_conference", "approve_plan", "press_text"],
    "kindergarten": ["report", "study", "verify", "draft_text", "approve_text", "publish"],
    "procuratorate": ["clerk_report", "gather", "report"],
}
# Ordered at once, whatever the step.
FREE = {"district-joint-conference": "keep_record", "kindergarten": "keep_file", "procuratorate": "track"}


def after(steps: int) -> datetime:
    return START + timedelta(minutes=steps)


def beginning(name: str, level: str) -> list[Fact]:
    facts = [Fact("m-discovered", "moment", START, {"name": "discovered"})]
    facts.append(Fact("g", "graded", START, {"level": level, "by": "甲", "role": "office"}))
    facts += [Fact(f"m-{each}", "moment", after(1), {"name": each}) for each in RECORDED[name]]
    facts += [Fact(f"f-{each}", "flag", START, {"name": each, "on": True}) for each in FLAGS.get(name, ())]
    return facts


def run(rulebook: CompiledRulebook, facts: list[Fact]) -> Advance:
    """Hand in whatever is ordered, a step at a time, until nothing new is ordered."""
    now = advance(rulebook, CALENDAR, facts, {})
    for step in range(2, 30):
        waiting = sorted(key for key in now.orders.keys() - now.done.keys() if "#2" not in key)
        if not waiting:
            break
        facts += [Fact(f"d-{key}", "done", after(step), {"order": key, "by": "甲", "hand_in": {}}) for key in waiting]
        now = advance(rulebook, CALENDAR, facts, now.orders)
    return now


@pytest.mark.parametrize("name", STEPS)
def test_each_step_begins_with_the_one_before(name: str) -> None:
    rulebook = load_rulebook(name)
    now = run(rulebook, beginning(name, "major"))
    starts = [now.orders[duty].anchor_at for duty in STEPS[name]]
    assert starts == sorted(set(starts))
    assert now.orders[FREE[name]].anchor_at == START


@pytest.mark.parametrize("name", STEPS)
def test_every_duty_is_reached_and_none_has_a_deadline(name: str) -> None:
    rulebook = load_rulebook(name)
    now = run(rulebook, beginning(name, "major"))
    assert {order.duty for order in now.orders.values()} - {"approve_grade"} == {duty.id for duty in rulebook.duties}
    due = {order.duty for order in now.orders.values() if order.due_at is not None}
    assert due == ({"report"} if name == "kindergarten" else set())


@pytest.mark.parametrize("name", STEPS)
def test_at_the_lower_level_the_procedure_runs_without_what_severity_asks_for(name: str) -> None:
    rulebook = load_rulebook(name)
    now = run(rulebook, beginning(name, "general"))
    assert {order.duty for order in now.orders.values()} - {"approve_grade"} == {
        duty.id for duty in rulebook.duties if duty.levels is None
    }


@pytest.mark.parametrize("name", STEPS)
def test_at_closing_nothing_is_left_open(name: str) -> None:
    rulebook = load_rulebook(name)
    facts = beginning(name, "major")
    open_ = advance(rulebook, CALENDAR, facts, {})
    closed = advance(
        rulebook, CALENDAR, [*facts, Fact("m-closed", "moment", after(9), {"name": "closed"})], open_.orders
    )
    deadlines = {key for key, order in open_.orders.items() if order.due_at is not None}
    assert closed.orders.keys() - closed.done.keys() == deadlines
