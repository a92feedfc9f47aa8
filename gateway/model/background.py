"""Terms of work that goes on behind the doors: what runs, and when."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Task(StrEnum):
    """What can be done in the background. A name is stored: it never changes meaning."""

    JUDGE_AGAIN = "judge-again"
    """Judge the held lines that are due."""
    EXPIRY_NOTICES = "expiry-notices"
    """Decide which partners are to be told that a credential expires."""
    IDLE_ACCOUNTS = "idle-accounts"
    """Tell partners who have not come for long, then disable them."""
    MAIL = "mail"
    """Send the notices that wait."""
    IDLE_USERS = "idle-users"
    """Tell those who have not signed in for long, then disable their accounts."""
    INDEX_PEOPLE = "index-people"
    """Index whoever was in the directory before there was an index to find them by."""
    FORGET_SIGN_INS = "forget-sign-ins"
    """Take away sessions, and what was on the way to one, once they are over."""
    VERIFY = "verify"
    """Ask outside registers for what waits in the queue."""


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """A task that comes round by itself."""

    task: Task
    every_s: int
    """Occurrences are the multiples of it since 1970, in UTC: the same for every process."""

    def occurrence(self, at: datetime) -> datetime:
        """The last one that has begun at that moment."""
        elapsed_s = (at - _EPOCH) // timedelta(seconds=1)
        return _EPOCH + timedelta(seconds=elapsed_s - elapsed_s % self.every_s)

    def key(self, at: datetime) -> str:
        """The name of that occurrence."""
        return f"{self.task}@{self.occurrence(at):%Y%m%dT%H%M%SZ}"


class Stopped(BaseException):
    """The process is stopping: the work under way is left, and begun again by another."""


class Turn:
    """What a task is given while it runs."""

    __slots__ = ("_is_stopping",)

    def __init__(self, *, is_stopping: Callable[[], bool]) -> None:
        self._is_stopping = is_stopping

    def go_on(self) -> None:
        """Called between two pieces of the work.

        Raises:
            Stopped: the process is stopping; what is left is done by who begins it again.
        """
        if self._is_stopping():
            raise Stopped
