"""One matter, one incident: suggestions, moves of reports between incidents and their undoing, spread over time, coalesced events.

Expand only: a process of the version before works beside it; what it opens has no vector yet and is read later.
"""

from shared.migrations import execute_script

revision = "intake_0004"
down_revision = "intake_0003"
branch_labels = None
depends_on = None

_INCIDENTS = """
ALTER TABLE intake.incidents
  ADD COLUMN follows uuid,
  ADD COLUMN closed_at timestamptz,
  ADD COLUMN said_at timestamptz,
  ADD COLUMN unsaid text;
CREATE INDEX incidents_unsaid ON intake.incidents (said_at) WHERE unsaid IS NOT NULL;
CREATE INDEX incidents_merged ON intake.incidents (merged_into) WHERE merged_into IS NOT NULL;
ALTER TABLE intake.reports
  ADD COLUMN origin_id uuid,
  ADD COLUMN sampled_at timestamptz,
  ADD COLUMN counted_in uuid;
CREATE INDEX reports_counted_in ON intake.reports (counted_in) WHERE counted_in IS NOT NULL;
ALTER TABLE intake.join_keys ADD COLUMN report_id uuid;
-- No statistics of what is only ever found by its index: gathering them of arrays costs seconds each minute while the table grows.
ALTER TABLE intake.fingerprints
  ADD COLUMN report_id uuid,
  ALTER COLUMN grams SET STATISTICS 0,
  ALTER COLUMN bands SET STATISTICS 0;
ALTER TABLE intake.organisations
  ADD COLUMN after_closing text NOT NULL DEFAULT 'anew',
  ADD COLUMN reopen_within interval,
  ADD COLUMN thresholds text NOT NULL DEFAULT '[]',
  ADD COLUMN zone text NOT NULL DEFAULT 'Asia/Shanghai',
  ADD COLUMN join_above real;
"""

_MOVES = """
CREATE TABLE intake.moves (
  move_id uuid PRIMARY KEY,
  number bigint GENERATED ALWAYS AS IDENTITY,
  organisation_id text NOT NULL,
  kind text NOT NULL,
  incident_id uuid NOT NULL,
  other_id uuid NOT NULL,
  report_ids uuid[] NOT NULL,
  made_by text NOT NULL,
  reason text NOT NULL,
  made_at timestamptz NOT NULL,
  undoes uuid,
  undone_by uuid
);
CREATE INDEX moves_of_incident ON intake.moves (incident_id);
CREATE INDEX moves_of_other ON intake.moves (other_id);
CREATE TABLE intake.refused_pairs (
  one uuid NOT NULL,
  other uuid NOT NULL,
  organisation_id text NOT NULL,
  refused_by text NOT NULL,
  reason text NOT NULL,
  refused_at timestamptz NOT NULL,
  PRIMARY KEY (one, other),
  CHECK (one < other)
);
CREATE INDEX refused_of_other ON intake.refused_pairs (other);
"""

# changed_in: a reader takes what was written from its last snapshot's oldest running transaction on. Row ids are not commit order.
_MATTERS = """
-- kept: its vector is, and only a look for what is alike is still owed.
CREATE TABLE intake.unread (incident_id uuid PRIMARY KEY, organisation_id text NOT NULL, kept boolean NOT NULL DEFAULT false)
  WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000);
CREATE INDEX unread_words ON intake.unread (incident_id) WHERE NOT kept;
CREATE TABLE intake.matters (
  incident_id uuid NOT NULL,
  organisation_id text NOT NULL,
  generation int NOT NULL,
  report_id uuid NOT NULL,
  opened_at timestamptz NOT NULL,
  grams bytea STORAGE EXTERNAL NOT NULL,
  weights bytea STORAGE EXTERNAL NOT NULL,
  changed_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (incident_id, generation)
);
CREATE INDEX matters_changed ON intake.matters (changed_in);
CREATE INDEX matters_of_organisation ON intake.matters (organisation_id, generation, incident_id);
CREATE TABLE intake.generations (
  organisation_id text NOT NULL,
  number int NOT NULL,
  documents int NOT NULL,
  weights bytea STORAGE EXTERNAL NOT NULL,
  made_at timestamptz NOT NULL,
  in_force boolean NOT NULL DEFAULT false,
  PRIMARY KEY (organisation_id, number)
);
CREATE TABLE intake.suggestions (
  incident_id uuid NOT NULL,
  other_id uuid NOT NULL,
  organisation_id text NOT NULL,
  score real NOT NULL,
  found_at timestamptz NOT NULL,
  PRIMARY KEY (incident_id, other_id)
);
CREATE INDEX suggestions_of_other ON intake.suggestions (other_id);
"""

_SPREAD = """
CREATE TABLE intake.spread_hours (
  incident_id uuid NOT NULL,
  organisation_id text NOT NULL,
  hour timestamptz NOT NULL,
  platform text NOT NULL,
  author_type text NOT NULL,
  reads bigint NOT NULL,
  comments bigint NOT NULL,
  reposts bigint NOT NULL,
  likes bigint NOT NULL,
  PRIMARY KEY (incident_id, hour, platform, author_type)
) WITH (fillfactor = 70);
CREATE TABLE intake.samples (
  report_id uuid NOT NULL,
  incident_id uuid NOT NULL,
  organisation_id text NOT NULL,
  sampled_at timestamptz NOT NULL,
  reads bigint NOT NULL,
  comments bigint NOT NULL,
  reposts bigint NOT NULL,
  likes bigint NOT NULL,
  PRIMARY KEY (report_id, sampled_at)
);
CREATE INDEX samples_of_incident ON intake.samples (incident_id);
CREATE TABLE intake.crossings (
  incident_id uuid NOT NULL,
  organisation_id text NOT NULL,
  metric text NOT NULL,
  threshold bigint NOT NULL,
  crossed_at timestamptz NOT NULL,
  said boolean NOT NULL DEFAULT false,
  PRIMARY KEY (incident_id, metric, threshold)
);
CREATE TABLE intake.edits (
  report_id uuid NOT NULL,
  incident_id uuid NOT NULL,
  organisation_id text NOT NULL,
  edited_at timestamptz NOT NULL,
  masked_text text NOT NULL,
  PRIMARY KEY (report_id, edited_at)
);
CREATE INDEX edits_of_incident ON intake.edits (incident_id);
"""


def upgrade() -> None:
    """Add columns and tables."""
    for script in [_INCIDENTS, _MOVES, _MATTERS, _SPREAD]:
        execute_script(script)
