"""Finding what a batch of arrivals may belong to, and which requests were answered before: one look-up for any size of batch.

Every trip to the database costs a turn of the loop, which is what a busy process has least of: so these are one statement.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from uuid import UUID

from asyncpg import Record

from services.intake.domain.deciding import Earlier, EventKey, Recognised
from services.intake.domain.joining import Candidate, Known
from services.intake.domain.reports import Arrival, Incident
from services.intake.domain.telling_apart import written
from services.intake.storage.idempotency import Guarded, KeptAnswer, Place
from shared.contracts.intake import Spread
from shared.db import Transaction

# Materialised, and from row to row by LATERAL with OFFSET 0: what is compared is found by its index first, whatever the planner
# believes of the incidents' states. Young statistics made it walk all incidents instead, at thirty times the cost. Bands are
# looked for one by one for the same reason: all at once (`&&`), statistics of a few thousand rows made it compare every row with
# 1,600 bands, half a second a batch. What was found is told of the incident that it stands in today: `family` climbs from an
# absorbed incident to its survivor. Newest first, where ever so many texts share their words: a template of thousands would be
# carried over in full each time.
_LOOK_UP = """
WITH RECURSIVE same AS MATERIALIZED (
  SELECT key, incident_id, report_id FROM intake.join_keys WHERE key = ANY($1::bytea[])
),
alike AS MATERIALIZED (
  SELECT f.* FROM (
    SELECT DISTINCT x.incident_id FROM unnest($2::text::bigint[]) w(band) CROSS JOIN LATERAL (
      SELECT incident_id FROM intake.fingerprints WHERE bands @> ARRAY[w.band] AND organisation_id = ANY($3::text[]) OFFSET 0
    ) x ORDER BY x.incident_id DESC LIMIT $7
  ) near CROSS JOIN LATERAL (
    SELECT incident_id, opened_at, grams, bands, report_id FROM intake.fingerprints z WHERE z.incident_id = near.incident_id OFFSET 0
  ) f
),
family AS (
  SELECT found.incident_id AS owner, found_at.opened_at, found_at.region, found_at.incident_id, found_at.merged_into,
    found_at.public_state, found_at.closed_at, found_at.organisation_id, 1 AS steps
  FROM (SELECT incident_id FROM same UNION SELECT incident_id FROM alike) found CROSS JOIN LATERAL (
    SELECT * FROM intake.incidents i WHERE i.incident_id = found.incident_id OFFSET 0
  ) found_at
  UNION ALL
  SELECT f.owner, f.opened_at, f.region, i.incident_id, i.merged_into, i.public_state, i.closed_at, i.organisation_id, f.steps + 1
  FROM family f CROSS JOIN LATERAL (
    SELECT * FROM intake.incidents i WHERE i.incident_id = f.merged_into AND f.steps < 25 OFFSET 0
  ) i
),
standing AS MATERIALIZED (
  SELECT f.owner, f.opened_at, f.region, f.incident_id, f.public_state = 'closed' AS closed,
    CASE WHEN f.public_state = 'closed' AND o.after_closing = 'reopen'
      THEN f.closed_at + coalesce(o.reopen_within, interval '100 years') END AS reopens_until
  FROM family f LEFT JOIN intake.organisations o USING (organisation_id) WHERE f.merged_into IS NULL
)
SELECT 'key' AS found, s.incident_id AS owner, i.opened_at AS at, s.key AS one, NULL::bytea AS two, NULL::bigint[] AS bands,
  0 AS place, s.report_id AS lead, i.incident_id AS id, i.region, i.closed, i.reopens_until
FROM same s JOIN standing i ON i.owner = s.incident_id
UNION ALL
SELECT 'bands', a.incident_id, a.opened_at, a.grams, NULL, a.bands, 0, a.report_id, i.incident_id, i.region, i.closed, i.reopens_until
FROM alike a JOIN standing i ON i.owner = a.incident_id
UNION ALL
SELECT 'answer', NULL, NULL, t.body_mac, t.answer, NULL, w.place::int, NULL, NULL, NULL, NULL, NULL
FROM unnest($4::text[], $5::text[], $6::text[]) WITH ORDINALITY w(client, route, key, place)
JOIN intake.idempotency t USING (client, route, key)
"""
MOST_ALIKE = 2000
"""Fingerprints looked at for a batch."""
_EARLIER = """
SELECT r.organisation_id, r.source, r.external_id, r.report_id, r.incident_id, r.reads, r.comments, r.reposts, r.likes,
  sha256(convert_to(coalesce(e.masked_text, r.masked_text), 'UTF8')) AS said
FROM unnest($1::text[], $2::text[], $3::text[]) w(organisation_id, source, external_id)
JOIN intake.reports r USING (organisation_id, source, external_id)
LEFT JOIN LATERAL (
  SELECT masked_text FROM intake.edits e WHERE e.report_id = r.report_id ORDER BY edited_at DESC LIMIT 1
) e ON true
"""
# A fingerprint of a version that did not note its report was made of the first that its incident had.
_TEXTS = """
SELECT w.led, r.kind, r.title, r.masked_text
FROM unnest($1::uuid[], $2::uuid[]) w(led, report_id) CROSS JOIN LATERAL (
  SELECT kind, title, masked_text FROM intake.reports r WHERE r.report_id = w.report_id
  UNION ALL
  (SELECT kind, title, masked_text FROM intake.reports r
  WHERE w.report_id IS NULL AND coalesce(r.origin_id, r.incident_id) = w.led
  ORDER BY r.report_id LIMIT 1)
) r
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
        f"{{{','.join(map(str, wanted))}}}",  # as one text: the driver looks at every element of an array
        list({arrival.organisation_id for arrival in arrivals}),
        *([place[column] for place in places] for column in range(3)),
        MOST_ALIKE,
    )
    kinds: dict[str, list[Record]] = defaultdict(list)
    for row in rows:
        kinds[row["found"]].append(row)
    bands: dict[int, list[UUID]] = defaultdict(list)
    for row in sorted(kinds["bands"], key=itemgetter("owner")):
        for band in wanted.intersection(row["bands"]):
            bands[band].append(row["owner"])
    recognised = Recognised(
        known={row["one"]: _known(row) for row in kinds["key"]},
        candidates={row["owner"]: _candidate(row) for row in kinds["bands"]},
        bands=bands,
        earlier=await _by_event(tx, arrivals),
    )
    answers = {places[row["place"] - 1]: KeptAnswer(row["one"], row["two"]) for row in kinds["answer"]}
    return Found(answers, recognised)


def _known(row: Record) -> Known:
    return Known(
        incident_id=row["id"],
        opened_at=row["at"],
        report_id=row["lead"],
        region=row["region"],
        closed=row["closed"],
        reopens_until=row["reopens_until"],
        owner=row["owner"],
    )


def _candidate(row: Record) -> Candidate:
    return Candidate(
        incident_id=row["id"],
        opened_at=row["at"],
        grams=row["one"],
        region=row["region"],
        closed=row["closed"],
        reopens_until=row["reopens_until"],
        led=row["owner"],
        leading=row["lead"],
    )


async def load_texts(tx: Transaction, leading: Mapping[UUID, UUID | None]) -> dict[UUID, str]:
    """The words, as written, of the reports that led these incidents at first; None for a report that was not noted.

    Of those that are no longer here none are told.
    """
    if not leading:
        return {}
    rows = await tx.fetch(_TEXTS, list(leading), list(leading.values()))
    return {row["led"]: written(row["kind"], row["title"], row["masked_text"]) for row in rows}


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
            row["said"],
        )
        for row in rows
    }


async def load_incidents(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, Incident]:
    """The totals of these incidents, locked in the order of their ids."""
    if not ids:
        return {}
    return {row["incident_id"]: read_incident(row) for row in await tx.fetch(_INCIDENTS, sorted(ids))}


def read_incident(row: Record) -> Incident:
    """An incident of a whole row."""
    return Incident(
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
