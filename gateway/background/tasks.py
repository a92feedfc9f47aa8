"""The tasks, as the engine does them: each in pieces that are durable by themselves."""

from gateway.judge_again import JudgingAgain
from gateway.model.background import Turn

__all__ = ["JudgeAgainTask"]


class JudgeAgainTask:
    """Judges again what is due, in order of reception; a transmission is a piece."""

    def __init__(self, judging: JudgingAgain) -> None:
        self._judging = judging

    def __call__(self, turn: Turn) -> None:
        """What another has judged meanwhile is settled; what is being judged stays due."""
        for transmission in self._judging.due():
            turn.go_on()
            self._judging.judge_again(transmission)
