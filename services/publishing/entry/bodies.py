"""What the routes read."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.publishing.usecases.opening import Seen
from shared.web.fields import NUMBER

Name = Annotated[str, Field(min_length=1, max_length=64)]
Text = Annotated[str, Field(max_length=20_000)]
Title = Annotated[str, Field(max_length=200)]
Reason = Annotated[str, Field(max_length=1000)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Version = Annotated[int, Field(ge=1, le=2_000_000_000), NUMBER]


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

    minutes: Annotated[int, Field(ge=1, le=60), NUMBER] = 15


class ReleaseBody(Body):
    """Where it stands now. `text` is what was found there, where that was compared with the approved words."""

    channel: Name
    url: Annotated[str, Field(min_length=1, max_length=2000)]
    content_sha256: Sha256
    text: Text | None = None
