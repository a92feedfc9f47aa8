"""What enrolment keeps of a credential, refusals, lists of revocations."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the columns and the tables; nothing was enrolled before."""
    for name in ("key_thumbprint", "authority", "serial"):
        op.add_column("partner_credentials", sa.Column(name, sa.String(), nullable=True))
    for name in ("key_thumbprint", "authority"):
        op.create_index(f"ix_partner_credentials_{name}", "partner_credentials", [name])
    op.create_table(
        "enrolment_refusals",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("partner_id", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name="fk_enrolment_refusals_partner_id_partners"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_enrolment_refusals"),
    )
    op.create_index(
        "ix_enrolment_refusals_partner_id_at", "enrolment_refusals", ["partner_id", "at"]
    )
    op.create_table(
        "revocation_lists",
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("authority", "number", name="pk_revocation_lists"),
    )
