"""The journal learns which trace an event belongs to; a process of the version before works beside it."""

from shared.journal.schema import traces_ddl
from shared.migrations import execute_script

revision = "publishing_0003"
down_revision = "publishing_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and the functions that write and show it."""
    for script in traces_ddl("publishing"):
        execute_script(script)
