"""One fault costs its own caller alone; on SQLite a failed commit costs every caller."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table, event, insert, select
from sqlalchemy.exc import IntegrityError

from gateway.errors import Overloaded
from gateway.storage.engine import wait_for_turn
from gateway.storage.writer import Writer
from tests.postgresql import opened

on_sqlite = pytest.mark.parametrize("kind", ["sqlite"])
"""By one thread, in groups."""
on_postgresql = pytest.mark.parametrize("kind", ["postgresql"])
"""Each in a transaction of its own."""

numbers = Table("numbers", MetaData(), Column("number", Integer, primary_key=True))


@pytest.fixture
def engine(kind: str, tmp_path: Path) -> Iterator[Engine]:
    with opened(kind, tmp_path, is_migrated=False) as found:
        numbers.metadata.create_all(found)
        yield found


def written(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return list(connection.scalars(select(numbers.c.number).order_by(numbers.c.number)))


class Gate:
    """Holds the writing thread, so that the work queued meanwhile makes one group."""

    def __init__(self, writer: Writer, threads: ThreadPoolExecutor) -> None:
        self._open = threading.Event()
        entered = threading.Event()

        def wait(_: Connection) -> None:
            entered.set()
            assert self._open.wait(20)

        self.held = threads.submit(writer.run, wait)
        assert entered.wait(20)

    def open(self) -> None:
        self._open.set()
        self.held.result(20)


def queued(writer: Writer, count: int) -> None:
    while writer._way._queue.qsize() < count:
        threading.Event().wait(0.001)


def add(number: int):
    def work(connection: Connection) -> int:
        connection.execute(insert(numbers), {"number": number})
        return number

    return work


def commits_of(engine: Engine) -> list[object]:
    seen: list[object] = []
    event.listen(engine, "commit", seen.append)
    return seen


@on_sqlite
def test_what_comes_while_a_transaction_runs_is_committed_with_it(
    writer: Writer, engine: Engine
) -> None:
    with ThreadPoolExecutor(20) as threads:
        gate = Gate(writer, threads)
        futures = [threads.submit(writer.run, add(number)) for number in range(19)]
        queued(writer, 19)
        commits = commits_of(engine)
        gate.open()
        assert [future.result(20) for future in futures] == list(range(19))
    assert len(commits) == 1
    assert written(engine) == list(range(19))


class Follower:
    """Counts what the transaction that it follows has written, into 1,000 and up."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.fault: Exception | None = None
        self.told: list[tuple[int, list[int]]] = []
        """Of each transaction, the count and what was durable by then."""

    def count(self, connection: Connection) -> int:
        found = len(list(connection.scalars(select(numbers.c.number))))
        add(1000 + found)(connection)
        if self.fault is not None:
            raise self.fault
        return found

    def tell(self, found: int) -> None:
        self.told.append((found, written(self._engine)))


@on_sqlite
def test_what_follows_sees_the_whole_transaction_and_is_durable_before_callers_go_on(
    writer: Writer, engine: Engine
) -> None:
    follower = Follower(engine)
    with ThreadPoolExecutor(8) as threads:
        gate = Gate(writer, threads)
        futures = [threads.submit(writer.run, add(number)) for number in range(4)]
        queued(writer, 4)
        writer.follow(follower.count, follower.tell)
        gate.open()
        assert [future.result(20) for future in futures] == [0, 1, 2, 3]
        assert follower.told == []  # it follows from the next transaction on
    assert writer.run(add(4)) == 4
    assert follower.told == [(5, [0, 1, 2, 3, 4, 1005])]
    writer.unfollow()
    assert writer.run(add(5)) == 5
    assert written(engine) == [0, 1, 2, 3, 4, 5, 1005]


@on_sqlite
def test_what_follows_and_fails_is_undone_alone(writer: Writer, engine: Engine) -> None:
    follower = Follower(engine)
    follower.fault = ZeroDivisionError()
    writer.follow(follower.count, follower.tell)
    assert writer.run(add(1)) == 1
    assert (written(engine), follower.told) == ([1], [])


@on_sqlite
def test_nothing_follows_a_transaction_that_was_undone_and_nobody_is_told_of_a_failed_commit(
    writer: Writer, engine: Engine
) -> None:
    def refuse(_: Connection) -> None:
        raise OSError("the disk is gone")

    def fail(_: Connection) -> None:
        raise ZeroDivisionError

    follower = Follower(engine)
    writer.follow(follower.count, follower.tell)
    with pytest.raises(ZeroDivisionError):
        writer.run(fail)
    event.listen(engine, "commit", refuse)
    with pytest.raises(OSError, match="disk"):
        writer.run(add(1))
    event.remove(engine, "commit", refuse)
    assert (written(engine), follower.told) == ([], [])


@on_sqlite
def test_a_fault_undoes_its_own_work_only(writer: Writer, engine: Engine) -> None:
    def fail(connection: Connection) -> None:
        add(100)(connection)
        raise ZeroDivisionError

    with ThreadPoolExecutor(8) as threads:
        gate = Gate(writer, threads)
        first = threads.submit(writer.run, add(1))
        queued(writer, 1)
        failed = threads.submit(writer.run, fail)
        queued(writer, 2)
        twice = threads.submit(writer.run, add(1))
        queued(writer, 3)
        last = threads.submit(writer.run, add(2))
        queued(writer, 4)
        gate.open()
        assert (first.result(20), last.result(20)) == (1, 2)
        with pytest.raises(ZeroDivisionError):
            failed.result(20)
        with pytest.raises(IntegrityError):
            twice.result(20)
    assert written(engine) == [1, 2]


@on_sqlite
def test_a_failed_commit_is_raised_to_every_caller_and_writes_nothing(
    writer: Writer, engine: Engine
) -> None:
    def refuse(_: Connection) -> None:
        raise OSError("the disk is gone")

    with ThreadPoolExecutor(8) as threads:
        gate = Gate(writer, threads)
        futures = [threads.submit(writer.run, add(number)) for number in range(5)]
        queued(writer, 5)
        event.listen(engine, "commit", refuse)
        gate._open.set()
        for future in (gate.held, *futures):
            with pytest.raises(OSError, match="disk"):
                future.result(20)
    event.remove(engine, "commit", refuse)
    assert written(engine) == []
    assert writer.run(add(7)) == 7
    assert written(engine) == [7]


@on_sqlite
def test_a_transaction_that_the_database_ended_fails_every_caller(
    writer: Writer, engine: Engine
) -> None:
    def lose(connection: Connection) -> None:
        connection.exec_driver_sql("ROLLBACK")  # as SQLite does when the disk is full
        raise ZeroDivisionError

    with ThreadPoolExecutor(8) as threads:
        gate = Gate(writer, threads)
        first = threads.submit(writer.run, add(1))
        queued(writer, 1)
        lost = threads.submit(writer.run, lose)
        queued(writer, 2)
        last = threads.submit(writer.run, add(2))
        queued(writer, 3)
        gate._open.set()
        for future in (first, lost, last):
            with pytest.raises(Overloaded):
                future.result(20)
    assert written(engine) == []
    assert writer.run(add(3)) == 3


@on_sqlite
def test_a_database_that_cannot_write_is_overloaded(writer: Writer, engine: Engine) -> None:
    def limit(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    def fill(connection: Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE filling (content BLOB)")
        connection.exec_driver_sql("INSERT INTO filling VALUES (zeroblob(1000000))")

    with engine.connect() as connection:
        limit(connection)
        raw = connection.connection.dbapi_connection
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
    writer.run(lambda c: c.exec_driver_sql(f"PRAGMA max_page_count = {pages}") and None)
    with pytest.raises(Overloaded):
        writer.run(fill)
    assert written(engine) == []


@on_sqlite
def test_a_closed_writer_finishes_what_is_queued_and_takes_no_more(engine: Engine) -> None:
    writer = Writer(engine=engine)
    with ThreadPoolExecutor(8) as threads:
        gate = Gate(writer, threads)
        future = threads.submit(writer.run, add(1))
        queued(writer, 1)
        closing = threads.submit(writer.close)
        queued(writer, 2)
        gate.open()
        assert future.result(20) == 1
        closing.result(20)
    with pytest.raises(Overloaded):
        writer.run(add(2))
    assert written(engine) == [1]


def test_work_is_durable_before_its_caller_goes_on(writer: Writer, engine: Engine) -> None:
    with ThreadPoolExecutor(16) as threads:

        def add_and_look(number: int) -> bool:
            writer.run(add(number))
            return number in written(engine)

        assert all(threads.map(add_and_look, range(100)))


def test_work_that_fails_is_undone_and_its_caller_told(writer: Writer, engine: Engine) -> None:
    def fail(connection: Connection) -> None:
        add(100)(connection)
        raise ZeroDivisionError

    assert writer.run(add(1)) == 1
    with pytest.raises(ZeroDivisionError):
        writer.run(fail)
    with pytest.raises(IntegrityError):
        writer.run(add(1))
    assert writer.run(add(2)) == 2
    assert written(engine) == [1, 2]


@on_postgresql
def test_writers_do_not_wait_for_each_other(writer: Writer, engine: Engine) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def wait(connection: Connection) -> None:
        add(1)(connection)
        entered.set()
        assert go_on.wait(20)

    with ThreadPoolExecutor(2) as threads:
        waiting = threads.submit(writer.run, wait)
        assert entered.wait(20)
        assert writer.run(add(2)) == 2
        assert written(engine) == [2]
        go_on.set()
        waiting.result(20)
    assert written(engine) == [1, 2]


@on_postgresql
def test_a_closed_writer_finishes_what_runs_and_takes_no_more(
    writer: Writer, engine: Engine
) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def wait(connection: Connection) -> None:
        entered.set()
        assert go_on.wait(20)
        add(1)(connection)

    with ThreadPoolExecutor(2) as threads:
        waiting = threads.submit(writer.run, wait)
        assert entered.wait(20)
        closing = threads.submit(writer.close)
        while not writer._way._is_closed:
            threading.Event().wait(0.001)
        with pytest.raises(Overloaded):
            writer.run(add(2))
        assert not closing.done()
        go_on.set()
        waiting.result(20)
        closing.result(20)
    assert written(engine) == [1]


@on_postgresql
def test_a_statement_that_takes_too_long_is_overloaded(writer: Writer, engine: Engine) -> None:
    def hurry(connection: Connection) -> None:
        add(1)(connection)
        connection.exec_driver_sql("SET LOCAL statement_timeout = '50ms'")
        connection.exec_driver_sql("SELECT pg_sleep(20)")

    with pytest.raises(Overloaded):
        writer.run(hurry)
    assert written(engine) == []
    assert writer.run(add(2)) == 2


@on_postgresql
def test_who_cannot_get_a_lock_in_time_is_overloaded(writer: Writer, engine: Engine) -> None:
    def hurry(connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
        wait_for_turn(connection, "turn")

    with engine.connect() as connection:
        wait_for_turn(connection, "turn")
        with pytest.raises(Overloaded):
            writer.run(hurry)
    writer.run(hurry)


def test_who_waits_for_a_commit_is_counted(writer: Writer) -> None:
    is_under_way, may_go_on = threading.Event(), threading.Event()

    def work(_connection: Connection) -> bool:
        is_under_way.set()
        return may_go_on.wait(30)

    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(writer.run, work)
        assert is_under_way.wait(30)
        assert writer.waiting == 1
        may_go_on.set()
        assert written.result(30)
    assert writer.waiting == 0
