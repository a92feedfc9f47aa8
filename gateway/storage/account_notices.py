"""The outbox of what holders of accounts are told, on SQL: decided once, sent at least once.

The address stands in the account, sealed, and is opened when the mail is sent.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from gateway.model.account_notices import AccountNotice, AccountNoticeKind, DueAccountNotice
from gateway.model.partner_notices import MailAddress, NotAnAddress, NoticeState
from gateway.ports import Sealer
from gateway.storage.account_seals import AccountSeals
from gateway.storage.account_tables import account_notices, accounts
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.outbox import Outbox
from gateway.storage.writer import Writer

_TURN: Final = "siseri account notices"
_a, _n = accounts.c, account_notices.c
_IS_WAITING: Final = _n.state == NoticeState.WAITING.value


class SqlAccountOutbox:
    """Implements what `partners.mailing.Mailing` empties."""

    def __init__(self, *, engine: Engine, writer: Writer, sealer: Sealer) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        self._outbox = Outbox(account_notices, turn=_TURN, engine=reading(engine), writer=writer)
        self._seals = AccountSeals(sealer=sealer)

    def take(self, now: datetime) -> DueAccountNotice | None:
        """One whose turn it is; it is nobody else's until its next turn, later each time."""

        def due(connection: Connection, row: Row[Any], attempts: int) -> DueAccountNotice:
            recipients = self._recipients(connection, row.account_id)
            return DueAccountNotice(notice=_notice(row), attempts=attempts, recipients=recipients)

        return self._outbox.take(now, due)

    def settle(
        self, notice_id: str, state: NoticeState, *, at: datetime, fault: str | None = None
    ) -> None:
        """Say what became of one that was taken; WAITING lets it wait for its next turn."""
        self._outbox.settle(notice_id, state, at=at, fault=fault)

    def is_late(self, now: datetime) -> bool:
        """Whether somebody must look: one has waited for a day, or was given up lately."""
        return self._outbox.is_late(now)

    def not_sent(self) -> Sequence[tuple[AccountNotice, NoticeState, int, str | None]]:
        """Those that wait or were given up, with their attempts and the last fault."""
        return [
            (_notice(row), NoticeState(row.state), row.attempts, row.fault)
            for row in self._outbox.not_sent()
        ]

    def _recipients(self, connection: Connection, account_id: str) -> tuple[MailAddress, ...]:
        row = connection.execute(select(accounts).where(_a.id == account_id)).one()
        email = self._seals.open_email(connection, row)
        try:
            return () if email is None else (MailAddress.parse(email),)
        except NotAnAddress:
            return ()


def insert_notice(connection: Connection, notice: AccountNotice) -> None:
    """Within a transaction, which may be the one that decides; nothing of one that is there.

    An account without an address is told nothing: that is written down all the same.
    """
    wait_for_turn(connection, _TURN)
    if connection.execute(select(_n.id).where(_n.id == notice.id)).first() is not None:
        return
    of_account = select(_a.sealed_email).where(_a.id == notice.account_id)
    has_address = connection.scalar(of_account) is not None
    state = NoticeState.WAITING if has_address else NoticeState.MOOT
    row = {
        "id": notice.id,
        "account_id": notice.account_id,
        "kind": notice.kind.value,
        "day": notice.day,
        "days": notice.days,
        "decided_at": notice.decided_at,
        "state": state.value,
        "attempts": 0,
        "next_attempt_at": notice.decided_at,
        "settled_at": None if has_address else notice.decided_at,
    }
    connection.execute(insert(account_notices), row)


def announce(connection: Connection, notice: AccountNotice) -> None:
    """It is told, in the place of what was announced for another day and not sent yet.

    The turn is taken before a row is locked, as by who takes a notice out of the outbox.
    """
    wait_for_turn(connection, _TURN)
    overtake(connection, notice.account_id, at=notice.decided_at, but=notice.day)
    insert_notice(connection, notice)


def silence(connection: Connection, account_id: str, *, at: datetime) -> None:
    """Nothing that waits to be sent is: of two turns, its own is taken before."""
    wait_for_turn(connection, _TURN)
    waiting = update(account_notices).where(_n.account_id == account_id, _IS_WAITING)
    connection.execute(waiting.values(state=NoticeState.MOOT.value, settled_at=at))


def forget_notices(connection: Connection, account_id: str) -> None:
    """Within the transaction that erases the account; of two turns, its own is taken before."""
    wait_for_turn(connection, _TURN)
    connection.execute(delete(account_notices).where(_n.account_id == account_id))


def overtake(
    connection: Connection, account_id: str, *, at: datetime, but: date | None = None
) -> None:
    """What was announced and not sent yet is moot, save `but` for that day.

    Its holder came, or another day was announced.
    """
    announced = update(account_notices).where(
        _n.account_id == account_id, _IS_WAITING, _n.kind == AccountNoticeKind.IDLE.value
    )
    if but is not None:
        announced = announced.where(_n.day != but)
    connection.execute(announced.values(state=NoticeState.MOOT.value, settled_at=at))


def _notice(row: Row[Any]) -> AccountNotice:
    return AccountNotice(
        account_id=row.account_id,
        kind=AccountNoticeKind(row.kind),
        day=row.day,
        days=row.days,
        decided_at=row.decided_at,
    )
