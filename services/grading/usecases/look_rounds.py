"""Reading rounds: done, missed, still to be done."""

from typing import Any

from services.grading.domain.rounds import Round
from services.grading.storage.rounds import RoundQuery, list_rounds
from shared.db import Database


class LookRounds:
    """The organisation's own rounds, newest first."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def __call__(self, query: RoundQuery) -> list[dict[str, Any]]:
        """One page."""
        async with self._db.transaction() as tx:
            return [_shown(each) for each in await list_rounds(tx, query)]


def _shown(each: Round) -> dict[str, Any]:
    return {
        "id": each.id,
        "key": each.key,
        "routine": each.routine,
        "name": each.name,
        "kind": each.kind,
        "owner": each.owner,
        "owner_name": each.owner_name,
        "clause": each.clause,
        "begins_at": each.begins_at,
        "due_at": each.due_at,
        "over_at": each.over_at,
        "provisional": each.provisional,
        "issued": each.issued,
        "state": each.state,
        "done_at": each.done_at,
        "done_by": each.done_by,
        "rulebook_hash": each.rulebook_hash,
    }
