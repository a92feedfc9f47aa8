"""The rounds in which held lines are judged again, as a contract of `gateway.ports`."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from gateway.model.closing import Moved


class HeldRounds(Protocol):
    """Which held lines are to be judged now, whatever the number of processes."""

    def moved(self, *, at: datetime, basis: str) -> Moved:
        """Of what `TransmissionLog.due` has, what may get another verdict than it got last.

        What was not `judged` yet, or long ago, or on another `basis`: by what else verdicts are
        drawn than by the directory and by what outside registers said. And where one of these
        has changed since for a worker or an establishment of a held line.
        """
        ...

    def judged(self, transmissions: Collection[int], moved: Moved) -> None:
        """These were judged since `moved` was read; pass over them until something moves.

        Raises:
            Overloaded: the database cannot write.
        """
        ...
