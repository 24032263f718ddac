"""Who may sign, return and withdraw: other people than the author, each in one post of the chain, step after step."""

from collections.abc import Set
from dataclasses import replace
from datetime import datetime

from services.publishing.domain.answers import Answer, Signature, awaited, back_to_draft, require
from services.publishing.domain.answers import withdraw as _withdraw
from services.publishing.domain.rules import Chain, ReleaseRules
from shared.errors import ConflictError, ForbiddenError, InvalidError

PUBLISHER = "publisher"
"""The release desk: the house's own role, beside those of the rulebook."""


def _chosen(answer: Answer, roles: Set[str], role: str | None, rules: ReleaseRules) -> tuple[int, str]:
    """The step and the post in which somebody with `roles` signs now."""
    step, waiting = awaited(answer)
    mine = [each for each in waiting if each in roles and role in {None, each}]
    if not mine:
        raise ForbiddenError(
            f"现等待 {rules.role_names(waiting)} 审批 / this waits for: {', '.join(waiting)}.",
            waiting_for=list(waiting),
        )
    return step, mine[0]


def sign(answer: Answer, by: str, roles: Set[str], role: str | None, at: datetime, rules: ReleaseRules) -> Answer:
    """One post's approval. `role` picks a post for whoever holds several awaited ones.

    Raises `ForbiddenError` for an author and for a post whose turn it is not (saying which it waits for),
    `ConflictError` for a second signature of the same person: joint approval by one person is none.
    """
    require(answer, "sign")
    if by in answer.authors:
        raise ForbiddenError(
            "起草人不能审批自己的文稿 / whoever wrote any of it cannot approve it; another holder of the post must.",
            waiting_for=list(awaited(answer)[1]),
        )
    step, post = _chosen(answer, roles, role, rules)
    for signature in answer.signatures:
        if signature.by == by:
            raise ConflictError(
                f"您已以{rules.role_names([signature.role])}身份审批 / you have signed this round as {signature.role}.",
                answer=answer.present,
            )
    signature = Signature(step, post, by, at, answer.wording.sha256)
    signed = replace(answer, version=answer.version + 1, signatures=(*answer.signatures, signature))
    return replace(signed, state="approved") if not awaited(signed)[1] else signed


def require_chain(answer: Answer, chain: Chain) -> None:
    """Raise `ConflictError` where the rulebook's chain is no longer the one the answer is going through (a regrade)."""
    if answer.chain is not None and answer.chain.steps != chain.steps:
        raise ConflictError(
            f"级别或职责已变化,应按审批程序“{chain.name}”重新送审,请先退回 / "
            f"the grade or duty changed and the chain is now '{chain.name}'; return it and submit it again.",
            answer=answer.present,
        )


def _posts(answer: Answer) -> frozenset[str]:
    steps = answer.chain.steps if answer.chain else ()
    return frozenset(role for step in steps for role in step)


def give_back(answer: Answer, roles: Set[str], reason: str, rules: ReleaseRules) -> Answer:
    """Return to the author: any post of its chain may, and the release desk once it is approved.

    Raises `ForbiddenError` for others and `InvalidError` without a reason.
    """
    require(answer, "return")
    if not reason.strip():
        raise InvalidError(
            "退回须说明理由 / say why it is returned.", errors=[{"where": "body.reason", "what": "empty"}]
        )
    allowed = _posts(answer) | ({PUBLISHER} if answer.state == "approved" else frozenset())
    if not roles & allowed:
        raise ForbiddenError(
            f"只有 {rules.role_names(sorted(allowed))} 可以退回 / only these posts may return it: "
            f"{', '.join(sorted(allowed))}.",
            waiting_for=list(awaited(answer)[1]),
        )
    return back_to_draft(answer)


def take_back(answer: Answer, by: str, roles: Set[str]) -> Answer:
    """Withdraw: its authors, and the posts of its chain. Raises `ForbiddenError` for others."""
    require(answer, "withdraw")
    if by not in answer.authors and not roles & _posts(answer):
        raise ForbiddenError(
            "只有起草人和审批人可以撤回 / only its authors and the posts of its chain may withdraw it."
        )
    return _withdraw(answer)
