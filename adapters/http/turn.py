"""Waiting for a turn: a place among the calls under way, and a call out of the budget."""

from collections.abc import Callable

from adapters.http.bulkhead import Bulkhead
from gateway.errors import Overloaded
from gateway.model.verification import Cause, NotAnswered, Urgency
from gateway.ports.rates import SENT_WITHIN_S, RateBudget


class Turns:
    """Of one upstream; safe to share between threads."""

    def __init__(
        self,
        *,
        bulkhead: Bulkhead,
        budget: RateBudget | None,
        sleep: Callable[[float], None],
        clock: Callable[[], float],
    ) -> None:
        self._bulkhead = bulkhead
        self._budget = budget
        self._sleep = sleep
        self._clock = clock

    def wait(self, urgency: Urgency, *, ends_at: float) -> float | NotAnswered:
        """Until when a call may be sent, with a place to `leave`; or why there is none.

        No place is held while waiting for the budget. A call whose time to be sent is over when it
        is given is lost, and taken anew.
        """
        while True:
            if not self._bulkhead.enter(urgency, within_s=ends_at - self._clock()):
                return NotAnswered(cause=Cause.NOT_ASKED)
            if self._budget is None:
                return ends_at
            sent_by = self._clock() + SENT_WITHIN_S
            wait_s = self._taken(self._budget, urgency)
            if isinstance(wait_s, NotAnswered):
                return wait_s
            if wait_s == 0 and self._clock() < sent_by:
                return min(sent_by, ends_at)
            self._bulkhead.leave()
            if self._clock() + wait_s >= ends_at:
                return NotAnswered(cause=Cause.QUOTA, retry_after_s=wait_s)
            self._sleep(wait_s)

    def _taken(self, budget: RateBudget, urgency: Urgency) -> float | NotAnswered:
        """The place is left where nobody can tell."""
        try:
            return budget.take(urgency)
        except BaseException as error:
            self._bulkhead.leave()
            if isinstance(error, Overloaded):
                return NotAnswered(cause=Cause.NOT_ASKED)
            raise

    def leave(self) -> None:
        """Give the place back."""
        self._bulkhead.leave()

    def exhausted(self, retry_after_s: float | None) -> None:
        """See `RateBudget.exhausted`."""
        if self._budget is not None:
            self._budget.exhausted(retry_after_s)
