"""Writing on PostgreSQL: every caller in a transaction of its own, on a connection of its own.

What must follow one after the other waits for a row or an advisory lock of its work, so that two
gateway processes over one database are as safe as one.
"""

import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from gateway.errors import Overloaded
from gateway.storage.engine import RETRY_AFTER_S

_Result = TypeVar("_Result")
_PAUSES_S: Final = (0.0, 0.1, 0.4, 1.0, 2.0)
"""Before each attempt to learn what became of a transaction."""


class OwnTransaction:
    """Runs each caller's work in a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        """`engine` from `open_engine`."""
        self._engine = engine
        self._changed = threading.Condition()
        self._running = 0
        self._is_closed = False

    def run(
        self,
        work: Callable[[Connection], _Result],
        *,
        is_written: Callable[[Connection], bool] | None = None,
    ) -> _Result:
        """See `Writer.run`."""
        with self._changed:
            if self._is_closed:
                raise Overloaded("the writer is closed")
            self._running += 1
        try:
            return self._run(work, is_written)
        except DBAPIError as error:
            if isinstance(error, IntegrityError):
                raise
            raise Overloaded("the database cannot write", retry_after_s=RETRY_AFTER_S) from error
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    @property
    def waiting(self) -> int:
        """See `Writer.waiting`."""
        return self._running

    def close(self) -> None:
        """Finish what is being written, then stop; nothing is taken any more."""
        with self._changed:
            self._is_closed = True
            self._changed.wait_for(lambda: self._running == 0)

    def _run(
        self,
        work: Callable[[Connection], _Result],
        is_written: Callable[[Connection], bool] | None,
    ) -> _Result:
        with self._engine.connect() as connection:
            result = work(connection)
            try:
                connection.commit()
            except (DBAPIError, Overloaded):
                if not connection.invalidated:
                    raise  # the server refused to commit, and said so
            except BaseException:
                connection.invalidate()
                raise
            else:
                return result
        if is_written is not None and self._learn(is_written):
            return result
        raise Overloaded("the connection was lost while committing", retry_after_s=RETRY_AFTER_S)

    def _learn(self, is_written: Callable[[Connection], bool]) -> bool:
        """Ask on a new connection what became of the transaction. Its answer is durable.

        What `is_written` locks is committed after the transaction in doubt: where COMMIT waits for
        a standby, the standby has both.
        """
        for pause in _PAUSES_S:
            time.sleep(pause)
            try:
                with self._engine.connect() as connection:
                    found = is_written(connection)
                    connection.commit()
            except (DBAPIError, Overloaded):
                continue
            return found
        return False
