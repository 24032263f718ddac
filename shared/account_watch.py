"""Every process hears what the directory says of accounts, whichever replica of its service the event goes to."""

import asyncio

import structlog
from pydantic import ValidationError

from shared.auth import AccountGate
from shared.contracts.directory import AccountChanged
from shared.contracts.envelope import Event, RawEvent
from shared.journal.catch_up import PAGE, JournalClient, JournalUnreachableError

_log = structlog.get_logger()
_EVERY = 3.0
_DIRECTORY = "directory"
_RECENT = 500
"""How many of a shard's last events are read at the first look: more than change within the life of a token."""


class AccountWatch:
    """Reads the directory's journal for one process's gate, which then needs no file shared with others.

    A consumer's event goes to one replica; a closed account must be refused by all, on whatever machine. It keeps no place: what it
    reads twice changes nothing.
    """

    def __init__(self, gate: AccountGate, journals: JournalClient) -> None:
        self._gate = gate
        self._journals = journals
        self._source = ""
        self._read_to: dict[int, int] = {}

    async def run(self) -> None:
        """Look every three seconds until cancelled. A directory that is away can close no account either."""
        while True:
            try:
                await self.look()
            except JournalUnreachableError as error:
                _log.info("accounts.no_directory", error=str(error))
            await asyncio.sleep(_EVERY)

    async def look(self) -> int:
        """Hand the gate what is new; answers how many changes of accounts. Raises `JournalUnreachableError`."""
        source, heads = await self._journals.heads(_DIRECTORY)
        if source != self._source:
            self._source, self._read_to = source, {}
        found = 0
        for shard, head in heads.items():
            after = self._read_to.get(shard, max(0, head - _RECENT))
            while after < head:
                events = await self._journals.pull(_DIRECTORY, shard, after)
                changes = [change for event in events if (change := _read(event)) is not None]
                self._gate.apply_all(changes)
                found += len(changes)
                after = events[-1].seq if len(events) == PAGE else head
            self._read_to[shard] = after
        return found


def _read(raw: RawEvent) -> Event[AccountChanged] | None:
    if raw.type != AccountChanged.TYPE:
        return None
    try:
        data = AccountChanged.model_validate_json(raw.data)
    except ValidationError as error:
        _log.error("accounts.unreadable", event_id=str(raw.id), errors=error.error_count())  # the consumer parks it
        return None
    return Event(raw.id, raw.organisation_id, raw.subject, raw.time, data)
