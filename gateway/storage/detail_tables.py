"""Tables of what some lines have beside measurements: examinations, committed doses, corrections.

Nothing here moves once it is written: `lines` alone tells what is in force, and whose it is.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKeyConstraint,
    Integer,
    String,
    Table,
)

from gateway.storage.amounts import Nano
from gateway.storage.tables import metadata


def _details(name: str, *columns: Column[object], by: tuple[str, ...] = ()) -> Table:
    """A table of rows of lines, each told from others of its line by the columns `by`."""
    return Table(
        name,
        metadata,
        Column("transmission", BigInteger, primary_key=True, autoincrement=False),
        Column("line", Integer, primary_key=True, autoincrement=False),
        *(Column(part, Integer, primary_key=True, autoincrement=False) for part in by),
        *columns,
        ForeignKeyConstraint(["transmission", "line"], ["lines.transmission", "lines.line"]),
        sqlite_with_rowid=False,
    )


examinations = _details(
    "examinations",
    Column("kind", String, nullable=False),
    Column("taken_on", Date),
    Column("collected_from", Date),
    Column("collected_to", Date),
)
"""An examination; a declared absence of one has no activities."""

activities = _details(
    "activities",
    Column("radionuclide", String, nullable=False),
    Column("unit", String, nullable=False),
    Column("value_nano", Nano),
    Column("uncertainty_nano", Nano),
    Column("detection_limit_nano", Nano, nullable=False),
    Column("is_below_limit", Boolean, nullable=False),
    by=("place",),
)
"""What was found of one radionuclide, in thousand-millionths of the unit."""

committed_doses = _details(
    "committed_doses",
    Column("quantity", String, nullable=False),
    Column("organ", String),
    Column("radionuclides", String),
    Column("route", String, nullable=False),
    Column("intake_on", Date),
    Column("value_usv", BigInteger, nullable=False),
)
"""A committed dose. `radionuclides`: as sent, joined by commas."""

committed_bases = _details(
    "committed_bases",
    Column("based_on_transmission", String, nullable=False),
    Column("based_on_ref", String, nullable=False),
    by=("place",),
)
"""A line that a committed dose was computed from, by its sender's own names."""

corrections = _details(
    "corrections",
    Column("aimed_transmission", String),
    Column("aimed_ref", String),
    Column("aimed_original", String),
    Column("acknowledgement_sha256", String),
    Column("reason", String, nullable=False),
)
"""What a correction or a cancellation aims at, by name or, as JSON, by the natural key of a result
sent before this gateway; and why. Its justification is sealed with the line's texts."""
