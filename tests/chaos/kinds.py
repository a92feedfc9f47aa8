"""Every kind of chaos, and how many chapters make its full count."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.chaos import cuts, durability, faults, hindering, killing, rotating, seen
from tests.postgresql import the_cluster


@dataclass(frozen=True)
class Kind:
    """A chapter by seed, in a folder of its own; it returns what was seen."""

    play: Callable[[int, Path], dict]
    chapters: int


def _kill_on_postgresql(seed, home):
    return killing.kill_on_postgresql(seed, home, cluster=the_cluster())


def _flush_on_postgresql(seed, home):
    return durability.flush_before_answer_on_postgresql(seed, home, cluster=the_cluster())


def _rotate_on_postgresql(seed, home):
    return rotating.rotate_on_postgresql(seed, home, cluster=the_cluster())


def _failed_flush(seed, home):
    return faults.every_call_of_the_kernel(seed, home, call="fdatasync", error="EIO")


def _failed_write(seed, home):
    return faults.every_call_of_the_kernel(seed, home, call="pwrite64", error="ENOSPC")


KINDS = {
    "cuts": Kind(cuts.cut_connections, 50),
    "flush-before-answer": Kind(durability.flush_before_answer, 10),
    "flush-before-answer-postgresql": Kind(_flush_on_postgresql, 10),
    "disk-full": Kind(hindering.disk_full, 10),
    "disk-full-postgresql": Kind(hindering.disk_full_on_postgresql, 10),
    "stop-under-load": Kind(hindering.stop_under_load, 10),
    "failed-flush": Kind(_failed_flush, 1),
    "failed-write": Kind(_failed_write, 1),
    "kill-sqlite": Kind(killing.kill_on_sqlite, 100),
    "kill-postgresql": Kind(_kill_on_postgresql, 100),
    "kill-of-postgresql": Kind(killing.kill_of_postgresql, 10),
    "kill-with-witness": Kind(seen.kill_with_witness, 50),
    "rotate-sqlite": Kind(rotating.rotate_on_sqlite, 10),
    "rotate-postgresql": Kind(_rotate_on_postgresql, 10),
}
