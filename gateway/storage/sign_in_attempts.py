"""Ways to identity providers that are under way, on SQL. What a browser holds is kept as a digest.

An attempt is taken by deleting it: of two who bring the same one back, one finds nothing.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from gateway.model.federation import Attempt
from gateway.ports import Clock
from gateway.storage.tables import Instant, metadata
from gateway.storage.under_way import make_room
from gateway.storage.writer import Writer

LIFETIME: Final = timedelta(minutes=10)
"""Both providers give a person as long to prove themselves."""

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("attempt", LargeBinary, nullable=False),
    Column("begun_at", Instant, nullable=False, index=True),
)
"""SHA-256 of the id in the browser's cookie; the attempt without that id. Nothing of a person."""

spent_identity_tokens = Table(
    "spent_identity_tokens",
    metadata,
    Column("digest", String, primary_key=True),
    Column("until", Instant, nullable=False, index=True),
)
"""SHA-256 of an identity token that was taken, until it ends by itself."""
_a: Final = sign_in_attempts.c
_s: Final = spent_identity_tokens.c


class SqlAttempts:
    """Implements `ports.sign_in.Attempts`."""

    def __init__(self, *, engine: Engine, writer: Writer, clock: Clock) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        self._engine = engine
        self._writer = writer
        self._clock = clock

    def keep(self, attempt: Attempt) -> None:
        """See the port. What nobody came back for goes with the next one that begins."""
        row = {
            "digest": _digest(attempt.id),
            "attempt": msgspec.json.encode(msgspec.structs.replace(attempt, id="")),
            "begun_at": attempt.begun_at,
        }

        def write(connection: Connection) -> None:
            make_room(connection, _a.begun_at, before=self._over())
            connection.execute(insert(sign_in_attempts), row)

        self._writer.run(write)

    def take(self, attempt_id: str) -> Attempt | None:
        """See the port. What there is not, is not written for: strangers cost a reading."""
        digest = _digest(attempt_id)
        with self._engine.connect() as connection:
            if connection.execute(select(_a.digest).where(_a.digest == digest)).first() is None:
                return None

        def write(connection: Connection) -> bytes | None:
            gone = delete(sign_in_attempts).where(_a.digest == digest, _a.begun_at >= self._over())
            found: bytes | None = connection.execute(gone.returning(_a.attempt)).scalar()
            return found

        kept = self._writer.run(write)
        if kept is None:
            return None
        return msgspec.structs.replace(msgspec.json.decode(kept, type=Attempt), id=attempt_id)

    def spend(self, id_token_sha256: str, *, until: datetime) -> bool:
        """See the port."""

        def write(connection: Connection) -> bool:
            connection.execute(delete(spent_identity_tokens).where(_s.until < self._clock.now()))
            try:
                with connection.begin_nested():
                    row = {"digest": id_token_sha256, "until": until}
                    connection.execute(insert(spent_identity_tokens), row)
            except IntegrityError:
                return False
            return True

        return self._writer.run(write)

    def _over(self) -> datetime:
        return self._clock.now() - LIFETIME


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
