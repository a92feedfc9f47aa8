"""Places: how many calls of one upstream may be under way, some of them kept for who watches."""

import threading

from gateway.model.verification import Urgency


class Bulkhead:
    """Of one upstream, in one process; safe to share between threads."""

    def __init__(self, places: int, reserve: int = 0) -> None:
        """Of `places` in all, `reserve` are for INTERACTIVE calls alone."""
        if not 0 <= reserve < places:
            raise ValueError("a reserve leaves at least one place")
        self.places = places
        self._reserve = reserve
        self._taken = 0
        self._changed = threading.Condition()

    @property
    def taken(self) -> int:
        """How many are under way."""
        return self._taken

    def enter(self, urgency: Urgency, *, within_s: float) -> bool:
        """Whether a place was free within so many seconds; if so, `leave` it once."""
        limit = self.places - (0 if urgency is Urgency.INTERACTIVE else self._reserve)
        with self._changed:
            if not self._changed.wait_for(lambda: self._taken < limit, timeout=max(within_s, 0)):
                return False
            self._taken += 1
            return True

    def leave(self) -> None:
        """Give a place back."""
        with self._changed:
            self._taken -= 1
            self._changed.notify_all()
