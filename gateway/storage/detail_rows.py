"""What some lines have beside measurements, as rows; written once, with the line."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final, TypeAlias

import msgspec
from sqlalchemy import Connection, Table

from gateway.model.correction import Corrects
from gateway.model.internal import Activity, Committed, Examination
from gateway.ports import RecordedLine
from gateway.storage.amounts import Nano
from gateway.storage.bulk import insert_rows
from gateway.storage.detail_tables import (
    activities,
    committed_bases,
    committed_doses,
    corrections,
    examinations,
)

Row: TypeAlias = tuple[Any, ...]
DetailRows: TypeAlias = dict[str, list[Row]]
"""Rows by name of their table, all but the number of their transmission."""

_TABLES: Final = {
    table.name: table
    for table in (examinations, activities, committed_doses, committed_bases, corrections)
}


def detail_rows(recorded: Iterable[RecordedLine]) -> DetailRows:
    """The rows of some lines."""
    rows: DetailRows = {}
    for one in recorded:
        for table, row in _of_line(one):
            rows.setdefault(table.name, []).append((one.line.index, *row))
    return rows


def write_details(connection: Connection, number: int, rows: DetailRows) -> None:
    """Write the rows of the lines of a transmission, once those lines are written."""
    for name, found in rows.items():
        table = _TABLES[name]
        columns = tuple(column.name for column in table.c)
        insert_rows(connection, table, columns, ((number, *row) for row in found))


def _of_line(recorded: RecordedLine) -> Iterator[tuple[Table, Row]]:
    line = recorded.line
    if line.examination is not None:
        yield examinations, _examination(line.examination)
        for place, activity in enumerate(line.examination.activities):
            yield activities, (place, *_activity(activity))
    if line.committed is not None:
        yield committed_doses, _committed(line.committed)
        for place, based_on in enumerate(line.committed.based_on):
            yield committed_bases, (place, based_on.transmission, based_on.ref)
    if line.corrects is not None:
        yield corrections, _correction(line.corrects)


def _examination(examination: Examination) -> Row:
    return (
        examination.kind,
        _day(examination.taken_on),
        _day(examination.collected_from),
        _day(examination.collected_to),
    )


def _activity(activity: Activity) -> Row:
    return (
        activity.radionuclide,
        activity.unit,
        Nano.plain(activity.value_nano),
        Nano.plain(activity.uncertainty_nano),
        Nano.plain(activity.detection_limit_nano),
        activity.is_below_limit,
    )


def _committed(committed: Committed) -> Row:
    return (
        committed.quantity,
        committed.organ,
        ",".join(committed.radionuclides) or None,
        committed.route,
        _day(committed.intake_on),
        committed.value_usv,
    )


def _correction(corrects: Corrects) -> Row:
    named, original = corrects.target, corrects.original
    return (
        None if named is None else named.transmission,
        None if named is None else named.ref,
        None if original is None else _json(original),
        corrects.acknowledgement_sha256,
        corrects.reason,
    )


def _json(original: object) -> str:
    """The members that are stated, by the model's names; identifiers as their digits."""
    return msgspec.json.encode(original, enc_hook=str).decode()


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


__all__: Sequence[str] = ("DetailRows", "detail_rows", "write_details")
