"""Organisations: made by the platform, told to every service."""

from services.console.directory.domain.rules import Actor, Organisation
from services.console.directory.storage import store
from shared.clock import Clock
from shared.contracts.directory import OrganisationChanged, organisation_subject
from shared.contracts.envelope import NewEvent
from shared.db import Database
from shared.errors import ConflictError
from shared.ids import new_id
from shared.journal import Journal


class Organisations:
    """`db` and `journal` are the directory's. Accounts and organisations live in system time, not in office time."""

    def __init__(self, db: Database, journal: Journal, system: Clock) -> None:
        self._db = db
        self._journal = journal
        self._system = system

    async def create(self, organisation: Organisation) -> Organisation:
        """Keep and tell a new organisation. Raises `ConflictError` with the present one where the id is taken."""
        now = self._system.now()
        async with self._db.transaction() as tx:
            if not await store.add_organisation(tx, organisation, now):
                present = (await store.list_organisations(tx, organisation.organisation_id))[0]
                raise ConflictError(
                    "单位标识已被使用 / This organisation id is taken.",
                    organisation_id=present.organisation_id,
                    version=present.version,
                )
            payload = OrganisationChanged(
                name=organisation.name, rulebook=organisation.rulebook or "", layers=list(organisation.layers)
            )
            subject = organisation_subject(organisation.organisation_id)
            await self._journal.append(tx, [NewEvent(new_id(), organisation.organisation_id, subject, now, payload)])
        return organisation

    async def visible(self, actor: Actor) -> list[Organisation]:
        """All for the platform, one's own for everybody else."""
        async with self._db.transaction() as tx:
            return await store.list_organisations(tx, None if actor.runs_platform else actor.organisation_id)
