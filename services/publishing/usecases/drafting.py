"""Writing: a draft, another version of it, taking it back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from services.publishing.domain.answers import Answer, edit
from services.publishing.domain.duties import Duty
from services.publishing.domain.releasing import require_free
from services.publishing.domain.rules import ReleaseRules
from services.publishing.domain.signing import take_back
from services.publishing.domain.wording import Wording, normalised
from services.publishing.storage.answers import save_answers
from services.publishing.storage.duties import load_duties
from services.publishing.storage.incidents import Incident, hold_incident
from services.publishing.storage.releases import end_lease, remark
from services.publishing.storage.rules import find_rules
from services.publishing.usecases.announcing import answer_changed
from services.publishing.usecases.opening import Desk, Seen, open_answer, require_impersonal
from shared.auth import Staff
from shared.db import Transaction
from shared.errors import ConflictError, ForbiddenError, InvalidError
from shared.ids import new_id

ONLOOKERS = frozenset({"auditor", "admin", "platform_admin"})
"""House roles that look on or look after: whoever holds nothing else does not write for the organisation."""


@dataclass(frozen=True, slots=True)
class NewDraft:
    """What somebody wants to say. Without `account` it is the channel's usual one."""

    incident_id: UUID
    channel: str
    text: str
    title: str | None = None
    account: str | None = None
    assignment_id: UUID | None = None


def _require_writer(staff: Staff) -> None:
    if staff.roles <= ONLOOKERS:
        raise ForbiddenError("您的岗位不能起草回应 / your roles do not write answers; a post of the rulebook does.")


def _title(title: str | None) -> str | None:
    words = normalised(title or "").replace("\n", " ")
    require_impersonal("title", words)
    return words or None


async def _duty(tx: Transaction, draft: NewDraft) -> Duty | None:
    if draft.assignment_id is None:
        return None
    duty = (await load_duties(tx, [draft.assignment_id])).get(draft.assignment_id)
    if duty is None or duty.incident_id != draft.incident_id:
        raise InvalidError(
            "这个事件没有这项发布职责 / this incident has no such duty to publish.",
            errors=[{"where": "body.assignment_id", "what": "not a publishing duty of this incident"}],
        )
    if duty.state != "open":
        raise ConflictError(
            "这项发布职责已结束 / this duty has ended.", duty={"state": duty.state, "reason": duty.reason}
        )
    return duty


def _require_unmerged(incident: Incident) -> None:
    if incident.phase == "merged":
        raise ConflictError(
            "事件已并入另一事件,请在那里起草 / the incident was merged into another; draft the answer there.",
            phase=incident.phase,
        )


class Drafting:
    """Anybody with a post may write and rewrite; every rewrite voids the signatures."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def draft(self, staff: Staff, draft: NewDraft) -> Answer:
        """A new draft. Raises `MissingError`, `InvalidError` (channel, duty), `ConflictError` (merged, duty ended)."""
        _require_writer(staff)
        async with self._desk.db.transaction() as tx:
            incident = await hold_incident(tx, staff.organisation_id, draft.incident_id)
            _require_unmerged(incident)
            rules = await find_rules(tx, staff.organisation_id, incident.rulebook_hash)
            channel = rules.channel(draft.channel)
            duty = await _duty(tx, draft)
            answer = Answer(
                id=new_id(),
                organisation_id=staff.organisation_id,
                incident_id=incident.incident_id,
                wording=Wording(
                    channel.id, draft.account or channel.account, _title(draft.title), normalised(draft.text)
                ),
                authors=frozenset({staff.login}),
                written_by=staff.login,
                assignment_id=duty.assignment_id if duty else None,
                key=duty.key if duty else None,
            )
            at = self._desk.office.now()
            await save_answers(tx, [answer], at)
            await self._desk.journal.append(tx, [answer_changed(answer, "drafted", at=at, by=staff.login)])
        return answer

    async def edit(self, staff: Staff, answer_id: UUID, seen: Seen, changes: Mapping[str, str | None]) -> Answer:
        """Other words: `changes` holds what is to differ of channel, account, title and text.

        Raises `ConflictError` for a stale version, and while somebody else holds it for release.
        """
        _require_writer(staff)
        async with self._desk.db.transaction() as tx:
            opened = await open_answer(tx, staff, answer_id, seen)
            require_free(opened.lease, staff.login, self._desk.system.now())
            answer = edit(opened.answer, _reworded(opened.answer.wording, changes, opened.rules), staff.login)
            if answer.version == opened.answer.version:
                return answer
            at = self._desk.office.now()
            await save_answers(tx, [answer], at)
            await end_lease(tx, answer.id)
            await self._desk.journal.append(tx, [answer_changed(answer, "edited", at=at, by=staff.login)])
        return answer

    async def withdraw(self, staff: Staff, answer_id: UUID, seen: Seen, reason: str) -> Answer:
        """Take an answer back before its release. Raises `ForbiddenError` but for its authors and its chain's posts."""
        require_impersonal("reason", reason)
        async with self._desk.db.transaction() as tx:
            opened = await open_answer(tx, staff, answer_id, seen)
            require_free(opened.lease, staff.login, self._desk.system.now())
            answer = take_back(opened.answer, staff.login, staff.roles)
            at = self._desk.office.now()
            await save_answers(tx, [answer], at)
            await end_lease(tx, answer.id)
            await remark(tx, answer, "withdraw", staff.login, reason, at)
            told = answer_changed(answer, "withdrawn", at=at, by=staff.login, reason=reason or None)
            await self._desk.journal.append(tx, [told])
        return answer


def _reworded(present: Wording, changes: Mapping[str, str | None], rules: ReleaseRules) -> Wording:
    wording = present
    channel_id = changes.get("channel")
    if channel_id is not None and channel_id != present.channel:
        channel = rules.channel(channel_id)
        wording = replace(wording, channel=channel.id, account=channel.account)
    account, text = changes.get("account"), changes.get("text")
    if account is not None:
        wording = replace(wording, account=account)
    if "title" in changes:
        wording = replace(wording, title=_title(changes["title"]))
    return wording if text is None else replace(wording, text=normalised(text))
