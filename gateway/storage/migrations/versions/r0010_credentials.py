"""Credentials of partners, invitations, mandates; by what a transmission was proven."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; what is on record was proven by a token, and says nothing more."""
    op.add_column("transmissions", sa.Column("proven_by", sa.String(), nullable=True))
    op.add_column("transmissions", sa.Column("credential", sa.String(), nullable=True))
    op.create_table(
        "partner_mandates",
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("mandator", sa.String(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent"], ["partners.id"], name="fk_partner_mandates_agent_partners"
        ),
        sa.ForeignKeyConstraint(
            ["mandator"], ["partners.id"], name="fk_partner_mandates_mandator_partners"
        ),
        sa.PrimaryKeyConstraint("agent", "mandator", "decided_at", name="pk_partner_mandates"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "partner_credentials",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("partner_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("thumbprint", sa.String(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("not_after", sa.BigInteger(), nullable=True),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.Column("allows_rsa_pkcs1_v15", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name="fk_partner_credentials_partner_id_partners"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_partner_credentials"),
        sa.UniqueConstraint("thumbprint", name="uq_partner_credentials_thumbprint"),
    )
    op.create_index("ix_partner_credentials_partner_id", "partner_credentials", ["partner_id"])
    op.create_table(
        "partner_invitations",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("partner_id", sa.String(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name="fk_partner_invitations_partner_id_partners"
        ),
        sa.PrimaryKeyConstraint("digest", name="pk_partner_invitations"),
    )
    op.create_index("ix_partner_invitations_partner_id", "partner_invitations", ["partner_id"])
    op.create_table(
        "spent_assertions",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_spent_assertions"),
    )
    op.create_index("ix_spent_assertions_until", "spent_assertions", ["until"])
