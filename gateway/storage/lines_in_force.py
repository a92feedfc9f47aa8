"""Lines of the record as they move: into force, out of it, closed while they are held."""

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

import msgspec
from sqlalchemy import Connection, bindparam, exists, select, update

from gateway.errors import RecordMoved
from gateway.model.record import LineId
from gateway.model.transmission import Flow
from gateway.model.verdict import Verdict
from gateway.ports import DataKey, RecordedLine, Sealer
from gateway.rules.aim import THIS_TRANSMISSION
from gateway.storage import tables
from gateway.storage.answers import next_number
from gateway.storage.bulk import Among, among, insert_rows, lists_of
from gateway.storage.detail_rows import DetailRows, detail_rows, write_details
from gateway.storage.directory_tables import dose_decisions
from gateway.storage.sealed_rows import LINE_COLUMNS, MEASUREMENT_COLUMNS, LineRows, Row

_NOT_HELD = {
    "verdict": Verdict.REJECTED.value,
    "held_until": None,
    "held_nir_index": None,
    "held_nir_index_version": None,
}
_counters, _lines, _measurements = tables.counters.c, tables.lines.c, tables.measurements.c
_moved = tables.worker_revisions.c
_REVISION: Final = select(_counters.value).where(_counters.name == "revision")
_MOVED: Final = Among(
    select(_moved.worker_id).where(_moved.revision > bindparam("revision")).limit(1),
    ids=_moved.worker_id,
)
_PLACE: Final = (
    _lines.transmission == bindparam("of_transmission"),
    _lines.line == bindparam("of_line"),
)
_IS_HELD: Final = _lines.verdict == Verdict.HELD.value
_decided = dose_decisions.c
_IS_DECIDED: Final = exists().where(
    _decided.transmission == _lines.transmission, _decided.line == _lines.line
)
_END_LINE: Final = (
    update(tables.lines)
    .where(*_PLACE, _lines.is_in_force.is_(True), ~_IS_DECIDED)
    .values(is_in_force=False)
)
_END_MEASUREMENTS: Final = (
    update(tables.measurements)
    .where(
        _measurements.transmission == bindparam("of_transmission"),
        _measurements.line == bindparam("of_line"),
    )
    .values(is_in_force=False)
)
_CLOSE: Final = (
    update(tables.lines)
    .where(*_PLACE, _IS_HELD)
    .values(
        _NOT_HELD
        | {
            "closed_by_transmission": bindparam("by_transmission"),
            "closed_by_line": bindparam("by"),
        }
    )
)
Closed: TypeAlias = tuple[LineId, int]
"""A held line, and the line of the transmission being written that closes it."""


class PreparedLines(msgspec.Struct, frozen=True, kw_only=True):
    """Lines of one transmission with all that can be made ready outside the transaction."""

    line_rows: list[Row]
    measurement_rows: list[Row]
    details: DetailRows
    workers_moved: list[str]
    """Workers whose results enter force or leave it."""
    workers: list[str]
    """Workers whose facts the verdicts were drawn from, as far as their lines are recorded."""
    replaced: list[LineId]
    closed: list[Closed]
    index_version: int
    """Of the index key by which lines that are held were indexed."""


def prepare_lines(
    recorded: Sequence[RecordedLine],
    *,
    flow: Flow | None,
    key: DataKey | None,
    sealer: Sealer,
    acknowledgement_id: str,
) -> PreparedLines:
    """Seal and lay out lines of the transmission first answered by `acknowledgement_id`."""
    index_version = sealer.index_version
    line_rows: list[Row] = []
    measurement_rows: list[Row] = []
    if recorded:
        if flow is None or key is None:
            raise ValueError("lines without a header, or without a key to seal them")
        rows = LineRows(
            key=key,
            sealer=sealer,
            index_version=index_version,
            acknowledgement_id=acknowledgement_id,
            flow=flow,
        )
        for line in recorded:
            line_rows.append(rows.of_line(line))
            measurement_rows.extend(rows.of_measurements(line))
    known = {line.worker_id for line in recorded if line.worker_id is not None}
    moved = {line.leaves for line in recorded if line.leaves is not None} | {
        line.worker_id
        for line in recorded
        if line.worker_id and (line.is_in_force or line.replaces)
    }
    return PreparedLines(
        line_rows=line_rows,
        measurement_rows=measurement_rows,
        details=detail_rows(recorded),
        workers_moved=sorted(moved),
        workers=sorted(known),
        replaced=sorted({target for line in recorded for target in line.replaces}),
        closed=sorted((target, line.line.index) for line in recorded for target in line.closes),
        index_version=index_version,
    )


def current_revision(connection: Connection) -> int:
    """The revision of the record; 0 before any result."""
    return int(connection.scalar(_REVISION) or 0)


def refuse_moved_facts(
    connection: Connection, lines: PreparedLines, *, revision: int | None
) -> None:
    """Refuse verdicts drawn from facts that have moved since `revision`.

    Raises:
        RecordMoved: results of one of the workers entered force, or left it.
    """
    if revision is None or current_revision(connection) == revision:
        return
    for ids in lists_of(lines.workers, connection):
        asked = {"ids": ids, "revision": revision}
        if connection.execute(_MOVED.on(connection), asked).first() is not None:
            raise RecordMoved("results of a worker were recorded meanwhile")


def write_lines(
    connection: Connection, transmission: int, lines: PreparedLines, *, are_known: bool = False
) -> None:
    """Write lines of the transmission of that row, and what they do to others.

    `are_known`: rows of these lines exist, and are replaced; what they say beside stays.

    Raises:
        RecordMoved: a line to be replaced is not in force any more, or a physician has decided on
            it, or one to be closed is not held.
    """
    _take_out_of_force(connection, lines.replaced)
    for table, columns, rows, key in (
        (tables.lines, LINE_COLUMNS, lines.line_rows, 2),
        (tables.measurements, MEASUREMENT_COLUMNS, lines.measurement_rows, 3),
    ):
        insert_rows(
            connection,
            table,
            columns,
            ((transmission, *row) for row in rows),
            replace_by=columns[:key] if are_known else (),
        )
    if not are_known:
        write_details(connection, transmission, lines.details)
    _close_held(connection, transmission, lines.closed)
    note_moved(connection, lines.workers_moved)


def note_moved(connection: Connection, workers: Sequence[str]) -> None:
    """Raise the revision, where there are any: what counts of these workers has changed."""
    if not workers:
        return
    revision = next_number(connection, "revision")
    insert_rows(
        connection,
        tables.worker_revisions,
        ("worker_id", "revision"),
        ((worker, revision) for worker in workers),
        replace_by=("worker_id",),
    )


def end_waiting(connection: Connection, transmission: int, indexes: Iterable[int]) -> None:
    """Take lines that are held out of waiting: rejected, unless they are written anew.

    Raises:
        RecordMoved: one is not held any more.
    """
    ending = (
        update(tables.lines)
        .where(
            _lines.transmission == transmission, among(connection, _lines.line, "indexes"), _IS_HELD
        )
        .values(_NOT_HELD)
    )
    for some in lists_of(sorted(indexes), connection):
        if connection.execute(ending, {"indexes": some}).rowcount != len(some):
            raise RecordMoved("a held line has got its verdict meanwhile")


def _close_held(connection: Connection, transmission: int, closed: Sequence[Closed]) -> None:
    """Close held lines for good; each must be held still."""
    for (named, index), by in closed:
        place = {
            "of_transmission": transmission if named == THIS_TRANSMISSION else named,
            "of_line": index,
            "by_transmission": transmission,
            "by": by,
        }
        if connection.execute(_CLOSE, place).rowcount != 1:
            raise RecordMoved("a line to be closed is no longer held")


def _take_out_of_force(connection: Connection, replaced: Sequence[LineId]) -> None:
    """Take lines out of force; each must be in force still, and no physician's by now."""
    for transmission, line in replaced:
        place = {"of_transmission": transmission, "of_line": line}
        ended = connection.execute(_END_LINE, place)
        if ended.rowcount != 1:
            raise RecordMoved("a line to be replaced is no longer in force, or was decided on")
        connection.execute(_END_MEASUREMENTS, place)
