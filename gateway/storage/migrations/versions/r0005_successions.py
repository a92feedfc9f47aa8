"""Which sender took over from which."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "partner_successions",
        sa.Column("partner_id", sa.String(), nullable=False),
        sa.Column("predecessor", sa.String(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name=op.f("fk_partner_successions_partner_id_partners")
        ),
        sa.PrimaryKeyConstraint(
            "partner_id", "predecessor", "decided_at", name=op.f("pk_partner_successions")
        ),
        sqlite_with_rowid=False,
    )
