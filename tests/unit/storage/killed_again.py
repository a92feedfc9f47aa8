"""Run as a process of its own: judges a held line again, killed after each statement in turn.

`killed_again.py ADDRESS WAY STEP`: `again` supersedes; `closing` closes a correction of a held
line. A child does it and dies before its first statement; the next STEP statements later; until
one ends. Each prints what the record holds when it begins, and so does one more at the end.
"""

import os
import sys
import traceback
from typing import Any

import msgspec
import orjson
from sqlalchemy import Engine, event, select

from gateway.storage.engine import open_engine
from gateway.storage.tables import acknowledgements, lines, measurements, renderings
from gateway.storage.transmission_log import SqlTransmissionLog
from gateway.storage.writer import Writer
from tests.contract.ports.closings import a_closing, a_key, a_line
from tests.contract.ports.test_transmission_log_held import (
    a_superseding,
    accepted,
    held_closing,
    held_line,
    judged,
)
from tests.fakes import FakeSealer
from tests.unit.storage.record_numbers import NUMBERS

KILLED = 9


def prepare(log: SqlTransmissionLog) -> None:
    """A line in force, a held line, and a transmission with two more."""
    log.close(a_closing(a_line(index=3), key=a_key(id="one")))
    log.close(held_closing(held_line(5), key=a_key(id="two")))
    log.close(held_closing(held_line(0), held_line(1), key=a_key(id="three")))


def again(log: SqlTransmissionLog) -> None:
    """The first held line replaces the one in force and closes the other; the second is over."""
    entering = msgspec.structs.replace(accepted(), replaces=((1, 3),), closes=((2, 5),))
    judging = judged(log, 3, entering, superseding=(a_superseding(log, 2),), revision=1)
    log.supersede(msgspec.structs.replace(judging, indexes=(0, 1)))


def closing(log: SqlTransmissionLog) -> None:
    """A correction closes the held line of another transmission."""
    correcting = msgspec.structs.replace(accepted(), closes=((2, 5),))
    said = a_superseding(log, 2)
    named = {"key": a_key(id="four"), "acknowledgement_id": "four"}
    log.close(a_closing(correcting, **named, superseding=(said,), revision=1))


def attempt(address: str, way: str, *, statements: int) -> None:
    """In a child: die after so many statements, COMMIT among them, or end."""
    engine = open_engine(address)
    tell(engine)
    done = 0

    def count(*_: Any) -> None:
        nonlocal done
        done += 1
        if done > statements:
            os._exit(KILLED)

    log = SqlTransmissionLog(engine=engine, writer=Writer(engine=engine), sealer=FakeSealer())
    ways = {"again": again, "closing": closing}
    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", count)
    ways[way](log)
    os._exit(0)


def tell(engine: Engine) -> None:
    """Print what the record holds."""
    queries = (
        select(acknowledgements.c.cursor, acknowledgements.c.transmission),
        select(renderings.c.acknowledgement_id).distinct(),
        NUMBERS,
        select(
            lines.c.transmission,
            lines.c.line,
            lines.c.verdict,
            lines.c.is_in_force,
            lines.c.worker_id,
            lines.c.closed_by_transmission,
        ),
        select(measurements.c.transmission, measurements.c.line, measurements.c.is_in_force),
    )
    with engine.connect() as connection:
        found = [sorted(map(list, connection.execute(query)), key=str) for query in queries]
    print(orjson.dumps(found).decode(), flush=True)


def child(work: Any, *given: Any, **named: Any) -> int:
    """The exit code of a child that does it."""
    pid = os.fork()
    if pid == 0:
        try:
            work(*given, **named)
        except BaseException:  # noqa: BLE001 - the parent must hear of it, and go on alone
            traceback.print_exc()
        os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def prepared(address: str) -> None:
    """In a child: the record before."""
    engine = open_engine(address)
    writer = Writer(engine=engine)
    prepare(SqlTransmissionLog(engine=engine, writer=writer, sealer=FakeSealer()))
    writer.close()
    os._exit(0)


def told(address: str) -> None:
    """In a child: what the record holds at the end."""
    tell(open_engine(address))
    os._exit(0)


if __name__ == "__main__":
    where, how, step = sys.argv[1:]
    assert child(prepared, where) == 0
    code, at = KILLED, 0
    while code == KILLED:
        code = child(attempt, where, how, statements=at)
        at += int(step)
    assert child(told, where) == 0
    sys.exit(code)
