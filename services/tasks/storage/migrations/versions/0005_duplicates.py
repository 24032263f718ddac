"""A task of an incident that was merged into another names the one that stands for it there."""

from shared.migrations import execute_script

revision = "tasks_0005"
down_revision = "tasks_0004"
branch_labels = None
depends_on = None

_SCRIPT = """
ALTER TABLE tasks.incidents ADD COLUMN merged_into uuid;
ALTER TABLE tasks.tasks ADD COLUMN duplicate_of uuid;
"""


def upgrade() -> None:
    """Expand only."""
    execute_script(_SCRIPT)
