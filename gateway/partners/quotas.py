"""How often a partner may do something within a window of time, apart from how much is free.

Counted by each gateway process for itself, and forgotten by a restart: it spares the machine and
the evidence log, it proves nothing. What must hold across processes is counted in the database
(`ports.FailureBudget`).
"""

import math
import threading
import time
from collections.abc import Callable
from typing import Final

import msgspec

from gateway.errors import TooManyRequests

_FORGET_BEYOND: Final = 10_000
"""Windows kept before those that are over are looked for."""


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of a quota, as the `RateLimit` fields state it."""

    limit: int
    window_s: int
    left: int
    ends_in_s: int
    """Until the quota is whole again; rounded up."""


class Quota:
    """So many times in each window, for each partner. Safe to call from several threads."""

    def __init__(
        self, *, limit: int, window_s: int, now: Callable[[], float] = time.monotonic
    ) -> None:
        """`now` counts seconds, and never goes back."""
        self._limit = limit
        self._window_s = window_s
        self._now = now
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[float, int]] = {}
        """When each began, and how often it was drawn on."""

    def take(self, partner_id: str) -> Allowance:
        """Draw on it once; what is left.

        Raises:
            TooManyRequests: nothing is; how long to wait is told.
        """
        now = self._now()
        with self._lock:
            began, drawn = self._windows.get(partner_id, (now, 0))
            if now >= began + self._window_s:
                began, drawn = now, 0
            ends_in_s = max(1, math.ceil(began + self._window_s - now))
            if drawn >= self._limit:
                raise TooManyRequests(retry_after_s=ends_in_s)
            self._windows[partner_id] = began, drawn + 1
            if len(self._windows) > _FORGET_BEYOND:
                self._forget(now)
        return Allowance(
            limit=self._limit,
            window_s=self._window_s,
            left=self._limit - drawn - 1,
            ends_in_s=ends_in_s,
        )

    def _forget(self, now: float) -> None:
        self._windows = {
            partner: window
            for partner, window in self._windows.items()
            if now < window[0] + self._window_s
        }
