"""All tables. Personal data stands in columns named `sealed_…` only, a NIR as a blind index only.

Doses are integers of µSv, instants integers of ms since 1970 UTC, SIRETs and codes plain text.
"""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    column,
)

from gateway.storage.amounts import Nano

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(instant: datetime) -> int:
    """Milliseconds since 1970 UTC of an aware datetime."""
    return (instant - _EPOCH) // _MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    """The aware datetime, UTC."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def month_of(day: date) -> int:
    """Year × 12 + month − 1."""
    return day.year * 12 + day.month - 1


class Instant(TypeDecorator[datetime]):
    """An aware datetime at whole milliseconds, kept as a BIGINT."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To the database."""
        del dialect
        return None if value is None else to_ms(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        del dialect
        return None if value is None else from_ms(value)


class BlindIndex(LargeBinary):
    """Bytes made by an index key from what a person is found by: its rotation makes them anew."""


class WrappedKey(LargeBinary):
    """A data key wrapped by a master key: a rotation of that key wraps it anew."""


Number = BigInteger().with_variant(Integer(), "sqlite")
"""A primary key of 64 bits; SQLite's INTEGER is its own row id."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

counters = Table(
    "counters",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""`cursor` numbers acknowledgements, `revision` transmissions that put results in force. Raised
inside the transaction they number, so that committed numbers have no gap and stand in order."""

transmissions = Table(
    "transmissions",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("scope", String, nullable=False),
    Column("is_test", Boolean, nullable=False),
    Column("id", String, nullable=False),
    Column("is_readable", Boolean, nullable=False),
    Column("content_sha256", String, nullable=False),
    Column("has_line_verdicts", Boolean, nullable=False),
    Column("submitter_id", String, nullable=False),
    Column("sender_siret", String, nullable=False),
    Column("sender_type", String),
    Column("on_behalf_of", String),
    Column("flow", String),
    Column("issued_at", Instant),
    Column("door", String, nullable=False),
    Column("media_type", String, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("wrapped_key", WrappedKey),
    Column("proven_by", String),
    Column("credential", String),
    Index(
        "uq_transmissions_answer",
        "scope",
        "is_test",
        "id",
        "is_readable",
        "content_sha256",
        unique=True,
    ),
    Index(
        "uq_transmissions_verdicts",
        "scope",
        "is_test",
        "id",
        "is_readable",
        unique=True,
        sqlite_where=column("has_line_verdicts").is_(True),
        postgresql_where=column("has_line_verdicts").is_(True),
    ),
    Index("ix_transmissions_id", "id"),
    Index("ix_transmissions_submitter_id", "submitter_id", "received_at"),
)
"""One row for each content answered under a key. `number`: cursor of its first acknowledgement.
`wrapped_key` opens its sealed columns; NULL once its content is erased.
`credential` is a thumbprint; like `proven_by` NULL of what came before it was kept."""

transmission_bodies = Table(
    "transmission_bodies",
    metadata,
    Column(
        "transmission",
        ForeignKey("transmissions.number"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("sealed_body", LargeBinary, nullable=False),
)
"""The body as received, compressed then sealed; the row is deleted by the purge."""

acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("cursor", Number, primary_key=True, autoincrement=False),
    Column("id", String, nullable=False, unique=True),
    Column("transmission", ForeignKey("transmissions.number"), nullable=False, index=True),
    Column("sender_siret", String, nullable=False),
    Column("disposition", String, nullable=False),
    Column("canonical", LargeBinary, nullable=False),
    Column("canonical_sha256", String, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Index("ix_acknowledgements_sender", "sender_siret", "cursor"),
)

renderings = Table(
    "renderings",
    metadata,
    Column("acknowledgement_id", ForeignKey("acknowledgements.id"), primary_key=True),
    Column("representation", String, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("kid", String, nullable=False),
)

line_entry_pages = Table(
    "line_entry_pages",
    metadata,
    Column("acknowledgement_id", ForeignKey("acknowledgements.id"), primary_key=True),
    Column("page", Integer, primary_key=True, autoincrement=False),
    Column("entries", LargeBinary, nullable=False),
)
"""The entries of lines, 1,000 a page: their JCS bytes joined by LF, compressed."""

lines = Table(
    "lines",
    metadata,
    Column(
        "transmission", ForeignKey("transmissions.number"), primary_key=True, autoincrement=False
    ),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("ref", String, nullable=False),
    Column("operation", String, nullable=False),
    Column("verdict", String, nullable=False),
    Column("held_until", Date),
    Column("is_in_force", Boolean, nullable=False),
    Column("worker_id", String),
    Column("held_nir_index", BlindIndex),
    Column("held_nir_index_version", Integer),
    Column("employer", String),
    Column("flow", String, nullable=False),
    Column("category", String),
    Column("other_exposures", String),
    Column("situation", String),
    Column("first_day", Date),
    Column("last_day", Date),
    Column("start_at", Instant),
    Column("end_at", Instant),
    Column("dosimeter_type", String),
    Column("dosimeter_location", String),
    Column("dosimeter_side", String),
    Column("site_siret", String),
    Column("site_inb", String),
    Column("month", Integer),
    Column("effective_usv", BigInteger, nullable=False),
    Column("lens_usv", BigInteger, nullable=False),
    Column("extremity_usv", BigInteger, nullable=False),
    Column("sealed_worker", LargeBinary, nullable=False),
    Column("sealed_texts", LargeBinary),
    Column("closed_by_transmission", BigInteger),
    Column("closed_by_line", Integer),
    Index(
        *("ix_lines_held", "held_nir_index", "held_until"),
        sqlite_where=column("verdict") == "HELD",
        postgresql_where=column("verdict") == "HELD",
    ),
    Index(
        "ix_lines_months",
        "worker_id",
        "flow",
        "month",
        "effective_usv",
        "lens_usv",
        "extremity_usv",
        sqlite_where=column("is_in_force").is_(True) & column("month").is_not(None),
        postgresql_where=column("is_in_force").is_(True) & column("month").is_not(None),
    ),
    sqlite_with_rowid=False,
)
"""Accepted and held lines; those refused since stay, `REJECTED`. `held_nir_index` finds one that
waits again. `month`: year × 12 + month − 1 of `last_day`, NULL of a line without dose."""

measurements = Table(
    "measurements",
    metadata,
    Column("transmission", BigInteger, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("is_in_force", Boolean, nullable=False),
    Column("worker_id", String),
    Column("employer", String),
    Column("flow", String, nullable=False),
    Column("quantity", String, nullable=False),
    Column("radiation", String, nullable=False),
    Column("location", String),
    Column("side", String),
    Column("site", String),
    Column("first_day", Date),
    Column("last_day", Date),
    Column("start_at", Instant),
    Column("end_at", Instant),
    Column("status", String, nullable=False),
    Column("value_usv", BigInteger),
    Column("recording_level_usv", BigInteger),
    Column("background", String),
    Column("uncertainty_nano", Nano),
    Column("exposure_nano", Nano),
    Column("exposure_unit", String),
    ForeignKeyConstraint(["transmission", "line"], ["lines.transmission", "lines.line"]),
    Index(
        "ix_measurements_days",
        "worker_id",
        "flow",
        "last_day",
        sqlite_where=column("is_in_force").is_(True),
        postgresql_where=column("is_in_force").is_(True),
    ),
    sqlite_with_rowid=False,
)
"""One measurement a row, with its natural key. `start_at`, `end_at`: NULL of a wear period."""

worker_revisions = Table(
    "worker_revisions",
    metadata,
    Column("worker_id", String, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""The revision that last put results of this worker in force."""
