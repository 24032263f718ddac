"""Appending to a service's own journal, inside the transaction of the change."""

from collections.abc import Callable, Sequence

from shared.contracts.envelope import NewEvent
from shared.db import Transaction
from shared.ids import shard_of
from shared.telemetry import spans


class Journal:
    """The journal of one producer. `wake` is called after a commit that appended, so that the relay need not poll."""

    def __init__(self, schema: str, wake: Callable[[], None] = lambda: None) -> None:
        self.schema = schema
        self.wake = wake
        self._append = f"SELECT {schema}.journal_append($1, $2, $3, $4, $5, $6, $7)"
        self._append_traced = f"SELECT {schema}.journal_append($1, $2, $3, $4, $5, $6, $7, $8)"

    async def append(self, tx: Transaction, events: Sequence[NewEvent]) -> None:
        """Write decisions, in order, with the change that made them.

        The caller holds the subject's row lock; should two writers still race for one subject, the chain's unique index
        lets only one commit and the other fails with a unique violation.
        """
        if not events:
            return
        traces = spans.of_subjects([event.subject for event in events])
        await tx.execute(
            self._append if traces is None else self._append_traced,
            [event.id for event in events],
            [shard_of(event.subject) for event in events],
            [event.payload.TYPE for event in events],
            [event.organisation_id for event in events],
            [event.subject for event in events],
            [event.time for event in events],
            [event.payload.model_dump_json(exclude_defaults=True) for event in events],
            *([traces] if traces is not None else []),
        )
        tx.after_commit.append(self.wake)
