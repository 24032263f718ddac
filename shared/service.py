"""Puts a service together: its parts, handed to its composition root, and its loops, run for as long as it lives."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI

from shared.account_watch import AccountWatch
from shared.auth import SERVICE, Access, AccountGate, Guard, KeySet, ServiceTokens, Verifier
from shared.auth.guard import Check as PortalCheck
from shared.auth.tokens import STAFF_AUDIENCE
from shared.bus.producer import Bus
from shared.bus.subscriber import Subscriber
from shared.clock import Clock, OfficeClock, SystemClock
from shared.db import Database
from shared.errors import UnavailableError
from shared.journal import Journal, Subscriptions
from shared.journal.apply import Applier, Kin
from shared.journal.catch_up import JournalClient
from shared.journal.consumer import Consumer
from shared.journal.relay import Relay
from shared.journal.routes import journal_routes, parked_routes
from shared.journal.subscriptions import Routes
from shared.journal.watch import OutboxWatch, ParkedWatch
from shared.loops import Loop, Loops
from shared.migrations.migrate import present_head, serves
from shared.secrets import Secrets, load_secrets
from shared.settings import ServiceSettings
from shared.telemetry import configure_logging, spans
from shared.timers import Timers
from shared.timers.verdicts import Verdicts
from shared.timers.watch import TimersWatch
from shared.web.app import create_app

_log = structlog.get_logger()
Check = Callable[[], Awaitable[None]]
_HTTP_LOCK = "200ms"
_WORK_LOCK = "5s"
_LAST_WORDS = 1.0
"""Seconds for the relay, and then for the bus, to say at the end what has been decided."""

INTERNAL: Mapping[str, Access] = {
    "GET /internal/journal": SERVICE,
    "GET /internal/journal/heads": SERVICE,
    "GET /internal/parked": SERVICE,
    "POST /internal/parked/{subject}/replay": SERVICE,
}
"""The access rows of the routes that every service has."""


Clocks = tuple[Clock, Clock]
"""Office and system."""


@dataclass(frozen=True)
class Parts:
    """What a composition root builds from.

    `db` serves HTTP (a lock is waited for 0.2 s at most), `work` serves consumers and timers; both are the schema's role.
    `ledger` is the database that `journal` writes to: `db`, except in the console, whose journal is the directory's.
    """

    name: str
    settings: ServiceSettings
    secrets: Secrets
    db: Database
    work: Database
    ledger: Database
    journal: Journal
    office: Clock
    system: Clock
    gate: AccountGate
    tokens: ServiceTokens

    def database(self, name: str, *, lock_timeout: str, size: int) -> Database:
        """A pool of the service's own role beside `db` and `work`, to be named in `Wiring.databases`."""
        return _pool(self.settings, self.settings.database_url, name, lock_timeout=lock_timeout, size=size)


@dataclass(frozen=True)
class Wiring:
    """What a composition root answers: routes with their access, subscriptions, clocks and further loops."""

    routers: Sequence[APIRouter]
    access: Mapping[str, Access]
    subscriptions: Subscriptions
    lock: str | None = None
    kin: Kin | None = None
    timers: Timers | None = None
    loops: Mapping[str, Loop] = field(default_factory=dict)
    databases: Sequence[Database] = ()
    readiness: Mapping[str, Check] = field(default_factory=dict)
    portal: PortalCheck | None = None


@dataclass(frozen=True)
class Producer:
    """The journal that a service writes, where it is not its own schema's."""

    schema: str
    database_url: str


@dataclass(frozen=True)
class Running:
    """The machinery of a running service, on `app.state.running`; tests drive it step by step."""

    parts: Parts
    wiring: Wiring
    applier: Applier
    consumer: Consumer
    relay: Relay
    bus: Bus


def _pool(settings: ServiceSettings, url: str, name: str, *, lock_timeout: str, size: int = 8) -> Database:
    return Database(url, name=name, lock_timeout=lock_timeout, size=size, direct=settings.database_direct)


def assemble(
    name: str,
    settings: ServiceSettings,
    wire: Callable[[Parts], Wiring],
    *,
    title: str,
    producer: Producer | None = None,
    clocks: Clocks | None = None,
) -> FastAPI:
    """The application of a service. `clocks` (office, system) are given by tests alone."""
    configure_logging(name, settings.log_level)
    if settings.traces is not None:
        spans.switch_on(settings.traces, name)
    secrets = load_secrets(settings.secrets_dir)
    system: Clock = clocks[1] if clocks else SystemClock()
    office: Clock = clocks[0] if clocks else OfficeClock(system, settings.clock_file)
    db = _pool(settings, settings.database_url, f"{name}-http", lock_timeout=_HTTP_LOCK)
    work = _pool(settings, settings.database_url, f"{name}-work", lock_timeout=_WORK_LOCK)
    ledger = _pool(settings, producer.database_url, f"{name}-ledger", lock_timeout=_HTTP_LOCK) if producer else db
    schema = producer.schema if producer else name
    bus = Bus(settings.kafka)
    relay = Relay(schema, ledger, bus)
    parts = Parts(
        name=name,
        settings=settings,
        secrets=secrets,
        db=db,
        work=work,
        ledger=ledger,
        journal=Journal(schema, relay.wake),
        office=office,
        system=system,
        gate=AccountGate(system, settings.var / "state" / f"{name}-accounts.json"),
        tokens=ServiceTokens(secrets.service_signing(name), name, system),
    )
    wiring = wire(parts)
    applier = Applier(name, work, Routes(wiring.subscriptions), wiring.lock, wiring.kin)
    subscriber = Subscriber(settings.kafka, f"huiying-{name}", list(wiring.subscriptions))
    journals = JournalClient(_journals(settings.peers), parts.tokens.header)
    consumer = Consumer(work, applier, subscriber, journals)
    databases = list({id(each): each for each in (db, work, ledger, *wiring.databases)}.values())
    running = Running(parts, wiring, applier, consumer, relay, bus)

    accounts = AccountWatch(parts.gate, journals)
    loops = Loops({**_loops(running, databases), "accounts": accounts.run})

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.running, app.state.drain_seconds = running, settings.drain_seconds
        loops.start()
        try:
            yield
        finally:
            await _leave(running, loops)
            await _close([consumer.close, relay.close, bus.close, *(each.close for each in databases)])
            await spans.close()

    return create_app(
        service=name,
        title=title,
        lifespan=lifespan,
        routers=[*wiring.routers, journal_routes(schema, ledger), parked_routes(name, work, applier)],
        readiness=_readiness(running, schema, loops),
        access={**INTERNAL, **wiring.access},
        guard=Guard(
            Verifier(KeySet(secrets.jwks_file), STAFF_AUDIENCE, system, parts.gate),
            Verifier(KeySet(secrets.services_file), name, system),
            wiring.portal,
        ),
    )


def _journals(peers: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """By producer: the service that shows its journal, and where; the directory lives in the console's process."""
    hosts = {name: name for name in peers} | {"directory": "console"}
    return {producer: (host, peers[host]) for producer, host in hosts.items() if host in peers}


def _loops(running: Running, databases: Sequence[Database]) -> dict[str, Loop]:
    parts, wiring, timers = running.parts, running.wiring, running.wiring.timers
    ready = asyncio.Event()

    async def connect() -> None:
        for database in databases:
            await database.open()
        ready.set()
        await asyncio.Event().wait()

    def after_connecting(loop: Loop) -> Loop:
        async def run() -> None:
            await ready.wait()
            await loop()

        return run

    # A journal of its own schema tells office time; the directory's, which lives elsewhere, the wall clock's.
    outbox = OutboxWatch(parts.journal.schema, parts.ledger, parts.office if parts.ledger is parts.db else parts.system)
    loops: dict[str, Loop] = {"relay": running.relay.run, "bus": running.bus.run, "outbox": outbox.run, **wiring.loops}
    if wiring.subscriptions:
        loops["consumer"] = running.consumer.run
        loops["parked"] = ParkedWatch(parts.name, parts.work).run
    if timers is not None:
        pause = timedelta(seconds=parts.settings.clock_pause_seconds)
        kept = parts.settings.var / "state" / f"{parts.name}-clock-believed"
        verdicts = Verdicts.of(parts.name, SystemClock(), pause, kept)
        loops["timers"] = lambda: timers.run(parts.work, parts.office, verdicts)
        loops["past-due"] = TimersWatch(parts.name, parts.work, parts.office).run
    return {"connect": connect, **{name: after_connecting(loop) for name, loop in loops.items()}}


async def _close(parts: Sequence[Callable[[], Awaitable[None]]]) -> None:
    """Close all, whatever one of them says: a broker that is gone must not keep connections to others open."""
    for error in await asyncio.gather(*(close() for close in parts), return_exceptions=True):
        if error is not None:
            _log.warning("service.not_closed", error=repr(error))


async def _leave(running: Running, loops: Loops) -> None:
    """End the loops at safe points: what is numbered is sent, what was not committed is somebody else's to do."""
    await loops.stop(but=("relay", "bus"))
    running.relay.leave()
    await loops.finish("relay", within=_LAST_WORDS)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LAST_WORDS):
            await running.bus.drained()
    await loops.stop()


def _readiness(running: Running, schema: str, loops: Loops) -> dict[str, Check]:
    parts = running.parts
    schemas = {parts.name: parts.work, schema: parts.ledger}

    async def database() -> None:
        async with parts.db.transaction() as tx:
            await tx.value("SELECT 1")

    async def migrations() -> None:
        for name, db in schemas.items():
            async with db.transaction() as tx:
                if not serves(name, await present_head(tx, name)):
                    raise UnavailableError(f"Schema {name} is older than this code; run the migrations.")

    async def all_loops() -> None:
        loops.check()

    async def bus() -> None:
        running.consumer.check_flowing()

    checks: dict[str, Check] = {
        "database": database,
        "migrations": migrations,
        "loops": all_loops,
        **running.wiring.readiness,
    }
    return checks | ({"bus": bus} if running.wiring.subscriptions else {})


def running(app: Any) -> Running:
    """The machinery of an app whose lifespan has begun."""
    found: Running = app.state.running
    return found
