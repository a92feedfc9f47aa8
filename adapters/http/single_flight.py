"""Of all who ask the same at once, one asks and all get what it got."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class SingleFlight(Generic[_Key, _Value]):
    """Questions under way, by key, in one process; safe to share between threads.

    Nothing is kept: who asks after the answer came asks anew.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[_Key, Future[_Value]] = {}

    def run(self, key: _Key, work: Callable[[], _Value], *, within_s: float) -> _Value:
        """What `work` returns, or what it returns to the one who asked first.

        `within_s` bounds the waiting for another; `work` bounds itself.

        Raises:
            TimeoutError: another asked, and had no answer in that time.
            Exception: whatever `work` raised, to all who wait for it.
        """
        with self._lock:
            future = self._under_way.get(key)
            is_first = future is None
            if future is None:
                future = self._under_way[key] = Future()
        if is_first:
            self._lead(key, work, future)
        return future.result(timeout=None if is_first else within_s)

    def _lead(self, key: _Key, work: Callable[[], _Value], future: "Future[_Value]") -> None:
        try:
            found = work()
        except BaseException as error:  # noqa: BLE001 - whatever it was, who waits must wake
            self._forget(key)
            future.set_exception(error)
        else:
            self._forget(key)
            future.set_result(found)

    def _forget(self, key: _Key) -> None:
        with self._lock:
            del self._under_way[key]
