"""Which checkpoint each witness cosigned last is found without reading them all."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_log_cosignatures_witness", "log_cosignatures", ["witness", "size"])
