"""A partner may demand that every request in its name be signed."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nobody demands it yet."""
    op.add_column(
        "partners",
        sa.Column("demands_signature", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
