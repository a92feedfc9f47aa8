"""Of whom the audit trail tells that an identity was handed over to a portal."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """What opens an entry, which is forgotten; the entry stays."""
    op.create_table(
        "portal_hand_overs",
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"],
            ["audit_entries.number"],
            name="fk_portal_hand_overs_number_audit_entries",
        ),
        sa.PrimaryKeyConstraint("number", name="pk_portal_hand_overs"),
    )
    op.create_index("ix_portal_hand_overs_account_id", "portal_hand_overs", ["account_id"])
    op.create_index("ix_portal_hand_overs_at", "portal_hand_overs", ["at"])
