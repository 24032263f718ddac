"""Duties to the public and their clocks."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.publishing.domain.duties import Duty, discharge, fire, follow, next_moment
from shared.contracts.grading import Assignment, Deadline, Discharged, ProcedureAdvanced, Withdrawn

T0 = datetime(2026, 1, 5, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
LEAST = timedelta(microseconds=1)
INCIDENT, ONE, TWO = UUID(int=10), UUID(int=1), UUID(int=2)


def duty(**changes: object) -> Duty:
    values: dict[str, object] = {
        "assignment_id": ONE,
        "organisation_id": "org",
        "incident_id": INCIDENT,
        "key": "first_release",
        "name": "首次发布",
        "owner": "office",
        "owner_name": "办公室",
        "clause": "第十二条",
        "due_at": T0 + 24 * HOUR,
        "remind_at": (T0 + 12 * HOUR, T0 + 20 * HOUR),
    }
    return Duty(**(values | changes))  # type: ignore[arg-type]  # a test builder


def assignment(id_: UUID = ONE, desk: str = "publishing", **changes: object) -> Assignment:
    values: dict[str, object] = {
        "id": id_,
        "key": "first_release",
        "duty": "first_release",
        "name": "首次发布",
        "kind": "respond",
        "desk": desk,
        "owner": "office",
        "owner_name": "办公室",
        "clause": "第十二条",
        "phrase": "最迟在24小时内",
        "source": "regulation",
    }
    return Assignment.model_validate(values | changes)


def deadline(
    id_: UUID = ONE, due: datetime = T0 + 24 * HOUR, holder: str = "publishing", **changes: object
) -> Deadline:
    values: dict[str, object] = {
        "assignment_id": id_,
        "holder": holder,
        "anchor": "discovered",
        "anchor_at": T0,
        "within": "24 h",
        "due_at": due,
    }
    return Deadline.model_validate(values | changes)


def order(**changes: object) -> ProcedureAdvanced:
    values: dict[str, object] = {
        "version": 1,
        "rulebook": "r",
        "rulebook_hash": "h",
        "phase": "open",
        "title": "t",
        "cause": "test",
    }
    return ProcedureAdvanced.model_validate(values | changes)


def after(known: list[Duty], said: ProcedureAdvanced) -> list[Duty]:
    return follow({each.assignment_id: each for each in known}, "org", INCIDENT, T0, said)


def test_only_this_desks_assignments_become_duties() -> None:
    said = order(
        assignments=[assignment(), assignment(TWO, "tasks", key="report")],
        deadlines=[deadline(remind_at=[T0 + 2 * HOUR, T0 + HOUR]), deadline(TWO, holder="tasks")],
    )
    (made,) = after([], said)
    assert (made.assignment_id, made.due_at) == (ONE, T0 + 24 * HOUR)
    assert made.remind_at == (T0 + HOUR, T0 + 2 * HOUR)


def test_the_same_order_again_changes_nothing() -> None:
    said = order(assignments=[assignment()], deadlines=[deadline()])
    made = after([], said)
    assert after(made, said) == []


def test_a_duty_given_to_another_desk_has_no_clock_here_and_may_come_back() -> None:
    (gone,) = after([duty()], order(assignments=[assignment(ONE, "tasks")], deadlines=[deadline(holder="tasks")]))
    assert (gone.state, next_moment(gone)) == ("withdrawn", None)
    (back,) = after([gone], order(assignments=[assignment()], deadlines=[deadline()]))
    assert (back.state, back.due_at) == ("open", T0 + 24 * HOUR)


def test_a_withdrawn_duty_has_no_clock_and_may_come_back() -> None:
    (gone,) = after([duty()], order(withdrawn=[Withdrawn(assignment_id=ONE, reason="regrade")]))
    assert (gone.state, gone.reason, next_moment(gone)) == ("withdrawn", "regrade", None)
    (back,) = after([gone], order(assignments=[assignment()], deadlines=[deadline()]))
    assert (back.state, back.reason, back.ended_at) == ("open", None, None)


def test_what_is_done_stays_done() -> None:
    done = discharge(duty(), T0 + HOUR)
    said = order(
        assignments=[assignment(presumed=True)],
        withdrawn=[Withdrawn(assignment_id=ONE, reason="regrade")],
        discharged=[Discharged(assignment_id=ONE, at=T0 + 50 * HOUR, by="li")],
        phase="merged",
    )
    (changed,) = after([done], said)
    assert (changed.state, changed.ended_at, changed.overdue) == ("done", T0 + HOUR, False)


def test_time_that_stands_still_has_no_clock_and_runs_again_with_a_new_date() -> None:
    (still,) = after([duty(reminded_until=T0 + 12 * HOUR)], order(assignments=[assignment(suspended="不可抗力")]))
    assert (still.due_at, still.remind_at, still.state, still.overdue) == (None, (), "open", False)
    assert next_moment(still) is None
    later = deadline(due=T0 + 72 * HOUR, remind_at=[T0 + 60 * HOUR])
    (runs,) = after([still], order(assignments=[assignment()], deadlines=[later]))
    assert (runs.due_at, next_moment(runs)) == (T0 + 72 * HOUR, T0 + 60 * HOUR)


def test_a_goal_reminds_and_nobody_is_late_for_it() -> None:
    goal = assignment(target_at=T0 + 24 * HOUR, remind_at=[T0 + 12 * HOUR])
    (made,) = after([], order(assignments=[goal]))
    assert (made.due_at, next_moment(made)) == (None, T0 + 12 * HOUR)
    reminded, said = fire(made, T0 + 13 * HOUR)
    assert (said, next_moment(reminded)) == ("reminded", None)
    assert fire(reminded, T0 + 999 * HOUR) == (reminded, None)


def test_a_merged_matter_ends_every_clock() -> None:
    ended = after([duty(), duty(assignment_id=TWO)], order(phase="merged"))
    assert [(each.state, each.reason) for each in ended] == [("withdrawn", "merged")] * 2


def test_a_later_due_moment_lifts_the_mark_and_an_earlier_does_not() -> None:
    late = duty(overdue=True)
    (extended,) = after([late], order(deadlines=[deadline(due=T0 + 48 * HOUR)]))
    assert not extended.overdue
    (moved,) = after([late], order(deadlines=[deadline(due=T0 + 23 * HOUR)]))
    assert moved.overdue


@pytest.mark.parametrize(
    ("now", "says", "next_"),
    [
        (T0, None, T0 + 12 * HOUR),
        (T0 + 12 * HOUR, "reminded", T0 + 20 * HOUR),
        (T0 + 21 * HOUR, "reminded", T0 + 24 * HOUR + LEAST),
        (T0 + 24 * HOUR, "reminded", T0 + 24 * HOUR + LEAST),
        (T0 + 24 * HOUR + LEAST, "overdue", None),
        (T0 + 900 * HOUR, "overdue", None),
    ],
)
def test_the_clock(now: datetime, says: str | None, next_: datetime | None) -> None:
    moved, said = fire(duty(), now)
    assert (said, next_moment(moved)) == (says, next_)
    assert fire(moved, now)[1] is None


def test_a_duty_without_a_date_has_no_clock() -> None:
    silent = duty(due_at=None, remind_at=())
    assert next_moment(silent) is None
    assert fire(silent, T0 + 900 * HOUR) == (silent, None)


@pytest.mark.parametrize(("at", "late"), [(T0 + 24 * HOUR, False), (T0 + 24 * HOUR + LEAST, True)])
def test_late_is_after_due_whether_or_not_the_clock_fired(at: datetime, late: bool) -> None:
    done = discharge(duty(), at)
    assert (done.state, done.overdue, next_moment(done)) == ("done", late, None)


@given(
    reminders=st.lists(st.integers(0, 60), max_size=5),
    due=st.none() | st.integers(0, 60),
    looks=st.lists(st.integers(0, 90), min_size=1, max_size=12).map(sorted),
)
def test_however_often_the_clock_is_looked_at(reminders: list[int], due: int | None, looks: list[int]) -> None:
    clock = duty(
        due_at=None if due is None else T0 + due * HOUR,
        remind_at=tuple(T0 + hours * HOUR for hours in sorted(reminders)),
    )
    said: list[tuple[int, str]] = []
    for hours in looks:
        clock, change = fire(clock, T0 + hours * HOUR)
        if change:
            said.append((hours, change))
        moment = next_moment(clock)
        assert moment is None or moment > T0 + hours * HOUR
    overdue = [hours for hours, change in said if change == "overdue"]
    assert len(overdue) == (due is not None and looks[-1] > due)
    assert [change for _, change in said].count("reminded") <= len(set(reminders))
    assert not overdue or said[-1][1] == "overdue"
