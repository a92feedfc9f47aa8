"""`directory import FILE`: good rows into the directory, bad rows into the report.

Committed in chunks; an import cut short is simply run again. The same file twice changes nothing.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from gateway.directory.reader import read_rows
from gateway.directory.rows import BadRow, DirectoryRow
from gateway.directory.store import DirectoryStore, Saved
from gateway.model.directory import DirectoryVersion
from gateway.model.parts import legal_day
from gateway.ports import Clock
from gateway.wire.codelists import CodeList, DirectoryLists

CHUNK_ROWS: Final = 1000
VERSION_DIGITS: Final = 12


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far an import has come."""

    rows: int
    """Rows read, good and bad."""
    saved: Saved
    bad: int


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did."""

    version: DirectoryVersion | None
    """The directory's version from now on; None if the file holds no good row: nothing changed."""
    saved: Saved
    removed: int
    """Contracts and attachments that their couples no longer state."""
    bad: int
    lists: tuple[CodeList, ...]
    """The dated lists that its codes were judged by."""


class DirectoryImport:
    """Brings files of the register's directory in."""

    def __init__(
        self, *, store: DirectoryStore, clock: Clock, lists: DirectoryLists | None = None
    ) -> None:
        """`clock` dates the versions; `lists` stand in for those published with the contract."""
        self._store = store
        self._clock = clock
        self._lists = lists or DirectoryLists.load()

    def run(
        self,
        path: Path,
        *,
        on_bad: Callable[[BadRow], None],
        on_progress: Callable[[Progress], None] = lambda _: None,
    ) -> ImportReport:
        """Import the file; `on_bad` hears of each bad row, `on_progress` after each chunk.

        Durable on return: the version is the start of the file's SHA-256 and today's date.

        Raises:
            OSError: the file cannot be read.
            Overloaded: the database cannot write; run it again.
        """
        version, today = file_version(path), legal_day(self._clock.now())
        saved, read, bad = Saved(), 0, 0
        with path.open(encoding="utf-8", errors="surrogateescape", newline="") as stream:
            rows = read_rows(stream, lists=self._lists, today=today)
            for good, refused in _chunks(rows):
                for fault in refused:
                    on_bad(fault)
                if good:
                    saved = saved.plus(self._store.save(good, version=version))
                read += len(good) + len(refused)
                bad += len(refused)
                on_progress(Progress(rows=read, saved=saved, bad=bad))
        used = tuple(self._lists)
        if read == bad:
            return ImportReport(version=None, saved=saved, removed=0, bad=bad, lists=used)
        stated = DirectoryVersion(version=version, date=today)
        removed = self._store.finish(stated)
        return ImportReport(version=stated, saved=saved, removed=removed, bad=bad, lists=used)


def file_version(path: Path) -> str:
    """The first digits of the file's SHA-256."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:VERSION_DIGITS]


def _chunks(
    rows: Iterable[DirectoryRow | BadRow],
) -> Iterator[tuple[list[DirectoryRow], list[BadRow]]]:
    good: list[DirectoryRow] = []
    bad: list[BadRow] = []
    for row in rows:
        if isinstance(row, DirectoryRow):
            good.append(row)
        else:
            bad.append(row)
        if len(good) + len(bad) == CHUNK_ROWS:
            yield good, bad
            good, bad = [], []
    if good or bad:
        yield good, bad
