"""Past incidents for trying drafts on."""

from typing import Any
from uuid import UUID

from services.grading.domain.exporting import exported
from services.grading.storage.exporting import past
from services.grading.usecases.rulebooks import Rulebooks
from shared.auth import Staff
from shared.db import Database


class Export:
    """The facts of an organisation's own procedures, without free text."""

    def __init__(self, db: Database, rulebooks: Rulebooks) -> None:
        self._db = db
        self._rulebooks = rulebooks

    async def page(self, staff: Staff, after: UUID | None, limit: int) -> list[dict[str, Any]]:
        """At most `limit` incidents whose ids come after `after`, oldest first."""
        async with self._db.transaction() as tx:
            found = await past(tx, staff.organisation_id, after, limit)
            books = {each: await self._rulebooks.get(tx, each) for each in {one.rulebook_hash for one in found}}
        return [exported(each.incident_id, books[each.rulebook_hash], each.facts) for each in found]
