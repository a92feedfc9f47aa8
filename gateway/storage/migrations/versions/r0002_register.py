"""Partners and the directory of workers."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _partners()
    _partner_tokens()
    _directory_keys()
    _directory_workers()
    _directory_employments()
    _directory_attachments()
    _directory_establishments()
    _directory_versions()


def _partners() -> None:
    op.create_table(
        "partners",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("siret", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("flows", sa.String(), nullable=False),
        sa.Column("accreditation", sa.String(), nullable=True),
        sa.Column("accredited_from", sa.Date(), nullable=True),
        sa.Column("accredited_to", sa.Date(), nullable=True),
        sa.Column("suspended_from", sa.Date(), nullable=True),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partners")),
    )


def _partner_tokens() -> None:
    op.create_table(
        "partner_tokens",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("partner_id", sa.String(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name=op.f("fk_partner_tokens_partner_id_partners")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_partner_tokens")),
    )
    op.create_index(
        op.f("ix_partner_tokens_partner_id"), "partner_tokens", ["partner_id"], unique=False
    )


def _directory_keys() -> None:
    op.create_table(
        "directory_keys",
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("generation", name=op.f("pk_directory_keys")),
    )


def _directory_workers() -> None:
    op.create_table(
        "directory_workers",
        sa.Column("worker_id", sa.String(), nullable=False),
        sa.Column("nir_index_version", sa.Integer(), nullable=False),
        sa.Column("nir_index", sa.LargeBinary(), nullable=False),
        sa.Column("key_generation", sa.Integer(), nullable=False),
        sa.Column("sealed_identity", sa.LargeBinary(), nullable=False),
        sa.Column("balance_as_of", sa.Date(), nullable=True),
        sa.Column("balance_effective_usv", sa.BigInteger(), nullable=True),
        sa.Column("balance_lens_usv", sa.BigInteger(), nullable=True),
        sa.Column("balance_extremity_usv", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["key_generation"],
            ["directory_keys.generation"],
            name=op.f("fk_directory_workers_key_generation_directory_keys"),
        ),
        sa.PrimaryKeyConstraint("worker_id", name=op.f("pk_directory_workers")),
    )
    op.create_index(
        "uq_directory_workers_nir",
        "directory_workers",
        ["nir_index", "nir_index_version"],
        unique=True,
    )


def _directory_employments() -> None:
    op.create_table(
        "directory_employments",
        sa.Column("worker_id", sa.String(), nullable=False),
        sa.Column("employer", sa.String(), nullable=False),
        sa.Column("start_day", sa.Date(), nullable=False),
        sa.Column("end_day", sa.Date(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("other_exposures", sa.String(), nullable=False),
        sa.Column("seen_in", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["directory_workers.worker_id"],
            name=op.f("fk_directory_employments_worker_id_directory_workers"),
        ),
        sa.PrimaryKeyConstraint(
            "worker_id", "employer", "start_day", name=op.f("pk_directory_employments")
        ),
        sqlite_with_rowid=False,
    )


def _directory_attachments() -> None:
    op.create_table(
        "directory_attachments",
        sa.Column("worker_id", sa.String(), nullable=False),
        sa.Column("employer", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("start_day", sa.Date(), nullable=False),
        sa.Column("end_day", sa.Date(), nullable=True),
        sa.Column("seen_in", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["directory_workers.worker_id"],
            name=op.f("fk_directory_attachments_worker_id_directory_workers"),
        ),
        sa.PrimaryKeyConstraint(
            "worker_id", "employer", "sender", "start_day", name=op.f("pk_directory_attachments")
        ),
        sqlite_with_rowid=False,
    )


def _directory_establishments() -> None:
    op.create_table(
        "directory_establishments",
        sa.Column("siret", sa.String(), nullable=False),
        sa.Column("is_nuclear", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("siret", name=op.f("pk_directory_establishments")),
        sqlite_with_rowid=False,
    )


def _directory_versions() -> None:
    op.create_table(
        "directory_versions",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_directory_versions")),
    )
