"""What an outbox on SQL does, whomever its notices are for: each is sent at least once.

One is taken by putting off its next turn: it is nobody else's until then, and comes back by itself
where whoever took it does not say what became of it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, Row, Table, exists, or_, select, update

from gateway.model.partner_notices import NoticeState
from gateway.storage.engine import wait_for_turn
from gateway.storage.writer import Writer

PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240, 360))
"""Until the second attempt, the third… and, at last, every further one."""
LATE_AFTER: Final = timedelta(days=1)
SEEN_FOR: Final = timedelta(days=30)
_Due = TypeVar("_Due")


class Outbox:
    """The notices of one table, with its columns of state and turns."""

    def __init__(self, table: Table, *, turn: str, engine: Engine, writer: Writer) -> None:
        """`turn`: of those who write in that table; `engine` reads."""
        self._table = table
        self._turn = turn
        self._engine = engine
        self._writer = writer
        self._is_waiting = table.c.state == NoticeState.WAITING.value

    def take(self, now: datetime, due: Callable[[Connection, Row[Any], int], _Due]) -> _Due | None:
        """One whose turn it is, as `due` makes it of its row and the count of its attempts."""
        c = self._table.c
        waiting = select(self._table).where(self._is_waiting, c.next_attempt_at <= now)
        first = waiting.order_by(c.decided_at, c.id).limit(1)

        def claim(connection: Connection) -> _Due | None:
            wait_for_turn(connection, self._turn)
            row = connection.execute(first).first()
            if row is None:
                return None
            attempts, pause = row.attempts + 1, PAUSES[min(row.attempts, len(PAUSES) - 1)]
            taken = update(self._table).where(c.id == row.id)
            connection.execute(taken.values(attempts=attempts, next_attempt_at=now + pause))
            return due(connection, row, attempts)

        with self._engine.connect() as connection:
            if connection.execute(first).first() is None:
                return None  # most of the time: nothing is written
        return self._writer.run(claim)

    def settle(
        self, notice_id: str, state: NoticeState, *, at: datetime, fault: str | None = None
    ) -> None:
        """Say what became of one that was taken; WAITING lets it wait for its next turn."""
        settled_at = None if state is NoticeState.WAITING else at
        said = update(self._table).where(self._table.c.id == notice_id, self._is_waiting)
        values = said.values(state=state.value, fault=fault, settled_at=settled_at)
        self._writer.run(lambda connection: connection.execute(values))

    def is_late(self, now: datetime) -> bool:
        """Whether somebody must look: one has waited for a day, or was given up lately."""
        c = self._table.c
        late = or_(
            self._is_waiting & (c.decided_at < now - LATE_AFTER),
            (c.state == NoticeState.GIVEN_UP.value) & (c.settled_at > now - SEEN_FOR),
        )
        with self._engine.connect() as connection:
            return bool(connection.scalar(select(exists().where(late))))

    def not_sent(self) -> Sequence[Row[Any]]:
        """Those that wait or were given up, the oldest first."""
        c = self._table.c
        states = (NoticeState.WAITING.value, NoticeState.GIVEN_UP.value)
        left = select(self._table).where(c.state.in_(states)).order_by(c.decided_at, c.id)
        with self._engine.connect() as connection:
            return connection.execute(left).all()
