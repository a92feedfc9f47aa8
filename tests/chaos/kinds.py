"""Every kind of chaos, and how many chapters make its full count."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.chaos import cuts, durability, killing
from tests.postgresql import the_cluster


@dataclass(frozen=True)
class Kind:
    """A chapter by seed, in a folder of its own; it returns what was seen."""

    play: Callable[[int, Path], dict]
    chapters: int


def _kill_on_postgresql(seed, home):
    return killing.kill_on_postgresql(seed, home, cluster=the_cluster())


KINDS = {
    "cuts": Kind(cuts.cut_connections, 50),
    "flush-before-answer": Kind(durability.flush_before_answer, 10),
    "kill-sqlite": Kind(killing.kill_on_sqlite, 100),
    "kill-postgresql": Kind(_kill_on_postgresql, 100),
    "kill-of-postgresql": Kind(killing.kill_of_postgresql, 10),
}
