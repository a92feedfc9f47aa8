"""Identities that the operator took away from a worker stay away; names are indexed anew.

A letter apostrophe (U+02BC and its kin) counts no more in a name than a plain one: whoever is in
the directory is indexed by name again once the gateway serves, and looked up from then on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Whoever was unlinked before is kept from that worker too; when that was is not known."""
    op.create_table(
        "account_bars",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("worker_id", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        sa.Column("barred_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["directory_workers.worker_id"],
            name="fk_account_bars_worker_id_directory_workers",
        ),
        sa.PrimaryKeyConstraint("digest", "worker_id", name="pk_account_bars"),
    )
    op.create_index("ix_account_bars_worker_id", "account_bars", ["worker_id"])
    op.execute(
        "INSERT INTO account_bars (digest, worker_id, provider, linked_at, barred_at)"
        " SELECT l.digest, a.worker_id, l.provider, l.linked_at, l.linked_at"
        " FROM account_links AS l JOIN accounts AS a ON a.id = l.account_id"
        " WHERE l.basis = 'RELEASED' AND a.worker_id IS NOT NULL"
    )
    op.execute("UPDATE directory_indexes SET name_index = NULL")
