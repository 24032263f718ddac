"""Routes where administrators manage portal keys and vendors."""

from uuid import UUID

from fastapi import APIRouter

from services.intake.domain.clients import PLATFORM
from services.intake.entry.key_models import (
    IssuedKey,
    IssuedVendor,
    KeyView,
    NewKey,
    NewVendor,
    Revocation,
    Rotation,
    VendorView,
    key_view,
    vendor_view,
)
from services.intake.usecases.administrators import Administrator
from services.intake.usecases.keys import PortalKeys
from services.intake.usecases.vendors import Vendors
from shared.auth import Access, CurrentStaff, Staff, staff

PLATFORM_ADMIN, ADMIN = "platform_admin", "admin"
_MANAGES = staff(PLATFORM_ADMIN, ADMIN)

KEYS_ACCESS: dict[str, Access] = {
    "POST /v1/keys": _MANAGES,
    "GET /v1/keys": _MANAGES,
    "POST /v1/keys/{key_id}/rotate": _MANAGES,
    "POST /v1/keys/{key_id}/revoke": _MANAGES,
    "POST /v1/vendors": _MANAGES,
    "GET /v1/vendors": _MANAGES,
    "POST /v1/vendors/{vendor_id}/rotate": _MANAGES,
    "POST /v1/vendors/{vendor_id}/revoke": _MANAGES,
}
"""The rows of these routes in the service's access table."""


def administrator(member: Staff) -> Administrator:
    """The member of staff as a manager of keys: everybody's only with the platform's role in the platform's own house."""
    everywhere = member.organisation_id == PLATFORM and PLATFORM_ADMIN in member.roles
    return Administrator(member.login, None if everywhere else member.organisation_id)


def keys_router(keys: PortalKeys) -> APIRouter:
    """The routes of portal keys."""
    router = APIRouter(prefix="/v1/keys", tags=["keys"])

    @router.post("", status_code=201, summary="新建接口密钥 / Make a portal key")
    async def create(body: NewKey, member: CurrentStaff) -> IssuedKey:
        """The key is shown this once; keep it safe."""
        key, presented = await keys.create(
            body.organisation, body.label, body.scopes, by=administrator(member), per_second=body.per_second
        )
        return IssuedKey(**key_view(key).model_dump(), key=presented)

    @router.get("", summary="接口密钥列表 / List portal keys")
    async def list_all(member: CurrentStaff) -> list[KeyView]:
        """The newest 200, without the keys themselves."""
        return [key_view(key) for key in await keys.list_all(by=administrator(member))]

    @router.post("/{key_id}/rotate", summary="更换接口密钥 / Rotate a portal key")
    async def rotate(key_id: UUID, member: CurrentStaff, body: Rotation | None = None) -> IssuedKey:
        """A new key under the same id; the present one holds for `grace_hours` more, one still older ends at once."""
        asked = body or Rotation()
        key, presented = await keys.rotate(key_id, by=administrator(member), grace=asked.grace, version=asked.version)
        return IssuedKey(**key_view(key).model_dump(), key=presented)

    @router.post("/{key_id}/revoke", summary="作废接口密钥 / Revoke a portal key")
    async def revoke(key_id: UUID, member: CurrentStaff, body: Revocation | None = None) -> KeyView:
        """Refused everywhere within five seconds, for good."""
        version = body.version if body else None
        return key_view(await keys.revoke(key_id, by=administrator(member), version=version))

    return router


def vendors_router(vendors: Vendors) -> APIRouter:
    """The routes of monitoring vendors."""
    router = APIRouter(prefix="/v1/vendors", tags=["keys"])

    @router.post("", status_code=201, summary="登记监测服务商 / Register a vendor")
    async def create(body: NewVendor, member: CurrentStaff) -> IssuedVendor:
        """The signing secret is shown this once; hand it to the vendor safely."""
        by = administrator(member)
        vendor, secret = await vendors.create(body.name, body.organisations, by=by)
        return IssuedVendor(**vendor_view(vendor, by).model_dump(), secret=secret)

    @router.get("", summary="监测服务商列表 / List vendors")
    async def list_all(member: CurrentStaff) -> list[VendorView]:
        """The newest 200, without their secrets."""
        by = administrator(member)
        return [vendor_view(vendor, by) for vendor in await vendors.list_all(by=by)]

    @router.post("/{vendor_id}/rotate", summary="更换签名密钥 / Rotate a vendor's secret")
    async def rotate(vendor_id: UUID, member: CurrentStaff, body: Rotation | None = None) -> IssuedVendor:
        """A new secret; the present one holds for `grace_hours` more, one still older ends at once."""
        asked, by = body or Rotation(), administrator(member)
        vendor, secret = await vendors.rotate(vendor_id, by=by, grace=asked.grace, version=asked.version)
        return IssuedVendor(**vendor_view(vendor, by).model_dump(), secret=secret)

    @router.post("/{vendor_id}/revoke", summary="停用监测服务商 / Revoke a vendor")
    async def revoke(vendor_id: UUID, member: CurrentStaff, body: Revocation | None = None) -> VendorView:
        """Refused everywhere within five seconds, for good."""
        by = administrator(member)
        revoked = await vendors.revoke(vendor_id, by=by, version=body.version if body else None)
        return vendor_view(revoked, by)

    return router
