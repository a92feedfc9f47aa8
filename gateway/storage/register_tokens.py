"""The register's own token on SQL. It is no partner's, and opens none of the partners' doors."""

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Final

from sqlalchemy import Column, Connection, Engine, LargeBinary, Table, insert, select, update

from gateway.model.audit import GATEWAY, Act, Actor, Deed
from gateway.ports import Clock
from gateway.storage.audit_trail import enter
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.tables import Instant, metadata
from gateway.storage.writer import Writer

_TOKEN_BYTES: Final = 32
_NAME_DIGITS: Final = 16
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

    def __init__(
        self, *, engine: Engine, writer: Writer, clock: Clock, by: Actor = GATEWAY
    ) -> None:
        """`engine` from `open_engine`, migrated; `by`: who gives and withdraws them."""
        self._engine = reading(engine)
        self._writer = writer
        self._clock = clock
        self._by = by

    def name_of(self, token: str) -> str | None:
        """See the port. The look-up goes by the digest: how long it takes tells nothing."""
        digest = _digest(token)
        known = select(_t.digest).where(_t.digest == digest, _t.revoked_at.is_(None))
        with self._engine.connect() as connection:
            row = connection.execute(known).first()
        is_known = row is not None and hmac.compare_digest(row.digest, digest)
        return _name(digest) if is_known else None

    def renew(self) -> str:
        """See the port."""
        token, now = secrets.token_urlsafe(_TOKEN_BYTES), self._clock.now()

        def give(connection: Connection) -> None:
            _revoke(connection, now)
            digest = _digest(token)
            connection.execute(insert(register_tokens), {"digest": digest, "issued_at": now})
            self._enter(connection, Act.REGISTER_TOKEN_GIVEN, now, token=_name(digest))

        self._writer.run(give)
        return token

    def withdraw(self) -> None:
        """See the port."""
        now = self._clock.now()

        def end(connection: Connection) -> None:
            _revoke(connection, now)
            self._enter(connection, Act.REGISTER_TOKEN_WITHDRAWN, now)

        self._writer.run(end)

    def _enter(self, connection: Connection, act: Act, at: datetime, **details: str) -> None:
        enter(connection, Deed(act=act, by=self._by, at=at, details=details))


def _revoke(connection: Connection, now: datetime) -> None:
    wait_for_turn(connection, _TURN)
    live = update(register_tokens).where(_t.revoked_at.is_(None))
    connection.execute(live.values(revoked_at=now))


def _name(digest: bytes) -> str:
    return digest.hex()[:_NAME_DIGITS]


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
