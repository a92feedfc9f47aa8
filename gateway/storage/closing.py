"""What one closing writes, inside the writer's transaction: all of it or nothing.

The lines' rows are made and sealed beforehand in the caller's thread, so that the one writing
thread does little but write.
"""

from typing import Final

import msgspec
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from gateway.errors import RecordMoved
from gateway.identifiers import Siret
from gateway.model.acknowledgement import Disposition
from gateway.model.transmission import Header
from gateway.ports import Closing, DataKey, JudgedAgain, Sealer
from gateway.storage import tables
from gateway.storage.answers import (
    PreparedAnswer,
    next_number,
    pages_of,
    prepared,
    supersede,
    wait_for_closings,
    write_answer,
)
from gateway.storage.lines_in_force import (
    PreparedLines,
    end_waiting,
    prepare_lines,
    refuse_moved_facts,
    write_lines,
)
from gateway.storage.sealed_rows import sealed_body
from gateway.storage.sealing_tables import keys_in_use, master_version

_TRANSMISSION: Final = insert(tables.transmissions)
_BODY: Final = insert(tables.transmission_bodies)


class PreparedClosing(msgspec.Struct, frozen=True, kw_only=True):
    """A closing with all that can be made ready outside the transaction."""

    closing: Closing
    wrapped_key: bytes
    sealed_body: bytes
    lines: PreparedLines
    pages: list[bytes]
    superseding: list[PreparedAnswer]


class PreparedAgain(msgspec.Struct, frozen=True, kw_only=True):
    """Held lines judged again, with all that can be made ready outside the transaction."""

    judged: JudgedAgain
    lines: PreparedLines
    superseding: list[PreparedAnswer]
    """Its own first, then those of the transmissions of which it closes held lines."""


def prepare(closing: Closing, *, sealer: Sealer) -> PreparedClosing:
    """Seal and lay out `closing`; nothing is written."""
    key, wrapped = sealer.new_data_key()
    return PreparedClosing(
        closing=closing,
        wrapped_key=wrapped,
        sealed_body=sealed_body(
            closing.body, key=key, acknowledgement_id=closing.acknowledgement_id
        ),
        lines=prepare_lines(
            closing.lines,
            flow=None if closing.header is None else closing.header.flow,
            key=key,
            sealer=sealer,
            acknowledgement_id=closing.acknowledgement_id,
        ),
        pages=pages_of(closing.line_entries),
        superseding=prepared(closing.superseding),
    )


def prepare_again(
    judged: JudgedAgain, *, key: DataKey | None, sealer: Sealer, acknowledgement_id: str
) -> PreparedAgain:
    """Seal and lay out `judged`; `key` and `acknowledgement_id` are those of its first closing."""
    return PreparedAgain(
        judged=judged,
        lines=prepare_lines(
            judged.lines,
            flow=judged.flow,
            key=key,
            sealer=sealer,
            acknowledgement_id=acknowledgement_id,
        ),
        superseding=prepared((judged.answer, *judged.superseding)),
    )


def write(connection: Connection, prepared: PreparedClosing, *, sealer: Sealer) -> None:
    """Write it. Closings follow one another, by the lock on the counter, on any database.

    Raises:
        RecordMoved: the key was answered meanwhile, or the facts of a worker moved, or what it
            supersedes or closes did, or a sealing key was rotated.
    """
    closing = prepared.closing
    cursor = next_number(connection, "cursor")
    _refuse_former_keys(connection, sealer, lines=prepared.lines, wrapped=prepared.wrapped_key)
    refuse_moved_facts(connection, prepared.lines, revision=closing.revision)
    _write_transmission(connection, prepared, cursor)
    body = {"transmission": cursor, "sealed_body": prepared.sealed_body}
    connection.execute(_BODY, body)
    write_answer(connection, closing, cursor=cursor, transmission=cursor, pages=prepared.pages)
    write_lines(connection, cursor, prepared.lines)
    supersede(connection, prepared.superseding)


def write_again(connection: Connection, prepared: PreparedAgain, *, sealer: Sealer) -> None:
    """Write it; it takes its turn among closings by its own acknowledgement's cursor.

    Raises:
        RecordMoved: as `write`.
    """
    judged = prepared.judged
    row = judged.answer.transmission
    supersede(connection, prepared.superseding)
    _refuse_former_keys(connection, sealer, lines=prepared.lines)
    refuse_moved_facts(connection, prepared.lines, revision=judged.revision)
    end_waiting(connection, row, judged.indexes)
    write_lines(connection, row, prepared.lines, are_known=True)


def is_written(connection: Connection, *, acknowledgement_id: str) -> bool:
    """Whether that acknowledgement was closed, once whoever was closing it has ended."""
    known = tables.acknowledgements.c
    wait_for_closings(connection)
    query = select(known.cursor).where(known.id == acknowledgement_id)
    return connection.execute(query).first() is not None


def _refuse_former_keys(
    connection: Connection, sealer: Sealer, *, lines: PreparedLines, wrapped: bytes | None = None
) -> None:
    """Refuse what was made ready by a key that serves no more: it is made ready anew.

    The lock on the counter is held by now, and `key_rotation` takes it to change what is in use.
    """
    in_use = keys_in_use(connection)
    is_former = lines.index_version != in_use.index or (
        wrapped is not None and master_version(wrapped) != in_use.master
    )
    if is_former:
        sealer.follow(in_use)
        raise RecordMoved("a sealing key was rotated meanwhile")


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
                "proven_by": closing.proven.by.value,
                "credential": closing.proven.thumbprint,
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
