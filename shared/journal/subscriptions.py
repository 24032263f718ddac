"""What a service does with each event type, as literals that a search finds."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from shared.contracts.envelope import Event, Payload, RawEvent
from shared.db import Transaction
from shared.journal.archived import Archived

P = TypeVar("P", bound=Payload)
Handler = Callable[[Transaction, Sequence[Event[P]]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """One event type and its handler; no handler means: known, and of no concern here."""

    payload: type[Payload]
    handler: Callable[[Transaction, Sequence[Event[Any]]], Awaitable[None]] | None


Subscriptions = Mapping[str, Sequence[Subscription]]
"""By producer."""


def on(payload: type[P], handler: Handler[P]) -> Subscription:
    """Hand events of this type to `handler`.

    It gets one type a call, at most one event a subject a call, in the producer's order, inside the transaction that moves
    the position, with the subjects' rows locked. It must not do anything outside that transaction.
    """
    return Subscription(payload, handler)


def ignore(payload: type[Payload]) -> Subscription:
    """This type is known and needs nothing here; any other unknown type is parked."""
    return Subscription(payload, None)


_ARCHIVED = ignore(Archived)
"""Known to every consumer, from every producer."""


class UnknownTypeError(Exception):
    """An event type that this service has no row for: deploy the consumer first, then replay what was parked."""


class Routes:
    """The subscriptions by (producer, type), and the reading of payloads."""

    def __init__(self, subscriptions: Subscriptions) -> None:
        self.producers = tuple(subscriptions)
        self._by_type = {
            (producer, each.payload.TYPE): each for producer, rows in subscriptions.items() for each in rows
        }

    def read(self, raw: RawEvent) -> tuple[Subscription, Event[Payload] | None]:
        """The event's row and the event itself (None where it is ignored).

        Raises `UnknownTypeError`, or pydantic's `ValidationError` where the payload does not fit its type.
        """
        if raw.type == Archived.TYPE:
            return _ARCHIVED, None
        row = self._by_type.get((raw.producer, raw.type))
        if row is None:
            raise UnknownTypeError(f"No row for {raw.type} from {raw.producer} in this service's subscriptions.")
        if row.handler is None:
            return row, None
        data = row.payload.model_validate_json(raw.data)
        return row, Event(raw.id, raw.organisation_id, raw.subject, raw.time, data)
