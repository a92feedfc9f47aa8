"""What `ports.background.Soon` promises: one more round after the one that runs, in one process."""

import threading
import uuid

import pytest

from gateway.background.engine import DurableEngine
from gateway.background.rounds import Rounds
from gateway.model.background import Task
from tests.durable import engine_tables
from tests.fakes import FixedClock
from tests.postgresql import KINDS
from tests.unit.background.looking import states, until


class Beats:
    """Nobody is dead."""

    def beat(self, process_id):
        del process_id

    def beats(self):
        return {}

    def forget(self, process_id):
        del process_id


class Slow:
    """Work that lasts until it is let go; how much of it ran, and at once."""

    def __init__(self):
        self.may_end = threading.Semaphore(0)
        self.begun = self.running = self.most = 0

    def __call__(self, _turn):
        self.begun += 1
        self.running += 1
        self.most = max(self.most, self.running)
        assert self.may_end.acquire(timeout=60)
        self.running -= 1


@pytest.fixture(params=KINDS)
def address(request, tmp_path):
    with engine_tables(request.param, tmp_path) as found:
        yield found


@pytest.fixture
def begun(address):
    """Rounds over the engine of this process, and the work that they have come round."""
    work, process_id = Slow(), uuid.uuid4().hex

    def open_engine():
        tasks = {Task.JUDGE_AGAIN: work}
        engine = DurableEngine(url=address, process_id=process_id, tasks=tasks, poll_s=0.02)
        engine.start()
        return engine

    rounds = Rounds(
        process_id=process_id,
        open_engine=open_engine,
        beats=Beats(),
        clock=FixedClock(),
        schedules=[],
        look_s=0.05,
        first_s=0.0,
    )
    yield rounds, work
    for _ in range(9):
        work.may_end.release()
    rounds.close()


def test_asked_for_often_it_is_done_once_more_and_never_at_once(begun, address):
    rounds, work = begun
    rounds.soon(Task.JUDGE_AGAIN)  # before anything is open
    rounds.start()
    until(lambda: work.begun == 1)
    for _ in range(5):
        rounds.soon(Task.JUDGE_AGAIN)
    assert work.begun == 1
    work.may_end.release()
    until(lambda: work.begun == 2)
    work.may_end.release()
    until(lambda: list(states(address).values()) == ["SUCCESS"] * 2)
    assert (work.begun, work.most) == (2, 1)


def test_what_is_wanted_once_it_has_begun_is_another_round(begun, address):
    rounds, work = begun
    rounds.start()
    for number in (1, 2, 3):
        rounds.soon(Task.JUDGE_AGAIN)
        until(lambda number=number: work.begun == number)
        work.may_end.release()
        done = ["SUCCESS"] * number
        until(lambda done=done: list(states(address).values()) == done)
    assert work.most == 1
