"""Trying a register that was paused by those whom it had found in order."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from gateway.model.verification import Cause
from gateway.storage.verification_sanity import read_pause, write_pause
from gateway.storage.verified_states import SqlStates
from gateway.verification.outcomes import KNOWN_GOOD
from gateway.verification.sanity import Pause
from gateway.verification.states import AnswerT, SubjectT


class TriedStates(SqlStates[SubjectT, AnswerT]):
    """Implements what of `verification.states.States` is of a register's sanity."""

    def is_paused(self, now: datetime) -> bool:
        """See verification.states.States."""
        with self._engine.connect() as connection:
            return self._sanity.is_paused(read_pause(connection, self._register), now)

    def known_good(self, limit: int) -> Mapping[str, SubjectT]:
        """See verification.states.States."""
        c = self._table.c
        with self._engine.connect() as connection:
            since = read_pause(connection, self._register).since
            drawn = (
                select(self._table)
                .where(c.outcome == KNOWN_GOOD[self._register].value, c.checked_at < since)
                .order_by(func.random())
                .limit(limit)
            )
            return self._unchanged(connection, connection.execute(drawn).all())

    def found_sane(self, now: datetime) -> None:
        """See verification.states.States."""
        c = self._table.c
        trusted = Pause(counted_from=now, trusted_until=now + self._sanity.trust)
        again = update(self._table).where(c.cause == Cause.PAUSED.value).values(next_try_at=now)

        def end(connection: Connection) -> None:
            write_pause(connection, self._register, trusted)
            connection.execute(again)

        self._run(end)

    def found_lost(self, now: datetime) -> None:
        """See verification.states.States."""

        def note(connection: Connection) -> None:
            since = read_pause(connection, self._register).since
            if since is not None:
                write_pause(connection, self._register, Pause(since=since, counted_from=now))

        self._run(note)
