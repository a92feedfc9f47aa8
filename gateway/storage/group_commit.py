"""Writing on SQLite: one thread, many committed at once.

A piece of work runs inside its own savepoint of a shared transaction, unless it is alone in it.
Work that raises undoes its own changes only. What follows them (`Writer.follow`) has the last
savepoint. One COMMIT, one fsync, then every waiting caller goes on: what `run` returned from is
durable.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from gateway.errors import Overloaded
from gateway.storage.engine import RETRY_AFTER_S
from gateway.storage.sqlite import WRITES, is_in_transaction

_Result = TypeVar("_Result")
_LARGEST_GROUP: Final = 64
_Outcome: TypeAlias = tuple[Any, BaseException | None]
"""What a piece of work returned, or raised."""


class _Task:
    """Work, and where its caller waits for the outcome."""

    __slots__ = ("future", "work")

    def __init__(self, work: Callable[[Connection], Any]) -> None:
        self.work = work
        self.future: Future[Any] = Future()


class _TransactionLost(Exception):
    """The database ended the group's transaction by itself."""


class Follower(NamedTuple):
    """What runs at the end of each transaction."""

    work: Callable[[Connection], Any]
    told: Callable[[Any], None]
    """Gets what `work` returned once that is durable."""


class GroupCommit:
    """Runs one group of callers a transaction. Its thread starts at first use."""

    def __init__(self, engine: Engine) -> None:
        """`engine` from `open_engine`."""
        self._engine = engine.execution_options(**{WRITES: True})
        self._queue: SimpleQueue[_Task | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_closed = False
        self._is_ending = False
        """Known to the writing thread alone: what is queued before the end is written."""
        self._follower: Follower | None = None
        self._waiting = 0

    def follow(self, follower: Follower | None) -> None:
        """See `Writer.follow`."""
        self._follower = follower

    def run(
        self,
        work: Callable[[Connection], _Result],
        *,
        is_written: Callable[[Connection], bool] | None = None,
    ) -> _Result:
        """See `Writer.run`. No connection is ever lost here: `is_written` is not asked."""
        del is_written
        task = _Task(work)
        with self._lock:
            if self._is_closed:
                raise Overloaded("the writer is closed")
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)
                self._thread.start()
            self._queue.put(task)
            self._waiting += 1
        try:
            outcome: _Result = task.future.result()
        finally:
            with self._lock:
                self._waiting -= 1
        return outcome

    @property
    def waiting(self) -> int:
        """See `Writer.waiting`."""
        return self._waiting

    def close(self) -> None:
        """Finish what is queued, then stop; nothing is taken any more."""
        with self._lock:
            self._is_closed = True
            thread = self._thread
            self._queue.put(None)
        if thread is not None:
            thread.join()

    def _serve(self) -> None:
        while not self._is_ending:
            task = self._queue.get()
            if task is None:
                return
            self._commit([task])

    def _gather(self, group: list[_Task]) -> None:
        """Let what waits join the group."""
        while len(group) < _LARGEST_GROUP and not self._is_ending:
            try:
                task = self._queue.get_nowait()
            except Empty:
                return
            if task is None:
                self._is_ending = True
            else:
                group.append(task)

    def _commit(self, group: list[_Task]) -> None:
        """One transaction for the group, which grows until nothing waits or it is large enough.

        A future gets its outcome after COMMIT, never before.
        """
        follower = self._follower
        self._gather(group)
        try:
            with self._engine.connect() as connection:
                outcomes, following = self._attempt_all(connection, group, follower)
        except BaseException as error:  # noqa: BLE001 - whatever it was, every caller must wake
            fault = _fault(error)
            for task in group:
                task.future.set_exception(fault)
            return
        if follower is not None and following is not None:
            follower.told(following)
        for task, (result, raised) in zip(group, outcomes, strict=True):
            if raised is not None:
                task.future.set_exception(_fault(raised))
            else:
                task.future.set_result(result)

    def _attempt_all(
        self, connection: Connection, group: list[_Task], follower: Follower | None
    ) -> tuple[list[_Outcome], Any]:
        """Run and commit the group; where that fails the connection, and what it holds, is dropped.

        What is queued while it runs joins it, rather than wait for an fsync and ask for another.
        """
        following = None
        try:
            attempt = _attempt if len(group) > 1 else _attempt_alone
            outcomes = [attempt(connection, group[0].work)]
            while is_in_transaction(connection):
                outcomes += [_attempt(connection, task.work) for task in group[len(outcomes) :]]
                self._gather(group)
                if len(group) == len(outcomes):
                    break
            if follower is not None and any(raised is None for _, raised in outcomes):
                following, _ = _attempt(connection, follower.work)
            connection.commit()
        except BaseException:
            connection.invalidate()
            raise
        return outcomes, following


def _attempt(connection: Connection, work: Callable[[Connection], Any]) -> _Outcome:
    """Run one piece of work in its savepoint."""
    savepoint = connection.begin_nested()
    try:
        result = work(connection)
        savepoint.commit()
    except BaseException as error:
        if not is_in_transaction(connection):
            raise _TransactionLost from error
        savepoint.rollback()
        return None, error
    if not is_in_transaction(connection):
        raise _TransactionLost
    return result, None


def _attempt_alone(connection: Connection, work: Callable[[Connection], Any]) -> _Outcome:
    """Run the only piece of a group: what it undoes is the whole transaction."""
    connection.begin()
    try:
        result = work(connection)
    except BaseException as error:
        if not is_in_transaction(connection):
            raise _TransactionLost from error
        connection.rollback()
        return None, error
    if not is_in_transaction(connection):
        raise _TransactionLost
    return result, None


def _fault(error: BaseException) -> BaseException:
    """The error as its caller should see it: a database that cannot write is `Overloaded`."""
    is_database = isinstance(error, DBAPIError) and not isinstance(error, IntegrityError)
    if not is_database and not isinstance(error, _TransactionLost):
        return error
    fault = Overloaded("the database cannot write", retry_after_s=RETRY_AFTER_S)
    fault.__cause__ = error
    return fault
