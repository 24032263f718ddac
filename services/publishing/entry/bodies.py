"""What the routes read and write."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.publishing.domain.answers import Answer, awaited
from services.publishing.domain.releasing import Lease, Release
from services.publishing.storage.screens import KeptSignature, ListedAnswer, Remark, WrittenVersion
from services.publishing.usecases.opening import Seen
from services.publishing.usecases.reading import AnswerFile
from shared.contracts.publishing import AnswerState

Name = Annotated[str, Field(min_length=1, max_length=64)]
Text = Annotated[str, Field(max_length=20_000)]
Title = Annotated[str, Field(max_length=200)]
Reason = Annotated[str, Field(max_length=1000)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Version = Annotated[int, Field(ge=1, le=2_000_000_000)]


class Body(BaseModel):
    """A request; a member that the route does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class DraftBody(Body):
    """A new answer. `assignment_id` names the duty that its release discharges."""

    incident_id: UUID
    channel: Name
    text: Text
    title: Title | None = None
    account: Annotated[str, Field(max_length=100)] | None = None
    assignment_id: UUID | None = None


class EditBody(Body):
    """Other words. `version` is the one that was edited; members left out stay as they are."""

    version: Version
    channel: Name | None = None
    text: Text | None = None
    title: Title | None = None
    account: Annotated[str, Field(max_length=100)] | None = None

    def changes(self) -> dict[str, str | None]:
        """What is to differ."""
        return self.model_dump(exclude_unset=True, exclude={"version"})


class SeenBody(Body):
    """What the caller looked at: with either member, a text that has changed meanwhile is refused with 409."""

    version: Version | None = None
    content_sha256: Sha256 | None = None

    def seen(self) -> Seen:
        """As the use cases take it."""
        return Seen(self.version, self.content_sha256)


class ApproveBody(SeenBody):
    """`role` picks a post for whoever holds several that are waited for."""

    role: Name | None = None


class ReturnBody(SeenBody):
    """Why it goes back to its author."""

    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class WithdrawBody(SeenBody):
    """Why it is taken back, where that needs saying."""

    reason: Reason = ""


class LeaseBody(SeenBody):
    """For how many minutes."""

    minutes: Annotated[int, Field(ge=1, le=60)] = 15


class ReleaseBody(Body):
    """Where it stands now. `text` is what was found there, where that was compared with the approved words."""

    channel: Name
    url: Annotated[str, Field(min_length=1, max_length=2000)]
    content_sha256: Sha256
    text: Text | None = None


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
