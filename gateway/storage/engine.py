"""The database: how it is opened, and the few things that differ from one engine to another.

SQLite is set for durability: write-ahead log, `synchronous=FULL` (an fsync before a commit
returns), foreign keys, deleted content overwritten. The writer's transactions are BEGIN IMMEDIATE.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

Database: TypeAlias = Engine
"""An open database, for those who pass it on and know nothing of SQL."""
DatabaseFault: TypeAlias = SQLAlchemyError
"""Whatever the driver says; its text may hold addresses, never values."""

WRITES: Final = "gateway_writes"
"""Execution option of a connection whose transactions write."""

_SQLITE: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 10000",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16000",
    "PRAGMA wal_autocheckpoint = 8000",
)


def open_engine(url: str) -> Engine:
    """An engine on `url` (`sqlite:////path` to a file). Errors never show a statement's values."""
    engine = create_engine(url, hide_parameters=True, pool_size=16, max_overflow=48)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:
    dbapi_connection.isolation_level = None  # the driver begins nothing by itself
    cursor = dbapi_connection.cursor()
    for pragma in _SQLITE:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def is_in_transaction(connection: Connection) -> bool:
    """Whether the database still holds the transaction open.

    SQLite ends one by itself when the disk is full or fails; COMMIT would then silently do nothing.
    """
    if connection.dialect.name != "sqlite":
        return connection.in_transaction()
    raw = connection.connection.dbapi_connection
    return raw is not None and bool(raw.in_transaction)


def insert_rows(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    replace_by: Sequence[str] = (),
) -> None:
    """Insert rows of values as the driver takes them (a date by its ISO text), as fast as it can.

    A row whose values of the columns `replace_by` exist already replaces the others' values.
    """
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    statement = (
        f"INSERT INTO {table.name} ({', '.join(columns)})"  # noqa: S608 - our own names
        f" VALUES ({', '.join([mark] * len(columns))})"
    )
    if replace_by:
        others = ", ".join(f"{c} = excluded.{c}" for c in columns if c not in replace_by)
        statement += f" ON CONFLICT ({', '.join(replace_by)}) DO UPDATE SET {others}"
    values = list(map(tuple, rows))
    if values:
        connection.exec_driver_sql(statement, values)
