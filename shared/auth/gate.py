"""The gate that shuts an account within seconds, though its token would hold for ten minutes more."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from shared.clock import Clock
from shared.contracts.directory import AccountChanged
from shared.contracts.envelope import Event
from shared.db import Transaction

REMEMBERED = timedelta(minutes=15)
"""Longer than any token lives; an older change cannot concern one."""


class AccountGate:
    """Refuses tokens of disabled accounts, and those issued before the account's last change (roles may be gone).

    Every service feeds it from `account.changed`. `file` keeps what is recent over a restart, and is looked at every second, for
    it may be another process of the same service that hears the change; both write, one after the other, each what both know.
    Time is system time.
    """

    def __init__(self, clock: Clock, file: Path | None = None) -> None:
        self._clock = clock
        self._file = file
        self._changes: dict[str, tuple[datetime, bool]] = {}
        self._read_version = (0, 0, 0)
        self._looked_at = 0.0
        self._read()

    def _read(self) -> None:
        if self._file is None or not self._file.exists():
            return
        found = self._file.stat()
        # Two writes may fall into one tick of the file system's clock; each is another file.
        version = (found.st_mtime_ns, found.st_ino, found.st_size)
        if version == self._read_version:
            return
        self._read_version = version
        for login, (at, closed) in orjson.loads(self._file.read_bytes()).items():
            moment = datetime.fromisoformat(at)
            known = self._changes.get(login)
            if known is None or known[0] < moment:
                self._changes[login] = moment, closed

    def apply(self, event: Event[AccountChanged]) -> None:
        """Take in one change; an older one than is known, or one too old to matter, changes nothing."""
        self.apply_all([event])

    async def consume(self, _tx: Transaction, events: Sequence[Event[AccountChanged]]) -> None:
        """The handler to subscribe: `on(AccountChanged, gate.consume)`. Harmless if its transaction fails."""
        self.apply_all(events)

    def apply_all(self, events: Sequence[Event[AccountChanged]]) -> None:
        """Take in changes and keep them on disk if any was recent."""
        horizon = self._clock.now() - REMEMBERED
        recent = [event for event in events if event.time > horizon]
        for event in recent:
            known = self._changes.get(event.data.login)
            if known is None or known[0] <= event.time:
                self._changes[event.data.login] = event.time, event.data.state == "disabled"
        if recent:
            with self._alone():
                self._read()
                self._changes = {login: change for login, change in self._changes.items() if change[0] > horizon}
                self._keep()

    def refuses(self, login: str, issued: float) -> bool:
        """Whether a token issued at `issued` (Unix seconds) no longer counts."""
        now = self._clock.now().timestamp()
        if abs(now - self._looked_at) >= 1:  # the wall clock may have stepped back
            self._looked_at = now
            self._read()
        change = self._changes.get(login)
        return change is not None and (change[1] or issued < change[0].timestamp())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the file against other processes, for as long as reading and writing it takes; the lock ends with its holder."""
        if self._file is None:
            yield
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _keep(self) -> None:
        if self._file is not None:
            fresh = self._file.with_suffix(".new")
            fresh.write_bytes(
                orjson.dumps({login: (at.isoformat(), closed) for login, (at, closed) in self._changes.items()})
            )
            fresh.replace(self._file)
