"""The files of INSEE's monthly stock, read row by row: CSV, CSV in a zip, Parquet.

Columns are found by name: INSEE adds some and older files lack some. A file of tens of millions of
rows is read in constant memory, and again from a position that was reached before.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

from adapters.sirene.packing import PUBLIC, STATES, minutes, packed

NEEDED: Final = ("siret", "etatAdministratifEtablissement")
_USED: Final = (
    *NEEDED,
    "statutDiffusionEtablissement",
    "dateDebut",
    "dateDernierTraitementEtablissement",
)
_PIECE_BYTES: Final = 1 << 20
_MAX_LINE_BYTES: Final = 1 << 20
_SIRET_DIGITS: Final = 14
_ZIP: Final = b"PK\x03\x04"
_PARQUET: Final = b"PAR1"


class NotAStock(Exception):
    """The file is not one that can be read; in both languages, with what to do."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.fr = fr
        self.en = en


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that were read together."""

    rows: Sequence[tuple[int, int]]
    """SIRET as an integer, and what `packing` makes of the row."""
    bad: int
    """Rows left out: no SIRET, or a state that is neither A nor F."""
    newest_minute: int
    """Of the last treatments, the last."""
    position: int
    """From where to read on after it."""


_DAMAGED: Final = NotAStock(
    "le fichier est endommagé ou incomplet : téléchargez-le de nouveau",
    "the file is damaged or incomplete: download it again",
)


class StockFile(Protocol):
    """A file of the stock."""

    @property
    def total(self) -> int:
        """The position at its end."""
        ...

    def batches(self, position: int) -> Iterator[Batch]:
        """Its rows from a position on that a batch told; from 0 all of them. Raises `NotAStock`."""
        ...


def open_stock_file(path: Path, *, batch_rows: int) -> StockFile:
    """The file by what it holds, whatever its name. Raises `NotAStock`, `OSError`."""
    with path.open("rb") as stream:
        beginning = stream.read(4)
    if beginning == _ZIP:
        return ZippedCsv(path, batch_rows)
    kind = Parquet if beginning == _PARQUET else PlainCsv
    return kind(path, batch_rows)


def identity(path: Path) -> str:
    """What tells this file from another: an import that was stopped goes on with the same alone."""
    stat = path.stat()
    digest = sha256(f"{stat.st_size} {stat.st_mtime_ns} ".encode())
    with path.open("rb") as stream:
        digest.update(stream.read(_PIECE_BYTES))
        stream.seek(max(0, stat.st_size - _PIECE_BYTES))
        digest.update(stream.read(_PIECE_BYTES))
    return digest.hexdigest()


class PlainCsv:
    """A CSV file in UTF-8; positions are bytes."""

    def __init__(self, path: Path, batch_rows: int) -> None:
        self._path = path
        self._batch_rows = batch_rows
        self.total = path.stat().st_size

    def batches(self, position: int) -> Iterator[Batch]:
        """See StockFile."""
        with self._opened() as stream:
            lines = _Lines(stream)
            columns = _columns(next(csv.reader(lines), []))
            if position > lines.position:
                self._skip_to(stream, position, lines)
            while batch := _csv_batch(lines, columns, self._batch_rows):
                yield batch

    def _opened(self) -> BinaryIO:
        return self._path.open("rb")

    def _skip_to(self, stream: BinaryIO, position: int, lines: "_Lines") -> None:
        stream.seek(position)
        lines.position = position


class ZippedCsv(PlainCsv):
    """The one CSV file of a zip; positions are bytes of what is in it."""

    def __init__(self, path: Path, batch_rows: int) -> None:
        super().__init__(path, batch_rows)
        try:
            with zipfile.ZipFile(path) as archive:
                members = [m for m in archive.infolist() if m.filename.lower().endswith(".csv")]
        except zipfile.BadZipFile:
            raise _DAMAGED from None
        if len(members) != 1:
            raise NotAStock(
                "l'archive ne contient pas un seul fichier CSV",
                "the archive does not hold one CSV file",
            )
        self._member = members[0]
        self.total = self._member.file_size

    def batches(self, position: int) -> Iterator[Batch]:
        """See StockFile. All of it is read each time: its checksum is that of the whole."""
        try:
            yield from super().batches(position)
        except (zipfile.BadZipFile, EOFError, zlib.error):
            raise _DAMAGED from None

    def _opened(self) -> BinaryIO:
        archive = zipfile.ZipFile(self._path)
        with closing(archive):  # what is opened of it keeps the file until it is closed itself
            member: Any = archive.open(self._member)
        return io.BufferedReader(member, _PIECE_BYTES)

    def _skip_to(self, stream: BinaryIO, position: int, lines: "_Lines") -> None:
        while (left := position - lines.position) > 0:
            lines.position += len(stream.read(min(left, _PIECE_BYTES))) or left


class Parquet:
    """A Parquet file, read by pyarrow, an extra of the installation; positions are rows."""

    def __init__(self, path: Path, batch_rows: int) -> None:
        self._batch_rows = batch_rows
        try:
            import pyarrow.parquet  # noqa: PLC0415 - an extra, and half a second
        except ImportError:
            raise NotAStock(
                "un fichier Parquet demande le complément siseri-gateway[parquet]",
                "a Parquet file needs the extra siseri-gateway[parquet]",
            ) from None
        try:
            self._file: Any = pyarrow.parquet.ParquetFile(path)
        except (OSError, ValueError):
            raise _DAMAGED from None
        self.total: int = self._file.metadata.num_rows
        names = self._file.schema_arrow.names
        _columns(names)
        self._names = [name for name in _USED if name in names]

    def batches(self, position: int) -> Iterator[Batch]:
        """See StockFile."""
        done = 0
        columns = _columns(self._names)
        for read in self._file.iter_batches(batch_size=self._batch_rows, columns=self._names):
            done += read.num_rows
            if done > position:
                told = (map(_text, column.to_pylist()) for column in read.columns)
                yield _packed(zip(*told, strict=True), columns, partial(int, done))


def _text(value: object) -> str:
    return "" if value is None else str(value)


class _Lines:
    """Lines as texts, with the position after the last; what is longer than a line is cut."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.position = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._stream.readline(_MAX_LINE_BYTES)
        if not line:
            raise StopIteration
        self.position += len(line)
        return line.decode("utf-8-sig" if self.position == len(line) else "utf-8", "replace")


def _columns(names: Sequence[str]) -> tuple[int | None, ...]:
    """Where each used column stands; None of one that is missing. Raises `NotAStock`."""
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise NotAStock(
            f"colonnes absentes : {', '.join(missing)} ; attendu : StockEtablissement",
            f"missing columns: {', '.join(missing)}; what is needed is StockEtablissement",
        )
    return tuple(names.index(name) if name in names else None for name in _USED)


def _csv_batch(lines: _Lines, columns: tuple[int | None, ...], batch_rows: int) -> Batch | None:
    before = lines.position
    reader = csv.reader(lines)
    try:
        batch = _packed(islice(reader, batch_rows), columns, lambda: lines.position)
    except csv.Error:
        raise _DAMAGED from None
    return batch if lines.position > before else None


def _packed(
    rows: Iterable[Sequence[str]],
    columns: tuple[int | None, ...],
    position: Callable[[], int],
) -> Batch:
    siret_at, state_at, public_at, start_at, processed_at = columns
    assert siret_at is not None and state_at is not None  # noqa: S101, PT018 - `_columns` has seen to it
    kept: list[tuple[int, int]] = []
    bad = newest = 0
    for row in rows:
        try:
            siret, active = row[siret_at], STATES.get(row[state_at])
            minute = 0 if processed_at is None else minutes(row[processed_at])
            start = "" if start_at is None else row[start_at]
            is_public = public_at is None or row[public_at] == PUBLIC
        except IndexError:
            bad += 1
            continue
        if (
            active is None
            or len(siret) != _SIRET_DIGITS
            or not (siret.isascii() and siret.isdigit())
        ):
            bad += 1
            continue
        value = packed(active=active, is_public=is_public, start=start, minute=minute)
        kept.append((int(siret), value))
        newest = max(newest, minute)
    return Batch(rows=kept, bad=bad, newest_minute=newest, position=position())
