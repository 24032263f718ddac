"""The journal learns which of its subjects are archived."""

from shared.journal.archived import archived_ddl
from shared.migrations import execute_script

revision = "directory_0004"
down_revision = "directory_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, and what keeps anybody from going on with an archived subject."""
    for script in archived_ddl("directory"):
        execute_script(script)
