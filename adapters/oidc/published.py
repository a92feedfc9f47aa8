"""What a provider publishes, as it was read last: read by one at a time, and nobody waits in line.

(1) It is kept for a while. Once it is stale, whoever comes first reads it anew; all others go on
    with what was read last (stale while revalidating, RFC 5861 §3).
(2) Where nothing was ever read, they wait for that one reading, as long as it may last itself, and
    never begin another.
(3) While the provider does not tell, what was read last is believed (RFC 5861 §4), and is asked for
    again after a pause.
(4) A reading that fails by our own fault is raised to whoever reads; those who wait wake, and go on
    with what there is.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetimes:
    """How long what."""

    kept_s: float
    """What was read is fresh."""
    retry_s: float
    """A provider that did not tell is left alone."""
    reading_s: float
    """One reading lasts at most, and whoever waits for it waits: it bounds itself."""


class Published(Generic[T]):
    """One document; safe to share between threads."""

    def __init__(
        self,
        read: Callable[[], T | None],
        *,
        lifetimes: Lifetimes,
        monotonic: Callable[[], float],
    ) -> None:
        """`read` asks the provider; None where it does not tell."""
        self._read = read
        self._lifetimes = lifetimes
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: T | None = None
        self._fresh_until = float("-inf")
        self._under_way: threading.Event | None = None
        """Set once the reading is over."""

    def known(self) -> T | None:
        """What was read last, read anew where it is stale; None where nothing ever was.

        Raises:
            Exception: what `read` raised here, in this thread.
        """
        with self._lock:
            if self._monotonic() < self._fresh_until:
                return self._known
            under_way, stale = self._under_way, self._known
            mine = self._begun() if under_way is None else None
        if mine is not None:
            self._bring(mine)
        elif under_way is not None and stale is None:
            under_way.wait(self._lifetimes.reading_s)
        return self._known

    def other_than(self, seen: T, *, may_read: Callable[[], bool]) -> T | None:
        """What is published instead of what was `seen`; None where nothing else is known.

        A reading under way is waited for. Another is begun where `may_read` says so, which is asked
        by one thread at a time, and only then.

        Raises:
            Exception: what `read` raised here, in this thread.
        """
        with self._lock:
            if self._known is not seen:
                return self._known
            under_way = self._under_way
            mine = self._begun() if under_way is None and may_read() else None
        if mine is not None:
            self._bring(mine)
        elif under_way is not None:
            under_way.wait(self._lifetimes.reading_s)
        known = self._known
        return None if known is seen else known

    def _begun(self) -> threading.Event:
        """A reading that is this thread's to do; held under the lock."""
        self._under_way = threading.Event()
        return self._under_way

    def _bring(self, mine: threading.Event) -> None:
        found = None
        try:
            found = self._read()
        finally:
            with self._lock:
                lifetimes = self._lifetimes
                kept_s = lifetimes.retry_s if found is None else lifetimes.kept_s
                self._known = self._known if found is None else found
                self._fresh_until = self._monotonic() + kept_s
                self._under_way = None
            mine.set()
