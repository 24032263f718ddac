"""What the routes answer."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from services.publishing.domain.answers import Answer, awaited
from services.publishing.domain.releasing import Lease, Release
from services.publishing.storage.screens import KeptSignature, ListedAnswer, Remark, WrittenVersion
from services.publishing.usecases.reading import AnswerFile
from shared.contracts.publishing import AnswerState


class SignatureOut(BaseModel):
    """A signature of the present round."""

    step: int
    role: str
    by: str
    at: datetime


class AnswerOut(BaseModel):
    """An answer as it stands. `steps` are the chain's, each the roles that must all sign; `waiting_for` sign next."""

    id: UUID
    incident_id: UUID
    assignment_id: UUID | None
    key: str | None
    state: AnswerState
    version: int
    revision: int
    channel: str
    account: str
    title: str | None
    text: str
    length: int
    content_sha256: str
    chain: str | None
    steps: list[list[str]]
    waiting_for: list[str]
    signatures: list[SignatureOut]

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """As the routes answer."""
        return cls(**_standing(answer))


def _standing(answer: Answer) -> dict[str, object]:
    words, chain = answer.wording, answer.chain
    return {
        "id": answer.id,
        "incident_id": answer.incident_id,
        "assignment_id": answer.assignment_id,
        "key": answer.key,
        "state": answer.state,
        "version": answer.version,
        "revision": answer.revision,
        "channel": words.channel,
        "account": words.account,
        "title": words.title,
        "text": words.text,
        "length": len(words.composed),
        "content_sha256": words.sha256,
        "chain": chain.name if chain else None,
        "steps": [list(step) for step in chain.steps] if chain else [],
        "waiting_for": list(awaited(answer)[1]),
        "signatures": [SignatureOut(step=s.step, role=s.role, by=s.by, at=s.at) for s in answer.signatures],
    }


class LeaseOut(BaseModel):
    """Who holds an answer for release, and until when (UTC, system time)."""

    login: str
    display_name: str
    until: datetime

    @classmethod
    def of(cls, lease: Lease) -> Self:
        """As the routes answer."""
        return cls(login=lease.login, display_name=lease.display_name, until=lease.until)


class LeasedOut(AnswerOut):
    """The answer with the lease on it."""

    lease: LeaseOut

    @classmethod
    def under(cls, answer: Answer, lease: Lease) -> Self:
        """As the routes answer."""
        return cls(**_standing(answer), lease=LeaseOut.of(lease))


class ReleaseOut(BaseModel):
    """What stands in public. `posted_text` is there only where it deviates from the approved words."""

    channel: str
    url: str
    content_sha256: str
    by: str
    at: datetime
    deviates: bool
    posted_text: str | None

    @classmethod
    def of(cls, release: Release) -> Self:
        """As the routes answer."""
        return cls(
            channel=release.channel,
            url=release.url,
            content_sha256=release.sha256,
            by=release.by,
            at=release.at,
            deviates=release.deviates,
            posted_text=release.posted_text,
        )


class ReleasedOut(AnswerOut):
    """The answer with its release."""

    release: ReleaseOut

    @classmethod
    def under(cls, answer: Answer, release: Release) -> Self:
        """As the routes answer."""
        return cls(**_standing(answer), release=ReleaseOut.of(release))


class DutyOut(BaseModel):
    """The duty that the answer discharges, with its deadline (UTC)."""

    assignment_id: UUID
    key: str
    name: str
    clause: str
    owner: str
    owner_name: str
    due_at: datetime | None
    overdue: bool
    presumed: bool
    state: str


class FileOut(AnswerOut):
    """One answer whole: every text it has had, every signature of every round, why it was returned."""

    incident_title: str
    duty: DutyOut | None
    lease: LeaseOut | None
    release: ReleaseOut | None
    versions: list[WrittenVersion]
    all_signatures: list[KeptSignature]
    remarks: list[Remark]

    @classmethod
    def whole(cls, file: AnswerFile) -> Self:
        """As the routes answer."""
        return cls(
            **_standing(file.answer),
            incident_title=file.incident.title,
            duty=DutyOut.model_validate(file.duty, from_attributes=True) if file.duty else None,
            lease=LeaseOut.of(file.lease) if file.lease else None,
            release=ReleaseOut.of(file.release) if file.release else None,
            versions=list(file.versions),
            all_signatures=list(file.signatures),
            remarks=list(file.remarks),
        )


class PageOut(BaseModel):
    """A page, newest first; `next` goes into `after` for the page behind it."""

    items: list[ListedAnswer]
    next: UUID | None
