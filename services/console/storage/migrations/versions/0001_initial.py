"""The console's schema as it began: one read model of what all services said."""

from shared.journal.schema import consumer_ddl
from shared.migrations import execute_script

revision = "console_0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = """
CREATE TABLE console.organisations (
  organisation_id text PRIMARY KEY,
  name text,
  state text,
  rulebook text,
  levels text,
  roles text
);

CREATE TABLE console.incidents (
  incident_id uuid PRIMARY KEY,
  organisation_id text NOT NULL,
  title text NOT NULL,
  kind text,
  source text,
  region text,
  reported_at timestamptz NOT NULL,
  reports integer NOT NULL,
  reads bigint NOT NULL,
  comments bigint NOT NULL,
  reposts bigint NOT NULL,
  likes bigint NOT NULL,
  merged_into uuid
) WITH (fillfactor = 90);
CREATE INDEX incidents_newest ON console.incidents (organisation_id, reported_at DESC, incident_id DESC);

CREATE TABLE console.procedures (
  incident_id uuid PRIMARY KEY,
  organisation_id text NOT NULL,
  version integer NOT NULL,
  title text NOT NULL,
  phase text NOT NULL,
  level text,
  grade_state text,
  proposal text
) WITH (fillfactor = 85);

CREATE TABLE console.assignments (
  assignment_id uuid PRIMARY KEY,
  incident_id uuid NOT NULL,
  organisation_id text NOT NULL,
  due_at timestamptz,
  task_version integer NOT NULL DEFAULT 0,
  presumed boolean,
  provisional boolean,
  overdue boolean,
  late boolean,
  answered boolean,
  open boolean GENERATED ALWAYS AS (
    name IS NOT NULL AND ended IS NULL AND answered IS NOT TRUE
    AND coalesce(task_state, 'open') IN ('open', 'claimed')
  ) STORED,
  ended text,
  task_state text,
  holder text,
  name text,
  owner_name text,
  clause text,
  source text
) WITH (fillfactor = 85);
CREATE INDEX assignments_open ON console.assignments (organisation_id, due_at, assignment_id) WHERE open;
CREATE INDEX assignments_of_incident ON console.assignments (incident_id);

CREATE TABLE console.answers (
  answer_id uuid PRIMARY KEY,
  incident_id uuid NOT NULL,
  organisation_id text NOT NULL,
  version integer NOT NULL,
  state text NOT NULL,
  channel text,
  title text,
  step integer NOT NULL,
  steps integer NOT NULL,
  url text,
  changed_at timestamptz NOT NULL
) WITH (fillfactor = 85);
CREATE INDEX answers_latest ON console.answers (organisation_id, changed_at DESC, answer_id DESC);
"""


def upgrade() -> None:
    """Create everything."""
    for script in [_TABLES, *consumer_ddl("console")]:
        execute_script(script)
