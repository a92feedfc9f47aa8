"""`directory import`: good rows into the directory, bad rows into the report.

Committed in chunks; an import cut short is simply run again. The same file twice changes nothing.
"""

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final, TextIO, TypeAlias, TypeVar

import msgspec

from gateway.directory.contacts import read_contacts
from gateway.directory.decisions import read_decisions
from gateway.directory.reader import read_rows
from gateway.directory.rows import BadRow, ContactRow, DecisionRow, DirectoryRow
from gateway.directory.store import ContactStore, DecisionStore, DirectoryStore, Saved
from gateway.model.directory import DirectoryVersion
from gateway.model.parts import legal_day
from gateway.ports import Clock
from gateway.wire.codelists import CodeList, DirectoryLists

CHUNK_ROWS: Final = 1000
VERSION_DIGITS: Final = 12
_Row = TypeVar("_Row", DirectoryRow, ContactRow, DecisionRow)

_Kept: TypeAlias = tuple[Saved, Sequence[BadRow]]
"""What became of good rows, and those of them that have no place after all."""

_NOTHING: Final[_Kept] = (Saved(), ())


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
        source: Path | bytes,
        *,
        on_bad: Callable[[BadRow], None],
        on_progress: Callable[[Progress], None] = lambda _: None,
    ) -> ImportReport:
        """Import the file, or the content of one.

        `on_bad` hears of each bad row, `on_progress` after each chunk.

        Durable on return: the version is the start of the file's SHA-256 and today's date.

        Raises:
            OSError: the file cannot be read.
            ImportUnderWay: another import must end first.
            Overloaded: the database cannot write; run it again.
        """
        with self._store.importing():
            return self._run(source, on_bad, on_progress)

    def _run(
        self,
        source: Path | bytes,
        on_bad: Callable[[BadRow], None],
        on_progress: Callable[[Progress], None],
    ) -> ImportReport:
        version, today = file_version(source), legal_day(self._clock.now())
        with _opened(source) as stream:
            rows = read_rows(stream, lists=self._lists, today=today)

            def save(good: Sequence[DirectoryRow]) -> _Kept:
                return self._store.save(good, version=version), ()

            done = _take_in(rows, save, on_bad=on_bad, on_progress=on_progress)
        used = tuple(self._lists)
        if done.rows == done.bad:
            return ImportReport(version=None, saved=done.saved, removed=0, bad=done.bad, lists=used)
        stated = DirectoryVersion(version=version, date=today)
        removed = self._store.finish(stated)
        return ImportReport(
            version=stated, saved=done.saved, removed=removed, bad=done.bad, lists=used
        )


class ContactImport:
    """Brings files of establishments' contacts in.

    No verdict depends on them: the directory's version stays.
    """

    def __init__(self, *, store: ContactStore) -> None:
        self._store = store

    def run(
        self,
        source: Path | bytes,
        *,
        on_bad: Callable[[BadRow], None],
        on_progress: Callable[[Progress], None] = lambda _: None,
    ) -> ImportReport:
        """Import the file, as `DirectoryImport.run`; the report names no version and no list."""
        version = file_version(source)
        with self._store.importing():
            with _opened(source) as stream:

                def save(good: Sequence[ContactRow]) -> _Kept:
                    return self._store.save(good, version=version), ()

                done = _take_in(read_contacts(stream), save, on_bad=on_bad, on_progress=on_progress)
            removed = self._store.finish(version) if done.rows > done.bad else 0
        return ImportReport(version=None, saved=done.saved, removed=removed, bad=done.bad, lists=())


class DecisionImport:
    """Brings files of physicians' decisions on doses in.

    Verdicts depend on them (C003, and the sums of twelve months): they make a new version.
    """

    def __init__(self, *, store: DecisionStore, clock: Clock) -> None:
        """`clock` dates the versions, and says which decisions are to come."""
        self._store = store
        self._clock = clock

    def run(
        self,
        source: Path | bytes,
        *,
        on_bad: Callable[[BadRow], None],
        on_progress: Callable[[Progress], None] = lambda _: None,
    ) -> ImportReport:
        """Import the file, as `DirectoryImport.run`; the report names no list."""
        version, today = file_version(source), legal_day(self._clock.now())
        with self._store.importing():
            with _opened(source) as stream:
                rows = read_decisions(stream, today=today)
                save = partial(self._store.save, version=version)
                done = _take_in(rows, save, on_bad=on_bad, on_progress=on_progress)
            stated = None
            if done.rows > done.bad:
                stated = DirectoryVersion(version=version, date=today)
                self._store.finish(stated)
        return ImportReport(version=stated, saved=done.saved, removed=0, bad=done.bad, lists=())


def file_version(source: Path | bytes) -> str:
    """The first digits of the file's SHA-256."""
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()[:VERSION_DIGITS]
    with source.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:VERSION_DIGITS]


def _opened(source: Path | bytes) -> TextIO:
    stream = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    return io.TextIOWrapper(stream, encoding="utf-8", errors="surrogateescape", newline="")


def _take_in(
    rows: Iterable[_Row | BadRow],
    save: Callable[[Sequence[_Row]], _Kept],
    *,
    on_bad: Callable[[BadRow], None],
    on_progress: Callable[[Progress], None],
) -> Progress:
    done = Progress(rows=0, saved=Saved(), bad=0)
    for good, bad in _chunks(rows):
        read = len(good) + len(bad)
        saved, unplaced = save(good) if good else _NOTHING
        bad.extend(unplaced)
        for fault in sorted(bad, key=lambda fault: fault.number):
            on_bad(fault)
        done = Progress(
            rows=done.rows + read, saved=done.saved.plus(saved), bad=done.bad + len(bad)
        )
        on_progress(done)
    return done


def _chunks(rows: Iterable[_Row | BadRow]) -> Iterator[tuple[list[_Row], list[BadRow]]]:
    good: list[_Row] = []
    bad: list[BadRow] = []
    for row in rows:
        if isinstance(row, BadRow):
            bad.append(row)
        else:
            good.append(row)
        if len(good) + len(bad) == CHUNK_ROWS:
            yield good, bad
            good, bad = [], []
    if good or bad:
        yield good, bad
