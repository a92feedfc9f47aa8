"""What may still be asked of outside registers."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nothing was asked yet."""
    op.create_table(
        "rate_budgets",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("blocked_until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_rate_budgets"),
    )
    op.create_table(
        "rate_calls",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("taken_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["name"], ["rate_budgets.name"], name="fk_rate_calls_name_rate_budgets"
        ),
        sa.PrimaryKeyConstraint("name", "slot", name="pk_rate_calls"),
    )
