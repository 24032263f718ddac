"""The directory's schema as it began: organisations, accounts, and the journal that tells of them."""

from shared.journal.schema import journal_ddl
from shared.migrations import execute_script

revision = "directory_0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = """
CREATE TABLE directory.organisations (
  organisation_id text PRIMARY KEY,
  name text NOT NULL,
  rulebook text,
  state text NOT NULL,
  version integer NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE TABLE directory.accounts (
  login text PRIMARY KEY,
  organisation_id text NOT NULL REFERENCES directory.organisations,
  display_name text NOT NULL,
  roles text[] NOT NULL,
  password_hash text NOT NULL,
  state text NOT NULL,
  version integer NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX accounts_of_organisation ON directory.accounts (organisation_id, login);
"""


def upgrade() -> None:
    """Create everything."""
    for script in [_TABLES, *journal_ddl("directory")]:
        execute_script(script)
