"""A bearer token without a key has an end."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the tokens on record keep no end but their revocation."""
    op.add_column("partner_tokens", sa.Column("expires_at", sa.BigInteger(), nullable=True))
