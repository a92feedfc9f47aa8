"""All that a line says is in columns: examinations, committed doses, corrections, uncertainties."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_NANO = sa.Numeric(21, 0).with_variant(sa.String(), "sqlite")


def upgrade() -> None:
    """Make the tables; exposures to radon are kept to their last digit from now on."""
    _exposures()
    _table(
        "examinations",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=True),
        sa.Column("collected_from", sa.Date(), nullable=True),
        sa.Column("collected_to", sa.Date(), nullable=True),
    )
    _table(
        "activities",
        sa.Column("radionuclide", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("value_nano", _NANO, nullable=True),
        sa.Column("uncertainty_nano", _NANO, nullable=True),
        sa.Column("detection_limit_nano", _NANO, nullable=False),
        sa.Column("is_below_limit", sa.Boolean(), nullable=False),
        by=("place",),
    )
    _table(
        "committed_doses",
        sa.Column("quantity", sa.String(), nullable=False),
        sa.Column("organ", sa.String(), nullable=True),
        sa.Column("radionuclides", sa.String(), nullable=True),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("intake_on", sa.Date(), nullable=True),
        sa.Column("value_usv", sa.BigInteger(), nullable=False),
    )
    _table(
        "committed_bases",
        sa.Column("based_on_transmission", sa.String(), nullable=False),
        sa.Column("based_on_ref", sa.String(), nullable=False),
        by=("place",),
    )
    _table(
        "corrections",
        sa.Column("aimed_transmission", sa.String(), nullable=True),
        sa.Column("aimed_ref", sa.String(), nullable=True),
        sa.Column("aimed_original", sa.String(), nullable=True),
        sa.Column("acknowledgement_sha256", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
    )


def _exposures() -> None:
    """From millionths to thousand-millionths, which need more digits than a BIGINT has."""
    op.add_column("measurements", sa.Column("uncertainty_nano", _NANO, nullable=True))
    if op.get_context().dialect.name == "sqlite":  # it changes no type of a column
        op.add_column("measurements", sa.Column("exposure_nano", _NANO, nullable=True))
        op.execute(
            "UPDATE measurements SET exposure_nano = CAST(exposure_micro AS TEXT) || '000'"
            " WHERE exposure_micro IS NOT NULL"
        )
        op.execute("ALTER TABLE measurements DROP COLUMN exposure_micro")
        return
    op.execute(
        "ALTER TABLE measurements ALTER COLUMN exposure_micro"
        " TYPE numeric(21, 0) USING exposure_micro::numeric * 1000"
    )
    op.execute("ALTER TABLE measurements RENAME COLUMN exposure_micro TO exposure_nano")


def _table(name: str, *columns: sa.Column[object], by: tuple[str, ...] = ()) -> None:
    op.create_table(
        name,
        sa.Column("transmission", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(part, sa.Integer(), autoincrement=False, nullable=False) for part in by),
        *columns,
        sa.ForeignKeyConstraint(
            ["transmission", "line"],
            ["lines.transmission", "lines.line"],
            name=op.f(f"fk_{name}_transmission_line_lines"),
        ),
        sa.PrimaryKeyConstraint("transmission", "line", *by, name=op.f(f"pk_{name}")),
        sqlite_with_rowid=False,
    )
