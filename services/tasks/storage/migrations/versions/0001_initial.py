"""The tasks schema as it began."""

from shared.journal.schema import consumer_ddl, journal_ddl
from shared.migrations import execute_script
from shared.timers import timers_ddl

revision = "tasks_0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = """
CREATE TABLE tasks.incidents (
  incident_id uuid PRIMARY KEY,
  organisation_id text NOT NULL,
  version integer NOT NULL,
  phase text NOT NULL,
  title text NOT NULL
) WITH (fillfactor = 85);

CREATE TABLE tasks.tasks (
  id uuid PRIMARY KEY,
  incident_id uuid NOT NULL,
  organisation_id text NOT NULL,
  held_at timestamptz,
  due_at timestamptz,
  done_at timestamptz,
  reminded_at timestamptz,
  version integer NOT NULL DEFAULT 1,
  escalated integer NOT NULL DEFAULT 0,
  presumed boolean NOT NULL DEFAULT false,
  overdue boolean NOT NULL DEFAULT false,
  state text NOT NULL DEFAULT 'open',
  desk text NOT NULL,
  key text NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  owner text NOT NULL,
  owner_name text NOT NULL,
  clause text NOT NULL,
  holder text,
  reason text,
  body text NOT NULL,
  clock text
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX tasks_incident ON tasks.tasks (incident_id);
CREATE INDEX tasks_board ON tasks.tasks (organisation_id, state, coalesce(due_at, 'infinity'::timestamptz), id);
CREATE INDEX tasks_held ON tasks.tasks (holder) WHERE holder IS NOT NULL;

CREATE TABLE tasks.hand_ins (
  id uuid PRIMARY KEY,
  task_id uuid NOT NULL,
  incident_id uuid NOT NULL,
  organisation_id text NOT NULL,
  at timestamptz NOT NULL,
  by text NOT NULL,
  content text NOT NULL
);
CREATE INDEX hand_ins_task ON tasks.hand_ins (task_id);

CREATE TABLE tasks.extension_requests (
  id uuid PRIMARY KEY,
  task_id uuid NOT NULL,
  incident_id uuid NOT NULL,
  organisation_id text NOT NULL,
  approver text NOT NULL,
  asked_at timestamptz NOT NULL,
  asked_by text NOT NULL,
  extended_to text NOT NULL,
  reason text NOT NULL,
  state text NOT NULL,
  decided_at timestamptz,
  decided_by text,
  decision text
);
CREATE INDEX extension_task ON tasks.extension_requests (task_id);
CREATE UNIQUE INDEX extension_waiting ON tasks.extension_requests (task_id) WHERE state = 'waiting';

CREATE TABLE tasks.accounts (
  organisation_id text,
  login text,
  display_name text NOT NULL,
  roles text NOT NULL,
  active boolean NOT NULL,
  PRIMARY KEY (organisation_id, login)
);

CREATE TABLE tasks.roles (
  organisation_id text,
  role text,
  name text NOT NULL,
  PRIMARY KEY (organisation_id, role)
);
"""


def upgrade() -> None:
    for script in (*journal_ddl("tasks"), *consumer_ddl("tasks"), *timers_ddl("tasks"), _TABLES):
        execute_script(script)
