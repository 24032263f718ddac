"""What senders may write in the fields of a report."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from services.intake.domain.spread import METRICS
from shared.contracts.intake import Spread
from shared.web.fields import NUMBER, LocalMoment

MOST_COUNT = 10**12
"""A count above this is a fault of its sender, not attention."""


def _no_nul(value: Any) -> Any:
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("contains a NUL character, which cannot be kept; leave it out")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError("contains half of a surrogate pair, which is no character; leave it out") from None
    return value


_CLEAN = BeforeValidator(_no_nul)
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), _CLEAN]
Body = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50_000), _CLEAN]
PostText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000), _CLEAN]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), _CLEAN]
Place = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), _CLEAN]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60), _CLEAN]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40), _CLEAN]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), _CLEAN]
Link = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^https?://\S+$"), _CLEAN]
Count = Annotated[int, Field(ge=0, le=MOST_COUNT), NUMBER]


class Contact(BaseModel):
    """Who complains; kept sealed, never shown in lists, events or logs."""

    model_config = ConfigDict(extra="forbid")
    name: Name = ""
    phone: Phone = ""


class Complaint(BaseModel):
    """A citizen's complaint, as the portal hands it in."""

    model_config = ConfigDict(extra="forbid")
    title: Title
    body: Body
    occurred_at: LocalMoment | None = None
    region: Place | None = None
    topic: Short | None = None
    contact: Contact | None = None


class PatrolEntry(BaseModel):
    """What a patrol of one's own staff found on a site."""

    model_config = ConfigDict(extra="forbid")
    title: Title
    body: Body
    url: Link | None = None
    platform: Short | None = None
    occurred_at: LocalMoment | None = None
    region: Place | None = None
    topic: Short | None = None


class Metrics(BaseModel):
    """How far a post has been carried, as of this push; what is left out (or null) is unknown and stays as it was known."""

    reads: Count | None = None
    comments: Count | None = None
    reposts: Count | None = None
    likes: Count | None = None

    def spread(self) -> Spread:
        """The same as a contract value; what is unknown counts as none there."""
        told = {metric: count for metric in METRICS if (count := getattr(self, metric)) is not None}
        return Spread.model_construct(**told)  # checked a line above

    def known(self) -> frozenset[str]:
        """The metrics that were told."""
        return frozenset(metric for metric in METRICS if getattr(self, metric) is not None)


class PostEvent(BaseModel):
    """One post in a vendor's push. `root_id` is the original that it reposts or comments, in the vendor's ids.

    `observed_at` is when the metrics were counted: a sample that is older than the last changes no total, and is kept. Without
    it they count as of their arrival.
    """

    id: Short
    url: Link | None = None
    platform: Short
    author_type: Short = "person"
    posted_at: LocalMoment
    text: PostText = ""
    root_id: Short | None = None
    metrics: Metrics = Metrics()
    observed_at: LocalMoment | None = None


class Push(BaseModel):
    """A vendor's push for one organisation; its events are read one by one, so that a bad one spoils no other."""

    organisation: Short
    events: Annotated[list[Any], Field(min_length=1, max_length=1000)]
