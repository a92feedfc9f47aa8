"""Two gateway processes over one PostgreSQL: none lost, none doubled, nothing judged on old facts.

SQLite is owned by one process; its own tests of concurrency use threads.
"""

import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
from sqlalchemy import Engine, func, select

from gateway.storage.leases import AdvisoryLeases
from gateway.storage.tables import acknowledgements, lines, measurements, transmissions
from gateway.storage.transmission_log import SqlTransmissionLog
from gateway.storage.writer import Writer
from tests.contract.ports.closings import LABORATORY, a_closing, a_key
from tests.fakes import FakeSealer
from tests.postgresql import Cluster
from tests.unit.storage.record_numbers import NUMBERS

ROOT = Path(__file__).resolve().parents[3]
EACH = 200


@pytest.fixture
def kind() -> str:
    return "postgresql"


def rival(address: str, name: str, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.unit.storage.rival", address, name, str(EACH), *more]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def told(process: subprocess.Popen[str]) -> list[list[str]]:
    output, _ = process.communicate(timeout=200)
    assert process.returncode == 0
    return [line.split() for line in output.splitlines()]


class Follower:
    """Reads the list as a partner does; keeps the cursors in the order in which they appeared."""

    def __init__(self, log: SqlTransmissionLog) -> None:
        self._log = log
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._follow)
        self.cursors: list[int] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()
        self._read()

    def _follow(self) -> None:
        while not self._is_over.is_set():
            self._read()
            time.sleep(0.002)

    def _read(self) -> None:
        after = self.cursors[-1] if self.cursors else 0
        found = self._log.list_after(str(LABORATORY), after=after, limit=1000)
        self.cursors += [listed.cursor for listed in found]


@pytest.fixture
def log(engine: Engine, writer: Writer) -> SqlTransmissionLog:
    return SqlTransmissionLog(engine=engine, writer=writer, sealer=FakeSealer())


def test_none_is_lost_none_doubled_and_cursors_have_no_gap(
    engine: Engine, address: str, log: SqlTransmissionLog
) -> None:
    with Follower(log) as follower:
        processes = [rival(address, name) for name in ("one", "other")]
        outcomes = [told(process) for process in processes]
    closed = [outcome[1] for outcome in outcomes[0] + outcomes[1]]
    assert len(set(closed)) == len(closed) == 2 * EACH
    assert follower.cursors == list(range(1, 2 * EACH + 1))
    with engine.connect() as connection:
        assert sorted(connection.scalars(select(acknowledgements.c.id))) == sorted(closed)
        for table, expected in ((lines, 6 * EACH), (measurements, 6 * EACH)):
            assert connection.scalar(select(func.count()).select_from(table)) == expected
        numbers = {row.name: row.value for row in connection.execute(NUMBERS)}
    assert numbers == {"cursor": 2 * EACH, "revision": 2 * EACH}
    assert_each_saw_all_before(engine)


def assert_each_saw_all_before(engine: Engine) -> None:
    """`canonical` states how many doses the verdicts were drawn from: all those before, exactly."""
    doses: Counter[str] = Counter()
    workers: dict[int, list[str]] = defaultdict(list)
    with engine.connect() as connection:
        for row in connection.execute(select(lines.c.transmission, lines.c.worker_id)):
            workers[row.transmission].append(row.worker_id)
        query = select(acknowledgements).order_by(acknowledgements.c.cursor)
        for row in connection.execute(query).all():
            seen = sum(doses[worker] for worker in set(workers[row.cursor]))
            assert row.canonical == f"seen {seen}".encode()
            doses.update(workers[row.cursor])


def test_the_same_keys_are_judged_by_one_and_replayed_by_the_other(
    engine: Engine, address: str, log: SqlTransmissionLog
) -> None:
    processes = [rival(address, name, "shared") for name in ("one", "other")]
    one, other = (told(process) for process in processes)
    assert [outcome[1] for outcome in one] == [outcome[1] for outcome in other]
    kinds = Counter(outcome[0] for outcome in one + other)
    assert kinds["closed"] == kinds["replayed"] == EACH
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(transmissions)) == EACH
    assert len(log.list_after(str(LABORATORY), after=0, limit=1000)) == EACH


HOLDER = """
import sys, time
from gateway.storage.engine import open_engine
from gateway.storage.leases import open_leases
from tests.contract.ports.closings import a_key
with open_leases(open_engine(sys.argv[1])).hold(a_key(id="held")) as is_free:
    print(is_free, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def leases(engine: Engine) -> Iterator[AdvisoryLeases]:
    held = AdvisoryLeases(engine=engine)
    yield held
    held.close()


def test_a_lease_holds_across_processes_and_dies_with_its_own(
    address: str, leases: AdvisoryLeases
) -> None:
    key = a_key(id="held")
    command = [sys.executable, "-c", HOLDER, address]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        with leases.hold(key) as is_free:
            assert not is_free
        holder.kill()
    assert becomes_free(leases, key)


def becomes_free(leases: AdvisoryLeases, key: object) -> bool:
    for _ in range(2_000):
        with leases.hold(key) as is_free:  # type: ignore[arg-type]
            if is_free:
                return True
        time.sleep(0.02)
    return False


def test_a_process_killed_in_the_middle_leaves_what_had_returned_and_nothing_half(
    engine: Engine, address: str, log: SqlTransmissionLog, leases: AdvisoryLeases
) -> None:
    returned: list[str] = []
    with rival(address, "one") as process:
        assert process.stdout is not None
        for line in process.stdout:
            returned.append(line.split()[1])
            if len(returned) == 20:
                process.kill()
    assert len(returned) >= 20
    for number in range(EACH):
        assert becomes_free(leases, a_key(id=f"one-{number}"))
    with engine.connect() as connection:
        kept = list(connection.scalars(select(acknowledgements.c.id)))
        cursors = sorted(connection.scalars(select(acknowledgements.c.cursor)))
        by_transmission = Counter(connection.scalars(select(lines.c.transmission)))
    assert set(returned) <= set(kept)
    assert cursors == list(range(1, len(kept) + 1))
    assert by_transmission == dict.fromkeys(cursors, 3)
    log.close(a_closing())
    assert log.list_after(str(LABORATORY), after=len(kept), limit=9)[0].cursor == len(kept) + 1


def test_a_lost_connection_takes_its_leases_back(
    engine: Engine, cluster: Cluster, leases: AdvisoryLeases
) -> None:
    rivals = AdvisoryLeases(engine=engine)
    key = a_key()
    with leases.hold(key) as is_first:
        cut(engine, cluster)
        with leases.hold(a_key()) as is_other:
            assert is_other
        with rivals.hold(key) as is_second:
            assert (is_first, is_second) == (True, False)
    with rivals.hold(key) as is_free_again:
        assert is_free_again
    rivals.close()


def cut(engine: Engine, cluster: Cluster) -> None:
    of_database = f"FROM pg_stat_activity WHERE datname = '{engine.url.database}'"
    cluster.do(f"SELECT pg_terminate_backend(pid) {of_database}")
    while cluster.do(f"SELECT 1 {of_database}"):
        time.sleep(0.01)
