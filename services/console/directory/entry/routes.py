"""The directory's routes: tokens, organisations, accounts."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from starlette.concurrency import run_in_threadpool

from services.console.directory.domain.rules import Account, Actor, Organisation
from services.console.directory.entry.models import (
    AccountView,
    Credentials,
    Disabling,
    Login,
    Me,
    NewAccount,
    NewOrganisation,
    OrganisationView,
    Token,
)
from services.console.directory.usecases.accounts import Accounts
from services.console.directory.usecases.organisations import Organisations
from services.console.directory.usecases.sign_in import SignIn
from shared.auth import CurrentStaff, Staff
from shared.auth.tokens import STAFF_SECONDS


def directory_router(sign_in: SignIn, organisations: Organisations, accounts: Accounts, jwks_file: Path) -> APIRouter:
    """`POST /v1/token`, `GET /v1/jwks`, `GET /v1/me` and the administration of organisations and accounts."""
    router = APIRouter(prefix="/v1", tags=["directory"])

    @router.post("/token")
    async def token(request: Request, given: Credentials) -> Token:
        """登录，换取十分钟有效的令牌 / Sign in for a token of ten minutes."""
        access_token, _ = await sign_in(given.login, given.password.get_secret_value(), address_of(request))
        return Token(access_token=access_token, expires_in=STAFF_SECONDS)

    @router.get("/jwks", response_class=Response)
    async def jwks() -> Response:
        """验证令牌的公钥 / The public keys of staff tokens."""
        content = await run_in_threadpool(jwks_file.read_bytes)
        return Response(content, media_type="application/jwk-set+json", headers={"Cache-Control": "max-age=60"})

    @router.get("/me")
    async def me(member: CurrentStaff) -> Me:
        """当前登录者 / Who is signed in."""
        return Me(
            login=member.login,
            organisation_id=member.organisation_id,
            display_name=member.display_name,
            roles=sorted(member.roles),
        )

    @router.post("/organisations", status_code=201)
    async def create_organisation(given: NewOrganisation) -> OrganisationView:
        """新建单位 / Create an organisation."""
        made = Organisation(given.id, given.name, given.rulebook, layers=tuple(given.layers))
        return OrganisationView.of(await organisations.create(made))

    @router.get("/organisations")
    async def list_organisations(member: CurrentStaff) -> list[OrganisationView]:
        """单位列表 / All organisations for the platform, one's own for others."""
        return [OrganisationView.of(found) for found in await organisations.visible(_actor(member))]

    @router.post("/accounts", status_code=201)
    async def create_account(member: CurrentStaff, given: NewAccount) -> AccountView:
        """新建账号 / Create an account."""
        account = Account(given.login, "", given.display_name, frozenset(given.roles))
        password = given.password.get_secret_value()
        return AccountView.of(await accounts.create(_actor(member), account, password, given.organisation_id))

    @router.post("/accounts/{login}/disable")
    async def disable_account(
        member: CurrentStaff, login: Login, given: Annotated[Disabling | None, Body()] = None
    ) -> AccountView:
        """停用账号，数秒内各服务生效 / Close an account; every service refuses it within seconds."""
        return AccountView.of(await accounts.disable(_actor(member), login, given.version if given else None))

    return router


def address_of(request: Request) -> str:
    """The caller's address, for limits."""
    return request.client.host if request.client else ""


def _actor(member: Staff) -> Actor:
    return Actor(member.login, member.organisation_id, member.roles)
