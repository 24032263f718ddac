"""The layers that an organisation's rulebook stands on."""

from shared.migrations import execute_script

revision = "directory_0002"
down_revision = "directory_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; organisations that are there stand on none."""
    execute_script("ALTER TABLE directory.organisations ADD COLUMN layers text[] NOT NULL DEFAULT '{}'")
