"""Sealing keys are rotated: which versions are in use, and workers found by several index keys."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_MASTERS = """
INSERT INTO key_versions (kind, version, state) VALUES ('MASTER', 1, 'SERVING')
"""
_INDEXES = """
INSERT INTO key_versions (kind, version, state)
SELECT 'INDEX', coalesce(max(nir_index_version), 1), 'SERVING' FROM directory_workers
"""
_MOVED = """
INSERT INTO directory_indexes (version, nir_index, worker_id)
SELECT nir_index_version, nir_index, worker_id FROM directory_workers
"""


def upgrade() -> None:
    """Make the tables; keys were made as version 1, and no command rotated them until now."""
    op.create_table(
        "key_versions",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "version", name="pk_key_versions"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "directory_indexes",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("nir_index", sa.LargeBinary(), nullable=False),
        sa.Column("worker_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["directory_workers.worker_id"],
            name="fk_directory_indexes_worker_id_directory_workers",
        ),
        sa.PrimaryKeyConstraint("version", "nir_index", name="pk_directory_indexes"),
        sqlite_with_rowid=False,
    )
    for statement in (_MASTERS, _INDEXES, _MOVED):
        op.execute(statement)
    op.create_index(
        "uq_directory_indexes_worker", "directory_indexes", ["worker_id", "version"], unique=True
    )
    op.drop_index("uq_directory_workers_nir", "directory_workers")
    op.drop_column("directory_workers", "nir_index")
    op.drop_column("directory_workers", "nir_index_version")
