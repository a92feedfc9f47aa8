"""A budget of calls in memory, counted by a clock that a test moves."""

import threading
from collections.abc import Callable

from gateway.model.verification import Urgency


class MemoryRateBudget:
    """Implements `ports.rates.RateBudget`."""

    def __init__(
        self, *, calls: int, window_s: float, reserve: int, clock: Callable[[], float]
    ) -> None:
        self._window_s, self._reserve, self._clock = window_s, reserve, clock
        self._taken = [float("-inf")] * calls
        self._blocked_until = float("-inf")
        self._lock = threading.Lock()

    def take(self, urgency: Urgency) -> float:
        with self._lock:
            return self._take(urgency)

    def _take(self, urgency: Urgency) -> float:
        now = self._clock()
        kept = 0 if urgency is Urgency.INTERACTIVE else self._reserve
        oldest = sorted(self._taken)
        wait_s = max(oldest[kept] + self._window_s, self._blocked_until) - now
        if wait_s > 0:
            return wait_s
        self._taken = [*oldest[1:], now]
        return 0.0

    def exhausted(self, retry_after_s: float | None) -> None:
        until = self._clock() + (self._window_s if retry_after_s is None else retry_after_s)
        self._blocked_until = max(self._blocked_until, until)
