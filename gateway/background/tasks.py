"""The tasks, as the engine does them: each in pieces that are durable by themselves."""

from collections.abc import Callable
from itertools import islice
from typing import Final

from gateway.judge_again import JudgingAgain
from gateway.model.background import Turn
from gateway.ports import Clock
from gateway.ports.held import HeldRounds

__all__ = ["JudgeAgainTask"]
NOTED_AT_ONCE: Final = 200
"""Transmissions judged before that is noted: after a kill so many are judged twice."""


class JudgeAgainTask:
    """Judges again what has moved, in order of reception; a transmission is a piece."""

    def __init__(
        self,
        judging: JudgingAgain,
        *,
        held: HeldRounds,
        clock: Clock,
        basis: Callable[[], str] = lambda: "",
    ) -> None:
        """`basis`: by what else verdicts are drawn; see `HeldRounds.moved`."""
        self._judging = judging
        self._held = held
        self._clock = clock
        self._basis = basis

    def __call__(self, turn: Turn) -> None:
        """What another has judged meanwhile is settled; what is being judged stays due."""
        moved = self._held.moved(at=self._clock.now(), basis=self._basis())
        left = iter(moved.transmissions)
        while some := list(islice(left, NOTED_AT_ONCE)):
            judged = []
            for transmission in some:
                turn.go_on()
                if not self._judging.judge_again(transmission).stays_due:
                    judged.append(transmission)
            self._held.judged(judged, moved)
