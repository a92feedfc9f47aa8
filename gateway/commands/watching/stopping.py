"""A clean stop: a signal ends a wait or an exchange, never a rename."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType


class Stopped(BaseException):
    """The process was asked to stop. No `Exception`: nothing that catches faults catches it."""


class Stopping:
    """Turns SIGTERM and Ctrl-C into `Stopped`, where nothing is half done."""

    def __init__(self) -> None:
        self._asked = Event()
        self._may_interrupt = False

    def listen(self) -> None:
        """Take the signals of this process."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Within it, a signal raises at once: what it cuts short is done again next time.

        Raises:
            Stopped: the process was asked to stop.
        """
        self._may_interrupt = True
        try:
            if self._asked.is_set():
                raise Stopped
            yield
        finally:
            self._may_interrupt = False

    def wait(self, seconds: float) -> None:
        """Wait, but not beyond a signal.

        Raises:
            Stopped: the process was asked to stop.
        """
        if self._asked.wait(seconds):
            raise Stopped

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._asked.set()
        if self._may_interrupt:
            self._may_interrupt = False
            raise Stopped
