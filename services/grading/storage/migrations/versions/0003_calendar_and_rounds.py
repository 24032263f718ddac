"""The calendar as data, what of a procedure still runs by it, and the rounds of each organisation's routines.

`running` is kept apart from `runs_until`: only what an index looks at keeps an update from being cheap, and it seldom changes.
Procedures from before are taken to run on; the first correction of the calendar looks at them once.
"""

from shared.migrations.script import execute_script
from shared.timers import timers_ddl

revision = "grading_0003"
down_revision = "grading_0002"
branch_labels = None
depends_on = None

_CALENDAR = """
CREATE TABLE grading.calendar_changes (
  version int PRIMARY KEY,
  kind text NOT NULL,
  year int NOT NULL,
  source text NOT NULL,
  made_by text NOT NULL,
  made_at timestamptz NOT NULL
);
CREATE TABLE grading.calendar_days (
  version int REFERENCES grading.calendar_changes,
  day date,
  working boolean NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (version, day)
);

ALTER TABLE grading.procedures
  ADD COLUMN calendar_version int NOT NULL DEFAULT 0,
  ADD COLUMN running boolean NOT NULL DEFAULT true,
  ADD COLUMN runs_until timestamptz DEFAULT 'infinity',
  ADD COLUMN provisional int NOT NULL DEFAULT 0;
ALTER TABLE grading.procedures ALTER COLUMN runs_until DROP DEFAULT;
CREATE INDEX procedures_lagging ON grading.procedures (calendar_version, incident_id) WHERE running;
CREATE INDEX procedures_provisional ON grading.procedures (organisation_id) WHERE provisional > 0;
"""

_ROUNDS = """
CREATE TABLE grading.routines (
  incident_id uuid PRIMARY KEY,
  organisation_id text NOT NULL UNIQUE,
  rulebook_hash text NOT NULL,
  calendar_version int NOT NULL,
  issued_until timestamptz NOT NULL
);
COMMENT ON COLUMN grading.routines.incident_id IS 'the organisation''s subject, under the name that shared.timers locks by';

CREATE TABLE grading.series (
  series uuid PRIMARY KEY,
  organisation_id text NOT NULL,
  routine text NOT NULL,
  version int NOT NULL
);

CREATE TABLE grading.rounds (
  id uuid PRIMARY KEY,
  organisation_id text NOT NULL,
  routine text NOT NULL,
  key text NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  owner text NOT NULL,
  owner_name text NOT NULL,
  clause text NOT NULL,
  rulebook_hash text NOT NULL,
  begins_at timestamptz NOT NULL,
  due_at timestamptz,
  over_at timestamptz,
  provisional boolean NOT NULL,
  issued boolean NOT NULL,
  state text NOT NULL,
  done_at timestamptz,
  done_by text
);
CREATE INDEX rounds_newest ON grading.rounds (organisation_id, begins_at DESC, id DESC);
CREATE INDEX rounds_due ON grading.rounds (organisation_id) WHERE state = 'due';
"""


def upgrade() -> None:
    """Add what a calendar that changes, and duties without an incident, need."""
    for script in (_CALENDAR, _ROUNDS, *timers_ddl("grading")):
        execute_script(script)
