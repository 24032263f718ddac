"""Intake's tables: incidents and their reports, how a newcomer is recognised, idempotency, organisations, keys."""

from services.intake.storage.keys_ddl import KEYS_DDL
from shared.journal.schema import consumer_ddl, journal_ddl
from shared.migrations.script import execute_script

revision = "intake_0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = """
CREATE TABLE intake.organisations (
  organisation_id text PRIMARY KEY,
  name text NOT NULL,
  state text NOT NULL,
  rulebook_hash text,
  words text[] NOT NULL DEFAULT '{}',
  join_window interval NOT NULL DEFAULT '30 days'
);

CREATE TABLE intake.incidents (
  incident_id uuid PRIMARY KEY,
  organisation_id text NOT NULL,
  title text NOT NULL,
  region text,
  topic text,
  opened_at timestamptz NOT NULL,
  occurred_at timestamptz NOT NULL,
  reports int NOT NULL,
  reads bigint NOT NULL,
  comments bigint NOT NULL,
  reposts bigint NOT NULL,
  likes bigint NOT NULL,
  kinds text[] NOT NULL,
  platforms text[] NOT NULL,
  author_types text[] NOT NULL,
  words text[] NOT NULL,
  public_state text NOT NULL DEFAULT 'received',
  merged_into uuid,
  version int NOT NULL DEFAULT 1
) WITH (fillfactor = 85);
CREATE INDEX incidents_newest ON intake.incidents (organisation_id, incident_id DESC);

CREATE TABLE intake.reports (
  report_id uuid PRIMARY KEY,
  incident_id uuid NOT NULL,
  organisation_id text NOT NULL,
  kind text NOT NULL,
  source text NOT NULL,
  external_id text,
  url text,
  platform text,
  author_type text,
  title text NOT NULL,
  masked_text text NOT NULL,
  sealed_body bytea STORAGE EXTERNAL NOT NULL,
  sealed_contact bytea STORAGE EXTERNAL,
  wrapped_key bytea,
  key_id text,
  receipt_hash bytea,
  occurred_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  reads bigint NOT NULL,
  comments bigint NOT NULL,
  reposts bigint NOT NULL,
  likes bigint NOT NULL,
  joined_by text NOT NULL,
  joined_score real
) WITH (fillfactor = 90);
CREATE INDEX reports_of_incident ON intake.reports (incident_id);
CREATE UNIQUE INDEX reports_receipt ON intake.reports (receipt_hash) WHERE receipt_hash IS NOT NULL;
CREATE UNIQUE INDEX reports_external ON intake.reports (organisation_id, source, external_id) WHERE external_id IS NOT NULL;

CREATE INDEX reports_key ON intake.reports (key_id) WITH (deduplicate_items = on);

CREATE TABLE intake.join_keys (
  key bytea PRIMARY KEY,
  organisation_id text NOT NULL,
  incident_id uuid NOT NULL
);
CREATE INDEX join_keys_of_incident ON intake.join_keys (incident_id);

CREATE TABLE intake.fingerprints (
  incident_id uuid PRIMARY KEY,
  organisation_id text NOT NULL,
  opened_at timestamptz NOT NULL,
  grams bytea STORAGE EXTERNAL NOT NULL,
  bands bigint[] NOT NULL
);
CREATE INDEX fingerprints_bands ON intake.fingerprints USING gin (bands) WITH (fastupdate = off);

CREATE TABLE intake.idempotency (
  client text,
  route text,
  key text,
  body_mac bytea NOT NULL,
  answer bytea NOT NULL,
  kept_at timestamptz NOT NULL,
  PRIMARY KEY (client, route, key)
);
CREATE INDEX idempotency_age ON intake.idempotency (kept_at);

CREATE TABLE intake.answers (
  answer_id uuid PRIMARY KEY,
  incident_id uuid NOT NULL,
  organisation_id text NOT NULL,
  channel text NOT NULL,
  title text,
  public_text text NOT NULL,
  url text NOT NULL,
  released_at timestamptz NOT NULL
);
CREATE INDEX answers_of_incident ON intake.answers (incident_id);
"""


def upgrade() -> None:
    """Create everything."""
    for script in [_TABLES, *KEYS_DDL, *journal_ddl("intake"), *consumer_ddl("intake")]:
        execute_script(script)
