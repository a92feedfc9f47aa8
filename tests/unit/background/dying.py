"""Run as a process of its own: does background work until it is killed, or told to stop.

`dying.py DATABASE ENGINE COUNT`: an occurrence every second of `mail`, and one of each of so many
other tasks. It prints a line when it begins and when it ends one of those.
"""

import signal
import sys
import threading
import time
import uuid
from datetime import UTC, datetime
from functools import partial

from gateway.background.engine import DurableEngine
from gateway.background.rounds import Rounds
from gateway.model.background import Schedule, Task, Turn
from gateway.storage.background_processes import SqlProcessBeats
from gateway.storage.engine import open_engine
from gateway.storage.writer import Writer

LONG = [task for task in Task if task is not Task.MAIL]
PIECES = 20
PIECE_S = 0.02
LOOK_S = 0.1


class MachineClock:
    """ports.Clock, without all that the store imports."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def say(*words: object) -> None:
    print(*words, flush=True)


def in_pieces(task: Task, turn: Turn) -> None:
    """Long enough to be killed in the middle of it."""
    say("begin", task)
    for _ in range(PIECES):
        turn.go_on()
        time.sleep(PIECE_S)
    say("end", task)


def main(database: str, place: str, count: str) -> None:
    process_id = uuid.uuid4().hex
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    engine = open_engine(database)
    writer = Writer(engine=engine)

    def open_it() -> DurableEngine:
        durable = DurableEngine(
            url=place,
            process_id=process_id,
            tasks={
                **{task: partial(in_pieces, task) for task in LONG},
                Task.MAIL: lambda _: say("mail"),
            },
            poll_s=0.02,
        )
        durable.start()
        for task in LONG[: int(count)]:
            durable.enqueue_occurrence(task, key=f"work-{task}")
        return durable

    rounds = Rounds(
        process_id=process_id,
        open_engine=open_it,
        beats=SqlProcessBeats(engine=engine, writer=writer),
        clock=MachineClock(),
        schedules=[Schedule(task=Task.MAIL, every_s=1)],
        look_s=LOOK_S,
        first_s=0.0,
    )
    rounds.start()
    say("ready", process_id)
    stopping.wait()
    rounds.close()
    writer.close()
    engine.dispose()
    say("closed")


if __name__ == "__main__":
    main(*sys.argv[1:])
