"""What is handed in, and requests for more time."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.tasks.domain.extensions import Request, check_askable, decide, wanted
from services.tasks.domain.handed_in import LONGEST, check_hand_in
from services.tasks.domain.task import Task
from shared.errors import ConflictError, ForbiddenError, HuiyingError, InvalidError
from tests.unit.tasks.samples import DETAIL, DUE, LI, LIU, NOW, OPEN, WANG, held, task

REQUEST = Request(
    id=UUID(int=9),
    task_id=OPEN.id,
    incident_id=OPEN.incident_id,
    organisation_id="anhui",
    approver="deputy",
    asked_at=NOW,
    asked_by="li",
    extended_to="5 working days",
    reason="取证",
)


def test_texts_are_stripped_and_empty_notes_dropped() -> None:
    assert check_hand_in(OPEN, {"处理意见建议": " 好 ", "note": " "}) == {"处理意见建议": "好"}


def test_everything_wrong_is_listed_and_no_text_repeated() -> None:
    demanding = task(detail=replace(DETAIL, hand_in=("a", "b", "c")))
    with pytest.raises(InvalidError) as refused:
        check_hand_in(demanding, {"a": "x" * (LONGEST + 1), "13800000000": "秘密"})
    errors = refused.value.extra["errors"]
    assert [error["where"].rpartition(".")[2] for error in errors] == ["b", "c", "a", "hand_in"]
    assert "秘密" not in str(errors)
    assert "13800000000" not in str(errors)


@pytest.mark.parametrize(
    ("asked", "person", "minutes", "error"),
    [
        (OPEN, LI, 0, None),
        (held(), LI, 60, None),
        (held(), LI, 61, ConflictError),
        (held(), WANG, 0, ForbiddenError),
        (OPEN, LIU, 0, ForbiddenError),
        (task(detail=replace(DETAIL, extension=None)), LI, 0, ConflictError),
        (task(due_at=None), LI, 0, ConflictError),
        (task(state="done", holder="li"), LI, 0, ConflictError),
    ],
)
def test_who_may_ask_and_when(asked: Task, person: Any, minutes: int, error: type[HuiyingError] | None) -> None:
    at = NOW + timedelta(minutes=minutes)
    if error is None:
        assert check_askable(asked, person, at).approver == "deputy"
    else:
        with pytest.raises(error):
            check_askable(asked, person, at)


def test_what_is_wanted_is_one_of_two_and_later() -> None:
    later = DUE + timedelta(days=1)
    assert wanted(OPEN, None, "5 working days") == "5 working days"
    assert wanted(OPEN, later, None) == later.isoformat()
    for until, within in ((None, None), (later, "1 h"), (DUE, None)):
        with pytest.raises(InvalidError):
            wanted(OPEN, until, within)


def test_the_post_decides_and_nobody_on_their_own_request() -> None:
    outcome, decided = decide(OPEN, REQUEST, LIU, NOW, grant=True, reason=None)
    assert (decided.state, decided.decided_by) == ("granted", "liu")
    assert (outcome.told[0].change, outcome.told[0].extended_to) == ("extension_granted", "5 working days")
    assert outcome.task.due_at == DUE
    with pytest.raises(ForbiddenError):
        decide(OPEN, REQUEST, WANG, NOW, grant=True, reason=None)
    with pytest.raises(ForbiddenError):
        decide(OPEN, REQUEST, replace(LIU, login="li"), NOW, grant=True, reason=None)
    with pytest.raises(ConflictError):
        decide(OPEN, decided, LIU, NOW, grant=False, reason="不")
    with pytest.raises(ConflictError):
        decide(task(state="done"), REQUEST, LIU, NOW, grant=True, reason=None)
