"""An answer on its way out: states and legal moves. A move returns a new answer or raises.

draft → in_review → approved → released; withdrawn from any of the first three. Who signs is in `signing.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.publishing.domain.rules import Chain
from services.publishing.domain.wording import Wording
from shared.contracts.publishing import AnswerState
from shared.errors import ConflictError

Move = Literal["edit", "submit", "sign", "return", "lease", "release", "withdraw"]

LEGAL: Mapping[Move, frozenset[AnswerState]] = {
    "edit": frozenset({"draft", "in_review", "approved"}),
    "submit": frozenset({"draft"}),
    "sign": frozenset({"in_review"}),
    "return": frozenset({"in_review", "approved"}),
    "lease": frozenset({"approved"}),
    "release": frozenset({"approved"}),
    "withdraw": frozenset({"draft", "in_review", "approved"}),
}

_MOVES: Mapping[Move, str] = {
    "edit": "修改",
    "submit": "送审",
    "sign": "审批",
    "return": "退回",
    "lease": "领取发布",
    "release": "登记发布",
    "withdraw": "撤回",
}


@dataclass(frozen=True, slots=True)
class Signature:
    """One post's approval of the sealed words, in one round of review."""

    step: int
    role: str
    by: str
    at: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it stands. `version` counts every move; `revision` the texts; `round` the submissions.

    `chain` is fixed at submission; `signatures` are those of the present round, and each binds to the sealed words.
    """

    id: UUID
    organisation_id: str
    incident_id: UUID
    wording: Wording
    authors: frozenset[str]
    written_by: str
    assignment_id: UUID | None = None
    key: str | None = None
    state: AnswerState = "draft"
    version: int = 1
    revision: int = 1
    round: int = 0
    chain: Chain | None = None
    signatures: tuple[Signature, ...] = field(default=())

    @property
    def present(self) -> dict[str, object]:
        """The present state, for a refusal to carry."""
        return {
            "id": str(self.id),
            "state": self.state,
            "version": self.version,
            "content_sha256": self.wording.sha256,
            "waiting_for": list(awaited(self)[1]),
        }


def awaited(answer: Answer) -> tuple[int, tuple[str, ...]]:
    """The step that is open (from 0) and the roles in it that have yet to sign; past the last step, no roles."""
    steps = answer.chain.steps if answer.chain and answer.state == "in_review" else ()
    for number, roles in enumerate(steps):
        signed = {each.role for each in answer.signatures if each.step == number}
        missing = tuple(role for role in roles if role not in signed)
        if missing:
            return number, missing
    return len(steps), ()


def require(answer: Answer, move: Move) -> None:
    """Raise `ConflictError`, carrying the present state, unless the move is legal now."""
    if answer.state not in LEGAL[move]:
        raise ConflictError(
            f"当前状态为 {answer.state},不能{_MOVES[move]} / "
            f"cannot {move} an answer that is {answer.state}; look at its present state.",
            answer=answer.present,
        )


def require_version(answer: Answer, version: int | None) -> None:
    """Raise `ConflictError`, carrying the present state, where the caller looked at another version."""
    if version is not None and version != answer.version:
        raise ConflictError(
            f"您看到的是第 {version} 版,现为第 {answer.version} 版,请刷新后重试 / "
            f"you looked at version {version}, it is {answer.version} now; read it again.",
            answer=answer.present,
        )


def require_content(answer: Answer, sha256: str | None) -> None:
    """Raise `ConflictError` where the caller saw other words than those that stand now."""
    if sha256 is not None and sha256 != answer.wording.sha256:
        raise ConflictError(
            "内容已不是您看到的内容,请刷新后重试 / these are no longer the words you saw; read them again.",
            answer=answer.present,
        )


def edit(answer: Answer, wording: Wording, by: str) -> Answer:
    """Other words: a new revision, back to draft, every signature void. The same words: no move at all."""
    require(answer, "edit")
    if wording == answer.wording:
        return answer
    return replace(
        answer,
        wording=wording,
        written_by=by,
        authors=answer.authors | {by},
        state="draft",
        version=answer.version + 1,
        revision=answer.revision + 1,
        chain=None,
        signatures=(),
    )


def submit(answer: Answer, chain: Chain) -> Answer:
    """Into review, under the chain as the rulebook has it now; an earlier round's signatures do not count."""
    require(answer, "submit")
    return replace(
        answer, state="in_review", version=answer.version + 1, round=answer.round + 1, chain=chain, signatures=()
    )


def back_to_draft(answer: Answer) -> Answer:
    """Returned: the words stay, the signatures are void."""
    require(answer, "return")
    return replace(answer, state="draft", version=answer.version + 1, chain=None, signatures=())


def withdraw(answer: Answer) -> Answer:
    """Taken back for good, before it was released."""
    require(answer, "withdraw")
    return replace(answer, state="withdrawn", version=answer.version + 1)


def release(answer: Answer) -> Answer:
    """Out, under the approved seal."""
    require(answer, "release")
    return replace(answer, state="released", version=answer.version + 1)
