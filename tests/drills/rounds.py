"""What a round of judging again costs while nothing moves: CPU of all that is due, and of the rest.

python -m tests.drills.rounds 150 1      # messages, lines of each
"""

import sys
import tempfile
import time
import uuid
from pathlib import Path

from gateway.background.tasks import JudgeAgainTask
from gateway.model.background import Turn
from gateway.model.verification import Cause, NotAnswered
from tests import builders
from tests.outside import Outside
from tests.running import a_row, loop


def _timed(name, work):
    cpu, began = time.process_time(), time.monotonic()
    work()
    spent_ms, took_s = 1000 * (time.process_time() - cpu), time.monotonic() - began
    print(f"{name}: {spent_ms:.1f} ms of CPU, {took_s:.2f} s", flush=True)


def main(messages, lines):
    """Lines that wait for both registers; every line of another worker."""
    rows = [a_row(number) for number in range(1, messages * lines + 1)]
    with loop() as portal, tempfile.TemporaryDirectory(prefix="rounds-") as home:
        outside = Outside(Path(home) / "gateway", portal=portal, rows=rows)
        outside.silence(NotAnswered(cause=Cause.OUTAGE))
        running = outside.running
        for message in range(messages):
            sent = [
                builders.a_line(ref=f"P-{line}", worker=builders.a_worker(message * lines + line))
                for line in range(1, lines + 1)
            ]
            form = builders.a_transmission(results=sent, id=str(uuid.uuid4()))
            assert running.submit(form).acknowledgement["disposition"] == "HELD"
        judging, store = running.gateway.judging_again, running.store
        task = JudgeAgainTask(judging, held=store.held_rounds, clock=store.clock)
        turn = Turn(is_stopping=lambda: False)
        _timed("all that is due", lambda: [judging.judge_again(row) for row in judging.due()])
        _timed("the first round", lambda: task(turn))
        _timed("the next, nothing has moved", lambda: task(turn))
        running.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
