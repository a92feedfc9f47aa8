"""One look-up's calls: within its time, by the rights of the plan, and none after a refusal."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from adapters.http import Answer, Request, Upstream
from adapters.sirene.plans import Plan
from adapters.sirene.statuses import OUR_FAULT, UNAUTHORIZED, assessing
from gateway.model.verification import Cause, NotAnswered, Urgency

_TIMES: Final = 2
"""A token that was refused is replaced once; a new one that is refused stays so."""


class Asking:
    """The calls of one look-up: once the register does not answer, it is not asked again in it.

    What cannot be read stops nothing: it may be one record's defect, and an outage that answers in
    HTML opens the breaker, which does.
    """

    def __init__(
        self,
        *,
        upstream: Upstream,
        plan: Plan,
        monotonic: Callable[[], float],
        urgency: Urgency,
        deadline_s: float,
    ) -> None:
        self._upstream = upstream
        self._plan = plan
        self._monotonic = monotonic
        self._urgency = urgency
        self._ends_at_s = monotonic() + deadline_s
        self._stopped: NotAnswered | None = None

    def ask(
        self,
        request: Request,
        *,
        reads: Callable[[Answer], bool],
        says: frozenset[int] = frozenset(),
    ) -> Answer | NotAnswered:
        """The answer, of status 200 as `reads` has it or of one that it `says` in its own words."""
        if self._stopped is None and self._left_s() <= 0:
            self._stopped = NotAnswered(cause=Cause.NOT_ASKED)
        if self._stopped is not None:
            return self._stopped
        answer = self._by_right(request, reads, says)
        if isinstance(answer, NotAnswered) and answer.cause is not Cause.UNREADABLE:
            self._stopped = answer
        return answer

    def _by_right(
        self, request: Request, reads: Callable[[Answer], bool], says: frozenset[int]
    ) -> Answer | NotAnswered:
        for time in range(_TIMES):
            rights = self._plan.rights(urgency=self._urgency, deadline_s=self._left_s())
            if isinstance(rights, NotAnswered):
                return rights
            renews = time < _TIMES - 1 and self._plan.may_renew(rights)
            answer = self._upstream.call(
                replace(request, headers={**request.headers, **rights}),
                urgency=self._urgency,
                deadline_s=self._left_s(),
                assess=assessing(reads=reads, says=says, renews=renews),
            )
            if isinstance(answer, NotAnswered) or answer.status not in {UNAUTHORIZED, *OUR_FAULT}:
                return answer
            if answer.status == UNAUTHORIZED:
                self._plan.refused(rights)
                continue
            break
        return NotAnswered(cause=Cause.MISCONFIGURED)

    def _left_s(self) -> float:
        return max(self._ends_at_s - self._monotonic(), 0.0)
