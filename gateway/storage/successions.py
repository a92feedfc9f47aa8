"""Who took over from whom among the senders: the operator decides, corrections ask."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from gateway.storage.partner_tables import partner_successions, partners

_s = partner_successions.c


def successors_of(connection: Connection, sirets: Iterable[str]) -> dict[str, frozenset[str]]:
    """The senders that took over from each, directly or through another."""
    after = _direct(connection)
    return {siret: _reached(after, siret) for siret in set(sirets)}


def record(connection: Connection, *, partner_id: str, predecessor: str, now: datetime) -> bool:
    """Write that the partner takes over from `predecessor`; False where it stands already.

    Raises:
        LookupError: no such partner, or nobody was ever enrolled with that SIRET.
        ValueError: it would be its own successor.
    """
    siret = _siret(connection, partner_id)
    enrolled = select(partners.c.id).where(partners.c.siret == predecessor)
    if connection.execute(enrolled).first() is None:
        raise LookupError("no such sender")
    if predecessor == siret or predecessor in successors_of(connection, [siret])[siret]:
        raise ValueError("a sender does not succeed itself")
    stands = select(_s.partner_id).where(
        _s.partner_id == partner_id, _s.predecessor == predecessor, _s.ended_at.is_(None)
    )
    if connection.execute(stands).first() is not None:
        return False
    connection.execute(
        insert(partner_successions),
        {"partner_id": partner_id, "predecessor": predecessor, "decided_at": now},
    )
    return True


def end(connection: Connection, *, partner_id: str, predecessor: str, now: datetime) -> None:
    """Take that back, from now on.

    Raises:
        LookupError: the partner does not succeed that sender.
    """
    ended = connection.execute(
        update(partner_successions)
        .where(_s.partner_id == partner_id, _s.predecessor == predecessor, _s.ended_at.is_(None))
        .values(ended_at=now)
    )
    if not ended.rowcount:
        raise LookupError("no such succession")


def _siret(connection: Connection, partner_id: str) -> str:
    row = connection.execute(select(partners.c.siret).where(partners.c.id == partner_id)).first()
    if row is None:
        raise LookupError("no such partner")
    return str(row.siret)


def _direct(connection: Connection) -> dict[str, set[str]]:
    """By predecessor, who took over from it. Few rows: mergers of laboratories are rare."""
    after: dict[str, set[str]] = defaultdict(set)
    query = (
        select(_s.predecessor, partners.c.siret)
        .join_from(partner_successions, partners)
        .where(_s.ended_at.is_(None))
    )
    for predecessor, successor in connection.execute(query):
        after[predecessor].add(successor)
    return after


def _reached(after: dict[str, set[str]], siret: str) -> frozenset[str]:
    reached: set[str] = set()
    ahead = [siret]
    while ahead:
        new = after.get(ahead.pop(), set()) - reached
        reached |= new
        ahead.extend(new)
    return frozenset(reached)
