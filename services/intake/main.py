"""The composition root of intake."""

from collections.abc import Callable
from functools import partial

from fastapi import FastAPI

from services.intake.domain.admission import Bound
from services.intake.domain.sealing import Keyring
from services.intake.entry.access import ACCESS
from services.intake.entry.complaints import complaint_routes
from services.intake.entry.door import Door
from services.intake.entry.incidents import incident_routes
from services.intake.entry.keys import keys_router, vendors_router
from services.intake.entry.membership import membership_routes
from services.intake.entry.monitoring import monitoring_routes
from services.intake.entry.portal import PortalGate
from services.intake.entry.similar import similar_routes
from services.intake.entry.spread import spread_routes
from services.intake.entry.subscriptions import subscriptions
from services.intake.entry.webhooks import WebhookGate
from services.intake.entry.why import why_routes
from services.intake.settings import Settings
from services.intake.storage.keys import kids_in_use
from services.intake.usecases.admission import Admission
from services.intake.usecases.citizens import Citizens
from services.intake.usecases.generations import Generations
from services.intake.usecases.incidents import Incidents
from services.intake.usecases.janitor import Janitor
from services.intake.usecases.keep import Keep
from services.intake.usecases.keeper import Keeper
from services.intake.usecases.keys import PortalKeys
from services.intake.usecases.membership import Membership
from services.intake.usecases.organisations import Organisations
from services.intake.usecases.pace import Pace
from services.intake.usecases.reading import Reading
from services.intake.usecases.receive import Receive
from services.intake.usecases.shelves import Shelves
from services.intake.usecases.similar import Similar
from services.intake.usecases.speaker import Speaker
from services.intake.usecases.spread import SpreadOf
from services.intake.usecases.trying import Trying
from services.intake.usecases.upkeep import Upkeep
from services.intake.usecases.vendors import Vendors
from services.intake.usecases.why import Whys
from shared.loops import Loop
from shared.secrets import check_keys
from shared.service import Clocks, Parts, Wiring, assemble
from shared.settings import load

PORTAL_WAIT, VENDOR_WAIT = 0.09, 1.0
"""Seconds that what is let in may wait on average; a tail is about twice that."""


def wire(parts: Parts, portal_door: Admission, vendor_door: Admission) -> Wiring:
    """Put intake together. The portal writes through `portal`, vendors through `vendor`: neither can starve the other."""
    secrets = parts.secrets
    portal = parts.database("intake-portal", lock_timeout="2s", size=3)
    vendor = parts.database("intake-vendor", lock_timeout="2s", size=3)
    keyring = Keyring(secrets.keyring.current, secrets.keyring.keys)
    organisations = Organisations(parts.db, parts.system)
    keeper = Keeper(Keep(portal, parts.journal, parts.office), portal_door.waited)
    pace = Pace(lambda: portal_door.under_way, vendor_door.waited)
    receive = Receive(keeper, Keep(vendor, parts.journal, parts.office), pace, organisations, keyring, parts.office)
    keys = PortalKeys(parts.db, secrets.pepper, parts.system)
    vendors = Vendors(parts.db, keyring, parts.system)
    citizens = Citizens(parts.db)
    incidents = Incidents(parts.db, parts.journal, keyring, parts.office)
    membership = Membership(parts.db, parts.journal, parts.office)
    shelves = Shelves(parts.db)
    similar = Similar(parts.db, shelves, membership, parts.office)

    async def keys_present() -> None:
        async with parts.db.transaction() as tx:
            check_keys(secrets.keyring, await kids_in_use(tx))

    return Wiring(
        routers=[
            complaint_routes(receive, citizens, secrets.pepper),
            monitoring_routes(receive, WebhookGate(vendors, parts.system), pace, parts.system),
            incident_routes(incidents, receive),
            membership_routes(membership),
            similar_routes(similar),
            why_routes(Whys(parts.db, organisations, similar), Trying(parts.db, organisations, shelves, parts.office)),
            spread_routes(SpreadOf(parts.db, parts.office)),
            keys_router(keys),
            vendors_router(vendors),
        ],
        access=ACCESS,
        subscriptions=subscriptions(citizens, organisations, parts.gate),
        lock="intake.incidents",
        loops={
            "keeper": keeper.run,
            "janitor": Janitor(parts.work, parts.office, parts.system).run,
            "speaker": Speaker(parts.work, parts.journal, parts.office).run,
            **reading_loops(parts, shelves, lambda: portal_door.under_way + vendor_door.under_way > 0),
        },
        databases=[portal, vendor],
        readiness={"keys": keys_present},
        portal=PortalGate(keys),
    )


def reading_loops(parts: Parts, shelves: Shelves, busy: Callable[[], bool]) -> dict[str, Loop]:
    """What reads newcomers and keeps suggestions whole, beside the requests; it rests longer while somebody waits at a door."""
    by_itself = Membership(parts.work, parts.journal, parts.office)
    return {
        "reading": Reading(parts.work, shelves, by_itself, parts.office, busy).run,
        "generations": Generations(parts.work, shelves, parts.office).run,
        "upkeep": Upkeep(parts.work, shelves).run,
    }


def create_app(settings: Settings | None = None, clocks: Clocks | None = None) -> FastAPI:
    """The service, from the environment; `settings` and `clocks` are given by tests."""
    portal = Admission("portal", Bound(PORTAL_WAIT, least=24, most=1000))
    vendor = Admission("vendor", Bound(VENDOR_WAIT, least=2, most=16))
    wired = partial(wire, portal_door=portal, vendor_door=vendor)
    app = assemble("intake", settings or load(Settings), wired, title="回应 · 受理 intake", clocks=clocks)
    app.add_middleware(Door, portal=portal, vendor=vendor)
    return app
