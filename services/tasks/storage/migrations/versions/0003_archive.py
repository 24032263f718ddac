"""The journal learns which of its subjects are archived."""

from shared.journal.archived import archived_ddl
from shared.migrations import execute_script

revision = "tasks_0003"
down_revision = "tasks_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, and what keeps anybody from going on with an archived subject."""
    for script in archived_ddl("tasks"):
        execute_script(script)
