"""Reading: lists, the file of one answer, the release pack. Nothing is locked."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.publishing.domain.answers import Answer
from services.publishing.domain.duties import Duty
from services.publishing.domain.pack import release_pack
from services.publishing.domain.releasing import Lease, Release
from services.publishing.storage.answers import load_answers
from services.publishing.storage.duties import load_duties
from services.publishing.storage.incidents import Incident, find_incident_of
from services.publishing.storage.releases import load_lease, load_release
from services.publishing.storage.rules import find_rules, organisation_name
from services.publishing.storage.screens import (
    Filter,
    KeptSignature,
    ListedAnswer,
    Remark,
    WrittenVersion,
    list_answers,
    remarks_on,
    signatures_of,
    versions_of,
)
from services.publishing.usecases.opening import Desk, live
from shared.auth import Staff
from shared.db import Transaction
from shared.errors import ConflictError


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """Everything about one answer."""

    answer: Answer
    incident: Incident
    duty: Duty | None
    lease: Lease | None
    release: Release | None
    versions: Sequence[WrittenVersion]
    signatures: Sequence[KeptSignature]
    remarks: Sequence[Remark]


class Reading:
    """For any member of the organisation's staff; another organisation's answers are not there."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def list(self, staff: Staff, wanted: Filter) -> Sequence[ListedAnswer]:
        """A page, newest first."""
        async with self._desk.db.transaction() as tx:
            return await list_answers(tx, staff.organisation_id, wanted)

    async def file(self, staff: Staff, answer_id: UUID) -> AnswerFile:
        """One answer with its versions, signatures and remarks. Raises `MissingError`."""
        async with self._desk.db.transaction() as tx:
            incident = await find_incident_of(tx, staff.organisation_id, answer_id)
            answer = (await load_answers(tx, [answer_id]))[answer_id]
            return AnswerFile(
                answer=answer,
                incident=incident,
                duty=await self._duty(tx, answer),
                lease=live(await load_lease(tx, answer_id), self._desk.system.now()),
                release=await load_release(tx, answer_id),
                versions=await versions_of(tx, answer_id),
                signatures=await signatures_of(tx, answer_id),
                remarks=await remarks_on(tx, answer_id),
            )

    async def pack(self, staff: Staff, answer_id: UUID) -> str:
        """The release pack. Raises `ConflictError` before the answer is approved: there is nothing to release yet."""
        async with self._desk.db.transaction() as tx:
            incident = await find_incident_of(tx, staff.organisation_id, answer_id)
            answer = (await load_answers(tx, [answer_id]))[answer_id]
            if answer.state not in {"approved", "released"}:
                raise ConflictError(
                    f"尚未批准(现为 {answer.state}),没有发布包 / no pack before approval; it is {answer.state}.",
                    answer=answer.present,
                )
            rules = await find_rules(tx, staff.organisation_id, incident.rulebook_hash)
            duty = await self._duty(tx, answer)
            name = await organisation_name(tx, staff.organisation_id)
        return release_pack(answer, rules, name, duty.due_at if duty else None, duty.clause if duty else "")

    async def _duty(self, tx: Transaction, answer: Answer) -> Duty | None:
        if answer.assignment_id is None:
            return None
        return (await load_duties(tx, [answer.assignment_id])).get(answer.assignment_id)
