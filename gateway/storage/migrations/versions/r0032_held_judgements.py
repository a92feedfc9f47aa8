"""How far what held lines wait for had moved when each was judged last."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SOURCES = ("directory_workers", "verified_establishments", "verified_identities")
_COUNTERS = ("changes of DIRECTORY", "changes of SIRENE", "changes of AMELI")


def upgrade() -> None:
    """Number changes from now on; every held line is judged once more."""
    for table in _SOURCES:
        column = sa.Column("change", sa.BigInteger(), nullable=False, server_default="0")
        op.add_column(table, column)
    counters = sa.table("counters", sa.column("name"), sa.column("value"))
    op.bulk_insert(counters, [{"name": name, "value": 0} for name in _COUNTERS])
    op.create_table(
        "held_judgements",
        sa.Column("transmission", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("directory", sa.BigInteger(), nullable=False),
        sa.Column("sirene", sa.BigInteger(), nullable=False),
        sa.Column("ameli", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("judged_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transmission"],
            ["transmissions.number"],
            name="fk_held_judgements_transmission_transmissions",
        ),
        sa.PrimaryKeyConstraint("transmission", name="pk_held_judgements"),
    )
