"""Browsers that are signed in, on SQL. What a browser holds is kept as a digest.

What may end while it is read is left to time: a session that is over is forgotten when the next one
begins.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, Row, delete, insert, or_, select, update

from gateway.model.accounts import IDLE_SESSION, Session, SessionSeen, Subject
from gateway.model.federation import Provider
from gateway.ports import Sealer
from gateway.storage.account_links import stands
from gateway.storage.account_seals import TURN, AccountSeals, decoded, digest_of_secret, encoded
from gateway.storage.account_tables import sign_in_sessions
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.writer import Writer

_MARK: Final = 16
_TIMES: Final = ("begun_at", "last_seen_at", "ends_at")
_s: Final = sign_in_sessions.c
_SEEN: Final = tuple(_s[name] for name in ("digest", "mark", "provider", *_TIMES))


class SqlSessions:
    """Implements `ports.accounts.Sessions`."""

    def __init__(self, *, engine: Engine, writer: Writer, sealer: Sealer) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        self._engine = reading(engine)
        self._writer = writer
        self._seals = AccountSeals(sealer=sealer)

    def begin(self, session: Session, *, opened_by: Subject, replaced: str | None) -> bool:
        """See the port. Whoever takes a link away ends sessions after it, in the same turn."""
        digest = digest_of_secret(session.id)
        plaintext = encoded(msgspec.structs.replace(session, id=""))
        over = or_(
            _s.ends_at <= session.begun_at, _s.last_seen_at <= session.begun_at - IDLE_SESSION
        )

        def write(connection: Connection) -> bool:
            wait_for_turn(connection, TURN)
            self._seals.prepare(connection)
            connection.execute(delete(sign_in_sessions).where(over))
            if replaced is not None:
                connection.execute(_ended(replaced))
            if not stands(connection, opened_by, session.account_id):
                return False
            generation, sealed = self._seals.seal(connection, plaintext, context=_context(digest))
            row = {
                "digest": digest,
                "account_id": session.account_id,
                "mark": mark_of(session.id),
                "provider": session.provider.value,
                "begun_at": session.begun_at,
                "last_seen_at": session.last_seen_at,
                "ends_at": session.ends_at,
                "key_generation": generation,
                "sealed_session": sealed,
            }
            connection.execute(insert(sign_in_sessions), row)
            return True

        return self._writer.run(write)

    def find(self, session_id: str) -> Session | None:
        """See the port."""
        digest = digest_of_secret(session_id)
        with self._engine.connect() as connection:
            query = select(sign_in_sessions).where(_s.digest == digest)
            row = connection.execute(query).first()
            if row is None:
                return None
            sealed = row.key_generation, row.sealed_session
            plaintext = self._seals.open(connection, *sealed, context=_context(digest))
        kept = decoded(plaintext, Session)
        return msgspec.structs.replace(kept, id=session_id, last_seen_at=row.last_seen_at)

    def touch(self, session_id: str, *, at: datetime) -> None:
        """See the port."""
        own = update(sign_in_sessions).where(_s.digest == digest_of_secret(session_id))
        used = own.values(last_seen_at=at)
        self._writer.run(lambda connection: connection.execute(used))

    def of(self, session: Session) -> Sequence[SessionSeen]:
        """See the port."""
        own = select(*_SEEN).where(_s.account_id == session.account_id)
        latest = own.order_by(_s.begun_at.desc(), _s.digest)
        digest = digest_of_secret(session.id)
        with self._engine.connect() as connection:
            rows = connection.execute(latest).all()
        return [_seen(row, is_this=row.digest == digest) for row in rows]

    def end(self, session_id: str) -> None:
        """See the port."""
        self._writer.run(lambda connection: connection.execute(_ended(session_id)))

    def end_marked(self, account_id: str, mark: str) -> None:
        """See the port."""
        own = delete(sign_in_sessions).where(_s.account_id == account_id, _s.mark == mark)
        self._writer.run(lambda connection: connection.execute(own))


def mark_of(session_id: str) -> str:
    """Its name among those of one account: of another digest than that by which it is found."""
    return hashlib.sha256(f"mark of {session_id}".encode()).hexdigest()[:_MARK]


def _ended(session_id: str) -> Any:
    return delete(sign_in_sessions).where(_s.digest == digest_of_secret(session_id))


def _seen(row: Row[Any], *, is_this: bool) -> SessionSeen:
    return SessionSeen(
        mark=row.mark,
        provider=Provider(row.provider),
        begun_at=row.begun_at,
        last_seen_at=row.last_seen_at,
        ends_at=row.ends_at,
        is_this=is_this,
    )


def _context(digest: bytes) -> str:
    return f"sign_in_sessions|{digest.hex()}|sealed_session"
