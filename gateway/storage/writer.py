"""Everything that writes, whatever the database: what `run` returned from is durable."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine

from gateway.storage.engine import is_postgresql
from gateway.storage.group_commit import Follower, GroupCommit
from gateway.storage.own_transaction import OwnTransaction

_Result = TypeVar("_Result")


class _Way(Protocol):
    def run(
        self,
        work: Callable[[Connection], _Result],
        *,
        is_written: Callable[[Connection], bool] | None,
    ) -> _Result: ...

    def close(self) -> None: ...

    @property
    def waiting(self) -> int: ...


class Writer:
    """Runs all that writes: in groups by one thread on SQLite, side by side on PostgreSQL."""

    def __init__(self, *, engine: Engine) -> None:
        """`engine` from `open_engine`."""
        self._way: _Way = OwnTransaction(engine) if is_postgresql(engine) else GroupCommit(engine)

    def run(
        self,
        work: Callable[[Connection], _Result],
        *,
        is_written: Callable[[Connection], bool] | None = None,
    ) -> _Result:
        """What `work` returns, once its changes are durable.

        `work` must not commit, and must bear being undone and its caller told so. `is_written`
        tells on another connection whether its changes are there, once the transaction that made
        them has ended for certain: it is asked when the connection was lost during COMMIT.

        Raises:
            Overloaded: the database cannot write (full, locked, away), or the writer is closed.
                Nothing was written, unless the connection was lost during COMMIT and `is_written`
                was not given or could not be asked.
            Exception: whatever `work` raised; its changes are undone.
        """
        return self._way.run(work, is_written=is_written)

    def follow(
        self, work: Callable[[Connection], _Result | None], told: Callable[[_Result], None]
    ) -> None:
        """Run `work` at the end of each transaction from now on, where one thread writes (SQLite).

        It sees what the transaction has changed, and is committed with it: `told` gets what it
        returned, but for `None`, before the callers of the transaction go on. Where it raises, its
        own changes are undone, and nobody is told. Elsewhere nothing comes of it.
        """
        if isinstance(self._way, GroupCommit):
            self._way.follow(Follower(work, told))

    def unfollow(self) -> None:
        """No more of it, from the next transaction on."""
        if isinstance(self._way, GroupCommit):
            self._way.follow(None)

    @property
    def waiting(self) -> int:
        """How many callers wait for what they gave to be durable."""
        return self._way.waiting

    def close(self) -> None:
        """Finish what is being written, then stop; nothing is taken any more."""
        self._way.close()
