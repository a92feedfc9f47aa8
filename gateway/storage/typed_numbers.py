"""Identities of which so many numbers were refused that they type none any more, for the operator.

An identity is named by the beginning of its digest: it says nothing of anybody, and who writes to
the register is found by the minute of the last number that they typed.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection, Engine, delete, func, select

from gateway.model.accounts import TRIES_IN_ALL
from gateway.model.audit import GATEWAY, Act, Actor, Deed
from gateway.ports import Clock
from gateway.storage.account_tables import number_tries, try_of
from gateway.storage.audit_trail import enter
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.waiting_identities import TURN
from gateway.storage.writer import Writer

_MARK_BYTES: Final = 8
_t: Final = number_tries.c
_CLOSED: Final = (
    select(_t.digest, func.count().label("refused"), func.max(_t.at).label("last_at"))
    .group_by(_t.digest)
    .having(func.count() >= TRIES_IN_ALL)
    .order_by(func.max(_t.at).desc(), _t.digest)
)


class ClosedIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """One that types no number any more."""

    mark: str
    """16 hexadecimal digits of the SHA-256 of issuer and subject."""
    refused: int
    last_at: datetime


class SqlTypedNumbers:
    """What the operator sees and decides of the numbers that were refused."""

    def __init__(
        self, *, engine: Engine, writer: Writer, clock: Clock, by: Actor = GATEWAY
    ) -> None:
        """`engine` from `open_engine`, migrated; `by`: who decides what is changed here."""
        self._engine = reading(engine)
        self._writer = writer
        self._clock = clock
        self._by = by

    def closed(self) -> Sequence[ClosedIdentity]:
        """Every one that types no number any more, the last that typed one first."""
        with self._engine.connect() as connection:
            rows = connection.execute(_CLOSED).all()
        return [
            ClosedIdentity(mark=_mark(row.digest), refused=row.refused, last_at=row.last_at)
            for row in rows
        ]

    def reopen(self, mark: str) -> None:
        """It may type numbers again, as if none had been refused; durable on return.

        Raises:
            LookupError: none that is closed bears this mark.
        """

        def forgive(connection: Connection) -> None:
            wait_for_turn(connection, TURN)
            digests = [
                row.digest for row in connection.execute(_CLOSED) if _mark(row.digest) == mark
            ]
            if not digests:
                raise LookupError("no such identity")
            # with the numbers that they are copies of: they would count on again
            numbers = select(try_of(_t.id)).where(_t.digest.in_(digests))
            copies = delete(number_tries).where(
                try_of(_t.id).in_(numbers), _t.digest.not_in(digests)
            )
            connection.execute(copies)
            own = delete(number_tries).where(_t.digest.in_(digests))
            details = {
                "what": "NUMBERS",
                "identity": mark,
                "count": str(connection.execute(own).rowcount),
            }
            act = Act.ACCOUNT_RELEASED
            enter(connection, Deed(act=act, by=self._by, at=self._clock.now(), details=details))

        self._writer.run(forgive)


def _mark(digest: bytes) -> str:
    return digest[:_MARK_BYTES].hex()
