"""What a provider publishes, as it was read last: read by one at a time, and no line forms.

(1) It is kept for a while. Once it is stale, whoever comes first reads it anew, and waits for that;
    all others go on with what was read last (stale while revalidating, RFC 5861 §3).
(2) Where nothing was ever read, they wait for that one reading, as long as it may last itself, and
    never begin another.
(3) While the provider does not tell, what was read last is believed (RFC 5861 §4), and is asked for
    again after a pause.
(4) A reading that fails by our own fault is raised to whoever reads; those who wait wake, and go on
    with what there is.
"""

import threading
from collections.abc import Callable, Iterator
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

    def others_than(self, seen: T, *, may_read: Callable[[], bool]) -> Iterator[T]:
        """What is published instead of what was `seen`: the next is looked for where one won't do.

        A reading under way is waited for. It may have begun before what is looked for was
        published; the one after it has not, nor has one's own: that is the last. Ours is begun
        where `may_read` says so, which is asked by one thread at a time, and only then.

        Raises:
            Exception: what `read` raised here, in this thread.
        """
        for _ in range(2):
            with self._lock:
                is_seen, under_way = self._known is seen, self._under_way
                mine = self._begun() if is_seen and under_way is None and may_read() else None
            if mine is not None:
                self._bring(mine)
            elif is_seen and not (under_way and under_way.wait(self._lifetimes.reading_s)):
                return
            known = self._known
            if known is not None and known is not seen:
                yield known
                seen = known
            if mine is not None:
                return

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
