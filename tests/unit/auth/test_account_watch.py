"""A closed account is refused by a process that no event went to, and that shares no file with one that heard."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from shared.account_watch import AccountWatch
from shared.auth import AccountGate
from shared.clock import SystemClock
from shared.contracts.directory import AccountChanged
from shared.contracts.envelope import RawEvent
from shared.journal.catch_up import PAGE, Heads, JournalClient, JournalUnreachableError


class Directory(JournalClient):
    """The directory's journal in a test's hand, all of it in shard 3."""

    def __init__(self) -> None:
        super().__init__({}, lambda _service: {})
        self.events: list[RawEvent] = []
        self.source = "/huiying/directory/1"
        self.pulled: list[int] = []

    def say(self, login: str, state: str = "disabled", *, ago: timedelta = timedelta()) -> None:
        """An account has changed."""
        payload = AccountChanged.model_validate(
            {"login": login, "display_name": login, "roles": ["office"], "state": state}
        )
        self._add(AccountChanged.TYPE, payload.model_dump_json(), datetime.now(UTC) - ago)

    def say_nonsense(self) -> None:
        """A change of an account that nobody can read."""
        self._add(AccountChanged.TYPE, '{"login": 7}', datetime.now(UTC))

    def say_else(self) -> None:
        """Something that is not about accounts."""
        self._add("organisation.changed.v1", "{}", datetime.now(UTC))

    def _add(self, type_: str, data: str, at: datetime) -> None:
        number = len(self.events) + 1
        self.events.append(RawEvent("directory", 3, number, uuid4(), type_, "anhui", uuid4(), at, data))

    async def heads(self, producer: str) -> Heads:
        assert producer == "directory"
        return Heads(self.source, {0: 0, 3: len(self.events)})

    async def pull(self, producer: str, shard: int, after: int) -> list[RawEvent]:
        assert (producer, shard) == ("directory", 3)
        self.pulled.append(after)
        return self.events[after : after + PAGE]


def _watch() -> tuple[Directory, AccountGate, AccountWatch, Callable[[str], bool]]:
    directory, gate = Directory(), AccountGate(SystemClock())
    return directory, gate, AccountWatch(gate, directory), lambda login: gate.refuses(login, 0.0)


async def test_what_the_directory_says_reaches_the_gate_once() -> None:
    directory, _gate, watch, refused = _watch()
    directory.say_nonsense()
    directory.say("wang")
    directory.say_else()
    assert await watch.look() == 1
    assert refused("wang")
    assert await watch.look() == 0
    directory.say("li")
    assert await watch.look() == 1
    assert refused("li")
    assert directory.pulled == [0, 3]


async def test_a_process_that_begins_reads_what_may_still_matter_and_all_that_comes() -> None:
    directory, _gate, watch, refused = _watch()
    for number in range(2 * PAGE):
        directory.say(f"old-{number}", ago=timedelta(hours=1))
    directory.say("wang")
    await watch.look()
    assert refused("wang")
    assert directory.pulled[0] == PAGE + 1
    for _ in range(PAGE + 1):
        directory.say_else()
    directory.say("li")
    await watch.look()
    assert refused("li")


async def test_another_journal_is_read_from_its_own_beginning() -> None:
    directory, _gate, watch, refused = _watch()
    directory.say("wang")
    await watch.look()
    directory.source, directory.events = "/huiying/directory/2", []
    directory.say("li")
    await watch.look()
    assert refused("li")


async def test_without_an_address_of_the_directory_it_says_so() -> None:
    watch = AccountWatch(AccountGate(SystemClock()), JournalClient({}, lambda _service: {}))
    with pytest.raises(JournalUnreachableError, match="HUIYING_PEERS"):
        await watch.look()
