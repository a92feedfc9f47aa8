"""Accounts long disabled are erased, on SQL: what is of the person goes, what bars somebody stays.

The audit trail keeps the id of the account, which leads to nothing any more.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, delete, exists, insert, or_, select, update

from gateway.model.accounts import AccountKind, DisabledAccount, DisabledFor, LinkBasis
from gateway.model.audit import GATEWAY, Act, Deed
from gateway.storage.account_notices import forget_notices
from gateway.storage.account_seals import TURN
from gateway.storage.account_tables import (
    account_emails,
    account_links,
    accounts,
    number_tries,
    sign_in_sessions,
)
from gateway.storage.audit_trail import enter
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.portal_tables import pairwise_subjects
from gateway.storage.writer import Writer

_a, _e, _l = accounts.c, account_emails.c, account_links.c
_HAS_RIGHTS: Final = or_(
    _a.kind == AccountKind.WORKER.value, exists().where(_e.account_id == _a.id)
).label("has_rights")


class SqlAccountErasure:
    """Implements `ports.accounts.AccountErasure`."""

    def __init__(self, *, engine: Engine, writer: Writer) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        self._engine = reading(engine)
        self._writer = writer

    def disabled_before(self, at: datetime) -> Sequence[DisabledAccount]:
        """See the port."""
        disabled = select(_a.id, _a.disabled_at, _HAS_RIGHTS).where(
            _a.disabled_at < at, _a.erased_at.is_(None)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(disabled.order_by(_a.disabled_at, _a.id)).all()
        return [
            DisabledAccount(id=row.id, disabled_at=row.disabled_at, has_rights=row.has_rights)
            for row in rows
        ]

    def erase(self, account: DisabledAccount, *, at: datetime) -> bool:
        """See the port."""
        own = select(accounts).where(
            _a.id == account.id, _a.disabled_at == account.disabled_at, _a.erased_at.is_(None)
        )

        def erase(connection: Connection) -> bool:
            wait_for_turn(connection, TURN)
            row = connection.execute(own).first()
            if row is None:
                return False
            _forget(connection, row.id)
            stays = _stays_barred(connection, row)
            if stays:
                stripped = update(accounts).where(_a.id == row.id)
                connection.execute(stripped.values(sealed_email=None, erased_at=at))
            else:
                connection.execute(delete(accounts).where(_a.id == row.id))
            details = {"account": row.id, "stays": "DISABLED" if stays else "NOTHING"}
            enter(connection, Deed(act=Act.ACCOUNT_ERASED, by=GATEWAY, at=at, details=details))
            return True

        return self._writer.run(erase)


def _forget(connection: Connection, account_id: str) -> None:
    """Take away what is of the person beside the account and its links."""
    for table in (sign_in_sessions, account_emails, pairwise_subjects):
        connection.execute(delete(table).where(table.c.account_id == account_id))
    forget_notices(connection, account_id)


def _stays_barred(connection: Connection, row: Row[Any]) -> bool:
    """Keep of the links what bars somebody; whether the account itself is to stay for that.

    What the operator closed stays closed to the identities that opened it, by digest alone, and to
    its worker. Where an identity was unlinked, civil status links it no more, whosever the account
    was. Whoever was merely idle leaves nothing, and comes back as somebody new.
    """
    gone = delete(account_links).where(_l.account_id == row.id).returning(account_links)
    links = [link._asdict() | {"sealed_pivot": None} for link in connection.execute(gone).all()]
    barred = [link for link in links if link["basis"] == LinkBasis.RELEASED.value]
    linked = [link for link in links if link not in barred]
    is_closed = row.disabled_for == DisabledFor.OPERATOR.value
    stays = is_closed and bool(linked or row.worker_id)
    kept = linked if stays else []
    if not is_closed:
        digests = [link["digest"] for link in linked]
        connection.execute(delete(number_tries).where(number_tries.c.digest.in_(digests)))
    for link in (*kept, *(each | {"account_id": None} for each in barred)):
        connection.execute(insert(account_links), link)
    return stays
