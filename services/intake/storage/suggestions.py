"""What is known of incidents that may be suggested: their survivors, families, answers, what a person refused, and what was found."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.intake.domain.suggesting import Alike, Standing
from shared.db import Transaction

_UP = """
WITH RECURSIVE up AS (
  SELECT i.incident_id AS member, i.incident_id AS at, i.merged_into AS next, 0 AS steps
  FROM intake.incidents i WHERE i.incident_id = ANY($1::uuid[]) AND i.organisation_id = $2
  UNION ALL
  SELECT up.member, i.incident_id, i.merged_into, up.steps + 1
  FROM up JOIN intake.incidents i ON i.incident_id = up.next WHERE up.steps < 20
)
SELECT up.member, i.incident_id, i.title, i.public_state AS state, i.region, i.opened_at
FROM up JOIN intake.incidents i ON i.incident_id = up.at WHERE up.next IS NULL
"""
_DOWN = """
down AS (
  SELECT w AS root, w AS member, 0 AS steps FROM unnest($1::uuid[]) w
  UNION ALL
  SELECT down.root, i.incident_id, down.steps + 1
  FROM down JOIN intake.incidents i ON i.merged_into = down.member WHERE down.steps < 20
)
"""
_KIN = f"""
WITH RECURSIVE {_DOWN}
SELECT member AS id, false AS refused FROM down
UNION SELECT p.other, true FROM down JOIN intake.refused_pairs p ON p.one = down.member
UNION SELECT p.one, true FROM down JOIN intake.refused_pairs p ON p.other = down.member
"""
_ANSWERS = f"""
WITH RECURSIVE {_DOWN}
SELECT down.root, a.title, a.channel, a.url FROM down JOIN intake.answers a ON a.incident_id = down.member
ORDER BY a.released_at, a.answer_id
"""
_STORE = """
INSERT INTO intake.suggestions (incident_id, other_id, organisation_id, score, found_at)
SELECT $1, w.other, $2, w.score, $3 FROM unnest($4::uuid[], $5::real[]) w(other, score)
ON CONFLICT (incident_id, other_id) DO UPDATE SET score = excluded.score, found_at = excluded.found_at
"""


async def standing(tx: Transaction, organisation_id: str, incident_ids: Sequence[UUID]) -> dict[UUID, Standing]:
    """The survivor of each of these incidents of the organisation; of one that was never absorbed, itself."""
    rows = await tx.fetch(_UP, list(incident_ids), organisation_id)
    return {
        row["member"]: Standing(row["incident_id"], row["title"], row["state"], row["region"], row["opened_at"])
        for row in rows
    }


async def kin(tx: Transaction, root: UUID) -> tuple[frozenset[UUID], list[UUID]]:
    """This survivor with all that were absorbed into it, and what was refused for any of these."""
    rows = await tx.fetch(_KIN, [root])
    return frozenset(row["id"] for row in rows if not row["refused"]), [row["id"] for row in rows if row["refused"]]


async def answers(tx: Transaction, roots: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """The answers released for these survivors and what they absorbed, by survivor, in the order of their release."""
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in await tx.fetch(_ANSWERS, list(roots)):
        told = {"title": row["title"] or "", "channel": row["channel"], "url": row["url"]}
        found[row["root"]].append(told)
    return found


async def store(
    tx: Transaction, organisation_id: str, incident_id: UUID, found: Sequence[Alike], now: datetime
) -> None:
    """Keep what was found when the incident arrived."""
    others = [each.standing.incident_id for each in found]
    if others:
        await tx.execute(_STORE, incident_id, organisation_id, now, others, [each.score for each in found])


async def refuse(
    tx: Transaction, organisation_id: str, pair: tuple[UUID, UUID], by: str, reason: str, now: datetime
) -> None:
    """These two are not one matter: a person says so, with a reason that stays here. Said again, the first time stands."""
    one, other = sorted(pair)
    await tx.execute(
        "INSERT INTO intake.refused_pairs (one, other, organisation_id, refused_by, reason, refused_at) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        one,
        other,
        organisation_id,
        by,
        reason,
        now,
    )
    await tx.execute(
        "DELETE FROM intake.suggestions WHERE (incident_id = $1 AND other_id = $2) OR (incident_id = $2 AND other_id = $1)",
        one,
        other,
    )


async def moved(tx: Transaction, incident_id: UUID) -> bool:
    """Whether reports of this incident were ever moved, to or from it."""
    row = await tx.row("SELECT 1 FROM intake.moves WHERE incident_id = $1 OR other_id = $1 LIMIT 1", incident_id)
    return row is not None


async def join_above(tx: Transaction, organisation_id: str) -> float | None:
    """The score from which on the organisation lets suggestions join by themselves; None: never."""
    found: float | None = await tx.value(
        "SELECT join_above FROM intake.organisations WHERE organisation_id = $1", organisation_id
    )
    return None if found is None else round(found, 4)


async def set_join_above(tx: Transaction, organisation_id: str, above: float | None) -> bool:
    """Change that; False where there is no such organisation."""
    row = await tx.row(
        "UPDATE intake.organisations SET join_above = $2 WHERE organisation_id = $1 RETURNING 1", organisation_id, above
    )
    return row is not None
