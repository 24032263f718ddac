"""The page's session: a staff token in a cookie that no script reads and no other site sends, renewed while in use."""

from dataclasses import dataclass
from typing import TypeVar

from fastapi import Request
from starlette.responses import Response

from services.console.directory.domain.rules import PLATFORM, PLATFORM_ADMIN
from services.console.directory.usecases.sign_in import SESSION_SECONDS, SignIn
from shared.auth import Staff, Verifier
from shared.auth.tokens import STAFF_SECONDS
from shared.clock import Clock
from shared.errors import UnauthenticatedError

COOKIE = "huiying_session"
R = TypeVar("R", bound=Response)


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at the page; `renewed` is a token to set, where the present one grows old."""

    member: Staff
    renewed: str | None = None

    @property
    def runs_platform(self) -> bool:
        """Whether this is a platform administrator."""
        return self.member.organisation_id == PLATFORM and PLATFORM_ADMIN in self.member.roles


class Sessions:
    """Begins, reads and renews sessions; `system` is the clock of tokens."""

    def __init__(self, sign_in: SignIn, verifier: Verifier, system: Clock) -> None:
        self._sign_in = sign_in
        self._verifier = verifier
        self._system = system

    async def begin(self, login: str, password: str, address: str) -> Visit:
        """Raises `UnauthenticatedError` or `ThrottledError`."""
        token, member = await self._sign_in(login, password, address)
        return Visit(member, token)

    async def visit(self, request: Request) -> Visit:
        """Whose session the request carries. Raises `UnauthenticatedError` where there is none or it has ended."""
        token = request.cookies.get(COOKIE)
        if not token:
            raise UnauthenticatedError("请先登录 / Sign in first.")
        session = await self._verifier.session(token)
        if self._system.now().timestamp() - session.issued < STAFF_SECONDS / 2:
            return Visit(session.member)
        return Visit(session.member, await self._sign_in.renew(session))

    def keep(self, request: Request, response: R, visit: Visit) -> R:
        """Set the cookie where there is a token to set; `Secure` wherever the page came over TLS."""
        if visit.renewed is not None:
            response.set_cookie(
                COOKIE,
                visit.renewed,
                max_age=SESSION_SECONDS,
                httponly=True,
                samesite="strict",
                secure=request.url.scheme == "https",
            )
        return response
