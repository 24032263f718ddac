"""The envelope of an event: CloudEvents 1.0 attributes plus the place in its producer's journal."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

TOPICS = ("intake", "grading", "tasks", "publishing", "directory")
"""One topic a producer; the name is the producer's."""


class Payload(BaseModel):
    """The data of one event type; `TYPE` is its CloudEvents type with the version at its end."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    TYPE: ClassVar[str]


P_co = TypeVar("P_co", bound=Payload, covariant=True)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A decision about to be written to the journal. `subject` is the incident (or organisation) it is about."""

    id: UUID
    organisation_id: str
    subject: UUID
    time: datetime
    payload: Payload


@dataclass(frozen=True, slots=True)
class RawEvent:
    """An event as it stands in a journal or on the bus; `data` is the payload's JSON text, `seq` is dense per shard.

    `source` names the very journal it stands in: a new database counts from one again, and the bus may still hold the old one's.
    `traceparent` (W3C) names the work that it came of, where traces are kept.
    """

    producer: str
    shard: int
    seq: int
    id: UUID
    type: str
    organisation_id: str
    subject: UUID
    time: datetime
    data: str
    source: str = ""
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Event(Generic[P_co]):
    """An event whose payload has been read."""

    id: UUID
    organisation_id: str
    subject: UUID
    time: datetime
    data: P_co
