"""Grading's tables: rulebooks by hash, organisations, procedures."""

from shared.journal.schema import consumer_ddl, journal_ddl
from shared.migrations.script import execute_script

revision = "grading_0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = """
CREATE TABLE grading.rulebooks (
  hash text PRIMARY KEY,
  rulebook text NOT NULL,
  version text NOT NULL,
  title text NOT NULL,
  canonical text NOT NULL,
  loaded_at timestamptz NOT NULL
);

CREATE TABLE grading.organisations (
  organisation_id text PRIMARY KEY,
  name text NOT NULL,
  rulebook_hash text NOT NULL REFERENCES grading.rulebooks
);

CREATE TABLE grading.procedures (
  incident_id uuid PRIMARY KEY,
  organisation_id text NOT NULL,
  rulebook_hash text NOT NULL,
  title text NOT NULL,
  version int NOT NULL,
  phase text NOT NULL,
  grade_state text NOT NULL,
  level text,
  proposal text,
  deciding text,
  facts text STORAGE EXTERNAL NOT NULL,
  issued text STORAGE EXTERNAL NOT NULL,
  discharged text[] NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX procedures_waiting ON grading.procedures (organisation_id, incident_id DESC) WHERE deciding IS NOT NULL;
CREATE INDEX procedures_approved ON grading.procedures (organisation_id, incident_id DESC) WHERE grade_state = 'approved';
"""


def upgrade() -> None:
    """Create everything."""
    for script in [_TABLES, *journal_ddl("grading"), *consumer_ddl("grading")]:
        execute_script(script)
