"""Who may transmit in whose name: the mandator decides, the operator writes it down."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, or_, select, update

from gateway.model.partners import Mandate
from gateway.storage.partner_tables import NO_SENDER, partner_mandates, partners

_m = partner_mandates.c


def mandators_of(partner_id: str, day: date) -> Select[Any]:
    """The senders in whose name that partner may transmit on that day; disabled ones too."""
    return (
        select(partners)
        .join_from(partner_mandates, partners, _m.mandator == partners.c.id)
        .where(
            _m.agent == partner_id,
            _m.ended_at.is_(None),
            _m.start <= day,
            or_(_m.end.is_(None), _m.end >= day),
        )
        .distinct()
        .order_by(partners.c.id)
    )


def held_by(partner_id: str, day: date) -> Select[Any]:
    """The mandates by which that partner speaks on that day, with the SIRET of each mandator."""
    return (
        select(partners.c.siret, _m.start, _m.end)
        .join_from(partner_mandates, partners, _m.mandator == partners.c.id)
        .where(
            _m.agent == partner_id,
            _m.ended_at.is_(None),
            _m.start <= day,
            or_(_m.end.is_(None), _m.end >= day),
        )
        .order_by(partners.c.id)
    )


def record(connection: Connection, mandate: Mandate, now: datetime) -> None:
    """Write a mandate down; one that stands between the two is ended by it.

    Raises:
        LookupError: either is no partner, or the mandator is no sender.
        ValueError: nobody gives himself a mandate, or it ends before it begins.
    """
    if mandate.agent == mandate.mandator:
        raise ValueError("nobody speaks for himself by a mandate")
    if mandate.end is not None and mandate.end < mandate.start:
        raise ValueError("it ends before it begins")
    agent = select(partners.c.id).where(partners.c.id == mandate.agent)
    mandator = select(partners.c.id).where(
        partners.c.id == mandate.mandator, partners.c.type != NO_SENDER
    )
    if not all(connection.execute(known).first() for known in (agent, mandator)):
        raise LookupError("no such partner, or no sender")
    _end(connection, mandate.agent, mandate.mandator, now)
    same = (_m.agent == mandate.agent, _m.mandator == mandate.mandator, _m.decided_at == now)
    connection.execute(delete(partner_mandates).where(*same))  # decided twice within a millisecond
    connection.execute(
        insert(partner_mandates),
        {
            "agent": mandate.agent,
            "mandator": mandate.mandator,
            "decided_at": now,
            "start": mandate.start,
            "end": mandate.end,
        },
    )


def end(connection: Connection, agent: str, mandator: str, now: datetime) -> None:
    """Take a mandate back, from now on.

    Raises:
        LookupError: none stands.
    """
    if not _end(connection, agent, mandator, now):
        raise LookupError("no such mandate")


def standing() -> Select[Any]:
    """Every mandate that was not taken back."""
    return select(partner_mandates).where(_m.ended_at.is_(None)).order_by(_m.agent, _m.mandator)


def read(rows: Sequence[Any]) -> list[Mandate]:
    """Rows of `standing` as mandates."""
    return [
        Mandate(agent=row.agent, mandator=row.mandator, start=row.start, end=row.end)
        for row in rows
    ]


def _end(connection: Connection, agent: str, mandator: str, now: datetime) -> int:
    ended = update(partner_mandates).where(
        _m.agent == agent, _m.mandator == mandator, _m.ended_at.is_(None)
    )
    return connection.execute(ended.values(ended_at=now)).rowcount
