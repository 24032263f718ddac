"""The organisations that intake takes reports for, with the slice of their rulebook that it needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import orjson

from services.intake.domain.spread import Threshold
from shared.clock import Clock
from shared.contracts.directory import OrganisationChanged
from shared.contracts.envelope import Event
from shared.contracts.grading import RulebookActivated
from shared.db import Database, Transaction
from shared.errors import MissingError

_KEEP_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation as intake knows it; `words` are its rulebook's watch words, `thresholds` the counts its criteria turn at.

    `reopen_within`: until how long after closing the same matter is opened again, where `after_closing` is `reopen`. `join_above`: from
    which score on suggestions join by themselves; None: never.
    """

    organisation_id: str
    name: str
    words: tuple[str, ...]
    join_window_hours: float
    after_closing: Literal["anew", "reopen"] = "anew"
    reopen_within: timedelta | None = None
    thresholds: tuple[Threshold, ...] = ()
    join_above: float | None = None


class Organisations:
    """Reads organisations, kept in process for two seconds; takes what directory and grading say of them."""

    def __init__(self, db: Database, system: Clock) -> None:
        self._db = db
        self._system = system
        self._kept: dict[str, tuple[float, Organisation]] = {}

    async def get(self, organisation_id: str) -> Organisation:
        """The organisation; raises `MissingError` where it is unknown, suspended, or has no rulebook in force yet.

        Without a rulebook nobody could grade what it is told, so nothing is taken in that would wait for ever.
        """
        now = self._system.now().timestamp()
        kept = self._kept.get(organisation_id)
        if kept is not None and abs(now - kept[0]) < _KEEP_SECONDS:  # the wall clock may have stepped back
            return kept[1]
        async with self._db.transaction() as tx:
            row = await tx.row(
                "SELECT name, words, extract(epoch FROM join_window) / 3600 AS hours, after_closing, reopen_within, thresholds, "
                "join_above FROM intake.organisations WHERE organisation_id = $1 AND state = 'active' AND rulebook_hash IS NOT NULL",
                organisation_id,
            )
        if row is None:
            raise MissingError(
                f"There is no organisation {organisation_id!r} here; check the name, or ask its administrator."
            )
        found = Organisation(
            organisation_id,
            row["name"],
            tuple(row["words"]),
            float(row["hours"]),
            row["after_closing"],
            row["reopen_within"],
            Threshold.read(orjson.loads(row["thresholds"])),
            row["join_above"],
        )
        self._kept[organisation_id] = (now, found)
        return found

    async def on_organisation(self, tx: Transaction, events: Sequence[Event[OrganisationChanged]]) -> None:
        """An organisation was made or changed in the directory."""
        await tx.execute(
            "INSERT INTO intake.organisations (organisation_id, name, state) SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) "
            "ON CONFLICT (organisation_id) DO UPDATE SET name = excluded.name, state = excluded.state",
            [event.organisation_id for event in events],
            [event.data.name for event in events],
            [event.data.state for event in events],
        )

    async def on_rulebook(self, tx: Transaction, events: Sequence[Event[RulebookActivated]]) -> None:
        """A rulebook came into force: its watch words, its windows of joining and reopening, the counts its criteria turn at."""
        for event in events:
            mine = event.data.slices.get("intake", {})
            await tx.execute(
                "INSERT INTO intake.organisations (organisation_id, name, state, rulebook_hash, words, join_window, after_closing, "
                "reopen_within, thresholds, zone) VALUES ($1, $1, 'active', $2, $3, make_interval(hours => $4::int), $5, "
                "make_interval(hours => $6::int), $7, $8) "
                "ON CONFLICT (organisation_id) DO UPDATE SET rulebook_hash = excluded.rulebook_hash, words = excluded.words, "
                "join_window = excluded.join_window, after_closing = excluded.after_closing, "
                "reopen_within = excluded.reopen_within, thresholds = excluded.thresholds, zone = excluded.zone",
                event.organisation_id,
                event.data.rulebook_hash,
                list(mine.get("words", [])),
                int(mine.get("join_window_hours", 720)),
                mine.get("after_closing", "anew"),
                mine.get("reopen_within_hours"),
                orjson.dumps(mine.get("thresholds", [])).decode(),
                mine.get("zone", "Asia/Shanghai"),
            )
