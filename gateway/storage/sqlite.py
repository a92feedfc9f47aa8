"""SQLite, set for durability.

Write-ahead log, `synchronous=FULL` (an fsync before a commit returns), foreign keys, deleted
content overwritten. The writer's transactions are BEGIN IMMEDIATE.
"""

from typing import Any, Final

from sqlalchemy import Connection, Engine, event

WRITES: Final = "gateway_writes"
"""Execution option of a connection whose transactions write."""
READS: Final = "gateway_reads"
"""Execution option of a connection that only reads: each statement stands alone."""

_SETTINGS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 10000",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16000",
    "PRAGMA wal_autocheckpoint = 8000",
)


def prepare(engine: Engine) -> None:
    """Have every connection of `engine` set so."""
    event.listen(engine, "connect", _set)
    event.listen(engine, "begin", _begin)


def is_in_transaction(connection: Connection) -> bool:
    """Whether the database still holds the transaction open.

    It ends one by itself when the disk is full or fails; COMMIT would then silently do nothing.
    """
    raw = connection.connection.dbapi_connection
    return raw is not None and bool(raw.in_transaction)


def _set(dbapi_connection: Any, _record: object) -> None:
    dbapi_connection.isolation_level = None  # the driver begins nothing by itself
    cursor = dbapi_connection.cursor()
    for pragma in _SETTINGS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get(READS, False):
        writes = options.get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
