"""Portal keys and vendors in PostgreSQL, and the webhook ids that were taken in."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.intake.domain.clients import ApiKey, Vendor
from services.intake.domain.sealing import WrappedKey
from shared.db import Transaction

_INSERT_KEY = """
INSERT INTO intake.api_keys (key_id, organisation_id, label, scopes, per_second, mac, previous_mac, previous_until,
                             created_at, changed_at, changed_by, revoked_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (key_id) DO UPDATE SET mac = excluded.mac, previous_mac = excluded.previous_mac,
  previous_until = excluded.previous_until, changed_at = excluded.changed_at, changed_by = excluded.changed_by,
  revoked_at = excluded.revoked_at, version = excluded.version
"""
_INSERT_VENDOR = """
INSERT INTO intake.vendors (vendor_id, organisation_id, name, organisations, secret_kid, secret, previous_kid,
                            previous_secret, previous_until, created_at, changed_at, changed_by, revoked_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (vendor_id) DO UPDATE SET secret_kid = excluded.secret_kid, secret = excluded.secret,
  previous_kid = excluded.previous_kid, previous_secret = excluded.previous_secret,
  previous_until = excluded.previous_until, changed_at = excluded.changed_at, changed_by = excluded.changed_by,
  revoked_at = excluded.revoked_at, version = excluded.version
"""
_PAGE = 200
PRUNED_AT_ONCE = 10_000


async def save_key(tx: Transaction, key: ApiKey) -> None:
    """Insert a key, or write what may change of it."""
    await tx.execute(
        _INSERT_KEY,
        key.key_id,
        key.organisation_id,
        key.label,
        sorted(key.scopes),
        key.per_second,
        key.mac,
        key.previous_mac,
        key.previous_until,
        key.created_at,
        key.changed_at,
        key.changed_by,
        key.revoked_at,
        key.version,
    )


async def key_by_mac(tx: Transaction, mac: bytes) -> ApiKey | None:
    """The key whose present or previous MAC this is; the caller asks it whether it still holds."""
    return _key(await tx.row("SELECT * FROM intake.api_keys WHERE mac = $1 OR previous_mac = $1", mac))


async def key_for_change(tx: Transaction, key_id: UUID) -> ApiKey | None:
    """The key, its row locked."""
    return _key(await tx.row("SELECT * FROM intake.api_keys WHERE key_id = $1 FOR UPDATE", key_id))


async def list_keys(tx: Transaction, organisation_id: str | None) -> list[ApiKey]:
    """The newest 200 keys of an organisation, or of all."""
    rows = await tx.fetch(
        "SELECT * FROM intake.api_keys WHERE $1::text IS NULL OR organisation_id = $1 ORDER BY key_id DESC LIMIT $2",
        organisation_id,
        _PAGE,
    )
    return [_to_key(row) for row in rows]


async def save_vendor(tx: Transaction, vendor: Vendor) -> None:
    """Insert a vendor, or write what may change of it. A name already taken raises `asyncpg.UniqueViolationError`."""
    await tx.execute(
        _INSERT_VENDOR,
        vendor.vendor_id,
        vendor.organisation_id,
        vendor.name,
        sorted(vendor.organisations),
        vendor.secret.kid,
        vendor.secret.blob,
        vendor.previous.kid if vendor.previous else None,
        vendor.previous.blob if vendor.previous else None,
        vendor.previous_until,
        vendor.created_at,
        vendor.changed_at,
        vendor.changed_by,
        vendor.revoked_at,
        vendor.version,
    )


async def vendor_by_name(tx: Transaction, name: str) -> Vendor | None:
    """The vendor that goes by this name now."""
    return _vendor(await tx.row("SELECT * FROM intake.vendors WHERE name = $1 AND revoked_at IS NULL", name))


async def vendor_for_change(tx: Transaction, vendor_id: UUID) -> Vendor | None:
    """The vendor, its row locked."""
    return _vendor(await tx.row("SELECT * FROM intake.vendors WHERE vendor_id = $1 FOR UPDATE", vendor_id))


async def list_vendors(tx: Transaction, organisation_id: str | None) -> list[Vendor]:
    """The newest 200 vendors that push for an organisation, or all."""
    rows = await tx.fetch(
        "SELECT * FROM intake.vendors WHERE $1::text IS NULL OR organisations @> ARRAY[$1::text] "
        "ORDER BY vendor_id DESC LIMIT $2",
        organisation_id,
        _PAGE,
    )
    return [_to_vendor(row) for row in rows]


async def claim_webhook_id(
    tx: Transaction, vendor_id: UUID, webhook_id: str, organisation_id: str, received_at: datetime
) -> bool:
    """Take a push in under its id, in the transaction of its effect; False where it was taken in before.

    Two at once: the second waits for the first, and is told False if that commits.
    """
    taken = await tx.value(
        "INSERT INTO intake.webhook_ids (vendor_id, webhook_id, organisation_id, received_at) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT DO NOTHING RETURNING true",
        vendor_id,
        webhook_id,
        organisation_id,
        received_at,
    )
    return taken is True


async def prune_webhook_ids(tx: Transaction, before: datetime, most: int = PRUNED_AT_ONCE) -> int:
    """Forget up to `most` ids taken in `before`; safe once that is well past the window in which a signature holds."""
    return int(
        await tx.value(
            "WITH old AS (SELECT vendor_id, webhook_id FROM intake.webhook_ids WHERE received_at < $1 "
            "ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED), "
            "gone AS (DELETE FROM intake.webhook_ids USING old WHERE webhook_ids.vendor_id = old.vendor_id "
            "AND webhook_ids.webhook_id = old.webhook_id RETURNING 1) SELECT count(*) FROM gone",
            before,
            most,
        )
    )


_HOP = """
(WITH RECURSIVE hop AS (
  (SELECT key_id FROM {table} WHERE key_id IS NOT NULL ORDER BY key_id LIMIT 1)
  UNION ALL SELECT (SELECT r.key_id FROM {table} r WHERE r.key_id > hop.key_id ORDER BY r.key_id LIMIT 1) FROM hop
  WHERE hop.key_id IS NOT NULL
) SELECT key_id AS kid FROM hop WHERE key_id IS NOT NULL)
"""


async def kids_in_use(tx: Transaction) -> list[str]:
    """The ids of the sealing keys that vendors' secrets and reports need, archived ones too, for the readiness check.

    Reports number in the millions, so their key ids are found by hopping from one to the next over the index.
    """
    hops = " UNION ".join(_HOP.format(table=table) for table in ("intake.reports", "intake.archived_reports"))
    rows = await tx.fetch(
        f"{hops} UNION SELECT kid FROM intake.vendors, unnest(ARRAY[secret_kid, previous_kid]) AS kid "
        "WHERE revoked_at IS NULL AND kid IS NOT NULL ORDER BY kid"
    )
    return [row["kid"] for row in rows]


def _key(row: Record | None) -> ApiKey | None:
    return None if row is None else _to_key(row)


def _to_key(row: Record) -> ApiKey:
    return ApiKey(**{**dict(row), "scopes": frozenset(row["scopes"])})


def _vendor(row: Record | None) -> Vendor | None:
    return None if row is None else _to_vendor(row)


def _to_vendor(row: Record) -> Vendor:
    previous = WrappedKey(row["previous_kid"], row["previous_secret"]) if row["previous_kid"] else None
    return Vendor(
        vendor_id=row["vendor_id"],
        organisation_id=row["organisation_id"],
        name=row["name"],
        organisations=frozenset(row["organisations"]),
        secret=WrappedKey(row["secret_kid"], row["secret"]),
        previous=previous,
        previous_until=row["previous_until"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        changed_by=row["changed_by"],
        revoked_at=row["revoked_at"],
        version=row["version"],
    )
