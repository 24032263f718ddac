"""Opening an answer for a change: its incident locked, its rules and its duty beside it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.publishing.domain.answers import Answer, require_content, require_version
from services.publishing.domain.duties import Duty
from services.publishing.domain.personal_data import personal_data
from services.publishing.domain.releasing import Lease
from services.publishing.domain.rules import Chain, ReleaseRules
from services.publishing.storage.answers import load_answers
from services.publishing.storage.duties import duties_of
from services.publishing.storage.incidents import Incident, find_incident_of
from services.publishing.storage.releases import load_lease
from services.publishing.storage.rules import find_rules
from shared.auth import Staff
from shared.clock import Clock
from shared.db import Database, Transaction
from shared.errors import InvalidError
from shared.journal import Journal


@dataclass(frozen=True, slots=True)
class Desk:
    """What every use case here works with. Leases are counted in system time, all else is office time."""

    db: Database
    journal: Journal
    office: Clock
    system: Clock


@dataclass(frozen=True, slots=True)
class Seen:
    """What the caller looked at when deciding: a version of the answer, the digest of its words, or neither."""

    version: int | None = None
    content_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """An answer under its incident's lock, with all that decides about it."""

    answer: Answer
    incident: Incident
    rules: ReleaseRules
    duties: dict[UUID, Duty]
    lease: Lease | None

    @property
    def duty(self) -> Duty | None:
        """The duty it discharges."""
        return self.duties.get(self.answer.assignment_id) if self.answer.assignment_id else None

    def chain(self) -> Chain:
        """The approval chain as of now. Raises `ConflictError` where the rulebook names none.

        An answer that names no duty may not go a lighter way than the incident's own duties to the public, its level and its flags
        would have it go.
        """
        asked = [self.duty] if self.duty is not None else list(self.duties.values())
        named = [duty.chain for duty in asked if duty.chain is not None and duty.state != "withdrawn"]
        find = self.rules.chain_for if self.duty is not None else self.rules.chain_without_duty
        return find(named, self.incident.level, self.incident.flags)


async def open_answer(tx: Transaction, staff: Staff, answer_id: UUID, seen: Seen = Seen()) -> Opened:
    """Lock the incident and read the answer. Raises `MissingError`, or `ConflictError` where the caller's view is stale."""
    incident = await find_incident_of(tx, staff.organisation_id, answer_id, hold=True)
    answer = (await load_answers(tx, [answer_id]))[answer_id]
    require_version(answer, seen.version)
    require_content(answer, seen.content_sha256)
    rules = await find_rules(tx, staff.organisation_id, incident.rulebook_hash)
    duties = {duty.assignment_id: duty for duty in await duties_of(tx, [incident.incident_id])}
    return Opened(answer, incident, rules, duties, await load_lease(tx, answer_id))


def require_impersonal(field: str, text: str | None) -> None:
    """Raise `InvalidError`, by position, where words that will travel in an event name a private person."""
    found = [
        {"where": f"body.{field}", "what": f"{kind},请删除或遮盖 / remove or mask it", "from": start, "to": end}
        for kind, (start, end) in personal_data(text or "")
    ]
    if found:
        raise InvalidError("文字中有个人信息 / the words hold personal data.", errors=found)


def live(lease: Lease | None, now: datetime) -> Lease | None:
    """The lease, if it still holds."""
    return lease if lease is not None and lease.until > now else None
