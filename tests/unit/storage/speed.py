"""How fast the record and the directory are on PostgreSQL, as ratios to SQLite in the same run.

    python -m tests.unit.storage.speed [--measurements 500000] [--plans]

Both write to the temporary folder's disk with fsync. Best of some repetitions, milliseconds.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from gateway.directory import DirectoryRow
from gateway.identifiers import Nir
from gateway.model.directory import Attachment, Employment
from gateway.model.transmission import Flow, Period
from gateway.storage.engine import open_engine
from gateway.storage.migrations import migrate
from gateway.storage.transmission_log import SqlTransmissionLog
from gateway.storage.worker_directory import SqlWorkerDirectory
from gateway.storage.writer import Writer
from tests.contract.ports.closings import EMPLOYER, LABORATORY, MARKED_NIR, a_closing, a_line
from tests.fakes import FakeSealer, FixedClock
from tests.postgresql import Cluster

LINES, WORKERS, KNOWN = 5000, 50_000, 20_000
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


def nir(number: int) -> Nir:
    """Not of a person: what the blind index is drawn from, and nothing else."""
    return Nir(f"{number:015d}")


def a_batch(number: int) -> Any:
    """5,000 lines of 5,000 workers in one month."""
    month = 1 + number // (WORKERS // LINES) % 12
    period = Period(start=date(2026, month, 1), end=date(2026, month, 28))
    start = number * LINES % WORKERS
    return a_closing(
        *(
            a_line(index=i, worker_id=f"worker-{start + i:06d}", period=period)
            for i in range(LINES)
        ),
        body=b"<result/>" * 30 * LINES,
    )


def a_row(number: int) -> DirectoryRow:
    start = date(2025, 1, 1)
    return DirectoryRow(
        number=number,
        nir=nir(number),
        birth_name="MARTIN",
        first_name="Jeanne",
        birth_date="1976-09-12",
        sex="F",
        employer=EMPLOYER,
        is_nuclear=False,
        employment=Employment(employer=EMPLOYER, start=start),
        attachments=(Attachment(employer=EMPLOYER, sender=LABORATORY, start=start),),
    )


class Case:
    """One database, filled and measured."""

    def __init__(self, engine: Engine) -> None:
        migrate(engine)
        self.engine = engine
        self.writer = Writer(engine=engine)
        stands_on: dict[str, Any] = {
            "engine": engine,
            "writer": self.writer,
            "sealer": FakeSealer(),
        }
        self.log = SqlTransmissionLog(**stands_on)
        self.directory = SqlWorkerDirectory(**stands_on, clock=FixedClock())

    def fill(self, measurements: int) -> Iterator[tuple[str, float]]:
        took = [timed(self.log.close, a_batch(k)) for k in range(measurements // LINES)]
        yield "close, 5,000 lines, base empty (best of 5)", min(took[:5])
        yield f"close, 5,000 lines, base of {measurements:,} (best of 5)", min(took[-5:])
        rows = [a_row(number) for number in range(KNOWN)]
        took = [
            timed(lambda part=part: self.directory.save(part, version="one"))
            for part in (rows[at : at + 1000] for at in range(0, KNOWN, 1000))
        ]
        yield "directory, 1,000 new rows (mean)", sum(took) / len(took)

    def measure(self) -> Iterator[tuple[str, float]]:
        every = WORKERS // LINES
        ids = [f"worker-{number * every:06d}" for number in range(LINES)]
        nirs = [nir(number * (KNOWN // LINES)) for number in range(LINES)]
        days: dict[str, Any] = {"first_day": FIRST, "last_day": LAST}
        flow = Flow.PASSIVE_EXTERNAL
        yield "facts, 5,000 workers", best(lambda: self.log.facts(ids, flow=flow, **days))
        yield "facts, 1 worker", best(lambda: self.log.facts(ids[:1], flow=flow, **days), 50)
        yield "look_up, 5,000 NIR", best(lambda: self.directory.look_up(nirs))
        yield "look_up, 1 NIR", best(lambda: self.directory.look_up([MARKED_NIR]), 50)
        one = [a_closing(a_line(worker_id=f"single-{n}")) for n in range(900)]
        took = sorted(timed(self.log.close, closing) for closing in one[:100])
        yield "close, 1 line (median)", took[50]
        with ThreadPoolExecutor(16) as threads:
            took = [timed(lambda: list(threads.map(self.log.close, one[100:])))]
        yield "close, 1 line, 16 threads (per closing)", took[0] / 800

    def plans(self) -> None:
        """Show how every look-up is run, for 5,000 and for one."""
        is_sqlite = self.engine.dialect.name == "sqlite"
        explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN ANALYZE "

        def show(_c: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            if statement.lstrip().startswith("SELECT"):
                shown = cursor.connection.cursor().execute(explain + statement, parameters)
                print(" ".join(statement.split())[:120])
                for row in shown.fetchall():
                    print("    ", *(str(part)[:140] for part in row))

        event.listen(self.engine, "before_cursor_execute", show)
        ids = [f"worker-{number * 10:06d}" for number in range(LINES)]
        for chosen in (ids, ids[:1]):
            self.log.facts(chosen, flow=Flow.PASSIVE_EXTERNAL, first_day=FIRST, last_day=LAST)
            self.directory.look_up([nir(number) for number in range(len(chosen))])


def timed(work: Callable[..., object], *arguments: object) -> float:
    start = time.perf_counter()
    work(*arguments)
    return (time.perf_counter() - start) * 1000


def best(work: Callable[[], object], times: int = 7) -> float:
    return min(timed(work) for _ in range(times))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--measurements", type=int, default=500_000)
    parser.add_argument("--plans", action="store_true")
    asked = parser.parse_args()
    found: dict[str, dict[str, float]] = {}
    cluster = Cluster(shared_buffers="256MB", max_wal_size="1GB")
    with tempfile.TemporaryDirectory() as folder, cluster.database(is_migrated=False) as address:
        for url in (f"sqlite:///{Path(folder) / 'speed.db'}", address):
            engine = open_engine(url)
            case = Case(engine)
            results = found.setdefault(engine.dialect.name, {})
            for steps in (case.fill(asked.measurements), case.measure()):
                results.update(steps)
            if asked.plans:
                case.plans()
            case.writer.close()
            engine.dispose()
    cluster.stop()
    for name, sqlite in found["sqlite"].items():
        postgresql = found["postgresql"][name]
        print(f"| {name} | {sqlite:.2f} | {postgresql:.2f} | {postgresql / sqlite:.2f} |")


if __name__ == "__main__":
    main()
