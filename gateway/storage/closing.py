"""What one closing writes, inside the writer's transaction: all of it or nothing.

The lines' rows are made and sealed beforehand in the caller's thread, so that the one writing
thread does little but write.
"""

import zlib
from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from gateway.errors import RecordMoved
from gateway.identifiers import Siret
from gateway.model.acknowledgement import Disposition
from gateway.model.transmission import Header
from gateway.ports import Closing, Sealer
from gateway.storage import tables
from gateway.storage.bulk import Among, chunked, insert_rows, lists_of
from gateway.storage.detail_rows import DetailRows, detail_rows, write_details
from gateway.storage.sealed_rows import (
    LINE_COLUMNS,
    MEASUREMENT_COLUMNS,
    LineRows,
    Row,
    sealed_body,
)

ENTRIES_A_PAGE: Final = 1000

_counters, _lines, _measurements = tables.counters.c, tables.lines.c, tables.measurements.c
_moved = tables.worker_revisions.c
_RAISE: Final = (
    update(tables.counters)
    .where(_counters.name == bindparam("counter"))
    .values(value=_counters.value + 1)
    .returning(_counters.value)
)
_REVISION: Final = select(_counters.value).where(_counters.name == "revision")
_MOVED: Final = Among(
    select(_moved.worker_id).where(_moved.revision > bindparam("revision")).limit(1),
    ids=_moved.worker_id,
)
_TRANSMISSION: Final = insert(tables.transmissions)
_BODY: Final = insert(tables.transmission_bodies)
_ACKNOWLEDGEMENT: Final = insert(tables.acknowledgements)
_RENDERING: Final = insert(tables.renderings)
_END_LINE: Final = (
    update(tables.lines)
    .where(
        _lines.transmission == bindparam("of_transmission"),
        _lines.line == bindparam("of_line"),
        _lines.is_in_force.is_(True),
    )
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


class PreparedClosing(msgspec.Struct, frozen=True, kw_only=True):
    """A closing with all that can be made ready outside the transaction."""

    closing: Closing
    wrapped_key: bytes
    sealed_body: bytes
    line_rows: list[Row]
    measurement_rows: list[Row]
    details: DetailRows
    workers_moved: list[str]
    """Workers whose results enter force or leave it."""
    workers: list[str]
    """Workers whose facts the verdicts were drawn from, as far as their lines are recorded."""
    replaced: list[tuple[int, int]]
    pages: list[bytes]
    """Line entries, 1,000 a page, joined by LF, compressed."""


def prepare(closing: Closing, *, sealer: Sealer) -> PreparedClosing:
    """Seal and lay out `closing`; nothing is written."""
    key, wrapped = sealer.new_data_key()
    line_rows: list[Row] = []
    measurement_rows: list[Row] = []
    if closing.lines:
        if closing.header is None:
            raise ValueError("lines without a header")
        rows = LineRows(
            key=key,
            sealer=sealer,
            acknowledgement_id=closing.acknowledgement_id,
            flow=closing.header.flow,
        )
        for line in closing.lines:
            line_rows.append(rows.of_line(line))
            measurement_rows.extend(rows.of_measurements(line))
    known = {line.worker_id for line in closing.lines if line.worker_id is not None}
    moved = {line.leaves for line in closing.lines if line.leaves is not None} | {
        line.worker_id
        for line in closing.lines
        if line.worker_id and (line.is_in_force or line.replaces)
    }
    return PreparedClosing(
        closing=closing,
        wrapped_key=wrapped,
        sealed_body=sealed_body(
            closing.body, key=key, acknowledgement_id=closing.acknowledgement_id
        ),
        line_rows=line_rows,
        measurement_rows=measurement_rows,
        details=detail_rows(closing.lines),
        workers_moved=sorted(moved),
        workers=sorted(known),
        replaced=sorted({target for line in closing.lines for target in line.replaces}),
        pages=[
            zlib.compress(b"\n".join(page), 1)
            for page in chunked(closing.line_entries, ENTRIES_A_PAGE)
        ],
    )


def write(connection: Connection, prepared: PreparedClosing) -> None:
    """Write it. Closings follow one another, by the lock on the counter, on any database.

    Raises:
        RecordMoved: the key was answered meanwhile, or the facts of a worker moved.
    """
    closing = prepared.closing
    cursor = _next(connection, "cursor")
    _refuse_moved_facts(connection, prepared)
    _write_answer(connection, prepared, cursor)
    insert_rows(
        connection,
        tables.line_entry_pages,
        ("acknowledgement_id", "page", "entries"),
        (
            (closing.acknowledgement_id, page, entries)
            for page, entries in enumerate(prepared.pages)
        ),
    )
    _take_out_of_force(connection, prepared.replaced)
    insert_rows(
        connection, tables.lines, LINE_COLUMNS, ((cursor, *row) for row in prepared.line_rows)
    )
    insert_rows(
        connection,
        tables.measurements,
        MEASUREMENT_COLUMNS,
        ((cursor, *row) for row in prepared.measurement_rows),
    )
    write_details(connection, cursor, prepared.details)
    if prepared.workers_moved:
        revision = _next(connection, "revision")
        insert_rows(
            connection,
            tables.worker_revisions,
            ("worker_id", "revision"),
            ((worker, revision) for worker in prepared.workers_moved),
            replace_by=("worker_id",),
        )


def is_written(connection: Connection, *, acknowledgement_id: str) -> bool:
    """Whether that acknowledgement was closed, once whoever was closing it has ended."""
    counters, known = tables.counters.c, tables.acknowledgements.c
    connection.execute(select(counters.value).where(counters.name == "cursor").with_for_update())
    query = select(known.cursor).where(known.id == acknowledgement_id)
    return connection.execute(query).first() is not None


def current_revision(connection: Connection) -> int:
    """The revision of the record; 0 before any result."""
    return int(connection.scalar(_REVISION) or 0)


def _next(connection: Connection, counter: str) -> int:
    """Raise a counter by one; its row stays locked until the transaction ends."""
    return int(connection.execute(_RAISE, {"counter": counter}).scalar_one())


def _refuse_moved_facts(connection: Connection, prepared: PreparedClosing) -> None:
    revision = prepared.closing.revision
    if revision is None or current_revision(connection) == revision:
        return
    for ids in lists_of(prepared.workers, connection):
        asked = {"ids": ids, "revision": revision}
        if connection.execute(_MOVED.on(connection), asked).first() is not None:
            raise RecordMoved("results of a worker were recorded meanwhile")


def _write_answer(connection: Connection, prepared: PreparedClosing, cursor: int) -> None:
    """The transmission, its body, its acknowledgement and its renderings."""
    closing = prepared.closing
    _write_transmission(connection, prepared, cursor)
    body = {"transmission": cursor, "sealed_body": prepared.sealed_body}
    connection.execute(_BODY, body)
    connection.execute(
        _ACKNOWLEDGEMENT,
        {
            "cursor": cursor,
            "id": closing.acknowledgement_id,
            "transmission": cursor,
            "sender_siret": closing.sender_siret,
            "disposition": closing.disposition,
            "canonical": closing.canonical,
            "canonical_sha256": closing.canonical_sha256,
            "decided_at": closing.decided_at,
        },
    )
    connection.execute(
        _RENDERING,
        [
            {"acknowledgement_id": closing.acknowledgement_id, **msgspec.structs.asdict(rendering)}
            for rendering in closing.renderings
        ],
    )


def _write_transmission(connection: Connection, prepared: PreparedClosing, cursor: int) -> None:
    """The transmission under its key, which must be free."""
    closing, key = prepared.closing, prepared.closing.key
    try:
        connection.execute(
            _TRANSMISSION,
            {
                "number": cursor,
                "scope": key.scope,
                "is_test": key.test,
                "id": key.id,
                "is_readable": key.is_readable,
                "content_sha256": closing.content_sha256,
                "has_line_verdicts": Disposition(closing.disposition).has_line_verdicts,
                "submitter_id": closing.submitter_id,
                "sender_siret": closing.sender_siret,
                "door": closing.door,
                "media_type": closing.media_type,
                "received_at": closing.received_at,
                "wrapped_key": prepared.wrapped_key,
                **_stated(closing.header),
            },
        )
    except IntegrityError:
        raise RecordMoved("the key was answered meanwhile") from None


def _stated(header: Header | None) -> dict[str, object]:
    """The columns that the header fills."""
    if header is None:
        return {}
    sender = header.sender
    behalf = sender.on_behalf_of
    return {
        "flow": header.flow.value,
        "issued_at": header.issued_at,
        "sender_type": sender.type.value,
        "on_behalf_of": str(behalf) if isinstance(behalf, Siret) else None,
    }


def _take_out_of_force(connection: Connection, replaced: Sequence[tuple[int, int]]) -> None:
    """Take lines out of force; each must be in force still."""
    for transmission, line in replaced:
        place = {"of_transmission": transmission, "of_line": line}
        ended = connection.execute(_END_LINE, place)
        if ended.rowcount != 1:
            raise RecordMoved("a line to be replaced is no longer in force")
        connection.execute(_END_MEASUREMENTS, place)
