"""Writing what a batch amounts to: one statement for what is new, whatever the size of the batch.

A trip to the database costs a turn of the loop and a switch of processes, more than the rows of a small batch do: the five
tables that every report touches are written in one.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.intake.domain.counting import Counts
from services.intake.domain.deciding import Outcome, Plan
from services.intake.domain.reports import Arrival, Incident
from services.intake.storage.idempotency import Guarded, answer_rows
from shared.db import Transaction


class RacedError(Exception):
    """Another transaction has just taken one of our keys: nothing was kept, look again and decide again."""


_OPENED = (
    ("incident_id", "uuid"), ("organisation_id", "text"), ("title", "text"), ("region", "text"), ("topic", "text"),
    ("opened_at", "timestamptz"), ("occurred_at", "timestamptz"), ("reports", "int"), ("reads", "bigint"),
    ("comments", "bigint"), ("reposts", "bigint"), ("likes", "bigint"), ("kinds", "text[]"), ("platforms", "text[]"),
    ("author_types", "text[]"), ("words", "text[]"),
    ("said_at", "timestamptz"), ("unsaid", "text"), ("follows", "uuid"),
)  # fmt: skip
_KEPT = (
    ("report_id", "uuid"), ("incident_id", "uuid"), ("organisation_id", "text"), ("kind", "text"), ("source", "text"),
    ("external_id", "text"), ("url", "text"), ("platform", "text"), ("author_type", "text"), ("title", "text"),
    ("masked_text", "text"), ("sealed_body", "bytea"), ("sealed_contact", "bytea"), ("wrapped_key", "bytea"),
    ("key_id", "text"), ("receipt_hash", "bytea"), ("occurred_at", "timestamptz"), ("received_at", "timestamptz"),
    ("reads", "bigint"), ("comments", "bigint"), ("reposts", "bigint"), ("likes", "bigint"), ("joined_by", "text"),
    ("joined_score", "real"), ("sampled_at", "timestamptz"), ("counted_in", "uuid"),
)  # fmt: skip
_LEADING = (
    ("incident_id", "uuid"), ("organisation_id", "text"), ("opened_at", "timestamptz"), ("grams", "bytea"),
    ("bands", "bigint[]"), ("report_id", "uuid"),
)  # fmt: skip
_TAKEN = (("key", "bytea"), ("organisation_id", "text"), ("incident_id", "uuid"), ("report_id", "uuid"))
_UNREAD = (("incident_id", "uuid"), ("organisation_id", "text"))
_REMEMBERED = (
    ("client", "text"), ("route", "text"), ("key", "text"), ("body_mac", "bytea"), ("answer", "bytea"),
    ("kept_at", "timestamptz"),
)  # fmt: skip
_TABLES = {
    "incidents": _OPENED,
    "fingerprints": _LEADING,
    "reports": _KEPT,
    "join_keys": _TAKEN,
    "idempotency": _REMEMBERED,
    "unread": _UNREAD,
}
_PARAMETERS = sum(map(len, _TABLES.values()))
_ALIKE = frozenset({"organisation_id", "kind", "source", "received_at", "opened_at"})
"""Never NULL, and mostly the same throughout a batch: such a column is sent as one element."""
# A key of an incident that was found closed passes to the newcomer's; any other was taken by a racing transaction.
_PASSED_ON = f""" ON CONFLICT (key) DO UPDATE SET incident_id = excluded.incident_id, report_id = excluded.report_id
WHERE t.incident_id = ANY(${_PARAMETERS + 1}::uuid[]) RETURNING key"""
FEWEST_READ = 2
"""Different 2-grams that a text must have to be read for suggestions."""


def _statement() -> str:
    """`WITH a AS (INSERT … SELECT … FROM unnest(…)), …`: a parameter a column, an array each.

    A column of arrays travels as one text each: arrays of arrays must be rectangular in PostgreSQL, and the driver looks at
    every element of an array twice. For the same reason a column of nothing but NULL is sent empty and one of `_ALIKE` as a
    single element where it can be: `unnest` fills up with NULL.
    """
    parts, place = [], 0
    for table, columns in _TABLES.items():
        names = [name for name, _ in columns]
        arrays = [f"${place + n}::{_sent(kind)}[]" for n, (_, kind) in enumerate(columns, 1)]
        place += len(columns)
        taken = ", ".join(
            f"coalesce(w.{name}, ({array})[1])" if name in _ALIKE else _read(name, kind)
            for (name, kind), array in zip(columns, arrays, strict=True)
        )
        parts.append(
            f"new_{table} AS (INSERT INTO intake.{table} AS t ({', '.join(names)}) "
            f"SELECT {taken} FROM unnest({', '.join(arrays)}) w({', '.join(names)})"
            f"{_PASSED_ON if table == 'join_keys' else ''})"
        )
    return f"WITH {', '.join(parts)} SELECT count(*) FROM new_join_keys"


def _sent(kind: str) -> str:
    return "text" if kind.endswith("[]") else kind


def _read(name: str, kind: str) -> str:
    if kind == "text[]":
        return rf"string_to_array(w.{name}, E'\x1f')"
    return f"w.{name}::{kind}" if kind.endswith("[]") else f"w.{name}"


_NEW = _statement()
_CHANGED = """
UPDATE intake.incidents t SET occurred_at = g, reports = h, reads = i, comments = j, reposts = k, likes = l,
  kinds = string_to_array(m, E'\\x1f'), platforms = string_to_array(n, E'\\x1f'),
  author_types = string_to_array(o, E'\\x1f'), words = string_to_array(p, E'\\x1f'), said_at = q, unsaid = r, version = t.version + 1,
  public_state = CASE WHEN s THEN 'handling' ELSE t.public_state END, closed_at = CASE WHEN s THEN NULL ELSE t.closed_at END
FROM unnest($1::uuid[], $2::timestamptz[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
  $8::text[], $9::text[], $10::text[], $11::text[], $12::timestamptz[], $13::text[], $14::bool[])
  w(a, g, h, i, j, k, l, m, n, o, p, q, r, s)
WHERE t.incident_id = w.a
"""
_EDITED = """
INSERT INTO intake.edits AS t (report_id, incident_id, organisation_id, edited_at, masked_text)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[])
ON CONFLICT (report_id, edited_at) DO UPDATE SET masked_text = excluded.masked_text
"""


async def save(tx: Transaction, plan: Plan, answers: Sequence[tuple[Guarded, bytes]], now: datetime) -> None:
    """Write a plan, and the answers to be given again, as of `now`.

    Raises `RacedError` where a key has been taken meanwhile; a racing twin of a guarded request fails with a unique violation.
    """
    if plan.kept or answers:
        await _save_new(tx, plan, answer_rows(answers, now))
    known = [incident for incident in plan.incidents.values() if incident.first is None]
    if known:
        rows = [
            (each.incident_id, *_totals(each), *_sets(each), each.said_at, each.unsaid, each.reopened) for each in known
        ]
        await tx.execute(_CHANGED, *_columns(rows, 14))
    if plan.edits:
        edits = [
            (e.report_id, e.incident_id, e.organisation_id, e.edited_at, e.masked_text) for e in plan.edits.values()
        ]
        await tx.execute(_EDITED, *_columns(edits, 5))


async def _save_new(tx: Transaction, plan: Plan, answers: Sequence[tuple[Any, ...]]) -> None:
    opened = [(incident, incident.first) for incident in plan.incidents.values() if incident.first is not None]
    # Sorted, so that two transactions with the same keys wait for each other and never in a circle.
    keys = [
        (key, plan.incidents[owner].organisation_id, owner, plan.leads.get(key))
        for key, owner in sorted(plan.keys.items())
    ]
    rows: dict[str, Sequence[tuple[Any, ...]]] = {
        "incidents": [_opened_row(incident) for incident, _ in opened],
        "fingerprints": [_leading_row(incident, first) for incident, first in opened if first.bands],
        "reports": [_report_row(arrival, outcome, plan.counts) for arrival, outcome in plan.kept],
        "join_keys": keys,
        "idempotency": answers,
        "unread": [
            (incident.incident_id, incident.organisation_id)
            for incident, first in opened
            if len(first.grams) >= 4 * FEWEST_READ
        ],
    }
    values = [column for table, columns in _TABLES.items() for column in _shortened(rows[table], columns)]
    taken = await tx.value(_NEW, *values, list(plan.passed_on))
    if taken < len(keys):
        raise RacedError(f"{len(keys) - taken} join keys were taken by another transaction.")


def _shortened(rows: Sequence[tuple[Any, ...]], columns: Sequence[tuple[str, str]]) -> list[list[Any]]:
    found = _columns(rows, len(columns))
    for place, (column, (name, _)) in enumerate(zip(found, columns, strict=True)):
        if column and (column[0] is None or name in _ALIKE) and column.count(column[0]) == len(column):
            found[place] = [] if column[0] is None else column[:1]
    return found


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def _sets(incident: Incident) -> tuple[str, ...]:
    kinds = (incident.kinds, incident.platforms, incident.author_types, incident.words)
    return tuple("\x1f".join(sorted(each)) for each in kinds)


def _totals(incident: Incident) -> tuple[Any, ...]:
    spread = incident.spread
    return (incident.occurred_at, incident.reports, spread.reads, spread.comments, spread.reposts, spread.likes)


def _opened_row(incident: Incident) -> tuple[Any, ...]:
    return (
        incident.incident_id,
        incident.organisation_id,
        incident.title,
        incident.region,
        incident.topic,
        incident.opened_at,
        *_totals(incident),
        *_sets(incident),
        incident.said_at,
        incident.unsaid,
        incident.follows,
    )


def _leading_row(incident: Incident, first: Arrival) -> tuple[Any, ...]:
    bands = f"{{{','.join(map(str, first.bands))}}}"
    return (incident.incident_id, incident.organisation_id, incident.opened_at, first.grams, bands, first.report_id)


def _report_row(arrival: Arrival, outcome: Outcome, counts: Counts) -> tuple[Any, ...]:
    spread = arrival.spread
    return (
        arrival.report_id,
        outcome.incident_id,
        arrival.organisation_id,
        arrival.kind,
        arrival.source,
        arrival.external_id,
        arrival.url,
        arrival.platform,
        arrival.author_type,
        arrival.title,
        arrival.masked_text,
        arrival.sealed_body,
        arrival.sealed_contact,
        arrival.wrapped_key,
        arrival.key_id,
        arrival.receipt_hash,
        arrival.occurred.at,
        arrival.received_at,
        spread.reads,
        spread.comments,
        spread.reposts,
        spread.likes,
        outcome.why,
        outcome.score,
        arrival.sampled_at if arrival.observed_at is not None else None,
        counts.counted_in(arrival.report_id),
    )
