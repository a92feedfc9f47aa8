"""An outside register that many wait for: asked within its rate, and left alone when it fails.

Of each attempt, in this order: the breaker permits it, a place is free, the budget gives a call, it
is sent and answered within bounds. What the answer means to all this is told by the adapter's
`assess`; what it says is the adapter's alone to read.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import requests
import structlog

from adapters.http.answer import Answer, NoAnswer
from adapters.http.breaker import Breaker, Permit, State
from adapters.http.bulkhead import Bulkhead
from adapters.http.calling import Assessment, CallLimits, Observer, Probe, Request
from adapters.http.exchange import Exchanges, TlsFiles
from adapters.http.turn import Turns
from gateway.errors import Overloaded
from gateway.model.verification import Cause, NotAnswered, Urgency
from gateway.ports.rates import RateBudget

FAIR_S: Final = 1.0
"""An attempt that had less time, for its caller's deadline, says nothing of the upstream."""
_FIRST_PAUSE_S: Final = 0.2
_LONGEST_PAUSE_S: Final = 5.0
_NOT_TRIED: Final = {Cause.BREAKER_OPEN, Cause.NOT_ASKED}
_FINAL: Final = _NOT_TRIED | {Cause.MISCONFIGURED}
"""Asking again at once would change nothing."""
log = structlog.get_logger(__name__)


_CAUSES: Final = {
    Assessment.TRANSIENT: Cause.OUTAGE,
    Assessment.QUOTA: Cause.QUOTA,
    Assessment.REFUSED_US: Cause.MISCONFIGURED,
    Assessment.UNREADABLE: Cause.UNREADABLE,
}


class _Nobody:
    """Counts nothing."""

    def call_ended(self, upstream: str, outcome: str, seconds: float) -> None:
        pass

    def breaker_changed(self, upstream: str, state: str) -> None:
        pass


@dataclass(frozen=True, slots=True)
class _Asking:
    """One question, and until when its caller waits."""

    request: Request
    assess: Callable[[Answer], Assessment]
    urgency: Urgency
    ends_at: float


class Upstream:
    """One outside register; safe to share between threads."""

    def __init__(
        self,
        *,
        name: str,
        base_url: str,
        limits: CallLimits,
        breaker: Breaker,
        bulkhead: Bulkhead,
        budget: RateBudget | None = None,
        tls: TlsFiles | None = None,
        probe: Probe | None = None,
        observer: Observer | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`name` is told in figures and logs; `chance` gives pauses, in [0, 1).

        Raises:
            ConfigurationFault: a file of `tls` is missing, or is not what it should be.
        """
        self.name = name
        self.breaker = breaker
        self.bulkhead = bulkhead
        self._base_url = base_url.rstrip("/")
        self._limits = limits
        self._turns = Turns(bulkhead=bulkhead, budget=budget, sleep=sleep, clock=clock)
        self._probe = probe
        self._observer = observer or _Nobody()
        self._sleep, self._clock, self._chance = sleep, clock, chance
        self._exchanges = Exchanges(
            tls=tls,
            is_tls=base_url.lower().startswith("https:"),
            kept=bulkhead.places,
            max_bytes=limits.max_bytes,
            encodings="gzip",
        )
        breaker.watch(self._changed)

    def call(
        self,
        request: Request,
        *,
        urgency: Urgency,
        deadline_s: float,
        assess: Callable[[Answer], Assessment],
    ) -> Answer | NotAnswered:
        """An answer that `assess` takes for one, within `deadline_s` by the clock on the wall.

        Nothing is raised for what the upstream does; what `assess` raises is passed on.
        """
        begun = self._clock()
        asking = _Asking(request, assess, urgency, begun + deadline_s)
        outcome = self._call(asking)
        told = "ANSWERED" if isinstance(outcome, Answer) else outcome.cause.value
        self._observer.call_ended(self.name, told, self._clock() - begun)
        return outcome

    def close(self) -> None:
        """Close the connections that are kept."""
        self._exchanges.close()

    def _call(self, asking: _Asking) -> Answer | NotAnswered:
        outcome = NotAnswered(cause=Cause.NOT_ASKED)
        for attempt in range(self._limits.attempts):
            if self._left_s(asking) <= 0:
                break
            tried = self._attempt(asking)
            if isinstance(tried, Answer):
                return tried
            if attempt == 0 or tried.cause not in _NOT_TRIED:
                outcome = tried  # else what the attempt before met is what there is to tell
            if tried.cause in _FINAL or self.breaker.state is State.OPEN:
                break
            pause_s = max(self._pause_s(attempt), outcome.retry_after_s or 0.0)
            if attempt + 1 == self._limits.attempts or pause_s >= self._left_s(asking):
                break
            self._sleep(pause_s)
        return outcome

    def _pause_s(self, attempt: int) -> float:
        """Full jitter: who failed together does not come back together."""
        return self._chance() * min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * (1 << attempt))

    def _left_s(self, asking: _Asking) -> float:
        return asking.ends_at - self._clock()

    def _attempt(self, asking: _Asking) -> Answer | NotAnswered:
        """By a permit of the breaker, which learns what came of it."""
        permit = self.breaker.admit()
        if isinstance(permit, Permit) and permit.is_probe and self._probe is not None:
            probe = self._probe
            probing = _Asking(probe.request, probe.assess, asking.urgency, asking.ends_at)
            outcome = self._permitted(probing, permit)
            if not isinstance(outcome, Answer):
                return outcome
            permit = self.breaker.admit()
        return permit if isinstance(permit, NotAnswered) else self._permitted(asking, permit)

    def _permitted(self, asking: _Asking, permit: Permit) -> Answer | NotAnswered:
        settle: Callable[[Permit], None] = self.breaker.abstained
        try:
            outcome, is_fair = self._asked(asking, permit)
            settle = self._settling(outcome, is_fair=is_fair)
        finally:
            settle(permit)
        return outcome

    def _settling(
        self, outcome: Answer | NotAnswered, *, is_fair: bool
    ) -> Callable[[Permit], None]:
        if isinstance(outcome, Answer):
            return self.breaker.succeeded
        if outcome.cause is Cause.MISCONFIGURED:
            return self.breaker.refused
        has_failed = outcome.cause in {Cause.OUTAGE, Cause.UNREADABLE} or (
            outcome.cause is Cause.TIMEOUT and is_fair
        )
        return self.breaker.failed if has_failed else self.breaker.abstained

    def _asked(self, asking: _Asking, permit: Permit) -> tuple[Answer | NotAnswered, bool]:
        """What came of one attempt; and whether it had time enough to tell of the upstream."""
        sent_by = self._turns.wait(asking.urgency, ends_at=asking.ends_at)
        if isinstance(sent_by, NotAnswered):
            return sent_by, False
        now = self._clock()
        within_s = min(self._limits.attempt_s, asking.ends_at - now)
        if sent_by <= now or not self.breaker.stands(permit):
            self._turns.leave()
            cause = Cause.NOT_ASKED if sent_by <= now else Cause.BREAKER_OPEN
            return NotAnswered(cause=cause), False
        is_fair = within_s >= min(self._limits.attempt_s, FAIR_S)
        return self._exchanged(asking, within_s, sent_by - now), is_fair

    def _exchanged(
        self, asking: _Asking, within_s: float, sent_within_s: float
    ) -> Answer | NotAnswered:
        """Sent within the place that was taken, which it leaves once nothing of it is left."""
        request = asking.request
        try:
            answer = self._exchanges.answer(
                requests.Request(
                    request.method,
                    f"{self._base_url}{request.path}",
                    headers=dict(request.headers),
                    data=request.content,
                ),
                within_s=within_s,
                connect_s=self._limits.connect_s,
                sent_within_s=sent_within_s,
                ended=self._turns.leave,
            )
        except NoAnswer as error:
            return NotAnswered(cause=error.cause)
        assessment = asking.assess(answer)
        if assessment is Assessment.ANSWERED:
            return answer
        if assessment is Assessment.QUOTA:
            self._exhausted(answer.retry_after_s)
        return NotAnswered(cause=_CAUSES[assessment], retry_after_s=answer.retry_after_s)

    def _exhausted(self, retry_after_s: float | None) -> None:
        try:
            self._turns.exhausted(retry_after_s)
        except Overloaded:
            log.warning("upstream.budget-not-told", upstream=self.name)

    def _changed(self, state: State) -> None:
        log.warning("upstream.breaker", upstream=self.name, state=state.value)
        self._observer.breaker_changed(self.name, state.value)
