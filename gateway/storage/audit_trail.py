"""The audit trail on SQL. An entry is written by the transaction that does what it tells.

Entries are numbered from 1 without a gap, and each holds the SHA-256 of the one before. Numbering
takes a turn, last of all that a transaction waits for; what is undone leaves no entry and no gap.
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    LargeBinary,
    Table,
    bindparam,
    column,
    insert,
    inspect,
    select,
    update,
)

from gateway.model.audit import Act, Actor, AuditEntry, AuditLeaf, Deed, PlacedAudit
from gateway.ports import Clock
from gateway.storage.engine import is_postgresql, reading, wait_for_turn
from gateway.storage.tables import Instant, Number, metadata
from gateway.storage.writer import Writer
from gateway.wire.canonical import jcs

BEFORE_THE_FIRST: Final = bytes(32)
MAX_TEXT_CHARS: Final = 128
"""Of a value in an entry; nothing that is entered needs more."""
MAX_DETAILS: Final = 8
SALT_BYTES: Final = 16
LEAVES_A_CHECKPOINT: Final = 256
"""At most so many entries get their place in the evidence log in one transaction."""
_TURN: Final = "siseri audit"

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("entry", LargeBinary, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("leaf_index", BigInteger, unique=True),
    Column("leaf", LargeBinary),
    Index("ix_audit_entries_at", "at"),
    Index(
        "ix_audit_entries_waiting",
        "number",
        sqlite_where=column("leaf_index").is_(None),
        postgresql_where=column("leaf_index").is_(None),
    ),
)
"""One row an act; nothing of a person. The last two columns are NULL until the entry has its place
in the evidence log; nothing else is ever changed, and no row deleted."""

_e = audit_entries.c
_LAST: Final = select(_e.number, _e.sha256).order_by(_e.number.desc()).limit(1)
_IS_WAITING: Final = _e.leaf_index.is_(None)
_WAITING: Final = (
    select(_e.number, _e.sha256).where(_IS_WAITING).order_by(_e.number).limit(LEAVES_A_CHECKPOINT)
)
_PLACING: Final = (
    update(audit_entries)
    .where(_e.number == bindparam("of_number"), _IS_WAITING)
    .values(leaf_index=bindparam("of_index"), leaf=bindparam("of_leaf"))
)


def enter(connection: Connection, deed: Deed) -> int:
    """Enter `deed`, within the transaction that does it, as its last change; by which number.

    Raises:
        ValueError: a value is longer than any that is to be entered, or there are too many.
    """
    wait_for_turn(connection, _TURN)
    last = connection.execute(_LAST).first()
    number, previous = (1, BEFORE_THE_FIRST) if last is None else (last.number + 1, last.sha256)
    entry = _octets(deed, number=number, previous=previous)
    connection.execute(
        insert(audit_entries),
        {
            "number": number,
            "at": deed.at,
            "entry": entry,
            "sha256": hashlib.sha256(entry).digest(),
        },
    )
    return number


def is_kept(engine: Engine) -> bool:
    """Whether the database of `engine` has a trail: not before it is migrated.

    A file of SQLite that is absent stays so.
    """
    file = None if is_postgresql(engine) else engine.url.database
    if file is not None and not Path(file).exists():
        return False
    with engine.connect() as connection:
        return inspect(connection).has_table(audit_entries.name)


def enter_migration(
    connection: Connection, migrated: Deed, *, found: Callable[[], Sequence[Deed]]
) -> None:
    """Enter that the schema was migrated; where the trail begins so, what was found as well."""
    is_first = connection.execute(_LAST).first() is None
    enter(connection, migrated)
    for deed in found() if is_first else ():
        enter(connection, deed)


def waiting(connection: Connection) -> Sequence[AuditLeaf]:
    """Entries without a place in the evidence log, oldest first."""
    return [
        AuditLeaf(number=row.number, sha256=bytes(row.sha256))
        for row in connection.execute(_WAITING)
    ]


def is_waiting(connection: Connection) -> bool:
    """Whether an entry has no place in the evidence log yet."""
    return connection.execute(_WAITING.limit(1)).first() is not None


def place(connection: Connection, placed: Sequence[PlacedAudit]) -> None:
    """Give entries their place."""
    if placed:
        connection.execute(
            _PLACING,
            [
                {"of_number": one.number, "of_index": one.index, "of_leaf": one.leaf}
                for one in placed
            ],
        )


class SqlAuditTrail:
    """Reads the trail, and enters what no transaction of this database does."""

    def __init__(self, *, engine: Engine, writer: Writer, clock: Clock, by: Actor) -> None:
        """`engine` from `open_engine`, migrated; `by`: who acts."""
        self._engine = reading(engine)
        self._writer = writer
        self._clock = clock
        self._by = by

    def enter(self, act: Act, *, partner: str | None = None, **details: str) -> None:
        """Enter an act on files, or an order; durable on return."""
        deed = Deed(act=act, by=self._by, at=self._clock.now(), partner=partner, details=details)
        self._writer.run(lambda connection: enter(connection, deed))

    def entries(
        self, *, since: datetime | None = None, before: datetime | None = None
    ) -> Sequence[AuditEntry]:
        """The entries from the first of `since` on up to the last one `before`, without a gap.

        A clock that was put back makes no hole: what stands between two of them comes along.
        """
        bounds = []
        if since is not None:
            bounds.append(_e.at >= since)
        if before is not None:
            bounds.append(_e.at < before)
        with self._engine.connect() as connection:
            numbers = connection.scalars(select(_e.number).where(*bounds)).all()
            if not numbers:
                return ()
            asked = select(_e.number, _e.entry, _e.leaf_index).where(
                _e.number.between(min(numbers), max(numbers))
            )
            return [_entry(row) for row in connection.execute(asked.order_by(_e.number))]

    def place_of(self, number: int) -> int | None:
        """The place of that entry in the evidence log; `None` until it has one."""
        with self._engine.connect() as connection:
            return connection.scalar(select(_e.leaf_index).where(_e.number == number))


def _entry(row: Any) -> AuditEntry:
    return AuditEntry(number=row.number, octets=bytes(row.entry), index=row.leaf_index)


def _octets(deed: Deed, *, number: int, previous: bytes) -> bytes:
    """The entry's canonical JSON; its salt keeps its digest, which is public, from guesses."""
    texts = (deed.by.name, deed.partner or "", *deed.details, *deed.details.values())
    if len(deed.details) > MAX_DETAILS or max(map(len, texts)) > MAX_TEXT_CHARS:
        raise ValueError("more than an entry of the audit trail holds")
    form: dict[str, object] = {
        "number": number,
        "previous": previous.hex(),
        "at": deed.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "actor": {"kind": deed.by.kind.value, "name": deed.by.name},
        "act": deed.act.value,
        "details": dict(deed.details),
        "salt": secrets.token_hex(SALT_BYTES),
    }
    if deed.partner is not None:
        form["partner"] = deed.partner
    return jcs(form)
