"""What must be so before an incident may leave the database: it is closed, long quiet, and nothing of it is under way."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from deploy.archive.tables import CLOCKS, CONSUMERS, LOCKS, PRODUCERS
from deploy.installation import OperatorError

PATIENCE = 30.0
"""Seconds in which running consumers must have taken what had been said when the run began."""
_BEHIND = """
SELECT '{c}' AS consumer, p.producer, h.seq - p.position AS events FROM {c}.positions p
JOIN (SELECT * FROM unnest($1::text[], $2::smallint[], $3::bigint[]) h(producer, shard, seq)) h USING (producer, shard)
WHERE p.position < h.seq
"""
_OWED = """
SELECT (SELECT count(*) FROM tasks.tasks WHERE incident_id = $1 AND state IN ('open', 'claimed'))
  + (SELECT count(*) FROM publishing.answers WHERE incident_id = $1 AND state IN ('draft', 'in_review', 'approved'))
"""


_SURVIVOR = """
WITH RECURSIVE up AS (
  SELECT merged_into, 1 AS step FROM intake.incidents WHERE incident_id = $1
  UNION ALL SELECT i.merged_into, u.step + 1 FROM up u JOIN intake.incidents i ON i.incident_id = u.merged_into WHERE u.step < 25
)
SELECT u.merged_into AS incident_id, p.phase FROM up u JOIN grading.procedures p ON p.incident_id = u.merged_into
ORDER BY u.step DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """What may go: closed, and nothing said of it since `before`. `owed`: also with tasks or drafts that nobody finished."""

    before: datetime
    owed: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """By journal: the last row that was there when the run began, all up to it numbered and taken by every consumer."""

    rows: Mapping[str, int]


async def mark(connection: "asyncpg.Connection[asyncpg.Record]") -> Mark:
    """Wait until all that has been said by now has been taken. Raises OperatorError, naming who is behind."""
    rows = {
        schema: await connection.fetchval(f"SELECT coalesce(max(id), 0) FROM {schema}.journal") for schema in PRODUCERS
    }
    ends = time.monotonic() + PATIENCE
    while behind := await _behind(connection, rows):
        if time.monotonic() > ends:
            raise OperatorError(f"{behind}: start the product, or mend what holds it up, and try again")
        await asyncio.sleep(0.1)
    return Mark(rows)


async def _behind(connection: "asyncpg.Connection[asyncpg.Record]", rows: Mapping[str, int]) -> str | None:
    for schema, last in rows.items():
        if waiting := await connection.fetchval(f"SELECT count(*) FROM {schema}.outbox WHERE journal_id <= $1", last):
            return f"{waiting} events of {schema} have no number yet"
    heads = [
        (schema, row["shard"], row["seq"])
        for schema in PRODUCERS
        for row in await connection.fetch(f"SELECT shard, seq FROM {schema}.heads")
    ]
    producers, shards, seqs = (list(column) for column in zip(*heads, strict=True))
    question = " UNION ALL ".join(_BEHIND.format(c=consumer) for consumer in CONSUMERS)
    late = await connection.fetchrow(question, producers, shards, seqs)
    return f"{late['consumer']} has yet to take {late['events']} events of {late['producer']}" if late else None


async def hold(connection: "asyncpg.Connection[asyncpg.Record]", incident: UUID) -> None:
    """Lock the incident in every service, in one order; raises asyncpg.LockNotAvailableError where somebody works on it."""
    for table in LOCKS:
        await connection.execute(f"SELECT 1 FROM {table} WHERE incident_id = $1 FOR UPDATE", incident)


async def refusal(
    connection: "asyncpg.Connection[asyncpg.Record]", incident: UUID, rule: Rule, start: Mark
) -> str | None:
    """Why an incident that is held may not go, None where it may."""
    if why := await _not_over(connection, incident):
        return why
    for schema, last in start.rows.items():
        row = await connection.fetchrow(
            f"SELECT max(time) AS last, max(id) AS id FROM {schema}.journal WHERE subject = $1", incident
        )
        assert row is not None
        if row["id"] is not None and (row["last"] >= rule.before or row["id"] > last):
            return f"{schema} spoke of it at {row['last'].isoformat(timespec='seconds')}"
    return await _under_way(connection, incident) or await _owed(connection, incident, rule)


async def _not_over(connection: "asyncpg.Connection[asyncpg.Record]", incident: UUID) -> str | None:
    """Why it is not done with: itself, the one that it was merged into, or one that was merged into it and is still here."""
    phase = await connection.fetchval("SELECT phase FROM grading.procedures WHERE incident_id = $1", incident)
    if phase not in {"closed", "merged"}:
        return f"it is {phase}" if phase else "there is no such incident"
    inner = await connection.fetchval(
        "SELECT min(incident_id::text) FROM intake.incidents WHERE merged_into = $1", incident
    )
    if inner is not None:
        return f"{inner} was merged into it and goes first"
    survivor = await connection.fetchrow(_SURVIVOR, incident) if phase == "merged" else None
    if survivor is not None and survivor["phase"] != "closed":
        return f"it was merged into {survivor['incident_id']}, which is {survivor['phase']}"
    return None


async def _under_way(connection: "asyncpg.Connection[asyncpg.Record]", incident: UUID) -> str | None:
    for schema in PRODUCERS:
        waiting = f"SELECT 1 FROM {schema}.outbox o JOIN {schema}.journal j ON j.id = o.journal_id WHERE j.subject = $1"
        if await connection.fetchval(waiting, incident):
            return f"an event of {schema} has no number yet"
    for schema in CONSUMERS:
        if await connection.fetchval(f"SELECT 1 FROM {schema}.parked WHERE subject = $1", incident):
            return f"{schema} has parked an event of it: python -m deploy.journal replay {incident}"
    for schema in CLOCKS:
        moment = await connection.fetchval(f"SELECT min(fire_at) FROM {schema}.timers WHERE subject = $1", incident)
        if moment is not None:
            return f"a clock of {schema} runs until {moment.isoformat(timespec='seconds')}"
    return None


async def _owed(connection: "asyncpg.Connection[asyncpg.Record]", incident: UUID, rule: Rule) -> str | None:
    count = 0 if rule.owed else await connection.fetchval(_OWED, incident)
    return f"{count} tasks or answers of it are unfinished (--even-owed takes it all the same)" if count else None
