"""Ways to identity providers that are under way, on SQL. What a browser holds is kept as a digest.

Its state, its nonce and its verifier open a session to whoever brings them back with a code: they
are sealed, all together, and whoever reads the database has none of them.

An attempt is taken by deleting it: of two who bring the same one back, one finds nothing.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    ForeignKey,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from gateway.model.federation import Attempt
from gateway.ports import Clock, Sealer
from gateway.storage.account_seals import AccountSeals, decoded, digest_of_secret, encoded
from gateway.storage.tables import Instant, metadata
from gateway.storage.under_way import make_room
from gateway.storage.writer import Writer

LIFETIME: Final = timedelta(minutes=10)
"""Both providers give a person as long to prove themselves."""

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("begun_at", Instant, nullable=False, index=True),
    Column("key_generation", ForeignKey("account_keys.generation"), nullable=False),
    Column("sealed_attempt", LargeBinary, nullable=False),
)
"""SHA-256 of the id in the browser's cookie; the attempt without that id."""

spent_identity_tokens = Table(
    "spent_identity_tokens",
    metadata,
    Column("digest", String, primary_key=True),
    Column("until", Instant, nullable=False, index=True),
)
"""SHA-256 of an identity token that was taken, until nobody takes it any more."""
_a: Final = sign_in_attempts.c
_s: Final = spent_identity_tokens.c


class SqlAttempts:
    """Implements `ports.sign_in.Attempts`."""

    def __init__(self, *, engine: Engine, writer: Writer, sealer: Sealer, clock: Clock) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._seals = AccountSeals(sealer=sealer)

    def keep(self, attempt: Attempt) -> None:
        """See the port. What nobody came back for goes with the next one that begins."""
        digest = digest_of_secret(attempt.id)
        plaintext = encoded(msgspec.structs.replace(attempt, id=""))

        def write(connection: Connection) -> None:
            self._seals.prepare(connection)
            generation, sealed = self._seals.seal(connection, plaintext, context=_context(digest))
            make_room(connection, _a.begun_at, before=self._over())
            row = {
                "digest": digest,
                "begun_at": attempt.begun_at,
                "key_generation": generation,
                "sealed_attempt": sealed,
            }
            connection.execute(insert(sign_in_attempts), row)

        self._writer.run(write)

    def take(self, attempt_id: str) -> Attempt | None:
        """See the port. What there is not, is not written for: strangers cost a reading."""
        digest = digest_of_secret(attempt_id)
        with self._engine.connect() as connection:
            if connection.execute(select(_a.digest).where(_a.digest == digest)).first() is None:
                return None

        def write(connection: Connection) -> bytes | None:
            gone = delete(sign_in_attempts).where(_a.digest == digest, _a.begun_at >= self._over())
            row = connection.execute(gone.returning(_a.key_generation, _a.sealed_attempt)).first()
            if row is None:
                return None
            return self._seals.open(connection, *row, context=_context(digest))

        kept = self._writer.run(write)
        if kept is None:
            return None
        return msgspec.structs.replace(decoded(kept, Attempt), id=attempt_id)

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


def _context(digest: bytes) -> str:
    return f"sign_in_attempts|{digest.hex()}|sealed_attempt"
