"""Time-stamps of several authorities on one checkpoint. The table was there, and never written."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table anew, its rows named by checkpoint and authority."""
    op.drop_table("log_timestamps")
    op.create_table(
        "log_timestamps",
        sa.Column("size", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["size"], ["log_checkpoints.size"], name="fk_log_timestamps_size_log_checkpoints"
        ),
        sa.PrimaryKeyConstraint("size", "authority", name="pk_log_timestamps"),
    )
