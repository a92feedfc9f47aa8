"""A CSV file of the register, row by row: UTF-8, `;` or `,`, the names of its columns first.

A bad row costs only itself. Nothing is opened and nothing is kept: memory does not grow.
"""

import csv
from collections.abc import Iterator, Sequence
from typing import Final, TextIO

import msgspec

from gateway.directory.cells import Cells
from gateway.directory.reasons import RowRefused
from gateway.directory.rows import BadRow

_HEADER: Final = 1


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """The columns of one kind of file."""

    required: Sequence[str]
    optional: Sequence[str]

    def rows(self, stream: TextIO) -> Iterator[tuple[int, Cells] | BadRow]:
        """Each row's number and cells, or what keeps it from having any, in order.

        `stream` was opened with `newline=""`. A header that cannot be used yields one `BadRow` a
        fault, and no row is read.
        """
        heading = stream.readline().removeprefix("\ufeff")
        delimiter = ";" if heading.count(";") >= heading.count(",") else ","
        try:
            names = next(csv.reader([heading], delimiter=delimiter))
        except csv.Error:
            yield RowRefused("*", "CELLS").at(_HEADER)
            return
        columns = [name.strip().lower() for name in names]
        faults = list(self._faults(columns))
        if faults:
            yield from (fault.at(_HEADER) for fault in faults)
            return
        yield from _rows(stream, columns, delimiter)

    def _faults(self, columns: Sequence[str]) -> Iterator[RowRefused]:
        for required in self.required:
            if required not in columns:
                yield RowRefused(required, "HEADER_MISSING")
        for name in dict.fromkeys(columns):
            if name not in self.required and name not in self.optional:
                yield RowRefused("*", "HEADER_UNKNOWN")
            elif columns.count(name) > 1:
                yield RowRefused(name, "HEADER_REPEATED")


def _rows(
    stream: TextIO, columns: Sequence[str], delimiter: str
) -> Iterator[tuple[int, Cells] | BadRow]:
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield RowRefused("*", "CELLS").at(reader.line_num + 1)
            continue
        if not any(value.strip() for value in values):
            continue
        number = reader.line_num + 1
        if len(values) != len(columns):
            yield RowRefused("*", "CELLS").at(number)
            continue
        yield number, dict(zip(columns, values, strict=True))
