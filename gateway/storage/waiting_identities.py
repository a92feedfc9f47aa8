"""Persons who are to type their number, and how often they may, on SQL.

A try is written before the number is looked at: whoever types many at once has no more of them.
It stays until a number of that identity is right, or the operator forgives it: there are thirty in
all (`TRIES_IN_ALL`), which bounds the rows of an identity too.
"""

import secrets
from datetime import datetime
from typing import Final

import msgspec
import structlog
from sqlalchemy import Connection, Engine, delete, func, insert, select

from gateway.errors import Overloaded
from gateway.model.accounts import (
    REFUSED_TRIES,
    TRIES,
    TRIES_IN_ALL,
    TRIES_WINDOW,
    WAITING,
    Subject,
    WaitingIdentity,
)
from gateway.ports import Clock, Sealer
from gateway.storage.account_seals import (
    AccountSeals,
    decoded,
    digest_of_secret,
    digest_of_subject,
    encoded,
)
from gateway.storage.account_tables import TRY_BYTES, number_tries, try_of, waiting_identities
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.writer import Writer

TURN: Final = "siseri numbers typed"
_t, _w = number_tries.c, waiting_identities.c
log = structlog.get_logger(__name__)


class SqlWaiting:
    """Implements `ports.accounts.Waiting`."""

    def __init__(self, *, engine: Engine, writer: Writer, sealer: Sealer, clock: Clock) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        self._engine = reading(engine)
        self._writer = writer
        self._clock = clock
        self._seals = AccountSeals(sealer=sealer)

    def keep(self, identity: WaitingIdentity) -> None:
        """See the port. Who came back no more is forgotten with the next one who waits."""
        digest = digest_of_secret(identity.id)
        plaintext = encoded(msgspec.structs.replace(identity, id=""))

        def write(connection: Connection) -> None:
            self._seals.prepare(connection)
            generation, sealed = self._seals.seal(connection, plaintext, context=_context(digest))
            connection.execute(delete(waiting_identities).where(_w.since < self._over()))
            row = {
                "digest": digest,
                "since": identity.since,
                "key_generation": generation,
                "sealed_identity": sealed,
            }
            connection.execute(insert(waiting_identities), row)

        self._writer.run(write)

    def find(self, waiting_id: str) -> WaitingIdentity | None:
        """See the port."""
        digest = digest_of_secret(waiting_id)
        query = select(waiting_identities).where(_w.digest == digest, _w.since >= self._over())
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
            if row is None:
                return None
            sealed = row.key_generation, row.sealed_identity
            plaintext = self._seals.open(connection, *sealed, context=_context(digest))
        return msgspec.structs.replace(decoded(plaintext, WaitingIdentity), id=waiting_id)

    def take(self, waiting_id: str) -> bool:
        """See the port."""
        digest = digest_of_secret(waiting_id)
        gone = delete(waiting_identities).where(_w.digest == digest, _w.since >= self._over())
        return bool(self._writer.run(lambda connection: connection.execute(gone).rowcount))

    def tries_left(self, subject: Subject) -> int:
        """See the port."""
        with self._engine.connect() as connection:
            return self._left(connection, subject)

    def draw(self, subject: Subject) -> int | None:
        """See the port."""

        def write(connection: Connection) -> int | None:
            wait_for_turn(connection, TURN)
            if not self._left(connection, subject):
                return None
            row = {
                "id": secrets.token_urlsafe(TRY_BYTES),
                "digest": digest_of_subject(subject),
                "at": self._clock.now(),
            }
            connection.execute(insert(number_tries), row)
            return self._left(connection, subject)

        left = self._writer.run(write)
        if left is None and self.is_cap_reached():
            # somebody must look: many identities guess, or many people are not recognised
            log.error("sign_in.numbers_refused_to_all", cap=REFUSED_TRIES)
        return left

    def give_back(self, subject: Subject) -> None:
        """See the port."""
        own = delete(number_tries).where(_t.digest == digest_of_subject(subject))
        self._writer.run(lambda connection: connection.execute(own))

    def is_cap_reached(self) -> bool:
        """Whether so many numbers were refused within the day that nobody may type one.

        False where the database does not say: its own probe tells that.
        """
        try:
            with self._engine.connect() as connection:
                return self._everybodys(connection) >= REFUSED_TRIES
        except Overloaded:
            return False

    def _left(self, connection: Connection, subject: Subject) -> int:
        mine = _t.digest == digest_of_subject(subject)
        in_all = connection.execute(select(func.count()).where(mine)).scalar_one()
        today = select(func.count()).where(mine, _t.at > self._since())
        left = min(TRIES - connection.execute(today).scalar_one(), TRIES_IN_ALL - in_all)
        return max(0, min(left, REFUSED_TRIES - self._everybodys(connection)))

    def _everybodys(self, connection: Connection) -> int:
        numbers = func.count(try_of(_t.id).distinct())
        every = select(numbers).where(_t.at > self._since())
        return int(connection.execute(every).scalar_one())

    def _since(self) -> datetime:
        return self._clock.now() - TRIES_WINDOW

    def _over(self) -> datetime:
        return self._clock.now() - WAITING


def _context(digest: bytes) -> str:
    return f"waiting_identities|{digest.hex()}|sealed_identity"
