"""Run as a process of its own: judges again by the engine, as `serve` does, until it is killed.

`judging.py HOME ADDRESS`: prints a line for each transmission that is settled.
"""

import sys
import threading
import uuid

import structlog

from gateway.background.engine import DurableEngine
from gateway.background.rounds import Rounds
from gateway.background.tasks import JudgeAgainTask
from gateway.judging import judging_again
from gateway.model.background import Schedule, Task
from gateway.storage.background_processes import SqlProcessBeats
from gateway.store import Store
from tests.fakes import FixedClock
from tests.running import NOW, config_at

structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
config = config_at(sys.argv[1], database_url=sys.argv[2])
store = Store(config, clock=FixedClock(NOW))
process_id = uuid.uuid4().hex
judging = judging_again(config, store)


class Telling:
    """What judges again, and says so."""

    def judge_again(self, transmission):
        report = judging.judge_again(transmission)
        print("judged", transmission, report.outcome.value, flush=True)
        return report


def open_engine():
    engine = DurableEngine(
        url=config.background_url,
        process_id=process_id,
        tasks={
            Task.JUDGE_AGAIN: JudgeAgainTask(Telling(), held=store.held_rounds, clock=store.clock)
        },
        poll_s=0.02,
    )
    engine.start()
    return engine


Rounds(
    process_id=process_id,
    open_engine=open_engine,
    beats=SqlProcessBeats(engine=store.engine, writer=store.writer),
    clock=store.clock,
    schedules=[Schedule(task=Task.JUDGE_AGAIN, every_s=600)],
    look_s=0.1,
    first_s=0.0,
).start()
threading.Event().wait()
