"""What waits in the tables of a journal is told by numbers, however much it is, and since when."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from prometheus_client import REGISTRY

from shared.clock import SystemClock
from shared.db import Transaction
from shared.ids import new_id
from shared.journal.relay import Relay
from shared.journal.watch import MOST, OutboxWatch, ParkedWatch
from tests.journal.conftest import World
from tests.journal.test_relay import DeafBus


def told(name: str, schema: str) -> float | None:
    return REGISTRY.get_sample_value(name, {"schema": schema})


async def test_the_outbox_tells_how_many_wait_and_since_when(world: World) -> None:
    watch = OutboxWatch("alpha", world.db, SystemClock())
    for _ in range(3):
        await world.say(new_id(), 1)
    async with world.db.transaction() as tx:
        await watch.look(tx, datetime.now(UTC) + timedelta(seconds=90))
    assert told("huiying_outbox_waiting", "alpha") == 3
    assert 90 <= (told("huiying_outbox_oldest_seconds", "alpha") or 0) < 150
    relay = Relay("alpha", world.db, DeafBus())
    while await relay.relay_once():
        pass
    await relay.close()
    async with world.db.transaction() as tx:
        await watch.look(tx, datetime.now(UTC))
    assert (told("huiying_outbox_waiting", "alpha"), told("huiying_outbox_oldest_seconds", "alpha")) == (0, 0)


async def test_parked_events_are_counted_up_to_a_bound(world: World) -> None:
    watch = ParkedWatch("beta", world.db)
    async with world.db.transaction() as tx:
        await watch.look(tx)
        assert told("huiying_parked", "beta") == 0
        await _park(tx, 2)
        await watch.look(tx)
        assert told("huiying_parked", "beta") == 2
        await _park(tx, MOST)
        await watch.look(tx)
        assert told("huiying_parked", "beta") == MOST


async def _park(tx: Transaction, many: int) -> None:
    await tx.execute(
        "INSERT INTO beta.parked (producer, shard, seq, event_id, type, organisation_id, subject, time, data, error) "
        "SELECT $2::text, 1, n, gen_random_uuid(), 'told.v1', 'org', gen_random_uuid(), now(), '{}', 'refused' "
        "FROM generate_series(1, $1::int) n",
        many,
        f"alpha-{uuid4()}",
    )
