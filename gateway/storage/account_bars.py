"""Which identities the operator took away from which worker, on SQL: they are never linked again.

What linked the one to the other wrongly once would link them again: the same civil status, the same
number typed. It holds until the operator lifts it, whatever account the identity opens meanwhile.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    delete,
    exists,
    insert,
    literal,
    select,
    update,
)

from gateway.model.accounts import Subject
from gateway.model.audit import GATEWAY, Act, Actor, Deed
from gateway.model.federation import Provider
from gateway.ports import Clock
from gateway.storage.account_seals import TURN, digest_of_subject
from gateway.storage.account_tables import account_bars, account_links, accounts
from gateway.storage.audit_trail import enter
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.tables import Instant
from gateway.storage.writer import Writer

_MARK_BYTES: Final = 8
_b, _l, _a = account_bars.c, account_links.c, accounts.c
_HOLDS: Final = _b.lifted_at.is_(None)
_EVERY: Final = (
    select(account_bars, _a.id.label("account_id"))
    .join_from(account_bars, accounts, _a.worker_id == _b.worker_id, isouter=True)
    .where(_HOLDS)
    .order_by(_b.barred_at.desc(), _b.linked_at.desc(), _b.digest)
)


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One identity that is kept from one worker."""

    mark: str
    """16 hexadecimal digits of a SHA-256 of both."""
    account_id: str | None
    """Of the worker; None where it is erased, and none was made since."""
    linked_at: datetime
    """Since when it had opened the account: whoever writes to the register knows that day."""
    barred_at: datetime


class SqlAccountBars:
    """What the operator sees and decides of identities that were taken away."""

    def __init__(
        self, *, engine: Engine, writer: Writer, clock: Clock, by: Actor = GATEWAY
    ) -> None:
        """`engine` from `open_engine`, migrated; `by`: who decides what is changed here."""
        self._engine = reading(engine)
        self._writer = writer
        self._clock = clock
        self._by = by

    def listed(self) -> Sequence[Bar]:
        """Every one that is not lifted, the last taken away first."""
        with self._engine.connect() as connection:
            rows = connection.execute(_EVERY).all()
        return [
            Bar(
                mark=_mark(row.digest, row.worker_id),
                account_id=row.account_id,
                linked_at=row.linked_at,
                barred_at=row.barred_at,
            )
            for row in rows
        ]

    def lift(self, mark: str) -> None:
        """That identity may be linked to that worker again, by the number; durable on return.

        It is kept as lifted: what a former issuer is kept from does not come back over it.

        Raises:
            LookupError: none bears this mark.
        """

        def lift(connection: Connection) -> None:
            wait_for_turn(connection, TURN)
            rows = [
                row
                for row in connection.execute(_EVERY)
                if _mark(row.digest, row.worker_id) == mark
            ]
            if not rows:
                raise LookupError("no such bar")
            at = self._clock.now()
            for row in rows:
                own = _b.digest == row.digest, _b.worker_id == row.worker_id
                connection.execute(update(account_bars).where(*own).values(lifted_at=at))
                details = {"bar": mark} | ({"account": row.account_id} if row.account_id else {})
                act = Act.ACCOUNT_UNBARRED
                enter(connection, Deed(act=act, by=self._by, at=at, details=details))

        self._writer.run(lift)


def bar(connection: Connection, account_id: str, *, at: datetime, released: str) -> None:
    """Keep the identities that open a worker's account from that worker, before they are unlinked.

    `released`: the basis of those that were unlinked before. One that was lifted holds again.
    """
    again = exists().where(
        _l.digest == _b.digest,
        _l.basis != released,
        _a.id == _l.account_id,
        _a.id == account_id,
        _a.worker_id == _b.worker_id,
    )
    connection.execute(delete(account_bars).where(~_HOLDS, again.correlate(account_bars)))
    linked = (
        select(_l.digest, _a.worker_id, _l.provider, _l.linked_at, literal(at, Instant))
        .join_from(account_links, accounts)
        .where(
            _a.id == account_id,
            _l.basis != released,
            ~exists().where(_b.digest == _l.digest, _b.worker_id == _a.worker_id),
        )
    )
    columns = ["digest", "worker_id", "provider", "linked_at", "barred_at"]
    connection.execute(insert(account_bars).from_select(columns, linked))


def is_barred(connection: Connection, subject: Subject, *, worker_id: str) -> bool:
    """See `ports.accounts.Accounts.is_barred`."""
    digest = digest_of_subject(subject)
    own = exists().where(_b.digest == digest, _b.worker_id == worker_id, _HOLDS)
    return bool(connection.scalar(select(own)))


def was_barred(digest: bytes) -> ColumnElement[bool]:
    """Whether that identity was ever taken away from somebody, lifted or not."""
    return exists().where(_b.digest == digest)


def barred_link(connection: Connection, digest: bytes, *, released: str) -> Row[Any] | None:
    """The link of that identity to a worker from whom it is kept, where it still has one."""
    linked = (
        select(account_links)
        .join_from(account_links, accounts)
        .join(account_bars, (_b.digest == _l.digest) & (_b.worker_id == _a.worker_id))
    )
    standing = linked.where(_l.digest == digest, _l.basis != released, _HOLDS)
    return connection.execute(standing).first()


def are_to_follow(
    connection: Connection, present: bytes, former: Sequence[bytes], provider: Provider
) -> bool:
    """Whether `follow_bars` would find anything."""
    return bool(_followed(connection, present, former, provider))


def follow_bars(
    connection: Connection, present: bytes, former: Sequence[bytes], provider: Provider
) -> None:
    """From whom the same subject was kept by a former issuer, it is kept by this one too.

    Of each worker the first that tells does: what was lifted is lifted.
    """
    for row in _followed(connection, present, former, provider):
        connection.execute(insert(account_bars), {**row, "digest": present})


def _followed(
    connection: Connection, present: bytes, former: Sequence[bytes], provider: Provider
) -> list[dict[str, object]]:
    digests = [present, *former]
    theirs = select(account_bars).where(_b.digest.in_(digests), _b.provider == provider.value)
    rows = sorted(
        connection.execute(theirs).all(), key=lambda row: digests.index(bytes(row.digest))
    )
    first = {row.worker_id: row for row in reversed(rows)}
    return [row._asdict() for row in first.values() if bytes(row.digest) != present]


def _mark(digest: bytes, worker_id: str) -> str:
    both = b"bar of " + digest + worker_id.encode()
    return hashlib.sha256(both).digest()[:_MARK_BYTES].hex()
