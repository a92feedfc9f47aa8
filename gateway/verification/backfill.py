"""A first verification of the whole directory: seeded into the queue, then worked off in the open.

Whoever else works the queue helps; who dies leaves its claims, which another asks once they are
over. What is fresh is not asked.
"""

import time
from collections import Counter
from collections.abc import Callable
from typing import Final, Protocol

from gateway.model.verification import NotAnswered
from gateway.ports import Clock
from gateway.verification.rounds import DEADLINE_S, AnyAsking
from gateway.verification.states import Backfill

STEP: Final = 2_000
"""Rows a transaction, while it is seeded."""
PAUSE_S: Final = 1.0
"""Before what cannot be asked now is looked at again."""


class Watched(Protocol):
    """Who is shown the progress; safe to call from several threads."""

    def moved(self, left: int) -> None:
        """So many questions are left."""
        ...


class DirectoryBackfill:
    """Of one register."""

    def __init__(
        self,
        *,
        asking: AnyAsking,
        states: Backfill,
        clock: Clock,
        is_stopping: Callable[[], bool],
        patience_s: float,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """It gives up once nothing was answered for `patience_s`: the queue keeps what is left."""
        self._asking = asking
        self._states = states
        self._clock = clock
        self._is_stopping = is_stopping
        self._patience_s = patience_s
        self._monotonic = monotonic
        self._sleep = sleep
        self.told: Counter[str] = Counter()
        """Answers by outcome, and what was not answered by cause."""

    def seed(self) -> int:
        """Queue whatever is not fresh; how many that were not there."""
        after: str | None = ""
        queued = 0
        while after is not None and not self._is_stopping():
            after, count = self._states.seed(after=after, limit=STEP, now=self._clock.now())
            queued += count
        return queued

    def work(self, watched: Watched) -> int:
        """Ask until the queue is empty, or nobody answers any more; how many are left."""
        answered_at = self._monotonic()
        while (left := self._states.waiting()) and not self._is_stopping():
            watched.moved(left)
            if self._ask_some():
                answered_at = self._monotonic()
            elif self._monotonic() - answered_at > self._patience_s:
                break
            else:
                self._sleep(PAUSE_S)
        watched.moved(left)
        return left

    def _ask_some(self) -> bool:
        """Whether anything was answered."""
        if not self._asking.is_believed(deadline_s=DEADLINE_S):
            return False
        told = self._asking.ask_due(deadline_s=DEADLINE_S)
        answers = [one.answer for one in told.values()]
        self.told.update(
            str(one.cause if isinstance(one, NotAnswered) else self._asking.outcome_of(one))
            for one in answers
        )
        return any(not isinstance(one, NotAnswered) for one in answers)
