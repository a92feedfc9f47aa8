"""What the core needs of work behind the doors, as contracts (ADR 0018)."""

from collections.abc import Mapping
from typing import Protocol

from gateway.model.background import Task


class Soon(Protocol):
    """Whoever can have a task come round before its time."""

    def soon(self, task: Task) -> None:
        """Have a round of `task` begin as soon as none runs, in whichever process.

        Asked for often it is done once more, not often: one that begins later does it all. Where
        the process ends before, the next round that comes by itself does it.
        """
        ...


class ProcessBeats(Protocol):
    """Which processes do background work, and that they live."""

    def beat(self, process_id: str) -> None:
        """Count one more sign of life of that process, durable.

        Raises:
            Overloaded: the database cannot write.
        """
        ...

    def beats(self) -> Mapping[str, int]:
        """How many signs of life each process has given."""
        ...

    def forget(self, process_id: str) -> None:
        """Have no more of it: it ended, or another took over what it had begun."""
        ...
