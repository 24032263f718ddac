"""Finding what a batch of arrivals may belong to: three set-based look-ups, whatever the size of the batch."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from services.intake.domain.deciding import Earlier, EventKey, Recognised
from services.intake.domain.joining import Candidate, Known
from services.intake.domain.reports import Arrival, Incident
from shared.contracts.intake import Spread
from shared.db import Transaction

# Materialised: what is compared is found by its index first, whatever the planner believes of the incidents' states. Young
# statistics made it walk all incidents instead, at thirty times the cost.
_KEYS = """
WITH same AS MATERIALIZED (SELECT key, incident_id FROM intake.join_keys WHERE key = ANY($1::bytea[]))
SELECT s.key, s.incident_id, i.opened_at FROM same s JOIN intake.incidents i USING (incident_id) WHERE i.public_state <> 'closed'
"""
_BANDS = """
WITH alike AS MATERIALIZED (
  SELECT incident_id, opened_at, grams, bands FROM intake.fingerprints
  WHERE bands && $1::bigint[] AND organisation_id = ANY($2::text[])
)
SELECT a.* FROM alike a JOIN intake.incidents i USING (incident_id) WHERE i.public_state <> 'closed' AND i.merged_into IS NULL
"""
_EARLIER = """
SELECT r.organisation_id, r.source, r.external_id, r.report_id, r.incident_id, r.reads, r.comments, r.reposts, r.likes
FROM unnest($1::text[], $2::text[], $3::text[]) w(organisation_id, source, external_id)
JOIN intake.reports r USING (organisation_id, source, external_id)
"""
_INCIDENTS = """
SELECT * FROM intake.incidents WHERE incident_id = ANY($1::uuid[]) ORDER BY incident_id FOR UPDATE
"""


async def recognise(tx: Transaction, arrivals: Sequence[Arrival]) -> Recognised:
    """Everything by which these arrivals may be known already."""
    candidates, bands = await _by_bands(tx, arrivals)
    return Recognised(await _by_keys(tx, arrivals), candidates, bands, await _by_event(tx, arrivals))


async def _by_keys(tx: Transaction, arrivals: Sequence[Arrival]) -> dict[bytes, Known]:
    keys = [key for arrival in arrivals for key in arrival.keys.all()]
    rows = await tx.fetch(_KEYS, keys) if keys else []
    return {row["key"]: Known(row["incident_id"], row["opened_at"]) for row in rows}


async def _by_bands(
    tx: Transaction, arrivals: Sequence[Arrival]
) -> tuple[dict[UUID, Candidate], dict[int, list[UUID]]]:
    wanted = {band for arrival in arrivals for band in arrival.bands}
    candidates: dict[UUID, Candidate] = {}
    bands: dict[int, list[UUID]] = defaultdict(list)
    if wanted:
        for row in await tx.fetch(_BANDS, list(wanted), list({arrival.organisation_id for arrival in arrivals})):
            candidates[row["incident_id"]] = Candidate(row["incident_id"], row["opened_at"], row["grams"])
            for band in wanted.intersection(row["bands"]):
                bands[band].append(row["incident_id"])
    return candidates, bands


async def _by_event(tx: Transaction, arrivals: Sequence[Arrival]) -> dict[EventKey, Earlier]:
    keys = [arrival.event_key for arrival in arrivals if arrival.event_key]
    if not keys:
        return {}
    rows = await tx.fetch(_EARLIER, *(list(column) for column in zip(*keys, strict=True)))
    return {
        (row["organisation_id"], row["source"], row["external_id"]): Earlier(
            row["report_id"],
            row["incident_id"],
            Spread(reads=row["reads"], comments=row["comments"], reposts=row["reposts"], likes=row["likes"]),
        )
        for row in rows
    }


async def load_incidents(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, Incident]:
    """The totals of these incidents, locked in the order of their ids."""
    if not ids:
        return {}
    return {
        row["incident_id"]: Incident(
            incident_id=row["incident_id"],
            organisation_id=row["organisation_id"],
            title=row["title"],
            region=row["region"],
            topic=row["topic"],
            opened_at=row["opened_at"],
            occurred_at=row["occurred_at"],
            reports=row["reports"],
            spread=Spread(reads=row["reads"], comments=row["comments"], reposts=row["reposts"], likes=row["likes"]),
            kinds=set(row["kinds"]),
            platforms=set(row["platforms"]),
            author_types=set(row["author_types"]),
            words=set(row["words"]),
            version=row["version"],
        )
        for row in await tx.fetch(_INCIDENTS, sorted(ids))
    }
