"""Archived incidents: the journal knows them, and what a citizen's receipt and the sealing keys' check still need of their reports."""

from shared.journal.archived import archived_ddl
from shared.migrations import execute_script

revision = "intake_0003"
down_revision = "intake_0002"
branch_labels = None
depends_on = None

_REPORTS = """
CREATE TABLE intake.archived_reports (
  report_id uuid PRIMARY KEY,
  incident_id uuid NOT NULL,
  organisation_id text NOT NULL,
  received_at timestamptz NOT NULL,
  receipt_hash bytea,
  key_id text
);
CREATE INDEX archived_reports_of_incident ON intake.archived_reports (incident_id);
CREATE UNIQUE INDEX archived_reports_receipt ON intake.archived_reports (receipt_hash) WHERE receipt_hash IS NOT NULL;
CREATE INDEX archived_reports_key ON intake.archived_reports (key_id) WITH (deduplicate_items = on);
"""


def upgrade() -> None:
    """Add the tables."""
    for script in [*archived_ddl("intake"), _REPORTS]:
        execute_script(script)
