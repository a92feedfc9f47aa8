"""Tables of the register's directory, as imported."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
)

from gateway.model.directory import Balance
from gateway.storage.tables import BlindIndex, WrappedKey, metadata

directory_keys = Table(
    "directory_keys",
    metadata,
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("wrapped_key", WrappedKey, nullable=False),
)
"""Data keys that seal identities, by generation, wrapped by the master key."""

directory_workers = Table(
    "directory_workers",
    metadata,
    Column("worker_id", String, primary_key=True),
    Column("key_generation", ForeignKey("directory_keys.generation"), nullable=False),
    Column("sealed_identity", LargeBinary, nullable=False),
    Column("balance_as_of", Date),
    Column("balance_effective_usv", BigInteger),
    Column("balance_lens_usv", BigInteger),
    Column("balance_extremity_usv", BigInteger),
    Column("change", BigInteger, nullable=False, server_default="0"),
)
"""A worker under a pseudonymous id that never changes and says nothing of the NIR. `change`: the
number of the last one of the directory that stated another thing of him, or of his contracts."""

directory_indexes = Table(
    "directory_indexes",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("nir_index", BlindIndex, primary_key=True),
    Column("worker_id", ForeignKey("directory_workers.worker_id"), nullable=False),
    Column("name_index", BlindIndex),
    Index("uq_directory_indexes_worker", "worker_id", "version", unique=True),
    Index("ix_directory_indexes_name", "version", "name_index"),
    sqlite_with_rowid=False,
)
"""How a worker is found: by the blind index of the NIR, under each version of the index key that is
written now. A version that is looked up has every worker. `name_index`: of name and date of birth,
by whom a person is compared who signs in; NULL of rows from before there was one."""

directory_employments = Table(
    "directory_employments",
    metadata,
    Column("worker_id", ForeignKey("directory_workers.worker_id"), primary_key=True),
    Column("employer", String, primary_key=True),
    Column("start_day", Date, primary_key=True),
    Column("end_day", Date),
    Column("category", String),
    Column("other_exposures", String, nullable=False),
    Column("exposure_nature", String),
    Column("contract_type", String),
    Column("working_time_thousandths", Integer),
    Column("activity_character", String),
    Column("domain", String),
    Column("sector", String),
    Column("trade", String),
    Column("undeclared", String),
    Column("seen_in", String, nullable=False),
    sqlite_with_rowid=False,
)
"""Contracts of a worker at an establishment, with what the employer declares of them. `undeclared`:
the facts known to be missing, joined by commas; of a fact that is neither, nothing is known.
`seen_in`: the version that last stated the row."""

directory_attachments = Table(
    "directory_attachments",
    metadata,
    Column("worker_id", ForeignKey("directory_workers.worker_id"), primary_key=True),
    Column("employer", String, primary_key=True),
    Column("sender", String, primary_key=True),
    Column("start_day", Date, primary_key=True),
    Column("end_day", Date),
    Column("seen_in", String, nullable=False),
    Index("ix_directory_attachments_employer", "employer", "sender"),
    sqlite_with_rowid=False,
)
"""The right of a sender for a couple."""

directory_establishments = Table(
    "directory_establishments",
    metadata,
    Column("siret", String, primary_key=True),
    Column("is_nuclear", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

directory_contacts = Table(
    "directory_contacts",
    metadata,
    Column("contact_id", String, primary_key=True),
    Column("employer", String, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("key_generation", ForeignKey("directory_keys.generation"), nullable=False),
    Column("sealed_contact", LargeBinary, nullable=False),
    Column("seen_in", String, nullable=False),
    Column("email_index", BlindIndex, index=True),
    Column("email_index_version", Integer, index=True),
)
"""In what quality somebody stands for an establishment; who, is sealed. Changed by replacing it.
`email_index`: of the address, if there is one, by the version beside it; without a version, the row
was not indexed yet."""

dose_decisions = Table(
    "dose_decisions",
    metadata,
    Column("transmission", BigInteger, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("decided_on", Date, nullable=False),
    Column("effective_usv", BigInteger),
    Column("lens_usv", BigInteger),
    Column("extremity_usv", BigInteger),
    Column("sent_effective_usv", BigInteger, nullable=False),
    Column("sent_lens_usv", BigInteger, nullable=False),
    Column("sent_extremity_usv", BigInteger, nullable=False),
    Column("key_generation", ForeignKey("directory_keys.generation"), nullable=False),
    Column("sealed_physician", LargeBinary, nullable=False),
    ForeignKeyConstraint(["transmission", "line"], ["lines.transmission", "lines.line"]),
    sqlite_with_rowid=False,
)
"""What a physician decided on a line in force, which stays so while there is a decision. Its doses
in `lines` are those that count since; `sent_…` are those that counted before, and would again.
Changed by replacing it."""

directory_versions = Table(
    "directory_versions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", String, nullable=False),
    Column("date", Date, nullable=False),
)
"""Every state the directory was brought to, in order; the last is the one it is in."""


def balance_of(row: Row[Any]) -> Balance | None:
    """The balance in a worker's row, if any."""
    if row.balance_as_of is None:
        return None
    return Balance(
        as_of=row.balance_as_of,
        effective_usv=row.balance_effective_usv,
        lens_usv=row.balance_lens_usv,
        extremity_usv=row.balance_extremity_usv,
    )


def balance_values(balance: Balance | None) -> tuple[Any, ...]:
    """The values of a worker's four columns of balance, as the driver takes them."""
    if balance is None:
        return (None, None, None, None)
    return (
        balance.as_of.isoformat(),
        balance.effective_usv,
        balance.lens_usv,
        balance.extremity_usv,
    )
