"""Portals, what they ask and what they are given."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "portals",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("registered", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_portals"),
    )
    op.create_table(
        "portal_requests",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_portal_requests"),
    )
    op.create_index("ix_portal_requests_begun_at", "portal_requests", ["begun_at"])
    op.create_table(
        "portal_codes",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("portal_id", sa.String(), nullable=False),
        sa.Column("sealed_grant", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("is_spent", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_portal_codes"),
    )
    op.create_index("ix_portal_codes_until", "portal_codes", ["until"])
    op.create_table(
        "portal_accesses",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(), nullable=False),
        sa.Column("portal_id", sa.String(), nullable=False),
        sa.Column("sealed_grant", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_portal_accesses"),
    )
    op.create_index("ix_portal_accesses_code_digest", "portal_accesses", ["code_digest"])
    op.create_index("ix_portal_accesses_until", "portal_accesses", ["until"])
    op.create_table(
        "pairwise_subjects",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "sector", name="pk_pairwise_subjects"),
        sa.UniqueConstraint("subject", name="uq_pairwise_subjects_subject"),
    )
    op.create_table(
        "portal_returns",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_portal_returns"),
    )
    op.create_index("ix_portal_returns_begun_at", "portal_returns", ["begun_at"])
