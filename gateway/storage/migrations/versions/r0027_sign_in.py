"""Ways to identity providers that are under way, and identity tokens that are spent."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "sign_in_attempts",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("attempt", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_sign_in_attempts"),
    )
    op.create_index("ix_sign_in_attempts_begun_at", "sign_in_attempts", ["begun_at"])
    op.create_table(
        "spent_identity_tokens",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_spent_identity_tokens"),
    )
    op.create_index("ix_spent_identity_tokens_until", "spent_identity_tokens", ["until"])
