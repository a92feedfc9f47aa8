"""What occupational physicians decided on doses."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; no dose on record was decided on before the register says so."""
    op.create_table(
        "dose_decisions",
        sa.Column("transmission", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("effective_usv", sa.BigInteger(), nullable=True),
        sa.Column("lens_usv", sa.BigInteger(), nullable=True),
        sa.Column("extremity_usv", sa.BigInteger(), nullable=True),
        sa.Column("sent_effective_usv", sa.BigInteger(), nullable=False),
        sa.Column("sent_lens_usv", sa.BigInteger(), nullable=False),
        sa.Column("sent_extremity_usv", sa.BigInteger(), nullable=False),
        sa.Column("key_generation", sa.Integer(), nullable=False),
        sa.Column("sealed_physician", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transmission", "line"],
            ["lines.transmission", "lines.line"],
            name="fk_dose_decisions_transmission_line_lines",
        ),
        sa.ForeignKeyConstraint(
            ["key_generation"],
            ["directory_keys.generation"],
            name="fk_dose_decisions_key_generation_directory_keys",
        ),
        sa.PrimaryKeyConstraint("transmission", "line", name="pk_dose_decisions"),
        sqlite_with_rowid=False,
    )
