"""A bar that the operator lifted is kept as lifted: nothing makes it anew, and the number is asked.

A process of before this revision takes it for one that holds: it refuses, and lets nobody in.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """None is lifted yet: they were deleted until now."""
    op.add_column("account_bars", sa.Column("lifted_at", sa.BigInteger()))
