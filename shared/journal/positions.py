"""The consumer's own rows: how far it is with each producer's shard, and what it has parked."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from shared.contracts.envelope import RawEvent
from shared.db import Transaction
from shared.ids import SHARDS

Place = tuple[str, int]
"""A producer and one of its shards."""


class Held(NamedTuple):
    """What a batch holds: the locked positions, and the subjects that already wait behind a parked event."""

    positions: dict[Place, int]
    blocked: frozenset[UUID]


class Positions:
    """The SQL over `<schema>.positions` and `<schema>.parked`."""

    def __init__(self, schema: str) -> None:
        self.schema = schema

    async def register(self, tx: Transaction, producers: Sequence[str]) -> None:
        """Begin at zero with every shard of these producers; known rows stay."""
        await tx.execute(
            f"INSERT INTO {self.schema}.positions (producer, shard) "
            "SELECT p, s FROM unnest($1::text[]) p, generate_series(0, $2) s ON CONFLICT DO NOTHING",
            list(producers),
            SHARDS - 1,
        )

    async def read(self, tx: Transaction, producer: str) -> dict[int, int]:
        """Positions by shard, unlocked: for looking, not for deciding."""
        rows = await tx.fetch(f"SELECT shard, position FROM {self.schema}.positions WHERE producer = $1", producer)
        return {row["shard"]: row["position"] for row in rows}

    async def hold(self, tx: Transaction, places: Sequence[Place], subjects: Sequence[UUID]) -> Held:
        """Lock these positions in one fixed order: a second consumer of the same shard waits here, and then sees lower."""
        rows = await tx.fetch(
            f"SELECT p.producer, p.shard, p.position, "
            f"(SELECT array_agg(DISTINCT k.subject) FROM {self.schema}.parked k WHERE k.subject = ANY($3)) AS blocked "
            f"FROM {self.schema}.positions p JOIN unnest($1::text[], $2::smallint[]) w(producer, shard) "
            "USING (producer, shard) ORDER BY p.producer, p.shard FOR UPDATE OF p",
            [place[0] for place in places],
            [place[1] for place in places],
            list(subjects),
        )
        blocked = frozenset(rows[0]["blocked"] or ()) if rows else frozenset()
        return Held({(row["producer"], row["shard"]): row["position"] for row in rows}, blocked)

    async def move(self, tx: Transaction, positions: Mapping[Place, int]) -> None:
        """Move the positions, in the transaction of the effect."""
        await tx.execute(
            f"UPDATE {self.schema}.positions p SET position = w.position "
            "FROM unnest($1::text[], $2::smallint[], $3::bigint[]) w(producer, shard, position) "
            "WHERE p.producer = w.producer AND p.shard = w.shard",
            [place[0] for place in positions],
            [place[1] for place in positions],
            list(positions.values()),
        )

    async def park(self, tx: Transaction, event: RawEvent, error: str) -> None:
        """Set an event aside with its error; later ones of its subject will be parked behind it."""
        await tx.execute(
            f"INSERT INTO {self.schema}.parked "
            "(producer, shard, seq, event_id, type, organisation_id, subject, time, data, error) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
            event.producer,
            event.shard,
            event.seq,
            event.id,
            event.type,
            event.organisation_id,
            event.subject,
            event.time,
            event.data,
            error[:2000],
        )

    async def take_parked(self, tx: Transaction, subject: UUID) -> tuple[int, RawEvent] | None:
        """The oldest parked event of a subject, locked; None where nothing is parked."""
        row = await tx.row(
            f"SELECT * FROM {self.schema}.parked WHERE subject = $1 ORDER BY id LIMIT 1 FOR UPDATE", subject
        )
        if row is None:
            return None
        event = RawEvent(
            row["producer"],
            row["shard"],
            row["seq"],
            row["event_id"],
            row["type"],
            row["organisation_id"],
            row["subject"],
            row["time"],
            row["data"],
        )
        return row["id"], event

    async def unpark(self, tx: Transaction, parked_id: int) -> None:
        """It has been applied: take it off the list."""
        await tx.execute(f"DELETE FROM {self.schema}.parked WHERE id = $1", parked_id)
