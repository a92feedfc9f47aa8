"""What outside registers said of establishments and identities, and what they are to be asked."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "verified_establishments",
        sa.Column("siret", sa.String(), nullable=False),
        *_state(),
        sa.PrimaryKeyConstraint("siret", name="pk_verified_establishments"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "verified_identities",
        sa.Column("worker_id", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("digest_version", sa.Integer(), nullable=False),
        *_state(),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["directory_workers.worker_id"],
            name="fk_verified_identities_worker_id_directory_workers",
        ),
        sa.PrimaryKeyConstraint("worker_id", name="pk_verified_identities"),
        sqlite_with_rowid=False,
    )
    for table in ("verified_establishments", "verified_identities"):
        op.create_index(f"ix_{table}_queue", table, ["is_backfill", "next_try_at"])
        op.create_index(f"ix_{table}_outcome", table, ["outcome"])
    op.create_table(
        "verification_counts",
        sa.Column("register", sa.String(), nullable=False),
        sa.Column("minute", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("register", "minute", "outcome", name="pk_verification_counts"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "verification_pauses",
        sa.Column("register", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("counted_from", sa.BigInteger(), nullable=True),
        sa.Column("trusted_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("register", name="pk_verification_pauses"),
        sqlite_with_rowid=False,
    )


def _state() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("checked_at", sa.BigInteger(), nullable=True),
        sa.Column("fresh_until", sa.BigInteger(), nullable=True),
        sa.Column("stale_until", sa.BigInteger(), nullable=True),
        sa.Column("queued_at", sa.BigInteger(), nullable=True),
        sa.Column("is_backfill", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
    )
