"""Held lines are judged again, and closed by the corrections that aim at them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say what closed a line; find those that wait."""
    op.add_column("lines", sa.Column("closed_by_transmission", sa.BigInteger(), nullable=True))
    op.add_column("lines", sa.Column("closed_by_line", sa.Integer(), nullable=True))
    is_held = sa.column("verdict") == "HELD"
    op.create_index(
        "ix_lines_held",
        "lines",
        ["held_nir_index", "held_until"],
        sqlite_where=is_held,
        postgresql_where=is_held,
    )
