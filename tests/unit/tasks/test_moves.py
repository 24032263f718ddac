"""What may be done with a task in which state, by whom."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import get_args

import pytest

from services.tasks.domain import moves
from services.tasks.domain.moves import MOVES, Move, Outcome, step
from services.tasks.domain.standing import check_version
from services.tasks.domain.task import Task
from shared.contracts.tasks import TaskState
from shared.errors import ConflictError, ForbiddenError
from tests.unit.tasks.samples import DETAIL, DUE, LI, LIU, NOW, OPEN, WANG, held, task

STATES = get_args(TaskState)
ALL: list[tuple[TaskState, Move]] = list(product(STATES, get_args(Move)))


@pytest.mark.parametrize(("state", "move"), ALL)
def test_only_what_stands_in_the_table_can_happen(state: TaskState, move: Move) -> None:
    if (state, move) in MOVES:
        assert step(task(state=state), move) == MOVES[state, move]
    else:
        with pytest.raises(ConflictError) as refused:
            step(task(state=state), move)
        assert refused.value.extra["present"]["state"] == state


def test_done_is_final() -> None:
    assert not any(state == "done" for state, _ in MOVES)


@pytest.mark.parametrize("move", get_args(Move))
def test_nothing_is_done_here_for_publishing(move: Move) -> None:
    with pytest.raises(ConflictError):
        step(task(desk="publishing"), move)


@pytest.mark.parametrize(
    "act",
    [
        lambda t: moves.claim(t, LI, NOW),
        lambda t: moves.designate(t, LI, WANG, NOW, "轮班"),
        lambda t: moves.complete(t, LI, NOW),
        lambda t: moves.give_back(t, LI, "休假"),
    ],
)
@pytest.mark.parametrize("state", STATES)
def test_versions_count_what_is_told(state: TaskState, act: Callable[[Task], Outcome]) -> None:
    before = task(state=state, holder=None if state == "open" else "li", version=7)
    try:
        outcome = act(before)
    except ConflictError:
        return
    assert outcome.task.version == 7 + len(outcome.told)
    assert (outcome.task == before) == (not outcome.told)


def test_claiming_takes_it_on() -> None:
    outcome = moves.claim(OPEN, LI, NOW)
    assert (outcome.task.state, outcome.task.holder, outcome.task.held_at) == ("claimed", "li", NOW)


def test_who_comes_second_is_told_who_and_when() -> None:
    with pytest.raises(ConflictError) as refused:
        moves.claim(held(holder_name="李同志"), WANG, NOW)
    assert "李同志（li）" in refused.value.detail
    assert "2026-03-02 09:00" in refused.value.detail


def test_claiming_needs_the_post() -> None:
    with pytest.raises(ForbiddenError):
        moves.claim(OPEN, LIU, NOW)


@pytest.mark.parametrize(("hand_in", "state"), [((), "done"), (("认领说明",), "claimed")])
def test_a_duty_to_claim_is_done_by_claiming_unless_it_demands_papers(hand_in: tuple[str, ...], state: str) -> None:
    duty = task(kind="claim", detail=replace(DETAIL, hand_in=hand_in))
    assert moves.claim(duty, LI, NOW).task.state == state


def test_who_was_designated_for_a_duty_to_claim_fulfils_it_by_claiming() -> None:
    duty = held(by="zhao", kind="claim", detail=replace(DETAIL, hand_in=()))
    zhao = replace(LIU, login="zhao", roles=frozenset({"department"}))
    outcome = moves.claim(duty, zhao, NOW)
    assert (outcome.task.state, [each.change for each in outcome.told]) == ("done", ["done"])


@pytest.mark.parametrize("role", ["office", "chief", "deputy"])
def test_designating_is_for_the_post_those_it_is_owed_to_and_those_it_goes_up_to(role: str) -> None:
    somebody = replace(LIU, roles=frozenset({role}))
    assert moves.designate(OPEN, somebody, WANG, NOW, "轮班").task.holder == "wang"


def test_others_may_not_designate() -> None:
    with pytest.raises(ForbiddenError):
        moves.designate(OPEN, replace(LIU, roles=frozenset({"department"})), WANG, NOW, "轮班")


def test_only_the_holder_returns() -> None:
    with pytest.raises(ForbiddenError):
        moves.give_back(held(), WANG, "不归我")
    outcome = moves.give_back(held(), LI, "休假")
    assert (outcome.task.state, outcome.task.holder, outcome.task.reason) == ("open", None, "休假")


@pytest.mark.parametrize(("seconds", "late"), [(-1, False), (0, False), (1, True)])
def test_late_is_after_the_due_moment_and_not_at_it(seconds: int, late: bool) -> None:
    outcome = moves.complete(OPEN, LI, DUE.replace(second=0) + (seconds * (DUE - NOW)) / 3600)
    assert outcome.task.overdue is late


def test_an_early_verdict_does_not_stick_to_work_done_in_time() -> None:
    assert moves.complete(held(overdue=True), LI, DUE).task.overdue is False


def test_the_event_names_papers_and_never_their_text() -> None:
    outcome = moves.naming(moves.complete(OPEN, LI, NOW), OPEN.id, {"b": "秘密", "a": "内容"})
    (told,) = outcome.told
    assert told.hand_in == {"id": str(OPEN.id), "names": ["a", "b"]}


def test_a_stale_version_is_refused_with_the_present() -> None:
    check_version(OPEN, None)
    check_version(OPEN, 1)
    with pytest.raises(ConflictError) as refused:
        check_version(held(), 1)
    assert refused.value.extra["present"]["version"] == 2
