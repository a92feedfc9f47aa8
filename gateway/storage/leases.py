"""In flight: who is judging a key at this moment. A crash frees every lease: the retry runs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from gateway.errors import Overloaded
from gateway.model.record import RecordKey
from gateway.ports import Leases
from gateway.storage.engine import is_postgresql
from gateway.storage.postgresql import lock_number

_TAKE = text("SELECT pg_try_advisory_lock(:number)")
_GIVE_BACK = text("SELECT pg_advisory_unlock(:number)")


class OpenLeases(Leases, Protocol):
    """Leases that hold something open."""

    def close(self) -> None:
        """Let go of it, and of every lease."""
        ...


def open_leases(engine: Engine) -> OpenLeases:
    """Leases that every process over that database respects; on SQLite there is but one."""
    return AdvisoryLeases(engine=engine) if is_postgresql(engine) else InProcessLeases()


class InProcessLeases:
    """Implements `ports.Leases` where one process owns the database."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: set[RecordKey] = set()

    @contextmanager
    def hold(self, key: RecordKey) -> Iterator[bool]:
        """Enter with True if the key was free, held until exit; False if another holds it."""
        with self._lock:
            is_free = key not in self._held
            self._held.add(key)
        try:
            yield is_free
        finally:
            if is_free:
                with self._lock:
                    self._held.discard(key)

    def close(self) -> None:
        """Nothing is open."""


class AdvisoryLeases:
    """Implements `ports.Leases` by advisory locks of PostgreSQL, on one connection of its own.

    They are the session's: the server frees them when the process, or the connection, is gone. A
    connection that is lost is opened again and takes its leases back; should another process have
    judged meanwhile, the record accepts the first that closes and tells the second.
    """

    def __init__(self, *, engine: Engine) -> None:
        """`engine` from `open_engine`, of a PostgreSQL database, not through a pooler."""
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._lock = threading.Lock()
        self._held: set[int] = set()
        self._connection: Connection | None = None

    @contextmanager
    def hold(self, key: RecordKey) -> Iterator[bool]:
        """Enter with True if the key was free, held until exit; False if another holds it.

        Raises:
            Overloaded: the database cannot be asked.
        """
        number = _number(key)
        with self._lock:
            is_free = number not in self._held and self._take(number)
            if is_free:
                self._held.add(number)
        try:
            yield is_free
        finally:
            if is_free:
                with self._lock:
                    self._held.discard(number)
                    self._give_back(number)

    def close(self) -> None:
        """Let go of every lease and of the connection."""
        with self._lock:
            self._drop()

    def _take(self, number: int) -> bool:
        if self._connection is not None:
            with suppress(SQLAlchemyError, Overloaded):
                return bool(self._connection.scalar(_TAKE, {"number": number}))
            self._drop()
        self._connection = self._engine.connect()
        try:
            for held in self._held:
                self._connection.scalar(_TAKE, {"number": held})
            return bool(self._connection.scalar(_TAKE, {"number": number}))
        except (SQLAlchemyError, Overloaded):
            self._drop()
            raise

    def _give_back(self, number: int) -> None:
        if self._connection is None:
            return
        try:
            self._connection.scalar(_GIVE_BACK, {"number": number})
        except (SQLAlchemyError, Overloaded):
            self._drop()  # which frees it too

    def _drop(self) -> None:
        """Close the connection itself: back in the pool it would keep its locks."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError, Overloaded):
                connection.invalidate()
            connection.close()


def _number(key: RecordKey) -> int:
    parts = (key.scope, str(key.test), str(key.is_readable), key.id)
    return lock_number("|".join(("siseri lease", *parts)))
