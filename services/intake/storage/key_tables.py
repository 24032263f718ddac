"""Portal keys, vendors and webhook ids as SQLAlchemy tables, for screens and for the comparison with the migrated schema."""

from sqlalchemy import CheckConstraint, Column, DateTime, Index, Integer, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

METADATA = MetaData(schema="intake")

API_KEYS = Table(
    "api_keys",
    METADATA,
    Column("key_id", Uuid, primary_key=True),
    Column("organisation_id", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("per_second", Integer, nullable=False),
    Column("mac", LargeBinary, nullable=False),
    Column("previous_mac", LargeBinary),
    Column("previous_until", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False),
    CheckConstraint("per_second > 0"),
)
Index("api_keys_mac", API_KEYS.c.mac, unique=True)
Index(
    "api_keys_previous_mac",
    API_KEYS.c.previous_mac,
    unique=True,
    postgresql_where=API_KEYS.c.previous_mac.is_not(None),
)
Index("api_keys_of_organisation", API_KEYS.c.organisation_id, API_KEYS.c.key_id)

VENDORS = Table(
    "vendors",
    METADATA,
    Column("vendor_id", Uuid, primary_key=True),
    Column("organisation_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("organisations", ARRAY(Text), nullable=False),
    Column("secret_kid", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("previous_kid", Text),
    Column("previous_secret", LargeBinary),
    Column("previous_until", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False),
)
Index("vendors_name", VENDORS.c.name, unique=True, postgresql_where=VENDORS.c.revoked_at.is_(None))
Index("vendors_organisations", VENDORS.c.organisations, postgresql_using="gin")

WEBHOOK_IDS = Table(
    "webhook_ids",
    METADATA,
    Column("vendor_id", Uuid, primary_key=True),
    Column("webhook_id", Text, primary_key=True),
    Column("organisation_id", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
)
Index("webhook_ids_age", WEBHOOK_IDS.c.received_at)
