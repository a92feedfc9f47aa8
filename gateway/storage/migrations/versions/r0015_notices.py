"""What partners are told, where they are written to, and when they last came."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; who is enrolled is taken to have come on the day of this revision."""
    op.create_table(
        "partner_contacts",
        sa.Column("partner_id", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name="fk_partner_contacts_partner_id_partners"
        ),
        sa.PrimaryKeyConstraint("partner_id", "address", name="pk_partner_contacts"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "partner_notices",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("partner_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger(), nullable=False),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name="fk_partner_notices_partner_id_partners"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_partner_notices"),
    )
    op.create_index("ix_partner_notices_partner_id", "partner_notices", ["partner_id"])
    op.create_index("ix_partner_notices_state", "partner_notices", ["state", "next_attempt_at"])
    op.create_table(
        "partner_uses",
        sa.Column("partner_id", sa.String(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name="fk_partner_uses_partner_id_partners"
        ),
        sa.PrimaryKeyConstraint("partner_id", name="pk_partner_uses"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO partner_uses (partner_id, last_on) SELECT id, CURRENT_DATE FROM partners"
    )
