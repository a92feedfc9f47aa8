"""Corrections find the line that they aim at by the id of its transmission."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index the ids."""
    op.create_index("ix_transmissions_id", "transmissions", ["id"])
