"""Making the sample organisations, their accounts, portal keys and a vendor, over HTTP as the platform's administrator.

May be run again at any time: what is there stays, what is missing is made. Passwords are written to `var/dev.json` before
the account is made, so that an interruption loses none.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from uuid import uuid4

from deploy.sample.client import Product, RefusedError, SampleError
from deploy.sample.dev_file import DevFile
from deploy.sample.organisations import SampleAccount, SampleOrganisation
from deploy.sample.people import People
from deploy.sample.signing import Vendor

VENDOR = "sample-monitor"
PER_SECOND = 5000
KNOWN_WITHIN = 60.0
"""Seconds until every service knows a new organisation and its rulebook."""
_NO_RECEIPT = "00000000"

Advance = Callable[[str], None]
"""Called with a name after each step, for the progress display."""


class Bootstrap:
    """`administrator` is the login of the platform's administrator, whom `people` can sign in."""

    def __init__(self, product: Product, people: People, dev: DevFile, administrator: str) -> None:
        self._product = product
        self._people = people
        self._dev = dev
        self._administrator = administrator

    async def __call__(self, organisations: Sequence[SampleOrganisation], advance: Advance) -> bool:
        """Make all there is to make; `steps` steps. False where a portal key had to be made: the installation is new."""
        for organisation in organisations:
            await self._make("/v1/organisations", organisation.model_dump(include={"id", "name", "rulebook", "layers"}))
            advance(organisation.name)
        await self._accounts(organisations, advance)
        old = True
        for organisation in organisations:
            old = await self._key(organisation) and old
            advance(organisation.name)
        await self._vendor([organisation.id for organisation in organisations])
        advance(VENDOR)
        for organisation in organisations:
            await self._until_known(organisation)
            advance(organisation.name)
        return old

    @staticmethod
    def steps(organisations: Sequence[SampleOrganisation]) -> int:
        """How often `advance` is called."""
        return sum(3 + len(organisation.accounts) for organisation in organisations) + 1

    async def _make(self, path: str, body: object) -> bool:
        """Whether it was made now; False where it was there."""
        try:
            await self._people.call(self._administrator, "console", "POST", path, body)
        except RefusedError as refused:
            if refused.status == 409:
                return False
            raise
        return True

    async def _accounts(self, organisations: Sequence[SampleOrganisation], advance: Advance) -> None:
        known = self._dev.passwords()
        staff = [
            {
                "organisation": organisation.id,
                "login": organisation.login(account),
                "password": known.get(organisation.login(account)) or secrets.token_urlsafe(12),
                "roles": account.roles,
            }
            for organisation in organisations
            for account in organisation.accounts
        ]
        self._dev.update(staff=staff)
        passwords = self._dev.passwords()

        async def make(organisation: SampleOrganisation, account: SampleAccount) -> None:
            login = organisation.login(account)
            body = {
                "organisation_id": organisation.id,
                "login": login,
                "password": passwords[login],
                "display_name": account.name,
                "roles": account.roles,
            }
            await self._make("/v1/accounts", body)
            advance(login)

        pairs = [(organisation, account) for organisation in organisations for account in organisation.accounts]
        await asyncio.gather(*(make(organisation, account) for organisation, account in pairs))

    async def _key(self, organisation: SampleOrganisation) -> bool:
        """Whether the key that is known holds; a new one is made where it does not."""
        known = self._dev.api_key(organisation.id)
        if known is not None and await self._holds(known):
            return True
        body = {
            "organisation": organisation.id,
            "label": "示范门户 / sample portal",
            "scopes": ["complaints:write", "complaints:read"],
            "per_second": PER_SECOND,
        }
        made = await self._people.call(self._administrator, "intake", "POST", "/v1/keys", body)
        self._dev.add_api_key(organisation.id, made.data["key"])
        return False

    async def _holds(self, api_key: str) -> bool:
        try:
            await self._product.call("intake", "GET", f"/v1/complaints/{_NO_RECEIPT}", headers={"X-API-Key": api_key})
        except RefusedError as refused:
            return refused.status == 404
        return True

    async def _vendor(self, organisations: list[str]) -> None:
        """Register the vendor; where it is registered and its secret is lost, it is given a new one."""
        body = {"name": VENDOR, "organisations": organisations}
        try:
            made = await self._people.call(self._administrator, "intake", "POST", "/v1/vendors", body)
        except RefusedError as refused:
            if refused.status != 409:
                raise
            if "vendor" in self._dev.read():
                return
            listed = (await self._people.call(self._administrator, "intake", "GET", "/v1/vendors")).data
            vendor_id = next(vendor["id"] for vendor in listed if vendor["name"] == VENDOR)
            path = f"/v1/vendors/{vendor_id}/rotate"
            made = await self._people.call(self._administrator, "intake", "POST", path, {"grace_hours": 0})
        self._dev.update(vendor={"name": VENDOR, "secret": made.data["secret"]})

    async def _until_known(self, organisation: SampleOrganisation) -> None:
        """Wait until intake takes reports for it and its rulebook has gone round."""
        vendor = Vendor(self._product, *self._dev.vendor())
        member = organisation.login(organisation.accounts[0])

        async def rulebook() -> bool:
            overview = (await self._people.call(member, "console", "GET", "/v1/overview")).data
            return bool(overview["levels"])

        async def intake() -> bool:
            try:
                await vendor.push(organisation.id, f"hello-{uuid4()}", [{}])  # refused by index, so nothing is kept
            except RefusedError as refused:
                if refused.status in {401, 404}:
                    return False
                raise
            return True

        await _until(rulebook, f"the rulebook of {organisation.id} is in force")
        await _until(intake, f"intake knows {organisation.id}")


async def _until(holds: Callable[[], Awaitable[bool]], what: str) -> None:
    deadline = time.monotonic() + KNOWN_WITHIN
    while not await holds():
        if time.monotonic() > deadline:
            raise SampleError(
                f"After {KNOWN_WITHIN:.0f} s it is not so that {what}; see var/log/grading.log and var/log/intake.log."
            )
        await asyncio.sleep(0.1)
