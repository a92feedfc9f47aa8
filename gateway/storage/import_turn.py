"""One import of the directory at a time over a database, whatever the number of processes.

Of two at once, the first to end would remove what the other has stated already, and the other would
never state it again. A crash frees the turn.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Engine, text

from gateway.directory.store import ImportUnderWay
from gateway.storage.engine import is_postgresql
from gateway.storage.postgresql import lock_number

_NAME: Final = "siseri directory import"
_TAKE: Final = text("SELECT pg_try_advisory_lock(:number)")
_GIVE_BACK: Final = text("SELECT pg_advisory_unlock(:number)")


@contextmanager
def import_turn(engine: Engine) -> Iterator[None]:
    """Hold the turn until exit.

    Raises:
        ImportUnderWay: another holds it.
    """
    holding = _by_advisory_lock if is_postgresql(engine) else _by_file
    with holding(engine):
        yield


@contextmanager
def _by_advisory_lock(engine: Engine) -> Iterator[None]:
    """Of the session: the server frees it when the connection is gone."""
    own = engine.execution_options(isolation_level="AUTOCOMMIT")
    number = {"number": lock_number(_NAME)}
    with own.connect() as connection:
        if not connection.scalar(_TAKE, number):
            raise ImportUnderWay
        try:
            yield
        finally:
            connection.scalar(_GIVE_BACK, number)


@contextmanager
def _by_file(engine: Engine) -> Iterator[None]:
    """Beside the database: the system frees it when the process is gone."""
    descriptor = os.open(f"{engine.url.database}.import", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ImportUnderWay from None
        yield
    finally:
        os.close(descriptor)
