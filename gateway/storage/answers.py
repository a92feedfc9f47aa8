"""Acknowledgements as rows: the first of a transmission, and those that supersede it."""

import zlib
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

from gateway.errors import RecordMoved
from gateway.ports import Closing, Superseding
from gateway.storage import tables
from gateway.storage.bulk import chunked, insert_rows
from gateway.storage.log_tables import log_leaves

ENTRIES_A_PAGE: Final = 1000
_counters, _known = tables.counters.c, tables.acknowledgements.c
_RAISE: Final = (
    update(tables.counters)
    .where(_counters.name == bindparam("counter"))
    .values(value=_counters.value + 1)
    .returning(_counters.value)
)
_ACKNOWLEDGEMENT: Final = insert(tables.acknowledgements)
_RENDERING: Final = insert(tables.renderings)
_STANDS: Final = (
    select(_known.id)
    .where(_known.transmission == bindparam("transmission"))
    .order_by(_known.cursor.desc())
    .limit(1)
)


class PreparedAnswer(msgspec.Struct, frozen=True):
    """An acknowledgement that supersedes another, with its pages of lines."""

    superseding: Superseding
    pages: list[bytes]


def pages_of(line_entries: Sequence[bytes]) -> list[bytes]:
    """Line entries, 1,000 a page, joined by LF, compressed."""
    return [zlib.compress(b"\n".join(page), 1) for page in chunked(line_entries, ENTRIES_A_PAGE)]


def prepared(superseding: Iterable[Superseding]) -> list[PreparedAnswer]:
    """Lay them out; nothing is written."""
    return [PreparedAnswer(one, pages_of(one.line_entries)) for one in superseding]


def wait_for_closings(connection: Connection) -> None:
    """Be the only transaction that closes anything, or changes what closing goes by."""
    connection.execute(select(_counters.value).where(_counters.name == "cursor").with_for_update())


def next_number(connection: Connection, counter: str) -> int:
    """Raise a counter by one; its row stays locked until the transaction ends."""
    return int(connection.execute(_RAISE, {"counter": counter}).scalar_one())


def write_answer(
    connection: Connection,
    answer: Closing | Superseding,
    *,
    cursor: int,
    transmission: int,
    pages: Sequence[bytes],
) -> None:
    """The acknowledgement, its leaf of the evidence log, its renderings and its lines."""
    connection.execute(
        _ACKNOWLEDGEMENT,
        {
            "cursor": cursor,
            "id": answer.acknowledgement_id,
            "transmission": transmission,
            "sender_siret": answer.sender_siret,
            "disposition": answer.disposition,
            "canonical": answer.canonical,
            "canonical_sha256": answer.canonical_sha256,
            "decided_at": answer.decided_at,
        },
    )
    connection.execute(insert(log_leaves), {"cursor": cursor})
    connection.execute(
        _RENDERING,
        [
            {"acknowledgement_id": answer.acknowledgement_id, **msgspec.structs.asdict(rendering)}
            for rendering in answer.renderings
        ],
    )
    insert_rows(
        connection,
        tables.line_entry_pages,
        ("acknowledgement_id", "page", "entries"),
        ((answer.acknowledgement_id, page, entries) for page, entries in enumerate(pages)),
    )


def supersede(connection: Connection, answers: Iterable[PreparedAnswer]) -> None:
    """Write acknowledgements that supersede others, each under the next cursor.

    Raises:
        RecordMoved: one to be superseded does not stand any more.
    """
    for answer in answers:
        one = answer.superseding
        cursor = next_number(connection, "cursor")
        if connection.scalar(_STANDS, {"transmission": one.transmission}) != one.supersedes:
            raise RecordMoved("an acknowledgement was superseded meanwhile")
        write_answer(
            connection, one, cursor=cursor, transmission=one.transmission, pages=answer.pages
        )
