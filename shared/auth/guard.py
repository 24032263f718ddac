"""The one place where a route's access row is enforced, before the body is read."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request

from shared.auth.access import Access
from shared.auth.tokens import Staff, Verifier
from shared.errors import ForbiddenError, UnauthenticatedError

Check = Callable[[Request], Awaitable[None]]
_STAFF, _SERVICE = "huiying.staff", "huiying.service"


class Guard:
    """Turns access rows into checks. `staff` verifies staff tokens, `services` those of services to this one.

    `portal` is the check of portal keys, given by the service that owns them.
    """

    def __init__(self, staff: Verifier, services: Verifier, portal: Check | None = None) -> None:
        self._staff = staff
        self._services = services
        self._portal = portal

    def check_for(self, access: Access) -> Check | None:
        """The check of a row, or None where the route checks its caller itself or needs nothing.

        The check raises `UnauthenticatedError` or `ForbiddenError`.
        """
        if access.kind == "staff":
            return self._staff_check(access.roles)
        if access.kind == "portal":
            return self._portal
        return self._check_service if access.kind == "service" else None

    def _staff_check(self, roles: frozenset[str]) -> Check:
        async def check(request: Request) -> None:
            member = await self._staff.staff(bearer(request))
            request.scope[_STAFF] = member
            if roles and not roles & member.roles:
                needed = ", ".join(sorted(roles))
                raise ForbiddenError(f"此操作须由以下岗位之一办理 / This needs one of the roles: {needed}.")

        return check

    async def _check_service(self, request: Request) -> None:
        request.scope[_SERVICE] = await self._services.service(bearer(request))


def bearer(request: Request) -> str:
    """The token of the `Authorization` header. Raises `UnauthenticatedError` where there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise UnauthenticatedError("缺少令牌 / Send a token: 'Authorization: Bearer …'.")
    return token.strip()


async def current_staff(request: Request) -> Staff:
    """The signed-in member of staff, for routes whose access row is `staff(...)`."""
    member = request.scope.get(_STAFF)
    if not isinstance(member, Staff):
        raise UnauthenticatedError("此地址未要求登录 / This route's access row does not ask for staff.")
    return member


async def require_service(request: Request) -> str:
    """The calling service's name, for routes whose access row is `SERVICE`."""
    name = request.scope.get(_SERVICE)
    if not isinstance(name, str):
        raise UnauthenticatedError("This route's access row does not ask for a service token.")
    return name


CurrentStaff = Annotated[Staff, Depends(current_staff)]
CallingService = Annotated[str, Depends(require_service)]
