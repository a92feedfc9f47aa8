"""Accounts that end, by themselves or by the operator, and what the operator takes away from one.

Whatever ends an account ends its sessions in the same transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Delete,
    Engine,
    ScalarSelect,
    Update,
    delete,
    func,
    literal,
    select,
    update,
)

from gateway.model.account_notices import AccountNotice, AccountNoticeKind, Announced
from gateway.model.accounts import Account, AccountKind, DisabledFor, LinkBasis
from gateway.model.audit import GATEWAY, Act, Actor, Deed
from gateway.model.contacts import folded_email
from gateway.model.partner_notices import NoticeState
from gateway.ports import Clock, Sealer
from gateway.storage.account_bars import bar
from gateway.storage.account_holders import forget_holder
from gateway.storage.account_links import account_of
from gateway.storage.account_notices import announce, insert_notice, overtake
from gateway.storage.account_seals import TURN
from gateway.storage.account_tables import (
    account_emails,
    account_links,
    account_notices,
    accounts,
    sign_in_sessions,
)
from gateway.storage.accounts import indexes_of_email
from gateway.storage.audit_trail import enter
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.tables import Instant
from gateway.storage.writer import Writer

_a, _l, _n, _s = accounts.c, account_links.c, account_notices.c, sign_in_sessions.c
_TOLD: Final = (NoticeState.SENT.value, NoticeState.MOOT.value)
_IS_LINKED: Final = _l.basis != LinkBasis.RELEASED.value


class ListedAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account as the operator sees it: nothing of a person."""

    account: Account
    links: int
    """Identities that open it."""
    emails: int
    """Addresses that are its own."""
    erased_at: datetime | None
    """What is left of it keeps closed what the operator closed."""


class Unlinked(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken away from an account with the identities that opened it."""

    kind: AccountKind
    links: int
    emails: int


class SqlAccountLife:
    """Implements `ports.accounts.AccountLife`, and does what the operator decides."""

    def __init__(
        self,
        *,
        engine: Engine,
        writer: Writer,
        sealer: Sealer,
        clock: Clock,
        by: Actor = GATEWAY,
    ) -> None:
        """`engine` from `open_engine`, migrated; `by`: who decides what is changed here."""
        self._engine = reading(engine)
        self._writer = writer
        self._sealer = sealer
        self._clock = clock
        self._by = by

    def unused_since(self, at: datetime) -> Sequence[tuple[str, datetime]]:
        """See ports.accounts.AccountLife."""
        unused = select(_a.id, _a.last_seen_at).where(
            _a.disabled_at.is_(None), _a.last_seen_at < at
        )
        with self._engine.connect() as connection:
            rows = connection.execute(unused.order_by(_a.last_seen_at, _a.id)).all()
        return [(row.id, row.last_seen_at) for row in rows]

    def announced(self, account_id: str, *, since: datetime) -> Announced | None:
        """See ports.accounts.AccountLife."""
        own = select(_n.day, _n.state).where(
            _n.account_id == account_id,
            _n.kind == AccountNoticeKind.IDLE.value,
            _n.decided_at > since,
        )
        with self._engine.connect() as connection:
            rows = connection.execute(own).all()
        if not rows:
            return None
        day = max(row.day for row in rows)
        return Announced(
            day=day, is_told=any(row.day == day and row.state in _TOLD for row in rows)
        )

    def tell(self, notice: AccountNotice) -> None:
        """See ports.accounts.AccountLife."""
        with self._engine.connect() as connection:
            if connection.execute(select(_n.id).where(_n.id == notice.id)).first() is not None:
                return

        self._writer.run(lambda connection: announce(connection, notice))

    def disable_idle(self, notice: AccountNotice, *, last_seen_at: datetime) -> bool:
        """See ports.accounts.AccountLife."""

        def end(connection: Connection) -> bool:
            wait_for_turn(connection, TURN)
            is_unused = (_a.id == notice.account_id) & (_a.last_seen_at == last_seen_at)
            ended = update(accounts).where(is_unused, _a.disabled_at.is_(None))
            values = {"disabled_at": notice.decided_at, "disabled_for": DisabledFor.IDLE.value}
            if not connection.execute(ended.values(**values)).rowcount:
                return False
            _end_sessions(connection, notice.account_id)
            insert_notice(connection, notice)
            seen = last_seen_at.date().isoformat()
            self._enter(connection, Act.ACCOUNT_DISABLED, notice.account_id, lastSeen=seen)
            return True

        return self._writer.run(end)

    def listed(self, *, email: str | None = None) -> Sequence[ListedAccount]:
        """Every account, or the one whose address that is, the last seen first."""
        links = _counted(_l.account_id, _IS_LINKED)
        emails = _counted(account_emails.c.account_id)
        query = select(accounts, links.label("links"), emails.label("emails"))
        with self._engine.connect() as connection:
            if email is not None:
                e = account_emails.c
                indexes = indexes_of_email(connection, folded_email(email), sealer=self._sealer)
                owner = select(e.account_id).where(e.email_index.in_(indexes))
                query = query.where(_a.id.in_(owner))
            rows = connection.execute(query.order_by(_a.last_seen_at.desc(), _a.id)).all()
        return [
            ListedAccount(
                account=account_of(row),
                links=row.links,
                emails=row.emails,
                erased_at=row.erased_at,
            )
            for row in rows
        ]

    def disable(self, account_id: str) -> None:
        """It opens nothing from now on, durably; its sessions end.

        One that is disabled for being idle stays so from now on, erased or not.

        Raises:
            LookupError: no such account.
        """

        def end(connection: Connection) -> None:
            self._take(connection, account_id)
            by_operator = DisabledFor.OPERATOR.value
            ended = update(accounts).where(
                _a.id == account_id, _a.disabled_for.is_distinct_from(by_operator)
            )
            since = func.coalesce(_a.disabled_at, literal(self._clock.now(), Instant))
            values = {"disabled_at": since, "disabled_for": by_operator}
            if connection.execute(ended.values(**values)).rowcount:
                _end_sessions(connection, account_id)
                self._enter(connection, Act.ACCOUNT_DISABLED, account_id)

        self._writer.run(end)

    def enable(self, account_id: str) -> None:
        """It opens again what it opened; its 24 months begin anew.

        Raises:
            LookupError: no such account.
        """

        def begin(connection: Connection) -> None:
            self._take(connection, account_id)
            now = self._clock.now()
            begun = update(accounts).where(_a.id == account_id, _a.disabled_at.is_not(None))
            values = {"disabled_at": None, "disabled_for": None, "erased_at": None}
            if connection.execute(begun.values(last_seen_at=now, **values)).rowcount:
                overtake(connection, account_id, at=now)
                self._enter(connection, Act.ACCOUNT_ENABLED, account_id)

        self._writer.run(begin)

    def release_emails(self, account_id: str) -> int:
        """Its addresses may become another's: who signs in with one first; how many there were.

        Raises:
            LookupError: no such account.
        """

        def release(connection: Connection) -> int:
            self._take(connection, account_id)
            return self._released(connection, account_id, _its_emails(account_id), "EMAILS")

        return self._writer.run(release)

    def unlink(self, account_id: str) -> Unlinked:
        """No identity opens it any more, until one is linked anew.

        A professional's addresses are released with them: who signs in with one has an account
        anew. A worker's identities are barred from that worker until it is lifted, by whatever
        they would be linked again, and from being linked to anybody by civil status alone. Whoever
        held the account is forgotten: nothing is written to them, and portals knew somebody else.

        Raises:
            LookupError: no such account.
        """

        def unlink(connection: Connection) -> Unlinked:
            kind, now = self._take(connection, account_id), self._clock.now()
            forget_holder(connection, account_id, at=now)
            linked = (_l.account_id == account_id) & _IS_LINKED
            if kind is AccountKind.WORKER:
                released = LinkBasis.RELEASED.value
                bar(connection, account_id, at=now, released=released)
                barred = update(account_links).where(linked)
                taken: Delete | Update = barred.values(basis=released, sealed_pivot=None)
                emails = 0
            else:
                taken = delete(account_links).where(linked)
                emails = self._released(connection, account_id, _its_emails(account_id), "EMAILS")
            links = self._released(connection, account_id, taken, "LINKS")
            return Unlinked(kind=kind, links=links, emails=emails)

        return self._writer.run(unlink)

    def _released(
        self, connection: Connection, account_id: str, released: Delete | Update, what: str
    ) -> int:
        count = connection.execute(released).rowcount
        if count:
            _end_sessions(connection, account_id)
            details = {"what": what, "count": str(count)}
            self._enter(connection, Act.ACCOUNT_RELEASED, account_id, **details)
        return count

    def _take(self, connection: Connection, account_id: str) -> AccountKind:
        wait_for_turn(connection, TURN)
        kind = connection.scalar(select(_a.kind).where(_a.id == account_id))
        if kind is None:
            raise LookupError("no such account")
        return AccountKind(kind)

    def _enter(self, connection: Connection, act: Act, account_id: str, **details: str) -> None:
        entered = {"account": account_id, **details}
        enter(connection, Deed(act=act, by=self._by, at=self._clock.now(), details=entered))


def _its_emails(account_id: str) -> Delete:
    return delete(account_emails).where(account_emails.c.account_id == account_id)


def _counted(account_id: Column[str], *further: ColumnElement[bool]) -> ScalarSelect[int]:
    own = select(func.count()).where(account_id == _a.id, *further)
    return own.correlate(accounts).scalar_subquery()


def _end_sessions(connection: Connection, account_id: str) -> None:
    connection.execute(delete(sign_in_sessions).where(_s.account_id == account_id))
