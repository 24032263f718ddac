"""Finding what a batch of arrivals may belong to, and which requests were answered before: one look-up for any size of batch.

Every trip to the database costs a turn of the loop, which is what a busy process has least of: so these are one statement.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record

from services.intake.domain.deciding import Earlier, EventKey, Recognised
from services.intake.domain.joining import Candidate, Known
from services.intake.domain.reports import Arrival, Incident
from services.intake.storage.idempotency import Guarded, KeptAnswer, Place
from shared.contracts.intake import Spread
from shared.db import Transaction

# Materialised: what is compared is found by its index first, whatever the planner believes of the incidents' states. Young
# statistics made it walk all incidents instead, at thirty times the cost.
_LOOK_UP = """
WITH same AS MATERIALIZED (SELECT key, incident_id, report_id FROM intake.join_keys WHERE key = ANY($1::bytea[])),
alike AS MATERIALIZED (
  SELECT incident_id, opened_at, grams, bands FROM intake.fingerprints
  WHERE bands && $2::bigint[] AND organisation_id = ANY($3::text[])
)
SELECT 'key' AS found, s.incident_id AS id, i.opened_at AS at, s.key AS one, NULL::bytea AS two, NULL::bigint[] AS bands, 0 AS place,
  s.report_id AS lead
FROM same s JOIN intake.incidents i USING (incident_id) WHERE i.public_state <> 'closed'
UNION ALL
SELECT 'bands', a.incident_id, a.opened_at, a.grams, NULL, a.bands, 0, NULL
FROM alike a JOIN intake.incidents i USING (incident_id) WHERE i.public_state <> 'closed' AND i.merged_into IS NULL
UNION ALL
SELECT 'answer', NULL, NULL, t.body_mac, t.answer, NULL, w.place::int, NULL
FROM unnest($4::text[], $5::text[], $6::text[]) WITH ORDINALITY w(client, route, key, place)
JOIN intake.idempotency t USING (client, route, key)
"""
_EARLIER = """
SELECT r.organisation_id, r.source, r.external_id, r.report_id, r.incident_id, r.reads, r.comments, r.reposts, r.likes
FROM unnest($1::text[], $2::text[], $3::text[]) w(organisation_id, source, external_id)
JOIN intake.reports r USING (organisation_id, source, external_id)
"""
_INCIDENTS = """
SELECT * FROM intake.incidents WHERE incident_id = ANY($1::uuid[]) ORDER BY incident_id FOR UPDATE
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What the database knows of a batch."""

    answers: dict[Place, KeptAnswer]
    recognised: Recognised


async def look_up(tx: Transaction, requests: Sequence[Guarded], arrivals: Sequence[Arrival]) -> Found:
    """Which of these requests have been answered before, and everything by which these arrivals may be known already."""
    wanted = {band for arrival in arrivals for band in arrival.bands}
    places = [request.place for request in requests]
    rows = await tx.fetch(
        _LOOK_UP,
        [key for arrival in arrivals for key in arrival.keys.all()],
        list(wanted),
        list({arrival.organisation_id for arrival in arrivals}),
        *([place[column] for place in places] for column in range(3)),
    )
    kinds: dict[str, list[Record]] = defaultdict(list)
    for row in rows:
        kinds[row["found"]].append(row)
    bands: dict[int, list[UUID]] = defaultdict(list)
    for row in kinds["bands"]:
        for band in wanted.intersection(row["bands"]):
            bands[band].append(row["id"])
    recognised = Recognised(
        known={row["one"]: Known(row["id"], row["at"], row["lead"]) for row in kinds["key"]},
        candidates={row["id"]: Candidate(row["id"], row["at"], row["one"]) for row in kinds["bands"]},
        bands=bands,
        earlier=await _by_event(tx, arrivals),
    )
    answers = {places[row["place"] - 1]: KeptAnswer(row["one"], row["two"]) for row in kinds["answer"]}
    return Found(answers, recognised)


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
            said_at=row["said_at"],
            unsaid=row["unsaid"],
            state=row["public_state"],
            closed_at=row["closed_at"],
            merged_into=row["merged_into"],
            follows=row["follows"],
        )
        for row in await tx.fetch(_INCIDENTS, sorted(ids))
    }
