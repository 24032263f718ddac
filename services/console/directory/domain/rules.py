"""What the directory keeps and who may change it; pure."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from shared.errors import ForbiddenError, InvalidError, MissingError

PLATFORM = "platform"
"""The organisation of those who run the installation; it has no rulebook and no incidents."""
PLATFORM_ADMIN = "platform_admin"
ADMIN = "admin"

State = Literal["active", "disabled"]


@dataclass(frozen=True, slots=True)
class Organisation:
    """`rulebook` is a shipped rulebook's id or the hash of one of its own; None for the platform alone. `layers` are those it stands on."""

    organisation_id: str
    name: str
    rulebook: str | None
    state: Literal["active", "suspended"] = "active"
    version: int = 1
    layers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """A member of staff. `roles` are the rulebook's role ids and the house's own. Never carries the password's hash."""

    login: str
    organisation_id: str
    display_name: str
    roles: frozenset[str]
    state: State = "active"
    version: int = 1


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks."""

    login: str
    organisation_id: str
    roles: AbstractSet[str]

    @property
    def runs_platform(self) -> bool:
        """Whether this is a platform administrator."""
        return PLATFORM_ADMIN in self.roles and self.organisation_id == PLATFORM


def organisation_for_new_account(actor: Actor, wanted: str | None) -> str:
    """Where the account goes: any organisation for the platform, else one's own. Raises `MissingError` or `InvalidError`."""
    if wanted is None and actor.runs_platform:
        raise InvalidError("请指明 organisation_id / Say which organisation: organisation_id.")
    if wanted is not None and wanted != actor.organisation_id and not actor.runs_platform:
        raise MissingError("没有这个单位 / There is no such organisation.")
    return wanted or actor.organisation_id


def check_roles(actor: Actor, organisation_id: str, roles: AbstractSet[str]) -> None:
    """Raise unless the actor may give these roles: only the platform makes platform administrators, and only its own."""
    if PLATFORM_ADMIN in roles and not actor.runs_platform:
        raise ForbiddenError("只有平台管理员可授予 platform_admin / Only the platform gives the role platform_admin.")
    if PLATFORM_ADMIN in roles and organisation_id != PLATFORM:
        raise InvalidError("platform_admin 只属于 platform / platform_admin belongs to the organisation platform only.")


def check_disabling(actor: Actor, account: Account) -> None:
    """Raise `MissingError` for another organisation's account and `ForbiddenError` for one's own."""
    if account.organisation_id != actor.organisation_id and not actor.runs_platform:
        raise MissingError("没有这个账号 / There is no such account.")
    if account.login == actor.login:
        raise ForbiddenError("不能停用自己的账号 / Nobody disables the account they are signed in with; ask another.")
