"""How one register is asked, whoever it is."""

from collections.abc import Callable, Mapping
from typing import Generic

from gateway.model.verification import NotAnswered, Source, Urgency
from gateway.verification.outcomes import Register
from gateway.verification.states import AnswerT, SubjectT


class Way(Generic[SubjectT, AnswerT]):
    """How one register is asked, and how its answers are to be taken."""

    def __init__(
        self,
        *,
        ask: Callable[
            [Mapping[str, SubjectT], Urgency, float], Mapping[str, AnswerT | NotAnswered]
        ],
        register: Register,
        outcome: Callable[[AnswerT], str],
        source: Source,
        at_once: int,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        """`ask` answers each within seconds; `at_once`: how many are asked for at a time.

        `close` lets go of what it asks with.
        """
        self.register = register
        self.ask = ask
        self.outcome = outcome
        self.source = source
        self.at_once = at_once
        self.close = close
