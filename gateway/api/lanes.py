"""Where the flow runs: worker threads under our own bound, and a share of it for each partner."""

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread
import msgspec

from gateway.api.exchange import Exchange
from gateway.errors import Overloaded, TooManyRequests
from gateway.partners.quotas import Quota

T = TypeVar("T")


class Occupancy(msgspec.Struct, frozen=True):
    """How full a lane is."""

    busy: int
    waiting: int
    places: int


class Lanes:
    """Bounded threads, and a bounded queue before them; reads have a lane of their own."""

    def __init__(self, *, threads: int, queue: int) -> None:
        """`threads` judge at once, `queue` wait; the next is told to come back."""
        self._threads = threads
        self._queue = queue
        self._judging: anyio.CapacityLimiter | None = None
        self._reading: anyio.CapacityLimiter | None = None
        self._waiting: anyio.CapacityLimiter | None = None
        self._proving: anyio.CapacityLimiter | None = None

    def occupancy(self) -> dict[str, Occupancy]:
        """How full each lane is that was used yet."""
        lanes = {"judging": self._judging, "reading": self._reading, "waiting": self._waiting}
        found = {}
        for name, limiter in lanes.items():
            if limiter is not None:
                now = limiter.statistics()
                places = int(now.total_tokens)
                found[name] = Occupancy(now.borrowed_tokens, now.tasks_waiting, places)
        return found

    async def run(self, work: Callable[[], T]) -> T:
        """Run a judgement in a worker thread.

        Raises:
            Overloaded: the queue is full.
        """
        if self._judging is None:
            self._judging = anyio.CapacityLimiter(self._threads)
        is_busy = self._judging.available_tokens < 1
        if is_busy and self._judging.statistics().tasks_waiting >= self._queue:
            raise Overloaded(retry_after_s=1)
        return await anyio.to_thread.run_sync(work, limiter=self._judging)

    async def wait(self, work: Callable[[], T]) -> T:
        """Run what waits more than it works: it takes no place of a judgement."""
        if self._waiting is None:
            self._waiting = anyio.CapacityLimiter(self._threads + self._queue)
        return await anyio.to_thread.run_sync(work, limiter=self._waiting)

    async def read(self, work: Callable[[], T]) -> T:
        """Run a look-up in a worker thread, apart from judgements."""
        if self._reading is None:
            self._reading = anyio.CapacityLimiter(self._threads)
        return await anyio.to_thread.run_sync(work, limiter=self._reading)

    async def prove(self, work: Callable[[], T]) -> T:
        """Read a message whose sender is not known yet: strangers take no other place."""
        if self._proving is None:
            self._proving = anyio.CapacityLimiter(self._threads)
        return await anyio.to_thread.run_sync(work, limiter=self._proving)


class Shares:
    """How many requests of one partner may be under way at once, so that none takes every place."""

    def __init__(self, *, each: int) -> None:
        self._each = each
        self._under_way: Counter[str] = Counter()

    def take(self, partner_id: str) -> Callable[[], None]:
        """Take a place until the answer is given; what is returned gives it back.

        Called in the event loop alone.

        Raises:
            TooManyRequests: this partner has as many under way as it may.
        """
        if self._under_way[partner_id] >= self._each:
            raise TooManyRequests(retry_after_s=1)
        self._under_way[partner_id] += 1

        def give_back() -> None:
            self._under_way[partner_id] -= 1
            if not self._under_way[partner_id]:
                del self._under_way[partner_id]

        return give_back


class Admission:
    """Lets the requests of authenticated partners in: so many at once, so many in a window."""

    def __init__(self, *, shares: Shares, quota: Quota) -> None:
        self._shares = shares
        self._quota = quota

    def admit(self, partner_id: str, exchange: Exchange) -> None:
        """Take a place until `exchange` is over, which will state what is left of the quota.

        Called in the event loop alone.

        Raises:
            TooManyRequests: this partner has as many under way as it may, or its window is full.
        """
        exchange.allowance = self._quota.take(partner_id)
        exchange.when_over(self._shares.take(partner_id))
