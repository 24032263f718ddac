"""The console's process: the read model with its pages, and the directory with its own schema and journal."""

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import FastAPI

from services.console.directory.entry.access import ACCESS as DIRECTORY_ACCESS
from services.console.directory.entry.routes import directory_router
from services.console.directory.usecases.accounts import Accounts
from services.console.directory.usecases.organisations import Organisations
from services.console.directory.usecases.passwords import Passwords
from services.console.directory.usecases.sign_in import SignIn
from services.console.entry.access import ACCESS
from services.console.entry.api import overview_router
from services.console.entry.assets import load_assets, load_templates
from services.console.entry.joining import JoiningPage, joining_router
from services.console.entry.pages import Pages, pages_router
from services.console.entry.sessions import Sessions
from services.console.entry.subscriptions import subscriptions
from services.console.settings import Settings
from services.console.usecases.overview import Overviews
from services.console.usecases.services import Services
from shared.auth import STAFF_AUDIENCE, KeySet, StaffTokens, Verifier
from shared.clock import Clock
from shared.errors import UnavailableError
from shared.service import Parts, Producer, Wiring, assemble
from shared.settings import load


def create_app() -> FastAPI:
    """The application, from the environment."""
    return build(load(Settings))


def build(settings: Settings, clocks: tuple[Clock, Clock] | None = None) -> FastAPI:
    """The application; `clocks` (office, system) are given by tests alone."""
    return assemble(
        "console",
        settings,
        wire,
        title="回应 Huiying: console and directory",
        producer=Producer("directory", settings.directory_database_url),
        clocks=clocks,
    )


def wire(parts: Parts) -> Wiring:
    """The composition root."""
    passwords = Passwords()
    tokens = StaffTokens(parts.secrets.staff_signing(), parts.system)
    sign_in = SignIn(parts.ledger, tokens, passwords, parts.system)
    organisations = Organisations(parts.ledger, parts.journal, parts.system)
    accounts = Accounts(parts.ledger, parts.journal, parts.system, passwords)
    overviews = Overviews(parts.db, parts.office)
    verifier = Verifier(KeySet(parts.secrets.jwks_file), STAFF_AUDIENCE, parts.system, parts.gate)
    sessions = Sessions(sign_in, verifier, parts.system)
    pages = Pages(load_templates(), sessions, overviews)
    prepare, prepared = _administrator(accounts, passwords, parts.secrets.admin)
    return Wiring(
        routers=[
            directory_router(sign_in, organisations, accounts, parts.secrets.jwks_file),
            overview_router(overviews),
            pages_router(pages, load_assets()),
            joining_router(JoiningPage(pages, sessions, Services(parts.settings.peers))),
        ],
        access={**DIRECTORY_ACCESS, **ACCESS},
        subscriptions=subscriptions(parts.gate),
        loops={"administrator": prepare},
        readiness={"administrator": prepared},
    )


def _administrator(
    accounts: Accounts, passwords: Passwords, admin: tuple[str, str]
) -> tuple[Callable[[], Awaitable[None]], Callable[[], Awaitable[None]]]:
    """A loop that makes the first administrator and stays until the end, and the check that it is there."""
    made = asyncio.Event()

    async def prepare() -> None:
        try:
            await accounts.ensure_first_administrator(*admin)
            made.set()
            await asyncio.Event().wait()
        finally:
            if made.is_set():
                passwords.close()

    async def prepared() -> None:
        if not made.is_set():
            raise UnavailableError("The first administrator's account is not made yet.")

    return prepare, prepared
