"""The evidence log. What was answered before it waits for its place like everything after it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables; every acknowledgement on record gets a leaf without index."""
    is_waiting = sa.column("leaf_index").is_(None)
    op.create_table(
        "log_leaves",
        sa.Column("cursor", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("entry", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cursor"], ["acknowledgements.cursor"], name="fk_log_leaves_cursor_acknowledgements"
        ),
        sa.PrimaryKeyConstraint("cursor", name="pk_log_leaves"),
        sa.UniqueConstraint("leaf_index", name="uq_log_leaves_leaf_index"),
    )
    op.create_table(
        "log_hashes",
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_log_hashes"),
    )
    op.create_table(
        "log_checkpoints",
        sa.Column("size", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_log_checkpoints"),
    )
    op.create_table(
        "log_cosignatures",
        sa.Column("size", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("witness", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["size"], ["log_checkpoints.size"], name="fk_log_cosignatures_size_log_checkpoints"
        ),
        sa.PrimaryKeyConstraint("size", "witness", name="pk_log_cosignatures"),
    )
    op.create_table(
        "log_timestamps",
        sa.Column("size", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["size"], ["log_checkpoints.size"], name="fk_log_timestamps_size_log_checkpoints"
        ),
        sa.PrimaryKeyConstraint("size", name="pk_log_timestamps"),
    )
    op.execute("INSERT INTO log_leaves (cursor) SELECT cursor FROM acknowledgements")
    op.create_index(
        "ix_log_leaves_waiting",
        "log_leaves",
        ["cursor"],
        sqlite_where=is_waiting,
        postgresql_where=is_waiting,
    )
