"""Trying a register that was paused by those whom it had found in order."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select

from gateway.storage.verification_recall import bring_forward
from gateway.storage.verification_sanity import (
    KEPT,
    counts_since,
    read_pause,
    write_pause,
)
from gateway.storage.verified_states import SqlStates
from gateway.verification.outcomes import KNOWN_GOOD
from gateway.verification.sanity import Pause
from gateway.verification.states import AnswerT, SubjectT

_DIGITS: Final = 8
_KEYS: Final = 10**_DIGITS
_SOME: Final = 20
"""Rows looked at for one that is not asked about, and of the traits that the directory has now."""


class TriedStates(SqlStates[SubjectT, AnswerT]):
    """Implements what of `verification.states.States` is of a register's sanity."""

    def is_paused(self, now: datetime) -> bool:
        """See verification.states.States."""
        with self._engine.connect() as connection:
            return self._sanity.is_paused(read_pause(connection, self._register), now)

    def is_known(self, now: datetime) -> bool:
        """See verification.states.States."""
        with self._engine.connect() as connection:
            counts = counts_since(connection, self._register, now - KEPT)
        return sum(counts.values()) >= self._sanity.minimum

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

    def one_in_order(self, *, beside: Collection[str]) -> Mapping[str, SubjectT]:
        """See verification.states.States."""
        is_good = self._table.c.outcome == KNOWN_GOOD[self._register].value
        # from anywhere among the keys on, by the index: no order of chance over all of them
        start = f"{int(self._drawn() * _KEYS):0{_DIGITS}d}"
        with self._engine.connect() as connection:
            for place in (self._key >= start, self._key < start):
                some = select(self._table).where(is_good, place).order_by(self._key).limit(_SOME)
                rows = [row for row in connection.execute(some) if row[0] not in beside]
                for row in rows:
                    if found := self._unchanged(connection, [row]):
                        return found
        return {}

    def found_sane(self, now: datetime) -> None:
        """See verification.states.States."""
        trusted = Pause(counted_from=now, trusted_until=now + self._sanity.trust)

        def end(connection: Connection) -> None:
            write_pause(connection, self._register, trusted)
            bring_forward(connection, self._table, now=now, was_paused=True)

        self._run(end)

    def found_lost(self, now: datetime) -> None:
        """See verification.states.States."""

        def note(connection: Connection) -> None:
            since = read_pause(connection, self._register).since
            if since is not None:
                write_pause(connection, self._register, Pause(since=since, counted_from=now))

        self._run(note)
