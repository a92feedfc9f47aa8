"""Where the flow runs: worker threads under our own bound, so that the loop stays free."""

from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread

from gateway.errors import Overloaded

T = TypeVar("T")


class Lanes:
    """Bounded threads, and a bounded queue before them; reads have a lane of their own."""

    def __init__(self, *, threads: int, queue: int) -> None:
        """`threads` judge at once, `queue` wait; the next is told to come back."""
        self._threads = threads
        self._queue = queue
        self._judging: anyio.CapacityLimiter | None = None
        self._reading: anyio.CapacityLimiter | None = None

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

    async def read(self, work: Callable[[], T]) -> T:
        """Run a look-up in a worker thread, apart from judgements."""
        if self._reading is None:
            self._reading = anyio.CapacityLimiter(self._threads)
        return await anyio.to_thread.run_sync(work, limiter=self._reading)
