"""What goes in and out of the routes of keys and vendors. A key or secret is shown once, when it is made."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.intake.domain.clients import ApiKey, Scope, Vendor
from services.intake.usecases.administrators import Administrator
from services.intake.usecases.keys import DEFAULT_PER_SECOND
from shared.web.fields import NUMBER, Version

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", examples=["anhui-medical-security"])]
Standing = Literal["active", "revoked"]
_SAID_TWICE = Field(json_schema_extra={"uniqueItems": False})
"""What is said twice counts once."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class NewKey(_Body):
    """A key for one organisation's portal; `per_second` bounds its calls, for each scope by itself."""

    organisation: Slug
    label: Annotated[str, Field(min_length=1, max_length=80)]
    scopes: Annotated[frozenset[Scope], Field(min_length=1), _SAID_TWICE]
    per_second: Annotated[int, Field(ge=1, le=10_000), NUMBER] = DEFAULT_PER_SECOND


class NewVendor(_Body):
    """A vendor; `name` is the one in its push address, `organisations` those it may push for."""

    name: Slug
    organisations: Annotated[frozenset[Slug], Field(min_length=1, max_length=200), _SAID_TWICE]


class Rotation(_Body):
    """How long the old key or secret still holds beside the new one; 0 ends it at once."""

    grace_hours: Annotated[int, Field(ge=0, le=168), NUMBER] = 24
    version: Version | None = None

    @property
    def grace(self) -> timedelta:
        """The same as a duration."""
        return timedelta(hours=self.grace_hours)


class Revocation(_Body):
    """`version`: the one you have seen; another answers 409."""

    version: Version | None = None


class KeyView(BaseModel):
    """A key as it stands."""

    id: UUID
    organisation: str
    label: str
    scopes: list[str]
    per_second: int
    state: Standing
    created_at: datetime
    changed_at: datetime
    changed_by: str
    previous_until: datetime | None
    version: int


class IssuedKey(KeyView):
    """A key with what the portal must send in X-API-Key; it is not shown again."""

    key: str


class VendorView(BaseModel):
    """A vendor as it stands; an organisation's administrator sees only their own among `organisations`."""

    id: UUID
    name: str
    organisations: list[str]
    state: Standing
    created_at: datetime
    changed_at: datetime
    changed_by: str
    previous_until: datetime | None
    version: int


class IssuedVendor(VendorView):
    """A vendor with the secret that it signs with (Standard Webhooks); it is not shown again."""

    secret: str


def key_view(key: ApiKey) -> KeyView:
    """The view of a key."""
    return KeyView(
        id=key.key_id,
        organisation=key.organisation_id,
        label=key.label,
        scopes=sorted(key.scopes),
        per_second=key.per_second,
        state="revoked" if key.revoked_at else "active",
        created_at=key.created_at,
        changed_at=key.changed_at,
        changed_by=key.changed_by,
        previous_until=key.previous_until,
        version=key.version,
    )


def vendor_view(vendor: Vendor, seen_by: Administrator) -> VendorView:
    """The view of a vendor that this administrator may have."""
    return VendorView(
        id=vendor.vendor_id,
        name=vendor.name,
        organisations=sorted(each for each in vendor.organisations if seen_by.answers_for(each)),
        state="revoked" if vendor.revoked_at else "active",
        created_at=vendor.created_at,
        changed_at=vendor.changed_at,
        changed_by=vendor.changed_by,
        previous_until=vendor.previous_until,
        version=vendor.version,
    )
