"""A procedure of an incident that was merged into another knows into which."""

from shared.migrations import execute_script

revision = "grading_0007"
down_revision = "grading_0006"
branch_labels = None
depends_on = None

_SCRIPT = """
ALTER TABLE grading.procedures ADD COLUMN merged_into uuid;
"""


def upgrade() -> None:
    """Expand only: what the version before writes stands alone."""
    execute_script(_SCRIPT)
