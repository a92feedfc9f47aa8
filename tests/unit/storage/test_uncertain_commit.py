"""The connection is lost while COMMIT runs: the gateway asks what became of it, and never guesses.

A cluster of its own: it is told to wait for a standby that does not exist, so that a transaction
can be found, and cut, when it is committed on disk and its client has not been told.
"""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, event, func, select

from gateway.errors import Overloaded, RecordMoved
from gateway.storage.engine import open_engine
from gateway.storage.tables import lines, transmissions
from gateway.storage.transmission_log import SqlTransmissionLog
from gateway.storage.writer import Writer
from tests.contract.ports.closings import a_closing, a_line
from tests.fakes import FakeSealer
from tests.postgresql import Absent, Cluster
from tests.unit.storage.record_numbers import NUMBERS

WAITING = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    try:
        own = Cluster()
    except Absent as reason:
        pytest.skip(str(reason))
    yield own
    own.stop()


@pytest.fixture
def address(cluster: Cluster) -> Iterator[str]:
    with cluster.database() as found:
        yield found
        standby(cluster, "")


@pytest.fixture
def log(engine: Engine, writer: Writer) -> SqlTransmissionLog:
    return SqlTransmissionLog(engine=engine, writer=writer, sealer=FakeSealer())


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def kind() -> str:
    return "postgresql"


def standby(cluster: Cluster, name: str) -> None:
    cluster.do(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
    cluster.do("SELECT pg_reload_conf()")


def one_that_waits(cluster: Cluster, *, but: int = 0) -> int:
    """The process id of a backend whose COMMIT is on disk and waits for the standby."""
    for _ in range(10_000):
        for (pid,) in cluster.do(f"SELECT pid {WAITING}"):
            if pid != but:
                return int(pid)
        time.sleep(0.005)
    raise AssertionError("nobody waits")


def counted(engine: Engine) -> tuple[int, int, dict[str, int]]:
    with engine.connect() as connection:
        rows = [
            connection.scalar(select(func.count()).select_from(table))
            for table in (transmissions, lines)
        ]
        return (*rows, {row.name: row.value for row in connection.execute(NUMBERS)})


def test_what_was_committed_is_answered_once_the_standby_has_it(
    engine: Engine, log: SqlTransmissionLog, cluster: Cluster, threads: ThreadPoolExecutor
) -> None:
    closing = a_closing(a_line())
    log.close(a_closing())
    standby(cluster, "absent")
    closed = threads.submit(log.close, closing)
    committing = one_that_waits(cluster)
    cluster.do(f"SELECT pg_terminate_backend({committing})")
    asking = one_that_waits(cluster, but=committing)
    assert asking != committing
    time.sleep(0.3)
    assert not closed.done()  # no receipt before the standby has the transaction
    standby(cluster, "")
    assert closed.result(60) is None
    assert log.acknowledgement(closing.acknowledgement_id) is not None
    assert counted(engine) == (2, 1, {"cursor": 2, "revision": 1})


def test_a_retry_of_what_was_committed_finds_the_first_receipt(
    log: SqlTransmissionLog, cluster: Cluster, threads: ThreadPoolExecutor
) -> None:
    closing = a_closing(a_line())
    standby(cluster, "absent")
    closed = threads.submit(log.close, closing)
    cluster.do(f"SELECT pg_terminate_backend({one_that_waits(cluster)})")
    standby(cluster, "")
    closed.result(60)
    again = a_closing(a_line(), key=closing.key, content_sha256=closing.content_sha256)
    standing = log.standing(again.key, again.content_sha256)
    assert standing.same_content == closing.acknowledgement_id
    with pytest.raises(RecordMoved):
        log.close(again)


def test_what_was_not_committed_is_overloaded_and_the_retry_closes_it(
    engine: Engine, log: SqlTransmissionLog, cluster: Cluster
) -> None:
    def cut(connection: Connection) -> None:
        if cuts:
            return
        cuts.append(connection)
        pid = connection.connection.dbapi_connection.info.backend_pid
        cluster.do(f"SELECT pg_terminate_backend({pid})")

    cuts: list[Connection] = []
    closing = a_closing(a_line())
    event.listen(engine, "commit", cut)
    with pytest.raises(Overloaded) as caught:
        log.close(closing)
    assert caught.value.retry_after_s
    assert counted(engine) == (0, 0, {"cursor": 0, "revision": 0})
    log.close(closing)
    assert counted(engine) == (1, 1, {"cursor": 1, "revision": 1})


def test_a_commit_that_waits_for_its_standby_never_gives_up_and_says_yes(
    engine: Engine, log: SqlTransmissionLog, cluster: Cluster, threads: ThreadPoolExecutor
) -> None:
    """No timeout of statements ends that wait: COMMIT would succeed on this machine alone."""
    hasty = open_engine(engine.url.render_as_string(hide_password=False))
    event.listen(hasty, "begin", lambda c: c.exec_driver_sql("SET LOCAL statement_timeout = 300"))
    writer = Writer(engine=hasty)
    log = SqlTransmissionLog(engine=hasty, writer=writer, sealer=FakeSealer())
    standby(cluster, "absent")
    closed: Future[None] = threads.submit(log.close, a_closing())
    one_that_waits(cluster)
    time.sleep(1)
    assert not closed.done()
    standby(cluster, "")
    closed.result(60)
    hasty.dispose()


def test_a_crash_of_the_server_loses_nothing_that_was_answered(
    engine: Engine, log: SqlTransmissionLog, cluster: Cluster, threads: ThreadPoolExecutor
) -> None:
    closings = [a_closing(a_line(worker_id=f"worker-{number}")) for number in range(200)]
    answered: list[str] = []

    def close_all() -> None:
        for closing in closings:
            try:
                log.close(closing)
            except Overloaded:
                continue
            answered.append(closing.acknowledgement_id)

    running = threads.submit(close_all)
    while len(answered) < 20:
        time.sleep(0.001)
    cluster.kill()
    cluster.start_again()
    running.result(120)
    assert len(answered) >= 20
    for acknowledgement_id in answered:
        assert log.acknowledgement(acknowledgement_id) is not None
    transmissions_now, lines_now, numbers = counted(engine)
    assert transmissions_now == lines_now == numbers["cursor"] == numbers["revision"]
    for closing in closings:
        if log.acknowledgement(closing.acknowledgement_id) is None:
            log.close(closing)
    assert counted(engine) == (200, 200, {"cursor": 200, "revision": 200})
