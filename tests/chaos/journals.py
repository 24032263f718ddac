"""The journal's guarantees, recomputed from its rows: numbers dense, chains whole, every consumer at every head."""

from hashlib import sha256

from tests.bench.stillness import Connection, schemas_with
from tests.chaos.findings import Finding, some

SHARDS = range(16)


async def check_journals(connection: Connection) -> list[Finding]:
    """Everything that holds for producers and consumers alike, whatever they say."""
    found: list[Finding] = []
    producers = await schemas_with(connection, "journal")
    for producer in producers:
        found += await _stamps(connection, producer)
        found += await _chains(connection, producer)
    for consumer in await schemas_with(connection, "positions"):
        found += await _positions(connection, consumer, producers)
        parked = await connection.fetch(f"SELECT type, subject, error FROM {consumer}.parked")
        found += some(
            "lost", f"{consumer}.parked", [f"{row['type']} {row['subject']}: {row['error']}" for row in parked]
        )
    return found


async def _stamps(connection: Connection, producer: str) -> list[Finding]:
    rows = await connection.fetch(
        f"SELECT h.shard, h.seq AS head, count(s.seq) AS n, coalesce(min(s.seq), 1) AS first, "
        f"coalesce(max(s.seq), 0) AS last, count(DISTINCT s.journal_id) AS events "
        f"FROM {producer}.heads h LEFT JOIN {producer}.stamps s USING (shard) GROUP BY 1, 2"
    )
    gaps = [
        dict(row) for row in rows if len({row["head"], row["n"], row["last"], row["events"]}) > 1 or row["first"] != 1
    ]
    unstamped = await connection.fetch(
        f"SELECT id FROM {producer}.journal j WHERE NOT EXISTS (SELECT FROM {producer}.stamps s WHERE s.journal_id = j.id)"
    )
    twice = await connection.fetch(f"SELECT journal_id FROM {producer}.stamps GROUP BY 1 HAVING count(*) > 1")
    order = await connection.fetch(
        f"SELECT a.subject FROM {producer}.journal a JOIN {producer}.stamps sa ON sa.journal_id = a.id "
        f"JOIN {producer}.journal b ON b.subject = a.subject AND b.position = a.position + 1 "
        f"JOIN {producer}.stamps sb ON sb.journal_id = b.id WHERE sa.seq >= sb.seq OR sa.shard <> sb.shard"
    )
    return [
        *some("broken", f"{producer}.stamps (dense from 1 to the head)", gaps),
        *some("lost", f"{producer}.journal (never stamped)", [row["id"] for row in unstamped]),
        *some("doubled", f"{producer}.stamps (one event, two numbers)", [row["journal_id"] for row in twice]),
        *some("broken", f"{producer}.stamps (order within an incident)", [row["subject"] for row in order]),
    ]


async def _chains(connection: Connection, producer: str) -> list[Finding]:
    """Each row's hash is over the previous row's hash, the event's id, its type and its exact text."""
    broken: list[str] = []
    subject, place, digest = None, 0, b""
    async with connection.transaction():
        async for row in connection.cursor(
            f"SELECT subject, position, event_id, type, data, hash FROM {producer}.journal ORDER BY subject, position"
        ):
            if row["subject"] != subject:
                subject, place, digest = row["subject"], 0, b""
            place += 1
            digest = sha256(digest + row["event_id"].bytes + f"{row['type']}\n{row['data']}".encode()).digest()
            if row["position"] != place or row["hash"] != digest:
                broken.append(f"{subject} at {row['position']}")
    return some("broken", f"{producer}.journal (hash chain)", broken)


async def _positions(connection: Connection, consumer: str, producers: list[str]) -> list[Finding]:
    rows = await connection.fetch(f"SELECT producer, shard, position FROM {consumer}.positions")
    present = {(row["producer"], row["shard"]): row["position"] for row in rows}
    heard = sorted({producer for producer, _ in present})
    heads = {
        (producer, row["shard"]): row["seq"]
        for producer in producers
        for row in await connection.fetch(f"SELECT shard, seq FROM {producer}.heads")
    }
    apart = [
        f"{producer}/{shard}: position {present.get((producer, shard))}, head {heads[producer, shard]}"
        for producer in heard
        for shard in SHARDS
        if present.get((producer, shard)) != heads[producer, shard]
    ]
    nothing = [] if heard else [f"{consumer} has no positions at all"]
    return some("lost", f"{consumer}.positions (not at the head)", [*apart, *nothing])
