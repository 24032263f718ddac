"""What lists and the file of one answer show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from services.publishing.storage.tables import (
    answer_versions,
    answers,
    duties,
    incidents,
    releases,
    remarks,
    signatures,
)
from shared.db import Transaction


@dataclass(frozen=True, slots=True)
class Filter:
    """What to list: newest first, those after `after` in that order."""

    state: str | None = None
    channel: str | None = None
    incident_id: UUID | None = None
    after: UUID | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class ListedAnswer:
    """A line of a list: no words of the answer but its title."""

    id: UUID
    incident_id: UUID
    incident_title: str
    assignment_id: UUID | None
    channel: str
    title: str | None
    state: str
    version: int
    created_at: datetime
    changed_at: datetime
    due_at: datetime | None
    overdue: bool
    url: str | None


@dataclass(frozen=True, slots=True)
class WrittenVersion:
    """One text that an answer has had."""

    revision: int
    written_at: datetime
    written_by: str
    channel: str
    account: str
    title: str | None
    text: str
    sha256: str


@dataclass(frozen=True, slots=True)
class KeptSignature:
    """One signature of any round; `counts` where it is of the present one."""

    round: int
    step: int
    role: str
    signed_by: str
    signed_at: datetime
    sha256: str
    counts: bool


@dataclass(frozen=True, slots=True)
class Remark:
    """Why an answer was returned or withdrawn."""

    round: int
    move: str
    made_by: str
    made_at: datetime
    reason: str


async def list_answers(tx: Transaction, organisation_id: str, wanted: Filter) -> Sequence[ListedAnswer]:
    """A page of one organisation's answers."""
    statement = (
        select(
            answers.c.id,
            answers.c.incident_id,
            incidents.c.title.label("incident_title"),
            answers.c.assignment_id,
            answers.c.channel,
            answers.c.title,
            answers.c.state,
            answers.c.version,
            answers.c.created_at,
            answers.c.changed_at,
            duties.c.due_at,
            duties.c.overdue.is_(True).label("overdue"),
            releases.c.url,
        )
        .join(incidents, incidents.c.incident_id == answers.c.incident_id)
        .outerjoin(duties, duties.c.assignment_id == answers.c.assignment_id)
        .outerjoin(releases, releases.c.answer_id == answers.c.id)
        .where(answers.c.organisation_id == organisation_id)
        .order_by(answers.c.id.desc())
        .limit(wanted.limit)
    )
    for column, value in (
        (answers.c.state, wanted.state),
        (answers.c.channel, wanted.channel),
        (answers.c.incident_id, wanted.incident_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.after is not None:
        statement = statement.where(answers.c.id < wanted.after)
    return [ListedAnswer(*row.values()) for row in await tx.fetch(statement)]


async def versions_of(tx: Transaction, answer_id: UUID) -> Sequence[WrittenVersion]:
    """Every text of an answer, oldest first."""
    table = answer_versions.c
    statement = (
        select(
            table.revision,
            table.written_at,
            table.written_by,
            table.channel,
            table.account,
            table.title,
            table.text,
            table.sha256,
        )
        .where(table.answer_id == answer_id)
        .order_by(table.revision)
    )
    return [WrittenVersion(*row.values()) for row in await tx.fetch(statement)]


async def signatures_of(tx: Transaction, answer_id: UUID) -> Sequence[KeptSignature]:
    """Every signature of an answer, of all rounds, oldest first."""
    counts = (signatures.c.round == answers.c.round) & answers.c.chain.is_not(None)
    statement = (
        select(
            signatures.c.round,
            signatures.c.step,
            signatures.c.role,
            signatures.c.signed_by,
            signatures.c.signed_at,
            signatures.c.sha256,
            counts.label("counts"),
        )
        .join(answers, answers.c.id == signatures.c.answer_id)
        .where(signatures.c.answer_id == answer_id)
        .order_by(signatures.c.round, signatures.c.signed_at)
    )
    return [KeptSignature(*row.values()) for row in await tx.fetch(statement)]


async def remarks_on(tx: Transaction, answer_id: UUID) -> Sequence[Remark]:
    """Why it was returned or withdrawn, oldest first."""
    table = remarks.c
    statement = (
        select(table.round, table.move, table.made_by, table.made_at, table.reason)
        .where(table.answer_id == answer_id)
        .order_by(table.id)
    )
    return [Remark(*row.values()) for row in await tx.fetch(statement)]
