"""What held lines were judged by last; and the numbers of what has changed since.

Whoever changes a source has its turn until its transaction ends: its numbers become visible in
their order. Who reads them, then the facts, has seen every change up to these.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    String,
    Table,
    bindparam,
    select,
    update,
)

from gateway.storage.answers import next_number
from gateway.storage.bulk import among, lists_of
from gateway.storage.directory_tables import directory_workers
from gateway.storage.tables import Instant, counters, metadata
from gateway.verification.outcomes import Register

held_judgements = Table(
    "held_judgements",
    metadata,
    Column(
        "transmission", ForeignKey("transmissions.number"), primary_key=True, autoincrement=False
    ),
    Column("directory", BigInteger, nullable=False),
    Column("sirene", BigInteger, nullable=False),
    Column("ameli", BigInteger, nullable=False),
    Column("basis", String, nullable=False),
    Column("judged_at", Instant, nullable=False),
)
"""The changes that were visible when the held lines of a transmission were judged last."""


class Changing(StrEnum):
    """What held lines wait for, whose changes are numbered. A name is stored."""

    DIRECTORY = "DIRECTORY"
    SIRENE = Register.SIRENE.value
    AMELI = Register.AMELI.value


_NAMES: Final = {source: f"changes of {source}" for source in Changing}
_NOW: Final = select(counters.c.name, counters.c.value).where(
    counters.c.name.in_(sorted(_NAMES.values()))
)


def next_change(connection: Connection, source: Changing) -> int:
    """The number of the change that this transaction makes; it has the turn of its source."""
    return next_number(connection, _NAMES[source])


def number_change(connection: Connection, workers: Collection[str]) -> None:
    """Number a change of the directory for these workers: held lines wait for it."""
    if not workers:
        return
    number = next_change(connection, Changing.DIRECTORY)
    for ids in lists_of(sorted(workers), connection):
        of_these = among(connection, directory_workers.c.worker_id, "ids")
        changed = update(directory_workers).where(of_these).values(change=bindparam("number"))
        connection.execute(changed, {"ids": ids, "number": number})


def changes_now(connection: Connection) -> dict[Changing, int]:
    """The last number of each source that is committed."""
    found = {row.name: int(row.value) for row in connection.execute(_NOW)}
    return {source: found[name] for source, name in _NAMES.items()}
