"""Rulebook slices and organisations' names."""

from collections.abc import Sequence

import orjson

from services.publishing.domain.rules import ReleaseRules
from services.publishing.domain.slices import release_rules
from shared.contracts.directory import OrganisationChanged
from shared.contracts.envelope import Event
from shared.contracts.grading import RulebookActivated
from shared.db import Transaction

SLICE = "publishing"

_KEEP = """
INSERT INTO publishing.rules (organisation_id, rulebook_hash, rulebook, activated_at, slice, roles)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[])
ON CONFLICT (organisation_id, rulebook_hash) DO UPDATE SET rulebook = excluded.rulebook,
  activated_at = excluded.activated_at, slice = excluded.slice, roles = excluded.roles
"""

# The pinned rulebook; where it has not come yet, the one the organisation works under now.
_FIND = """
SELECT slice, roles FROM publishing.rules WHERE organisation_id = $1
ORDER BY rulebook_hash = $2 DESC, activated_at DESC LIMIT 1
"""

_NAMES = """
INSERT INTO publishing.organisations (organisation_id, name) SELECT * FROM unnest($1::text[], $2::text[])
ON CONFLICT (organisation_id) DO UPDATE SET name = excluded.name
"""


async def keep_rulebooks(tx: Transaction, events: Sequence[Event[RulebookActivated]]) -> None:
    """Keep each slice under its hash: incidents stay with the rulebook they are pinned to."""
    await tx.execute(
        _KEEP,
        [event.organisation_id for event in events],
        [event.data.rulebook_hash for event in events],
        [event.data.rulebook for event in events],
        [event.time for event in events],
        [orjson.dumps(event.data.slices.get(SLICE, {})).decode() for event in events],
        [orjson.dumps(event.data.roles).decode() for event in events],
    )


async def keep_organisations(tx: Transaction, events: Sequence[Event[OrganisationChanged]]) -> None:
    """Keep the names that stand under what is released."""
    await tx.execute(_NAMES, [event.organisation_id for event in events], [event.data.name for event in events])


async def find_rules(tx: Transaction, organisation_id: str, rulebook_hash: str) -> ReleaseRules:
    """The release rules of an incident; with none known, the usual channels and no chain."""
    row = await tx.row(_FIND, organisation_id, rulebook_hash)
    if row is None:
        return release_rules({}, {})
    return release_rules(orjson.loads(row["slice"]), orjson.loads(row["roles"]))


async def organisation_name(tx: Transaction, organisation_id: str) -> str:
    """The organisation's name, or its id before the directory has told it."""
    name: str | None = await tx.value(
        "SELECT name FROM publishing.organisations WHERE organisation_id = $1", organisation_id
    )
    return name or organisation_id
