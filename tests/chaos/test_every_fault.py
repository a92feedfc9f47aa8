"""Whatever call fails while a transmission is received, all of it is on record or nothing is."""

import pytest

from gateway.store import SystemClock
from tests.chaos import faults
from tests.chaos.sending import KNOWN_WORKERS
from tests.chaos.tracing import strace_or_skip
from tests.doors.conftest import portal  # noqa: F401 - a fixture
from tests.postgresql import cluster_or_skip
from tests.running import THE_OPERATOR, Running, a_row

DOORS = ("json", "xml", "soap11")


@pytest.fixture
def start(tmp_path, portal):  # noqa: F811
    started = []

    def begin(**settings):
        rows = [a_row(number) for number in range(1, KNOWN_WORKERS + 1)]
        running = Running(
            tmp_path,
            portal=portal,
            clock=SystemClock(),
            partners=(THE_OPERATOR,),
            rows=rows,
            **settings,
        )
        started.append(running)
        return running

    yield begin
    for running in started:
        running.close()


def test_every_statement_on_sqlite_fails_once_and_nothing_is_half_applied(start):
    running = start()
    statements = faults.Statements(running.store.engine, faults.disk_error)
    points = faults.every_fault(running, statements, doors=DOORS)
    assert min(points[door] for door in DOORS) > 10


def test_every_statement_on_postgresql_loses_its_connection_and_nothing_is_half_applied(start):
    cluster = cluster_or_skip()
    with cluster.database() as address:
        running = start(database_url=address)
        statements = faults.Statements(running.store.engine, faults.backend_killed(cluster))
        points = faults.every_fault(running, statements)
        assert points["json"] > 10


def test_every_commit_on_postgresql_loses_its_connection_and_nothing_is_half_applied(start):
    cluster = cluster_or_skip()
    with cluster.database() as address:
        running = start(database_url=address)
        commits = faults.Commits(running.store.engine, faults.backend_killed(cluster))
        assert faults.every_fault(running, commits)["json"] >= 1


@pytest.mark.parametrize(("call", "error"), [("fdatasync", "EIO"), ("pwrite64", "ENOSPC")])
def test_every_flush_and_write_that_the_kernel_refuses_leaves_nothing_half(tmp_path, call, error):
    strace_or_skip()
    told = faults.every_call_of_the_kernel(0, tmp_path, call=call, error=error)
    assert told["points"] >= told["refused"] >= 1
