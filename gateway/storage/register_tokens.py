"""The register's own token on SQL. It is no partner's, and opens none of the partners' doors."""

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Final

from sqlalchemy import Column, Connection, Engine, LargeBinary, Table, insert, select, update

from gateway.ports import Clock
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.tables import Instant, metadata
from gateway.storage.writer import Writer

_TOKEN_BYTES: Final = 32
_TURN: Final = "siseri register tokens"

register_tokens = Table(
    "register_tokens",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("issued_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)
"""SHA-256 of a token of 256 random bits; the token itself is kept nowhere."""
_t: Final = register_tokens.c


class SqlRegisterTokens:
    """Implements `ports.directory_writing.RegisterTokens`."""

    def __init__(self, *, engine: Engine, writer: Writer, clock: Clock) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        self._engine = reading(engine)
        self._writer = writer
        self._clock = clock

    def opens(self, token: str) -> bool:
        """See the port. The look-up goes by the digest: how long it takes tells nothing."""
        digest = _digest(token)
        known = select(_t.digest).where(_t.digest == digest, _t.revoked_at.is_(None))
        with self._engine.connect() as connection:
            row = connection.execute(known).first()
        return row is not None and hmac.compare_digest(row.digest, digest)

    def renew(self) -> str:
        """See the port."""
        token, now = secrets.token_urlsafe(_TOKEN_BYTES), self._clock.now()

        def give(connection: Connection) -> None:
            _revoke(connection, now)
            row = {"digest": _digest(token), "issued_at": now}
            connection.execute(insert(register_tokens), row)

        self._writer.run(give)
        return token

    def withdraw(self) -> None:
        """See the port."""
        now = self._clock.now()
        self._writer.run(lambda connection: _revoke(connection, now))


def _revoke(connection: Connection, now: datetime) -> None:
    wait_for_turn(connection, _TURN)
    live = update(register_tokens).where(_t.revoked_at.is_(None))
    connection.execute(live.values(revoked_at=now))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
