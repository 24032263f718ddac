"""Clocks: each moment once, nothing before its time, nothing after the end."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tasks.domain.firing import AFTER, fire, next_moment
from services.tasks.domain.task import Task
from shared.contracts.tasks import TaskState
from tests.unit.tasks.samples import CLOCK, DUE, NOW, OPEN, task

moments = st.integers(-600, 600).map(lambda minutes: NOW + timedelta(minutes=minutes))
clocks = st.builds(
    lambda remind, escalate: replace(
        CLOCK,
        remind_at=tuple(sorted(remind)),
        escalate=tuple((at, f"role{n}") for n, at in enumerate(sorted(escalate))),
    ),
    st.lists(moments, max_size=4),
    st.lists(moments, max_size=3),
)
tasks = st.builds(lambda due, clock: task(due_at=due, clock=clock), moments, clocks)


def run(clocked: Task, times: list[datetime]) -> tuple[Task, list[tuple[str, str | None]]]:
    told: list[tuple[str, str | None]] = []
    for now in times:
        firing = fire(clocked, now)
        clocked = firing.task
        told += firing.told
    return clocked, told


@given(tasks, st.lists(moments, max_size=6).map(sorted))
def test_whenever_it_fires_the_verdict_falls_once_and_each_step_is_taken_once(
    clocked: Task, times: list[datetime]
) -> None:
    end = NOW + timedelta(days=2)
    after, told = run(clocked, [*times, end])
    changes = [change for change, _ in told]
    assert changes.count("overdue") == 1
    assert [role for change, role in told if change == "escalated"] == [role for _, role in clocked.clock.escalate]  # type: ignore[union-attr]  # the strategy gives each a clock
    assert changes.index("overdue") < min((n for n, c in enumerate(changes) if c == "escalated"), default=99)
    assert "reminded" not in changes[changes.index("overdue") :]
    assert next_moment(after) is None


@given(tasks, moments)
def test_firing_leaves_nothing_due_behind(clocked: Task, now: datetime) -> None:
    firing = fire(clocked, now)
    assert firing.next_at is None or firing.next_at > now
    assert fire(firing.task, now).told == ()
    assert firing.task.version == clocked.version + len(firing.told)


@given(tasks, moments)
def test_nothing_is_told_before_the_next_moment(clocked: Task, now: datetime) -> None:
    first = next_moment(clocked)
    if first is None or now < first:
        assert fire(clocked, now).told == ()
    else:
        assert fire(clocked, now).told != ()


@pytest.mark.parametrize("state", ["done", "withdrawn"])
def test_what_has_ended_has_no_clock(state: TaskState) -> None:
    ended = task(state=state)
    assert next_moment(ended) is None
    assert fire(ended, NOW + timedelta(days=9)).told == ()


def test_a_task_without_a_deadline_has_no_clock() -> None:
    assert next_moment(task(clock=None, due_at=None)) is None


def test_missed_reminders_are_one() -> None:
    many = replace(CLOCK, remind_at=tuple(NOW + timedelta(minutes=n) for n in (10, 20, 30)))
    assert fire(task(clock=many), NOW + timedelta(minutes=40)).told == (("reminded", "office"),)


def test_the_due_moment_itself_is_in_time() -> None:
    reminded = task(reminded_at=DUE)
    assert fire(reminded, DUE).told == ()
    assert next_moment(reminded) == DUE + AFTER
    assert fire(reminded, DUE + AFTER).told == (("overdue", "office"), ("escalated", "deputy"))


def test_of_publishings_deadlines_only_the_escalation_is_ours() -> None:
    mirrored = task(desk="publishing", clock=replace(CLOCK, holder="publishing"))
    assert fire(mirrored, DUE + timedelta(hours=2)).told == (("escalated", "deputy"), ("escalated", "chief"))
    assert fire(mirrored, DUE + timedelta(hours=2)).task.overdue is False


def test_a_reminder_is_not_repeated_when_the_order_is_confirmed() -> None:
    reminded = fire(OPEN, NOW + timedelta(minutes=31)).task
    assert fire(reminded, NOW + timedelta(minutes=32)).told == ()
