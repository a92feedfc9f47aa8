"""A budget of workers unknown to the directory, for each partner and day."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table; nobody has failed yet."""
    op.add_column("partners", sa.Column("failure_budget", sa.Integer(), nullable=True))
    op.add_column("partners", sa.Column("suspended_until", sa.BigInteger(), nullable=True))
    op.create_table(
        "verification_failures",
        sa.Column("partner_id", sa.String(), nullable=False),
        sa.Column("couple", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name="fk_verification_failures_partner_id_partners"
        ),
        sa.PrimaryKeyConstraint("partner_id", "couple", name="pk_verification_failures"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_verification_failures_at", "verification_failures", ["at"])
    op.create_index(
        "ix_transmissions_submitter_id", "transmissions", ["submitter_id", "received_at"]
    )
