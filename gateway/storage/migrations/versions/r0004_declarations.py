"""What the employer declares of a contract, and what he is known not to have declared."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TEXTS = (
    *("exposure_nature", "contract_type", "activity_character", "domain", "sector", "trade"),
    "undeclared",
)


def upgrade() -> None:
    """Add the columns: of contracts already there nothing is known."""
    for name in _TEXTS:
        op.add_column("directory_employments", sa.Column(name, sa.String(), nullable=True))
    op.add_column(
        "directory_employments",
        sa.Column("working_time_thousandths", sa.Integer(), nullable=True),
    )
