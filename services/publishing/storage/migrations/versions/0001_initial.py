"""The publishing schema as it began."""

from shared.journal.schema import consumer_ddl, journal_ddl
from shared.migrations import execute_script
from shared.timers import timers_ddl

revision = "publishing_0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = """
CREATE TABLE publishing.incidents (
  incident_id uuid PRIMARY KEY,
  organisation_id text NOT NULL,
  version integer NOT NULL,
  phase text NOT NULL,
  title text NOT NULL,
  level text,
  rulebook_hash text NOT NULL
) WITH (fillfactor = 85);

CREATE TABLE publishing.duties (
  assignment_id uuid PRIMARY KEY,
  organisation_id text NOT NULL,
  incident_id uuid NOT NULL,
  due_at timestamptz,
  reminded_until timestamptz,
  ended_at timestamptz,
  recurring boolean NOT NULL,
  presumed boolean NOT NULL,
  overdue boolean NOT NULL,
  state text NOT NULL,
  key text NOT NULL,
  name text NOT NULL,
  owner text NOT NULL,
  owner_name text NOT NULL,
  clause text NOT NULL,
  chain text,
  remind_at text NOT NULL,
  reason text
) WITH (fillfactor = 85);
CREATE INDEX duties_incident ON publishing.duties (incident_id);

CREATE TABLE publishing.rules (
  organisation_id text,
  rulebook_hash text,
  rulebook text NOT NULL,
  activated_at timestamptz NOT NULL,
  slice text NOT NULL,
  roles text NOT NULL,
  PRIMARY KEY (organisation_id, rulebook_hash)
);

CREATE TABLE publishing.organisations (organisation_id text PRIMARY KEY, name text NOT NULL);

CREATE TABLE publishing.answers (
  id uuid PRIMARY KEY,
  organisation_id text NOT NULL,
  incident_id uuid NOT NULL,
  assignment_id uuid,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  version integer NOT NULL,
  revision integer NOT NULL,
  round integer NOT NULL,
  state text NOT NULL,
  channel text NOT NULL,
  key text,
  title text,
  chain text
) WITH (fillfactor = 85);
CREATE INDEX answers_incident ON publishing.answers (incident_id);
CREATE INDEX answers_desk ON publishing.answers (organisation_id, state, id);
CREATE INDEX answers_newest ON publishing.answers (organisation_id, id);

CREATE TABLE publishing.answer_versions (
  answer_id uuid,
  revision integer,
  organisation_id text NOT NULL,
  written_at timestamptz NOT NULL,
  written_by text NOT NULL,
  channel text NOT NULL,
  account text NOT NULL,
  title text,
  text text NOT NULL,
  sha256 text NOT NULL,
  PRIMARY KEY (answer_id, revision)
);

CREATE TABLE publishing.signatures (
  answer_id uuid,
  round integer,
  step integer,
  role text,
  organisation_id text NOT NULL,
  signed_at timestamptz NOT NULL,
  signed_by text NOT NULL,
  sha256 text NOT NULL,
  PRIMARY KEY (answer_id, round, step, role),
  UNIQUE (answer_id, round, signed_by)
);

CREATE TABLE publishing.remarks (
  id uuid PRIMARY KEY,
  answer_id uuid NOT NULL,
  organisation_id text NOT NULL,
  round integer NOT NULL,
  move text NOT NULL,
  made_at timestamptz NOT NULL,
  made_by text NOT NULL,
  reason text NOT NULL
);
CREATE INDEX remarks_answer ON publishing.remarks (answer_id);

CREATE TABLE publishing.leases (
  answer_id uuid PRIMARY KEY,
  organisation_id text NOT NULL,
  held_until timestamptz NOT NULL,
  login text NOT NULL,
  display_name text NOT NULL
);

CREATE TABLE publishing.releases (
  answer_id uuid PRIMARY KEY,
  organisation_id text NOT NULL,
  released_at timestamptz NOT NULL,
  released_by text NOT NULL,
  channel text NOT NULL,
  url text NOT NULL,
  sha256 text NOT NULL,
  posted_text text
);
"""


def upgrade() -> None:
    for script in (*journal_ddl("publishing"), *consumer_ddl("publishing"), *timers_ddl("publishing"), _TABLES):
        execute_script(script)
