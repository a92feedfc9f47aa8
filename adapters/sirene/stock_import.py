"""The import of the monthly stock: resumed where it was stopped, it replaces the former at last.

Rows go to a file beside, with how far it is, in the same transactions: whatever stops the import,
the next begins where the last transaction ended, and the former stock serves meanwhile.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.sirene.packing import month_of
from adapters.sirene.stock import FORMAT, SCHEMA
from adapters.sirene.stock_files import Batch, NotAStock, StockFile, identity, open_stock_file

_PROGRESS: Final = """
CREATE TABLE progress (
  source TEXT NOT NULL, position INTEGER NOT NULL, bad INTEGER NOT NULL, newest INTEGER NOT NULL
);
"""
BATCH_ROWS: Final = 50_000
"""Of one transaction: what a stop costs at most."""
_CACHE_KIB: Final = 65_536
_PATIENCE_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of it."""

    month: str
    """`YYYY-MM`."""
    rows: int
    bad: int
    """Rows of the file that were left out."""
    resumed_at: int
    """The position where it began: 0 unless an import was stopped."""
    size_bytes: int


@dataclass(frozen=True, slots=True)
class _Reached:
    position: int
    bad: int
    newest_minute: int

    def after(self, batch: Batch) -> "_Reached":
        newest = max(self.newest_minute, batch.newest_minute)
        return _Reached(batch.position, self.bad + batch.bad, newest)


def import_stock(
    source: Path,
    *,
    target: Path,
    month: str | None = None,
    batch_rows: int = BATCH_ROWS,
    on_progress: Callable[[int, int], None] = lambda _position, _total: None,
) -> Imported:
    """Make `target` of `source`; `month` is that of the last treatment in it unless it is given.

    `on_progress` is told the position and the total, in the same unit.

    Raises:
        NotAStock: the source is damaged, or is another file; `target` stands as before.
        OSError, sqlite3.Error: a file cannot be read or written; `target` stands as before.
    """
    file = open_stock_file(source, batch_rows=batch_rows)
    beside = target.with_name(f"{target.name}.partial")
    with closing(_begun(beside, identity(source))) as connection:
        begun = _reached(connection)
        reached = _filled(connection, file, begun, on_progress)
        row_count = _finished(connection, reached, month)
    _replace(beside, target)
    return Imported(
        month=month or month_of(reached.newest_minute),
        rows=row_count,
        bad=reached.bad,
        resumed_at=begun.position,
        size_bytes=target.stat().st_size,
    )


def _begun(beside: Path, source: str) -> sqlite3.Connection:
    """The file beside, as an import of the same source left it, or new."""
    connection = _connected(beside)
    if _source(connection) == source:
        return connection
    connection.close()
    _journal(beside).unlink(missing_ok=True)
    beside.unlink()
    connection = _connected(beside)
    with connection:
        connection.execute("BEGIN")
        for statement in f"{SCHEMA}{_PROGRESS}".split(";"):
            connection.execute(statement)
        connection.execute("INSERT INTO progress VALUES (?, 0, 0, 0)", (source,))
    return connection


def _connected(path: Path) -> sqlite3.Connection:
    """Open for one import alone."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=_PATIENCE_S)
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    return connection


def _source(connection: sqlite3.Connection) -> str | None:
    """Of what import it is; None of a new file, or of one that is damaged.

    Raises `sqlite3.OperationalError` where another import is under way.
    """
    try:
        connection.execute("BEGIN EXCLUSIVE")
        found = connection.execute("SELECT source FROM progress").fetchone()
        connection.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            connection.close()
            raise
        return None
    return None if found is None else str(found[0])


def _journal(path: Path) -> Path:
    return path.with_name(f"{path.name}-journal")


def _reached(connection: sqlite3.Connection) -> _Reached:
    return _Reached(*connection.execute("SELECT position, bad, newest FROM progress").fetchone())


def _filled(
    connection: sqlite3.Connection,
    file: StockFile,
    reached: _Reached,
    on_progress: Callable[[int, int], None],
) -> _Reached:
    # every batch is on the disk when its commit returns
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    for batch in file.batches(reached.position):
        reached = reached.after(batch)
        with connection:
            connection.execute("BEGIN")
            connection.executemany(
                "INSERT OR REPLACE INTO establishments VALUES (?, ?)", batch.rows
            )
            connection.execute(
                "UPDATE progress SET position = ?, bad = ?, newest = ?",
                (reached.position, reached.bad, reached.newest_minute),
            )
        on_progress(reached.position, file.total)
    return reached


def _finished(connection: sqlite3.Connection, reached: _Reached, month: str | None) -> int:
    (row_count,) = connection.execute("SELECT count(*) FROM establishments").fetchone()
    if row_count == 0:
        raise NotAStock("le fichier ne contient aucun établissement", "no establishment is in it")
    if month is None and reached.newest_minute == 0:
        raise NotAStock(
            "le fichier ne dit pas de quand il date : donnez --month AAAA-MM",
            "the file does not tell its age: give --month YYYY-MM",
        )
    with connection:
        connection.execute("BEGIN")
        told = (month or month_of(reached.newest_minute), row_count)
        connection.execute("DELETE FROM about")
        connection.execute("INSERT INTO about VALUES (?, ?)", told)
        connection.execute(f"PRAGMA user_version = {FORMAT}")
    return int(row_count)


def _replace(beside: Path, target: Path) -> None:
    """In one step, and on the disk when it returns."""
    _journal(beside).unlink(missing_ok=True)
    beside.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
