"""The flags that are up on an incident, parted by spaces: an approval chain may depend on them."""

from shared.migrations import execute_script

revision = "publishing_0002"
down_revision = "publishing_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what is up on incidents that are there comes with their next decision."""
    execute_script("ALTER TABLE publishing.incidents ADD COLUMN flags text NOT NULL DEFAULT ''")
