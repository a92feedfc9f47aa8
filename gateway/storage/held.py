"""What waits on record: which transmissions are due, and one of them as it was received."""

import zlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, and_, exists, or_, select

from gateway.model.record import RecordKey
from gateway.model.transmission import Flow
from gateway.model.verdict import Verdict
from gateway.ports import DataKey, HeldTransmission, Sealer, StandingAnswer
from gateway.storage.directory_tables import directory_indexes
from gateway.storage.sealed_rows import opened_body
from gateway.storage.tables import (
    acknowledgements,
    line_entry_pages,
    lines,
    transmission_bodies,
    transmissions,
)

_a, _l, _t, _i = acknowledgements.c, lines.c, transmissions.c, directory_indexes.c
_HELD: Final = _l.verdict == Verdict.HELD.value
_ONE_DAY: Final = timedelta(days=1)


def read_due(engine: Engine, *, at: datetime) -> Sequence[int]:
    """The transmissions of `TransmissionLog.due`.

    During a rotation of the index key a line is indexed by either key, and the directory by both.
    """
    over: date = at.astimezone(UTC).date() + _ONE_DAY
    known = exists().where(
        and_(_i.nir_index == _l.held_nir_index, _i.version == _l.held_nir_index_version)
    )
    may_change = or_(_l.held_until < over, known)
    waiting = select(_l.transmission).where(_HELD, may_change)
    query = select(_t.number).where(_t.number.in_(waiting)).order_by(_t.received_at, _t.number)
    with engine.connect() as connection:
        return connection.scalars(query).all()


def read_held(engine: Engine, transmission: int, *, sealer: Sealer) -> HeldTransmission | None:
    """The transmission of `TransmissionLog.held`."""
    bodies = transmission_bodies.c
    query = (
        select(transmissions, bodies.sealed_body, _a.id.label("first"))
        .join_from(transmissions, acknowledgements, _a.cursor == _t.number)
        .outerjoin(transmission_bodies, bodies.transmission == _t.number)
        .where(
            _t.number == transmission,
            exists().where(and_(_l.transmission == _t.number, _HELD)),
        )
    )
    with engine.connect() as connection:
        row = connection.execute(query).first()
        if row is None:
            return None
        answer = answer_of(connection, transmission)
    return HeldTransmission(
        key=RecordKey(row.scope, row.is_test, row.id, is_readable=row.is_readable),
        submitter_id=row.submitter_id,
        door=row.door,
        media_type=row.media_type,
        received_at=row.received_at,
        flow=Flow(row.flow),
        content_sha256=row.content_sha256,
        body=_body(row, sealer),
        answer=answer,
    )


def read_answer(engine: Engine, transmission: int) -> StandingAnswer:
    """The answer of `TransmissionLog.answer`."""
    with engine.connect() as connection:
        return answer_of(connection, transmission)


def read_key(engine: Engine, transmission: int, *, sealer: Sealer) -> tuple[DataKey | None, str]:
    """The data key of a transmission, None once erased, and its first acknowledgement."""
    query = (
        select(_t.wrapped_key, _a.id)
        .join_from(transmissions, acknowledgements, _a.cursor == _t.number)
        .where(_t.number == transmission)
    )
    with engine.connect() as connection:
        wrapped, first = connection.execute(query).one()
    return None if wrapped is None else sealer.unwrap(wrapped), first


def answer_of(connection: Connection, transmission: int) -> StandingAnswer:
    """The latest acknowledgement of a transmission.

    Raises:
        LookupError: there is no such transmission.
    """
    query = (
        select(_a.id, _a.sender_siret, _a.canonical, _a.canonical_sha256)
        .where(_a.transmission == transmission)
        .order_by(_a.cursor.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        raise LookupError("no such transmission")
    return StandingAnswer(
        transmission=transmission,
        id=row.id,
        sender_siret=row.sender_siret,
        canonical=row.canonical,
        canonical_sha256=row.canonical_sha256,
        line_entries=entries_of(connection, row.id),
    )


def entries_of(connection: Connection, acknowledgement_id: str) -> Sequence[bytes]:
    """The line entries of an acknowledgement, by index."""
    pages = line_entry_pages.c
    query = (
        select(pages.entries)
        .where(pages.acknowledgement_id == acknowledgement_id)
        .order_by(pages.page)
    )
    found = connection.scalars(query).all()
    return [entry for page in found for entry in zlib.decompress(page).split(b"\n")]


def _body(row: Any, sealer: Sealer) -> bytes | None:
    if row.sealed_body is None or row.wrapped_key is None:
        return None
    key = sealer.unwrap(row.wrapped_key)
    return opened_body(row.sealed_body, key=key, acknowledgement_id=row.first)
