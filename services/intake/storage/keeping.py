"""Writing what a batch amounts to: a handful of set-based statements, whatever the size of the batch."""

from collections.abc import Sequence
from typing import Any

from services.intake.domain.deciding import Outcome, Plan
from services.intake.domain.reports import Arrival, Incident
from shared.db import Transaction


class RacedError(Exception):
    """Another transaction has just taken one of our keys: nothing was kept, look again and decide again."""


_REPORT_COLUMNS = (
    "report_id", "incident_id", "organisation_id", "kind", "source", "external_id", "url", "platform", "author_type", "title",
    "masked_text", "sealed_body", "sealed_contact", "wrapped_key", "key_id", "receipt_hash", "occurred_at", "received_at",
    "reads", "comments", "reposts", "likes", "joined_by", "joined_score",
)  # fmt: skip
_INCIDENT_COLUMNS = (
    "incident_id", "organisation_id", "title", "region", "topic", "opened_at", "occurred_at", "reports", "reads", "comments",
    "reposts", "likes", "kinds", "platforms", "author_types", "words",
)  # fmt: skip
# Bands travel as text: the driver looks at every element of an array twice, and there are sixteen a report.
_FINGERPRINTS = """
INSERT INTO intake.fingerprints (incident_id, organisation_id, opened_at, grams, bands)
SELECT a, b, c, d, e::bigint[] FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::bytea[], $5::text[]) w(a, b, c, d, e)
"""
# Arrays of arrays must be rectangular in PostgreSQL, so the sets travel as one text each, joined by a control character.
_CHANGED = """
UPDATE intake.incidents t SET occurred_at = g, reports = h, reads = i, comments = j, reposts = k, likes = l,
  kinds = string_to_array(m, E'\\x1f'), platforms = string_to_array(n, E'\\x1f'),
  author_types = string_to_array(o, E'\\x1f'), words = string_to_array(p, E'\\x1f'), version = t.version + 1
FROM unnest($1::uuid[], $2::timestamptz[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
  $8::text[], $9::text[], $10::text[], $11::text[]) w(a, g, h, i, j, k, l, m, n, o, p)
WHERE t.incident_id = w.a
"""
# A key of a closed incident passes to the newcomer's; a key of an open one was taken by a racing transaction.
_KEYS = """
INSERT INTO intake.join_keys AS t (key, organisation_id, incident_id) SELECT * FROM unnest($1::bytea[], $2::text[], $3::uuid[])
ON CONFLICT (key) DO UPDATE SET incident_id = excluded.incident_id
WHERE EXISTS (SELECT 1 FROM intake.incidents i WHERE i.incident_id = t.incident_id AND i.public_state = 'closed')
RETURNING key
"""
_RESAMPLED = """
UPDATE intake.reports r SET reads = w.reads, comments = w.comments, reposts = w.reposts, likes = w.likes
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) w(report_id, reads, comments, reposts, likes)
WHERE r.report_id = w.report_id
"""


async def save(tx: Transaction, plan: Plan) -> None:
    """Write a plan. Raises `RacedError` where a key has been taken meanwhile."""
    fresh = [incident for incident in plan.incidents.values() if incident.first is not None]
    known = [incident for incident in plan.incidents.values() if incident.first is None]
    if fresh:
        await tx.copy("intake.incidents", _INCIDENT_COLUMNS, [_opened_row(incident) for incident in fresh])
        await _save_fingerprints(tx, fresh)
    if known:
        await tx.execute(
            _CHANGED, *_columns([(each.incident_id, *_totals(each), *_joined_sets(each)) for each in known])
        )
    if plan.kept:
        rows = [_report_row(arrival, outcome) for arrival, outcome in plan.kept]
        await tx.copy("intake.reports", _REPORT_COLUMNS, rows)
    if plan.resampled:
        samples = [(id_, s.reads, s.comments, s.reposts, s.likes) for id_, s in plan.resampled.items()]
        await tx.execute(_RESAMPLED, *_columns(samples))
    await _save_keys(tx, plan)


async def _save_keys(tx: Transaction, plan: Plan) -> None:
    # Sorted, so that two transactions with the same keys wait for each other and never in a circle.
    rows = sorted(plan.keys.items())
    if not rows:
        return
    owners = [plan.incidents[incident_id].organisation_id for _, incident_id in rows]
    taken = await tx.fetch(_KEYS, [row[0] for row in rows], owners, [row[1] for row in rows])
    if len(taken) < len(rows):
        raise RacedError(f"{len(rows) - len(taken)} join keys were taken by another transaction.")


async def _save_fingerprints(tx: Transaction, fresh: Sequence[Incident]) -> None:
    leading = [(incident, incident.first) for incident in fresh if incident.first and incident.first.bands]
    if leading:
        rows = [
            (incident.incident_id, incident.organisation_id, incident.opened_at, first.grams, _array(first.bands))
            for incident, first in leading
        ]
        await tx.execute(_FINGERPRINTS, *_columns(rows))


def _array(numbers: Sequence[int]) -> str:
    return f"{{{','.join(map(str, numbers))}}}"


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _sets(incident: Incident) -> tuple[list[str], ...]:
    return tuple(sorted(each) for each in (incident.kinds, incident.platforms, incident.author_types, incident.words))


def _joined_sets(incident: Incident) -> tuple[str, ...]:
    return tuple("\x1f".join(each) for each in _sets(incident))


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
    )


def _report_row(arrival: Arrival, outcome: Outcome) -> tuple[Any, ...]:
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
    )
