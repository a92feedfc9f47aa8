"""A circuit breaker: what fails again and again is left alone, then tried by one call.

The lock is held while the state is read or changed, never during a call: calls run side by side
(pybreaker serialises them), and one alone probes (purgatory and circuitbreaker let all through).
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from gateway.model.verification import Cause, NotAnswered


class State(StrEnum):
    """Whether calls go through."""

    CLOSED = "CLOSED"
    """They do."""
    OPEN = "OPEN"
    """None does."""
    HALF_OPEN = "HALF_OPEN"
    """One does, and decides."""


@dataclass(frozen=True, slots=True)
class Permit:
    """That a call may go; to be settled by one of `succeeded`, `failed`, `refused`, `abstained`."""

    era: int
    is_probe: bool


class Breaker:
    """Of one upstream, in one process; safe to share between threads."""

    def __init__(
        self,
        *,
        failures: int = 5,
        open_s: float = 30.0,
        refused_s: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Opens after so many `failures` in a row for `open_s`, when refused for `refused_s`."""
        self._failures = failures
        self._open_s = open_s
        self._refused_s = refused_s
        self._clock = clock
        self._lock = threading.Lock()
        self._watcher: Callable[[State], None] = lambda _state: None
        self._state = State.CLOSED
        self._era = 0
        """A permit of a former era decides nothing."""
        self._failed_in_a_row = 0
        self._until = 0.0
        self._cause = Cause.BREAKER_OPEN

    @property
    def state(self) -> State:
        """As the last call left it: one that is open turns half-open when somebody asks."""
        return self._state

    def watch(self, watcher: Callable[[State], None]) -> None:
        """Tell of each change of state from now on, outside the lock."""
        self._watcher = watcher

    def admit(self) -> Permit | NotAnswered:
        """A permit; or why there is none, and for how long."""
        with self._lock:
            if self._state is State.CLOSED:
                return Permit(self._era, is_probe=False)
            left_s = self._until - self._clock()
            if self._state is State.HALF_OPEN or left_s > 0:
                return NotAnswered(cause=self._cause, retry_after_s=max(left_s, 0.0))
            self._become(State.HALF_OPEN)
            permit = Permit(self._era, is_probe=True)
        self._watcher(State.HALF_OPEN)
        return permit

    def stands(self, permit: Permit) -> bool:
        """Whether a call by this permit may still begin."""
        return permit.era == self._era

    def succeeded(self, permit: Permit) -> None:
        """It answered."""
        with self._lock:
            if permit.era != self._era:
                return
            self._failed_in_a_row = 0
            if not permit.is_probe:
                return
            self._become(State.CLOSED)
        self._watcher(State.CLOSED)

    def failed(self, permit: Permit) -> None:
        """It did not answer."""
        with self._lock:
            if permit.era != self._era:
                return
            self._failed_in_a_row += 1
            if not permit.is_probe and self._failed_in_a_row < self._failures:
                return
            self._open(self._open_s, Cause.BREAKER_OPEN)
        self._watcher(State.OPEN)

    def refused(self, permit: Permit) -> None:
        """It refuses us: no call goes before somebody had time to act."""
        with self._lock:
            if permit.era != self._era:
                return
            self._open(self._refused_s, Cause.MISCONFIGURED)
        self._watcher(State.OPEN)

    def abstained(self, permit: Permit) -> None:
        """The call says nothing of the upstream; another may probe."""
        with self._lock:
            if permit.era != self._era or not permit.is_probe:
                return
            self._become(State.OPEN)
        self._watcher(State.OPEN)

    def _open(self, for_s: float, cause: Cause) -> None:
        self._until = self._clock() + for_s
        self._cause = cause
        self._become(State.OPEN)

    def _become(self, state: State) -> None:
        self._state = state
        self._era += 1
        self._failed_in_a_row = 0
