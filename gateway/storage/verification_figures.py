"""What the operator is told of a register's queue: figures, and whether somebody must look."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, func, select

from gateway.model.verification import Cause
from gateway.storage.verification_sanity import counts_since
from gateway.storage.verified_backfill import BackfilledStates
from gateway.verification.figures import LATE_AFTER, QueueFigures
from gateway.verification.states import AnswerT, SubjectT

_LATELY: Final = timedelta(hours=1)


class FiguredStates(BackfilledStates[SubjectT, AnswerT]):
    """States of a register, whole."""

    def figures(self, now: datetime) -> QueueFigures:
        """At this moment."""
        c = self._table.c
        is_waiting = and_(c.is_backfill == 0, c.next_try_at.is_not(None))
        by_cause = (
            select(c.cause, func.count(), func.min(c.queued_at).label("since"))
            .where(is_waiting)
            .group_by(c.cause)
        )
        backfill = select(func.count()).where(c.is_backfill == 1, c.next_try_at.is_not(None))
        with self._engine.connect() as connection:
            rows = connection.execute(by_cause).all()
            left = connection.scalar(backfill.select_from(self._table))
            answers = counts_since(connection, self._register, now - _LATELY)
        return QueueFigures(
            register=self._register,
            waiting={cause: count for cause, count, _ in rows},
            waiting_since=min((row.since for row in rows), default=None),
            backfill=int(left or 0),
            answers=answers,
            is_paused=self.is_paused(now),
        )

    def is_late(self, now: datetime) -> bool:
        """Whether somebody has waited for too long."""
        return self._waits(self._table.c.queued_at < now - LATE_AFTER)

    def is_refused(self) -> bool:
        """Whether the register refuses us, or is not where we look for it."""
        return self._waits(self._table.c.cause == Cause.MISCONFIGURED.value)

    def _waits(self, condition: ColumnElement[bool]) -> bool:
        c = self._table.c
        waiting = and_(c.is_backfill == 0, c.next_try_at.is_not(None), condition)
        with self._engine.connect() as connection:
            return bool(connection.scalar(select(exists().where(waiting))))
