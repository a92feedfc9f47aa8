"""PostgreSQL 15 or newer, set for durability, and for giving up in time.

A commit returns once it is flushed, here and on the synchronous standbys that the server names.
READ COMMITTED: what orders writers are row and advisory locks, taken by name.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, Engine, event, text

CONNECTING: Final = {
    "client_encoding": "utf8",
    "connect_timeout": 5,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""How long libpq waits for a server that is silent: seconds, the last one milliseconds."""

_SETTINGS: Final = {
    "application_name": "siseri-gateway",
    "default_transaction_isolation": "read committed",
    "statement_timeout": "60s",
    "lock_timeout": "20s",
    "idle_in_transaction_session_timeout": "60s",
    "idle_session_timeout": "0",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
_SET: Final = "SELECT " + ", ".join(
    f"set_config('{name}', '{value}', false)" for name, value in _SETTINGS.items()
)
_SET_DURABLE: Final = (
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')"
)
_COPY: Final = "COPY "
_WITHOUT_LIMITS: Final = text(
    "SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true)"
)
_TURN: Final = text("SELECT pg_advisory_xact_lock(:number)")
_HURRY: Final = text("SELECT set_config('lock_timeout', :timeout, true)")


def prepare(engine: Engine) -> None:
    """Have every connection of `engine` set so, and COPY statements run as such."""
    event.listen(engine, "connect", _set)
    event.listen(engine, "do_executemany", _copy)


def lock_number(name: str) -> int:
    """The number of the advisory lock of that name: 64 bits of its SHA-256."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def wait_for_turn(connection: Connection, name: str) -> None:
    """Be the only transaction that has taken the turn of that name, until it ends."""
    connection.execute(_TURN, {"number": lock_number(name)})


def hurry(connection: Connection, within_s: float) -> None:
    """Have the transaction wait for any lock no longer than that."""
    connection.execute(_HURRY, {"timeout": f"{round(within_s * 1000)}ms"})


def without_limits(connection: Connection) -> None:
    """Let the transaction take the time that it needs, as a migration does."""
    connection.execute(_WITHOUT_LIMITS)


def hide_values(original: BaseException | None, shown: BaseException | None) -> None:
    """Leave SQLSTATE and constraint of an error of the server: its text quotes values."""
    if not isinstance(original, psycopg.Error) or original.sqlstate is None:
        return
    named = original.diag.constraint_name or original.diag.table_name or ""
    safe = f"{type(original).__name__} {original.sqlstate} {named}".rstrip()
    for error in (original, shown):
        if error is not None:
            error.args = (safe,)


def _set(dbapi_connection: Any, _record: object) -> None:
    dbapi_connection.autocommit = True  # a setting made in a transaction is undone with it
    with dbapi_connection.cursor() as cursor:
        cursor.execute(_SET)
        cursor.execute(_SET_DURABLE)
    dbapi_connection.autocommit = False


def _copy(cursor: Any, statement: str, rows: Sequence[Sequence[object]], _context: Any) -> bool:
    """Run a COPY … FROM STDIN, within the connection's transaction; whether it was one."""
    if not statement.startswith(_COPY):
        return False
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
    return True
