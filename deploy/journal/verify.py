"""Checking a journal from end to end: every chain, every number, and that each event has exactly one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import asyncpg

from shared.journal.chain import BrokenChainError, verify

Tell = Callable[[int], None]
"""Told how many rows more have been looked at."""
_PAGE = 2000
_MOST_FAULTS = 100
_ROWS = "SELECT subject, position, event_id, type, data, hash FROM {s}.journal ORDER BY subject, position"
_NUMBERS = """
SELECT h.shard, h.seq AS head, count(s.seq) AS given, coalesce(max(s.seq), 0) AS highest
FROM {s}.heads h LEFT JOIN {s}.stamps s USING (shard) GROUP BY h.shard, h.seq ORDER BY h.shard
"""
_WITHOUT = """
SELECT count(*) FROM {s}.journal j WHERE NOT EXISTS (SELECT 1 FROM {s}.stamps s WHERE s.journal_id = j.id)
AND NOT EXISTS (SELECT 1 FROM {s}.outbox o WHERE o.journal_id = j.id)
"""
_BOTH = "SELECT count(*) FROM {s}.outbox o JOIN {s}.stamps s USING (journal_id)"
_TWICE = "SELECT count(*) - count(DISTINCT journal_id) FROM {s}.stamps"
_EMPTY = "SELECT count(*) FROM {s}.stamps s WHERE NOT EXISTS (SELECT 1 FROM {s}.journal j WHERE j.id = s.journal_id)"
_ARCHIVED = "SELECT count(*) AS subjects, coalesce(sum(events), 0) AS events FROM {s}.archived"
_HALF = "SELECT count(*) FROM {s}.archived a WHERE EXISTS (SELECT 1 FROM {s}.journal j WHERE j.subject = a.subject)"
_QUESTIONS = (
    (_WITHOUT, 0, "{counted} events have no number and do not wait for one: consumers never hear of them."),
    (_BOTH, 0, "{counted} events have a number and wait for another."),
    (_TWICE, 0, "{counted} numbers name an event that another number names."),
    (_EMPTY, None, "{counted} numbers name no event, but {archived} events are archived: rows were dropped."),
    (_HALF, 0, "{counted} archived incidents have events that are not archived."),
)
"""What must come to a number (None: to that of the archived events), and what is wrong where it does not."""


@dataclass(slots=True)
class Found:
    """What a journal holds, and what is wrong with it, at most a hundred faults by name."""

    schema: str
    subjects: int = 0
    events: int = 0
    archived: int = 0
    numbers: int = 0
    faults: list[str] = field(default_factory=list)

    def blame(self, fault: str) -> None:
        """One more fault."""
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(fault)


async def count(connection: "asyncpg.Connection[asyncpg.Record]", schema: str) -> int:
    """How many rows there will be to look at."""
    return int(await connection.fetchval(f"SELECT count(*) FROM {schema}.journal"))


async def verify_journal(connection: "asyncpg.Connection[asyncpg.Record]", schema: str, tell: Tell) -> Found:
    """Look at everything, as it stood at one moment; the product may go on working meanwhile."""
    found = Found(schema)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        # Hashing a page takes less; but whoever suspends this command should find it where it was.
        await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        await _chains(connection, found, tell)
        await _numbers(connection, found)
    return found


async def _chains(connection: "asyncpg.Connection[asyncpg.Record]", found: Found, tell: Tell) -> None:
    cursor = await connection.cursor(_ROWS.format(s=found.schema))
    open_: list[Mapping[str, Any]] = []
    while page := await cursor.fetch(_PAGE):
        tell(len(page))
        open_ += [dict(row) for row in page]
        *whole, open_ = _by_subject(open_)
        for rows in whole:
            _check(rows, found)
    if open_:
        _check(open_, found)


def _by_subject(rows: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    for _, group in groupby(rows, key=lambda row: row["subject"]):
        yield list(group)


def _check(rows: Sequence[Mapping[str, Any]], found: Found) -> None:
    found.subjects += 1
    found.events += len(rows)
    try:
        verify(rows)
    except BrokenChainError as error:
        found.blame(str(error))


async def _numbers(connection: "asyncpg.Connection[asyncpg.Record]", found: Found) -> None:
    schema = found.schema
    for row in await connection.fetch(_NUMBERS.format(s=schema)):
        found.numbers += row["given"]
        if not row["head"] == row["given"] == row["highest"]:
            found.blame(
                f"Shard {row['shard']}: the head says {row['head']}, {row['given']} numbers are given, "
                f"the highest is {row['highest']}."
            )
    archived = await connection.fetchrow(_ARCHIVED.format(s=schema))
    assert archived is not None
    found.archived = archived["events"]
    for question, expected, fault in _QUESTIONS:
        counted = await connection.fetchval(question.format(s=schema))
        if counted != (found.archived if expected is None else expected):
            found.blame(fault.format(counted=counted, archived=found.archived))
