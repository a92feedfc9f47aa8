"""Forgetting who signed in, or began to, once that is over: nobody else has to come for it to go.

Whoever begins a session, an attempt or a wait takes away what is over as well. On a quiet day
nobody does: what a person proved would outlast the minutes for which it is kept.
Of whom a hand-over was goes after a year.
"""

from typing import Final

from sqlalchemy import ColumnElement, Engine, Table, delete, or_, select

from gateway.model.accounts import IDLE_SESSION, WAITING
from gateway.model.background import Turn
from gateway.ports import Clock
from gateway.storage.account_tables import sign_in_sessions, waiting_identities
from gateway.storage.engine import reading
from gateway.storage.hand_overs import OPENED_FOR
from gateway.storage.portal_tables import portal_hand_overs
from gateway.storage.sign_in_attempts import LIFETIME, sign_in_attempts, spent_identity_tokens
from gateway.storage.writer import Writer

_s: Final = sign_in_sessions.c


class Forgetting:
    """A round of the durable engine: a reading of each table where nothing is over."""

    def __init__(self, *, engine: Engine, writer: Writer, clock: Clock) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        self._engine = reading(engine)
        self._writer = writer
        self._clock = clock

    def __call__(self, turn: Turn) -> None:
        """Take away what is over, a table after the other."""
        for table, is_over in self._over():
            turn.go_on()
            self._forget(table, is_over)

    def _over(self) -> tuple[tuple[Table, ColumnElement[bool]], ...]:
        now = self._clock.now()
        return (
            (sign_in_attempts, sign_in_attempts.c.begun_at < now - LIFETIME),
            (spent_identity_tokens, spent_identity_tokens.c.until < now),
            (waiting_identities, waiting_identities.c.since < now - WAITING),
            (sign_in_sessions, or_(_s.ends_at <= now, _s.last_seen_at <= now - IDLE_SESSION)),
            (portal_hand_overs, portal_hand_overs.c.at < now - OPENED_FOR),
        )

    def _forget(self, table: Table, is_over: ColumnElement[bool]) -> None:
        key = next(iter(table.primary_key))
        with self._engine.connect() as connection:
            if connection.execute(select(key).where(is_over).limit(1)).first() is None:
                return
        gone = delete(table).where(is_over)
        self._writer.run(lambda connection: connection.execute(gone))
