"""Tokens: what a member of staff or a service shows, signed with Ed25519, short-lived, verified without asking anybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from shared.auth.gate import AccountGate
from shared.auth.keyset import KeySet
from shared.clock import Clock
from shared.errors import UnauthenticatedError
from shared.secrets import SigningKey

ISSUER = "huiying"
STAFF_AUDIENCE = "huiying-staff"
STAFF_SECONDS = 600
SERVICE_SECONDS = 300
_RENEW_SECONDS = 60
_CACHED = 4096
_WRONG = "令牌无效或已过期，请重新登录 / The token does not hold or has expired; sign in again."


@dataclass(frozen=True, slots=True)
class Staff:
    """A signed-in member of staff. Never log `display_name`."""

    login: str
    organisation_id: str
    roles: frozenset[str]
    display_name: str


@dataclass(frozen=True, slots=True)
class Session:
    """A staff token's holder, when the password was given, and when the token was issued (Unix seconds)."""

    member: Staff
    signed_in: float
    issued: float


class StaffTokens:
    """Issues staff tokens; only the directory holds its key."""

    def __init__(self, signing: SigningKey, clock: Clock) -> None:
        self._signing = signing
        self._clock = clock

    def issue(self, member: Staff, seconds: int = STAFF_SECONDS, *, signed_in: float | None = None) -> str:
        """A token good for `seconds` from now, at most ten minutes. `signed_in`: Unix time of the password, if not now."""
        now = self._clock.now().timestamp()
        claims = {
            "iss": ISSUER,
            "aud": STAFF_AUDIENCE,
            "sub": member.login,
            "iat": now,
            "auth_time": now if signed_in is None else signed_in,
            "exp": now + min(seconds, STAFF_SECONDS),
            "org": member.organisation_id,
            "roles": sorted(member.roles),
            "name": member.display_name,
        }
        return _sign(claims, self._signing)


class ServiceTokens:
    """Issues this service's tokens for the others, one per audience, renewed a minute before it ends."""

    def __init__(self, signing: SigningKey, service: str, clock: Clock) -> None:
        self._signing = signing
        self._service = service
        self._clock = clock
        self._issued: dict[str, tuple[str, float]] = {}

    def header(self, audience: str) -> dict[str, str]:
        """The `Authorization` header for a call to the service `audience`."""
        now = self._clock.now().timestamp()
        token, ends = self._issued.get(audience, ("", 0.0))
        if ends - now < _RENEW_SECONDS:
            ends = now + SERVICE_SECONDS
            claims = {"iss": ISSUER, "aud": audience, "sub": self._service, "iat": now, "exp": ends}
            token = _sign(claims, self._signing)
            self._issued[audience] = token, ends
        return {"Authorization": f"Bearer {token}"}


@dataclass(frozen=True, slots=True)
class _Verified:
    claims: Mapping[str, Any]
    member: Staff | None
    issued: float
    ends: float


class Verifier:
    """Verifies tokens of one audience; what was verified is remembered until it ends, for checking costs 0.2 ms."""

    def __init__(self, keys: KeySet, audience: str, clock: Clock, gate: AccountGate | None = None) -> None:
        self._keys = keys
        self._audience = audience
        self._clock = clock
        self._gate = gate
        self._known: dict[str, _Verified] = {}

    async def staff(self, token: str) -> Staff:
        """Who holds this staff token. Raises `UnauthenticatedError` where it does not hold or its account is closed."""
        return (await self.session(token)).member

    async def session(self, token: str) -> Session:
        """As `staff`, with the times that a renewal asks for."""
        verified = await self._verify(token)
        if verified.member is None:
            raise UnauthenticatedError(_WRONG)
        if self._gate is not None and self._gate.refuses(verified.member.login, verified.issued):
            raise UnauthenticatedError(
                "账号已停用或权限已变更，请重新登录 / The account was closed or changed; sign in again."
            )
        signed_in = float(verified.claims.get("auth_time", verified.issued))
        return Session(verified.member, signed_in, verified.issued)

    async def service(self, token: str) -> str:
        """The name of the service that holds this token. Raises `UnauthenticatedError`."""
        return str((await self._verify(token)).claims["sub"])

    async def _verify(self, token: str) -> _Verified:
        known = self._known.get(token)
        if known is None:
            known = await self._read(token)
            if len(self._known) >= _CACHED:
                self._known.clear()
            self._known[token] = known
        if known.ends <= self._clock.now().timestamp():
            self._known.pop(token, None)
            raise UnauthenticatedError(_WRONG)
        return known

    async def _read(self, token: str) -> _Verified:
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            published = await self._keys.find(kid) if isinstance(kid, str) else None
            if published is None:
                raise UnauthenticatedError(_WRONG)
            claims = jwt.decode(
                token,
                published.key,
                algorithms=["EdDSA"],
                audience=self._audience,
                issuer=ISSUER,
                # Times are compared with our own clock, so that tests and cache use the same one.
                options={"require": ["exp", "iat", "sub"], "verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError:
            raise UnauthenticatedError(_WRONG) from None
        if published.use not in {"sig", claims["sub"]}:
            raise UnauthenticatedError(_WRONG)  # a service may speak only in its own name
        return _Verified(claims, _member(claims), float(claims["iat"]), float(claims["exp"]))


def _member(claims: Mapping[str, Any]) -> Staff | None:
    if "org" not in claims:
        return None
    return Staff(claims["sub"], claims["org"], frozenset(claims["roles"]), claims["name"])


def _sign(claims: dict[str, Any], signing: SigningKey) -> str:
    return jwt.encode(claims, signing.private, algorithm="EdDSA", headers={"kid": signing.kid})
