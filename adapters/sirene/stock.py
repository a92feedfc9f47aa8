"""The monthly stock as imported: a SQLite file of one table, replaced as a whole or not at all.

A row is a SIRET and the six bytes of `packing`, in a table without rowid: 24 bytes with what the
file adds. The file is never changed once it stands: readers need no lock, and one that was replaced
is noticed by its inode.
"""

import sqlite3
import threading
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

import structlog

from adapters.sirene.packing import unpacked
from gateway.identifiers import Siret
from gateway.model.verification import EstablishmentAnswer

NAME: Final = "sirene-stock.sqlite3"
"""Of the file, in the home of the installation."""
FORMAT: Final = 1
"""`user_version` of the file: one of another format says nothing."""
SCHEMA: Final = """
CREATE TABLE establishments (siret INTEGER PRIMARY KEY, said INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE about (month TEXT NOT NULL, row_count INTEGER NOT NULL);
"""
_AT_ONCE: Final = 500
log = structlog.get_logger(__name__)


class SireneStock:
    """See gateway.ports.establishments.EstablishmentStock. Safe to share between threads.

    A file that is missing, damaged or of another format is a stock of nothing.
    """

    def __init__(self, *, path: Path) -> None:
        """Where the file stands, or will once it is imported."""
        self._path = path
        self._lock = threading.Lock()
        self._opened: sqlite3.Connection | None = None
        self._which: tuple[int, int] | None = None
        self._month: str | None = None

    @property
    def month(self) -> str | None:
        """See gateway.ports.establishments.EstablishmentStock."""
        with self._lock:
            self._follow()
            return self._month

    def look_up(self, sirets: Collection[Siret]) -> Mapping[Siret, EstablishmentAnswer]:
        """See gateway.ports.establishments.EstablishmentStock."""
        by_number = {int(str(siret)): siret for siret in sirets}
        numbers = tuple(by_number)
        found: dict[Siret, EstablishmentAnswer] = {}
        with self._lock:
            self._follow()
            for start in range(0, len(numbers), _AT_ONCE):
                for number, said in self._rows(numbers[start : start + _AT_ONCE]):
                    siret = by_number[number]
                    found[siret] = unpacked(siret, said)
        return found

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._let_go()

    def _rows(self, numbers: Sequence[int]) -> Sequence[tuple[int, int]]:
        if self._opened is None:
            return ()
        places = ",".join("?" * len(numbers))
        query = f"SELECT siret, said FROM establishments WHERE siret IN ({places})"  # noqa: S608 - places alone
        try:
            return self._opened.execute(query, numbers).fetchall()
        except sqlite3.Error as error:
            log.warning("sirene.stock-unreadable", kind=type(error).__name__)
            return ()

    def _follow(self) -> None:
        """Open what stands there now, if it is another than before."""
        try:
            stat = self._path.stat()
            which = (stat.st_ino, stat.st_mtime_ns)
        except OSError:
            self._let_go()
            return
        if which == self._which:
            return
        self._let_go()
        self._which = which
        try:
            self._opened, self._month = _opened(self._path)
        except sqlite3.Error as error:
            log.warning("sirene.stock-unreadable", kind=type(error).__name__)

    def _let_go(self) -> None:
        if self._opened is not None:
            self._opened.close()
        self._opened = self._which = self._month = None


def _opened(path: Path) -> tuple[sqlite3.Connection, str]:
    # immutable: what replaces the file is another file
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(address, uri=True, check_same_thread=False)
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        told = connection.execute("SELECT month FROM about").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    if version == FORMAT and told is not None:
        return connection, str(told[0])
    connection.close()
    raise sqlite3.NotSupportedError("another format")
