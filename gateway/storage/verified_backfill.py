"""A first verification of the whole directory: through the queue, after what somebody waits for."""

from datetime import datetime

from sqlalchemy import Connection, and_, delete, func, select, update

from gateway.storage.verification_trials import TriedStates
from gateway.storage.verified_rows import OUT_OF_QUEUE
from gateway.verification.states import AnswerT, SubjectT


class BackfilledStates(TriedStates[SubjectT, AnswerT]):
    """Implements `verification.states.Backfill` too."""

    def _known_after(self, connection: Connection, after: str, limit: int) -> dict[str, SubjectT]:
        """The next of the directory, in the order of their keys."""
        raise NotImplementedError

    def seed(self, *, after: str, limit: int, now: datetime) -> tuple[str | None, int]:
        """See verification.states.Backfill."""

        def enter(connection: Connection) -> tuple[str | None, int]:
            known = self._known_after(connection, after, limit)
            queued = self._enter(connection, subjects=known, now=now, is_backfill=True)
            return max(known, default=None), len(queued)

        return self._run(enter)

    def withdraw(self) -> int:
        """See verification.states.Backfill."""
        c = self._table.c
        is_left = and_(c.is_backfill == 1, c.next_try_at.is_not(None))

        def take_out(connection: Connection) -> int:
            never = connection.execute(delete(self._table).where(is_left, c.outcome.is_(None)))
            once = update(self._table).where(is_left).values(**OUT_OF_QUEUE)
            return never.rowcount + connection.execute(once).rowcount

        return self._run(take_out)

    def waiting(self) -> int:
        """See verification.states.Backfill."""
        query = select(func.count()).where(self._table.c.next_try_at.is_not(None))
        with self._engine.connect() as connection:
            return int(connection.scalar(query.select_from(self._table)) or 0)
