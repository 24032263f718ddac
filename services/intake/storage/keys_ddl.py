"""The tables of portal keys and vendors, made by intake's first migration."""

KEYS_DDL: list[str] = [
    """
CREATE TABLE intake.api_keys (
  key_id uuid PRIMARY KEY,
  organisation_id text NOT NULL,
  label text NOT NULL,
  scopes text[] NOT NULL,
  per_second int NOT NULL CHECK (per_second > 0),
  mac bytea NOT NULL,
  previous_mac bytea,
  previous_until timestamptz,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL,
  revoked_at timestamptz,
  version int NOT NULL,
  CHECK ((previous_mac IS NULL) = (previous_until IS NULL))
);
CREATE UNIQUE INDEX api_keys_mac ON intake.api_keys (mac);
CREATE UNIQUE INDEX api_keys_previous_mac ON intake.api_keys (previous_mac) WHERE previous_mac IS NOT NULL;
CREATE INDEX api_keys_of_organisation ON intake.api_keys (organisation_id, key_id);
""",
    """
CREATE TABLE intake.vendors (
  vendor_id uuid PRIMARY KEY,
  organisation_id text NOT NULL,
  name text NOT NULL,
  organisations text[] NOT NULL CHECK (cardinality(organisations) > 0),
  secret_kid text NOT NULL,
  secret bytea NOT NULL,
  previous_kid text,
  previous_secret bytea,
  previous_until timestamptz,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL,
  revoked_at timestamptz,
  version int NOT NULL,
  CHECK ((previous_kid IS NULL) = (previous_secret IS NULL) AND (previous_kid IS NULL) = (previous_until IS NULL))
);
CREATE UNIQUE INDEX vendors_name ON intake.vendors (name) WHERE revoked_at IS NULL;
CREATE INDEX vendors_organisations ON intake.vendors USING gin (organisations);
""",
    """
CREATE TABLE intake.webhook_ids (
  vendor_id uuid NOT NULL,
  webhook_id text NOT NULL,
  organisation_id text NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (vendor_id, webhook_id)
);
CREATE INDEX webhook_ids_age ON intake.webhook_ids (received_at);
""",
]
"""Scripts of one transaction. `vendors.organisation_id` is who registered the vendor (`platform` or an organisation);
`vendors.organisations` are those it may push for."""
