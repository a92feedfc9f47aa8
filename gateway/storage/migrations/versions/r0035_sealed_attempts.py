"""Ways to identity providers that are under way are sealed; those of this moment begin again."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table anew: a row lives for ten minutes, and nothing seals those that stood open."""
    op.drop_table("sign_in_attempts")
    op.create_table(
        "sign_in_attempts",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("key_generation", sa.Integer(), nullable=False),
        sa.Column("sealed_attempt", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_generation"],
            ["account_keys.generation"],
            name="fk_sign_in_attempts_key_generation_account_keys",
        ),
        sa.PrimaryKeyConstraint("digest", name="pk_sign_in_attempts"),
    )
    op.create_index("ix_sign_in_attempts_begun_at", "sign_in_attempts", ["begun_at"])
