"""The work of the queue: what is due is asked, for a while, and lines that waited are judged again.

A round is cut short after any question: what was claimed and not answered is asked by another once
its claim is over.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from gateway.model.background import Turn
from gateway.model.verification import NotAnswered
from gateway.verification.asking import Asking

AnyAsking: TypeAlias = Asking[Any, Any]
LASTS_S: Final = 40.0
"""The next round goes on with what is left."""
DEADLINE_S: Final = 30.0
"""Of one question, nobody waiting: time enough to wait for a place in the register's rate."""


class VerificationRound:
    """Asks each register for what is due, in turns, until nothing is or none answers."""

    def __init__(
        self,
        *,
        askings: Sequence[AnyAsking],
        judge_again: Callable[[], None],
        lasts_s: float = LASTS_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`judge_again` has held lines judged soon, by another."""
        self._askings = askings
        self._judge_again = judge_again
        self._lasts_s = lasts_s
        self._monotonic = monotonic

    def __call__(self, turn: Turn) -> None:
        """One round. A register that answers nothing, or is not believed, has to wait."""
        ends_at = self._monotonic() + self._lasts_s
        asked = [one for one in self._askings if one.is_believed(deadline_s=DEADLINE_S)]
        has_moved = False
        while asked and self._monotonic() < ends_at:
            for asking in tuple(asked):
                turn.go_on()
                if ask_some(asking):
                    has_moved = True
                else:
                    asked.remove(asking)
        if has_moved:
            self._judge_again()


def ask_some(asking: AnyAsking) -> int:
    """Ask for some of what is due; how many were answered."""
    told = asking.ask_due(deadline_s=DEADLINE_S)
    return sum(not isinstance(one.answer, NotAnswered) for one in told.values())
