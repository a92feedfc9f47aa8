"""The gateways that are tested: the real one, and those with one part that is wrong on purpose."""

import copy
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic, sleep

from gateway.app import Gateway
from gateway.judge_again import JudgingAgain
from gateway.judging import judging_again
from tests.model.world import partners
from tests.postgresql import new_database
from tests.running import Running

SETTLED_WITHIN_S = 240.0
"""For a machine that does other things."""
START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class SetClock:
    """A clock that is set, forwards and back."""

    def __init__(self, now=START):
        self._now = now

    def now(self):
        return self._now

    def set_to(self, now):
        self._now = now


@dataclass(frozen=True)
class Tested:
    """A gateway that runs, its clock, and what judges its held lines again."""

    running: Running
    clock: SetClock
    judging: JudgingAgain

    def settle(self):
        """Wait until all that was stated has its place in the evidence log.

        On SQLite it has, by the transaction that stated it; what is left is numbered in turn.
        """
        ends_at, store = monotonic() + SETTLED_WITHIN_S, self.running.store
        while store.engine.dialect.name == "postgresql" and store.evidence.is_waiting():
            assert monotonic() < ends_at, "what was stated is not numbered"
            sleep(0.01)


@contextmanager
def a_gateway(folder, *, portal, kind="sqlite"):
    """The real gateway, in process, on a new database of that kind."""
    clock = SetClock()
    with new_database(kind, folder, is_migrated=False) as address:
        running = Running(
            folder,
            portal=portal,
            clock=clock,
            partners=partners(),
            rows=[],
            database_url=address,
        )
        try:
            yield Tested(running, clock, judging_again(running.config, running.store))
        finally:
            running.close()


@contextmanager
def with_wrong(tested, wrong):
    """The same gateway composed anew over one wrong part, of `tests.model.wrong`.

    What reads the record beside the doors keeps the right parts.
    """
    right = tested.running.store
    store = copy.copy(right)
    setattr(store, wrong.part, wrong(getattr(right, wrong.part), tested))
    store.close = lambda: None  # what is borrowed stays open
    gateway = Gateway(tested.running.config, store=store)
    tested.running.serve(gateway.asgi)
    try:
        yield Tested(tested.running, tested.clock, judging_again(tested.running.config, store))
    finally:
        tested.running.serve(tested.running.gateway.asgi)
        gateway.close()
