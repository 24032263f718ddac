"""What the directory says: organisations and those who work for them. No passwords, no personal data beyond the login."""

from typing import ClassVar, Literal
from uuid import UUID, uuid5

from pydantic import Field

from shared.contracts.envelope import Payload

_ORGANISATIONS = UUID("6f9d6d3e-6f0b-4a56-9d0e-3a1f5d0c7a11")


def organisation_subject(organisation_id: str) -> UUID:
    """The subject of an organisation's own events: the same everywhere, from its slug."""
    return uuid5(_ORGANISATIONS, organisation_id)


class OrganisationChanged(Payload):
    """An organisation exists, with the rulebook it works under (a shipped id or a hash) and the layers it stands on."""

    TYPE: ClassVar[str] = "organisation.changed.v1"
    name: str
    rulebook: str
    state: Literal["active", "suspended"] = "active"
    layers: list[str] = Field(default_factory=list)


class AccountChanged(Payload):
    """A staff account with its roles; `disabled` denies its tokens from now on."""

    TYPE: ClassVar[str] = "account.changed.v1"
    login: str
    display_name: str
    roles: list[str]
    state: Literal["active", "disabled"] = "active"
