"""The outbox of notices on SQL: decided once, sent at least once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from gateway.model.audit import GATEWAY, Act, Actor, Deed
from gateway.model.partner_notices import (
    DueNotice,
    MailAddress,
    NoticeKind,
    NoticeState,
    PartnerNotice,
)
from gateway.ports import Clock
from gateway.storage.audit_trail import enter
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.notice_tables import partner_contacts, partner_notices
from gateway.storage.outbox import Outbox
from gateway.storage.partner_tables import partners
from gateway.storage.writer import Writer

_TURN: Final = "siseri notices"
_SHOWN: Final = 50
_n: Final = partner_notices.c


class SqlNoticeOutbox:
    """Implements `ports.NoticeOutbox`, and keeps the partners' contacts."""

    def __init__(
        self, *, engine: Engine, writer: Writer, clock: Clock, by: Actor = GATEWAY
    ) -> None:
        """`engine` from `open_engine`, migrated; `by`: who decides what is changed here."""
        self._engine = reading(engine)
        self._clock = clock
        self._by = by
        self._writer = writer
        self._outbox = Outbox(partner_notices, turn=_TURN, engine=self._engine, writer=writer)

    def decide(self, notices: Iterable[PartnerNotice]) -> int:
        """See ports.NoticeOutbox."""
        decided = tuple(notices)
        if not decided:
            return 0
        return self._writer.run(lambda connection: insert_notices(connection, decided))

    def take(self, now: datetime) -> DueNotice | None:
        """See ports.NoticeOutbox."""

        def due(connection: Connection, row: Row[Any], attempts: int) -> DueNotice:
            recipients = _contacts(connection, row.partner_id)
            return DueNotice(notice=_notice(row), attempts=attempts, recipients=recipients)

        return self._outbox.take(now, due)

    def settle(
        self, notice_id: str, state: NoticeState, *, at: datetime, fault: str | None = None
    ) -> None:
        """See ports.NoticeOutbox."""
        self._outbox.settle(notice_id, state, at=at, fault=fault)

    def upcoming(self, partner_id: str) -> Sequence[tuple[PartnerNotice, NoticeState]]:
        """See ports.NoticeOutbox."""
        own = select(partner_notices).where(_n.partner_id == partner_id)
        latest = own.order_by(_n.decided_at.desc(), _n.id).limit(_SHOWN)
        with self._engine.connect() as connection:
            return [(_notice(row), NoticeState(row.state)) for row in connection.execute(latest)]

    def is_late(self, now: datetime) -> bool:
        """Whether somebody must look: one has waited for a day, or was given up lately."""
        return self._outbox.is_late(now)

    def not_sent(self) -> Sequence[tuple[PartnerNotice, NoticeState, int, str | None]]:
        """Those that wait or were given up, with their attempts and the last fault."""
        return [
            (_notice(row), NoticeState(row.state), row.attempts, row.fault)
            for row in self._outbox.not_sent()
        ]

    def add_contact(self, partner_id: str, address: MailAddress) -> None:
        """From now on that partner is written to at `address` too.

        Raises:
            LookupError: no such partner.
        """
        known = select(partners.c.id).where(partners.c.id == partner_id)
        row = {"partner_id": partner_id, "address": str(address)}

        def add(connection: Connection) -> None:
            wait_for_turn(connection, _TURN)
            if connection.execute(known).first() is None:
                raise LookupError("no such partner")
            connection.execute(delete(partner_contacts).filter_by(**row))
            connection.execute(insert(partner_contacts).values(**row))
            self._enter(connection, Act.CONTACT_ADDED, partner_id)

        self._writer.run(add)

    def remove_contact(self, partner_id: str, address: MailAddress) -> None:
        """From now on not any more.

        Raises:
            LookupError: it was not.
        """
        gone = delete(partner_contacts).filter_by(partner_id=partner_id, address=str(address))

        def remove(connection: Connection) -> None:
            if not connection.execute(gone).rowcount:
                raise LookupError("no such contact")
            self._enter(connection, Act.CONTACT_REMOVED, partner_id)

        self._writer.run(remove)

    def _enter(self, connection: Connection, act: Act, partner_id: str) -> None:
        """Whose box it is may be a person's name: the address is not entered."""
        deed = Deed(act=act, by=self._by, at=self._clock.now(), partner=partner_id)
        enter(connection, deed)

    def contacts(self, partner_id: str) -> tuple[MailAddress, ...]:
        """Where that partner is written to."""
        with self._engine.connect() as connection:
            return _contacts(connection, partner_id)


def insert_notices(connection: Connection, notices: Iterable[PartnerNotice]) -> int:
    """Within a transaction, which may be the one that decides; see `NoticeOutbox.decide`."""
    wait_for_turn(connection, _TURN)
    stated = {notice.id: notice for notice in notices}
    there = set(connection.scalars(select(_n.id).where(_n.id.in_(stated))))
    new = [notice for key, notice in stated.items() if key not in there]
    last = {_about(notice): notice.id for notice in sorted(new, key=lambda each: -each.days)}
    for notice in new:
        _overtake(connection, notice)
        is_last = last[_about(notice)] == notice.id
        connection.execute(insert(partner_notices).values(**_columns(notice, is_last=is_last)))
    return len(new)


def _overtake(connection: Connection, notice: PartnerNotice) -> None:
    """What announced the end of that account for another day, and was not sent, is moot."""
    if notice.kind is not NoticeKind.ACCOUNT_IDLE:
        return
    announced = update(partner_notices).where(
        _n.partner_id == notice.partner_id,
        _n.kind == notice.kind.value,
        _n.state == NoticeState.WAITING.value,
        _n.day != notice.day,
    )
    values = {"state": NoticeState.MOOT.value, "settled_at": notice.decided_at}
    connection.execute(announced.values(**values))


def _about(notice: PartnerNotice) -> tuple[object, ...]:
    return notice.partner_id, notice.kind, notice.subject, notice.day


def _columns(notice: PartnerNotice, *, is_last: bool) -> dict[str, object]:
    state = NoticeState.WAITING if is_last else NoticeState.MOOT
    return {
        "id": notice.id,
        "partner_id": notice.partner_id,
        "kind": notice.kind.value,
        "day": notice.day,
        "decided_at": notice.decided_at,
        "subject": notice.subject,
        "days": notice.days,
        "state": state.value,
        "attempts": 0,
        "next_attempt_at": notice.decided_at,
        "settled_at": None if is_last else notice.decided_at,
    }


def _notice(row: Row[Any]) -> PartnerNotice:
    return PartnerNotice(
        partner_id=row.partner_id,
        kind=NoticeKind(row.kind),
        day=row.day,
        decided_at=row.decided_at,
        subject=row.subject,
        days=row.days,
    )


def _contacts(connection: Connection, partner_id: str) -> tuple[MailAddress, ...]:
    own = select(partner_contacts.c.address).where(partner_contacts.c.partner_id == partner_id)
    found = connection.scalars(own.order_by(partner_contacts.c.address))
    return tuple(map(MailAddress.parse, found))
