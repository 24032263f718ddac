"""A relay that comes back to a backlog stamps it at the pace of an empty outbox."""

from shared.journal.schema import stamping_ddl
from shared.migrations import execute_script

revision = "tasks_0004"
down_revision = "tasks_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Replace the function; a process of the version before calls it as it did."""
    for script in stamping_ddl("tasks"):
        execute_script(script)
