"""The database: how it is opened, and what its faults become.

What differs from one database to another stands in `sqlite`, `postgresql` and `bulk`.
"""

from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    NotSupportedError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gateway.errors import Overloaded
from gateway.storage import postgresql, sqlite
from gateway.storage.sqlite import WRITES

__all__ = [
    "WRITES",
    "Database",
    "DatabaseFault",
    "is_postgresql",
    "open_engine",
    "reading",
    "wait_for_turn",
]

Database: TypeAlias = Engine
"""An open database, for those who pass it on and know nothing of SQL."""
DatabaseFault: Final = (SQLAlchemyError, Overloaded)
"""Whatever the database says, to be caught; its text may hold addresses, never values."""

RETRY_AFTER_S: Final = 5
_OURS: Final = (IntegrityError, ProgrammingError, DataError, NotSupportedError)
"""Faults of a statement, not of the database it was sent to."""
_WAIT_FOR_CONNECTION_S: Final = 10


class _Pool(QueuePool):
    """A pool that is empty for too long says what it is to the caller: the gateway is full."""

    _sqla_logger_namespace = "sqlalchemy.pool"
    """It logs as the library that it is of; by its module it would speak as one of ours."""

    def _do_get(self) -> Any:
        try:
            return super()._do_get()
        except PoolTimeout:
            raise Overloaded("no free connection", retry_after_s=RETRY_AFTER_S) from None


def open_engine(url: str) -> Engine:
    """An engine on `url`: `sqlite:////path` to a file, or `postgresql+psycopg://…`.

    Errors never show a statement's values. A database that is away, full or too slow is
    `Overloaded`, whatever was asked of it.
    """
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=_Pool,
        pool_size=16,
        max_overflow=48,
        pool_timeout=_WAIT_FOR_CONNECTION_S,
        pool_pre_ping=url.startswith("postgresql"),
        connect_args=postgresql.CONNECTING if url.startswith("postgresql") else {},
    )
    (postgresql if is_postgresql(engine) else sqlite).prepare(engine)
    event.listen(engine, "handle_error", _explain)
    return engine


def reading(engine: Engine) -> Engine:
    """The same, for those who only read: each statement stands alone, and none is left open.

    On PostgreSQL, READ COMMITTED would give no more within a transaction.
    """
    alone = {"isolation_level": "AUTOCOMMIT"} if is_postgresql(engine) else {sqlite.READS: True}
    return engine.execution_options(**alone)


def is_postgresql(database: Engine | Connection) -> bool:
    """Whether it is PostgreSQL; else it is SQLite."""
    return database.dialect.name == "postgresql"


def wait_for_turn(connection: Connection, name: str, *, within_s: float | None = None) -> None:
    """Be the only transaction that has taken the turn of that name, until it ends.

    SQLite's writers take turns by themselves. `within_s`, where it is given, is how long this
    transaction waits for any lock.

    Raises:
        Overloaded: others have had it for too long.
    """
    if is_postgresql(connection):
        if within_s is not None:
            postgresql.hurry(connection, within_s)
        postgresql.wait_for_turn(connection, name)


def _explain(context: ExceptionContext) -> None:
    """Take the values out of the driver's text; a database that cannot answer is `Overloaded`."""
    error = context.sqlalchemy_exception
    postgresql.hide_values(context.original_exception, error)
    if context.is_disconnect or (
        isinstance(error, DatabaseError | InterfaceError) and not isinstance(error, _OURS)
    ):
        raise Overloaded("the database cannot answer", retry_after_s=RETRY_AFTER_S)
