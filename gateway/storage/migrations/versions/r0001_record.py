"""The record: transmissions, acknowledgements, lines and measurements."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _counters()
    _transmissions()
    _transmission_bodies()
    _acknowledgements()
    _renderings()
    _line_entry_pages()
    _lines()
    _measurements()
    _worker_revisions()


def _counters() -> None:
    counters = op.create_table(
        "counters",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.bulk_insert(counters, [{"name": name, "value": 0} for name in ("cursor", "revision")])


def _transmissions() -> None:
    op.create_table(
        "transmissions",
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("is_readable", sa.Boolean(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("has_line_verdicts", sa.Boolean(), nullable=False),
        sa.Column("submitter_id", sa.String(), nullable=False),
        sa.Column("sender_siret", sa.String(), nullable=False),
        sa.Column("sender_type", sa.String(), nullable=True),
        sa.Column("on_behalf_of", sa.String(), nullable=True),
        sa.Column("flow", sa.String(), nullable=True),
        sa.Column("issued_at", sa.BigInteger(), nullable=True),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_transmissions")),
    )
    op.create_index(
        "uq_transmissions_answer",
        "transmissions",
        ["scope", "is_test", "id", "is_readable", "content_sha256"],
        unique=True,
    )
    op.create_index(
        "uq_transmissions_verdicts",
        "transmissions",
        ["scope", "is_test", "id", "is_readable"],
        unique=True,
        sqlite_where=sa.text("has_line_verdicts IS 1"),
        postgresql_where=sa.text("has_line_verdicts IS true"),
    )


def _transmission_bodies() -> None:
    op.create_table(
        "transmission_bodies",
        sa.Column("transmission", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("sealed_body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transmission"],
            ["transmissions.number"],
            name=op.f("fk_transmission_bodies_transmission_transmissions"),
        ),
        sa.PrimaryKeyConstraint("transmission", name=op.f("pk_transmission_bodies")),
    )


def _acknowledgements() -> None:
    op.create_table(
        "acknowledgements",
        sa.Column("cursor", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("transmission", _NUMBER, nullable=False),
        sa.Column("sender_siret", sa.String(), nullable=False),
        sa.Column("disposition", sa.String(), nullable=False),
        sa.Column("canonical", sa.LargeBinary(), nullable=False),
        sa.Column("canonical_sha256", sa.String(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transmission"],
            ["transmissions.number"],
            name=op.f("fk_acknowledgements_transmission_transmissions"),
        ),
        sa.PrimaryKeyConstraint("cursor", name=op.f("pk_acknowledgements")),
        sa.UniqueConstraint("id", name=op.f("uq_acknowledgements_id")),
    )
    op.create_index(
        "ix_acknowledgements_sender", "acknowledgements", ["sender_siret", "cursor"], unique=False
    )
    op.create_index(
        op.f("ix_acknowledgements_transmission"), "acknowledgements", ["transmission"], unique=False
    )


def _renderings() -> None:
    op.create_table(
        "renderings",
        sa.Column("acknowledgement_id", sa.String(), nullable=False),
        sa.Column("representation", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("kid", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["acknowledgement_id"],
            ["acknowledgements.id"],
            name=op.f("fk_renderings_acknowledgement_id_acknowledgements"),
        ),
        sa.PrimaryKeyConstraint("acknowledgement_id", "representation", name=op.f("pk_renderings")),
    )


def _line_entry_pages() -> None:
    op.create_table(
        "line_entry_pages",
        sa.Column("acknowledgement_id", sa.String(), nullable=False),
        sa.Column("page", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entries", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["acknowledgement_id"],
            ["acknowledgements.id"],
            name=op.f("fk_line_entry_pages_acknowledgement_id_acknowledgements"),
        ),
        sa.PrimaryKeyConstraint("acknowledgement_id", "page", name=op.f("pk_line_entry_pages")),
    )


def _lines() -> None:
    op.create_table(
        "lines",
        sa.Column("transmission", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("held_until", sa.Date(), nullable=True),
        sa.Column("is_in_force", sa.Boolean(), nullable=False),
        sa.Column("worker_id", sa.String(), nullable=True),
        sa.Column("held_nir_index", sa.LargeBinary(), nullable=True),
        sa.Column("held_nir_index_version", sa.Integer(), nullable=True),
        sa.Column("employer", sa.String(), nullable=True),
        sa.Column("flow", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("other_exposures", sa.String(), nullable=True),
        sa.Column("situation", sa.String(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("start_at", sa.BigInteger(), nullable=True),
        sa.Column("end_at", sa.BigInteger(), nullable=True),
        sa.Column("dosimeter_type", sa.String(), nullable=True),
        sa.Column("dosimeter_location", sa.String(), nullable=True),
        sa.Column("dosimeter_side", sa.String(), nullable=True),
        sa.Column("site_siret", sa.String(), nullable=True),
        sa.Column("site_inb", sa.String(), nullable=True),
        sa.Column("month", sa.Integer(), nullable=True),
        sa.Column("effective_usv", sa.BigInteger(), nullable=False),
        sa.Column("lens_usv", sa.BigInteger(), nullable=False),
        sa.Column("extremity_usv", sa.BigInteger(), nullable=False),
        sa.Column("sealed_worker", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_texts", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["transmission"],
            ["transmissions.number"],
            name=op.f("fk_lines_transmission_transmissions"),
        ),
        sa.PrimaryKeyConstraint("transmission", "line", name=op.f("pk_lines")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_lines_months",
        "lines",
        ["worker_id", "flow", "month", "effective_usv", "lens_usv", "extremity_usv"],
        unique=False,
        sqlite_where=sa.text("is_in_force IS 1 AND month IS NOT NULL"),
        postgresql_where=sa.text("is_in_force IS true AND month IS NOT NULL"),
    )


def _measurements() -> None:
    op.create_table(
        "measurements",
        sa.Column("transmission", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_in_force", sa.Boolean(), nullable=False),
        sa.Column("worker_id", sa.String(), nullable=True),
        sa.Column("employer", sa.String(), nullable=True),
        sa.Column("flow", sa.String(), nullable=False),
        sa.Column("quantity", sa.String(), nullable=False),
        sa.Column("radiation", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=True),
        sa.Column("side", sa.String(), nullable=True),
        sa.Column("site", sa.String(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("start_at", sa.BigInteger(), nullable=True),
        sa.Column("end_at", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("value_usv", sa.BigInteger(), nullable=True),
        sa.Column("recording_level_usv", sa.BigInteger(), nullable=True),
        sa.Column("background", sa.String(), nullable=True),
        sa.Column("exposure_micro", sa.BigInteger(), nullable=True),
        sa.Column("exposure_unit", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["transmission", "line"],
            ["lines.transmission", "lines.line"],
            name=op.f("fk_measurements_transmission_line_lines"),
        ),
        sa.PrimaryKeyConstraint("transmission", "line", "place", name=op.f("pk_measurements")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_measurements_days",
        "measurements",
        ["worker_id", "flow", "last_day"],
        unique=False,
        sqlite_where=sa.text("is_in_force IS 1"),
        postgresql_where=sa.text("is_in_force IS true"),
    )


def _worker_revisions() -> None:
    op.create_table(
        "worker_revisions",
        sa.Column("worker_id", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", name=op.f("pk_worker_revisions")),
        sqlite_with_rowid=False,
    )
