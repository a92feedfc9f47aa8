"""The deadlines of a connection: for a head, between requests, and for an answer to be fetched.

uvicorn counts the time of an idle connection alone, and any byte ends its count. Here a connection
that owes us a head has a timer that its bytes do not renew. The time of a body is that of
`gateway.api.exchange`.
"""

import asyncio
import itertools
from typing import ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_DEADLINE_S: Final = 10.0
"""From the opening of the connection, or from the first byte after an answer, to a whole head."""
IDLE_S: Final = 15
"""From the end of an answer to the first byte of the next request; and how long an answer may lie
without a byte of it being fetched."""
MAX_CONNECTIONS: Final = 512
"""Beyond them the one that has owed a head for longest is cut; if none does, 503."""
_TURNS: Final = itertools.count(1)


class Deadlines(HttpToolsProtocol):
    """One connection; `timeout_keep_alive` and `limit_concurrency` are those of the server."""

    header_deadline_s: ClassVar[float] = HEADER_DEADLINE_S
    _timer: asyncio.TimerHandle | None = None
    _turn: int = 0
    """In the order in which connections came to owe us something: clocks have ties."""
    _is_idle: bool = False
    _look: asyncio.TimerHandle | None = None
    _unsent_bytes: int = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a head, and make room if there are too many connections."""
        super().connection_made(transport)
        if self.limit_concurrency is not None and len(self.connections) >= self.limit_concurrency:
            self._make_room()
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is expected any more."""
        self._disarm()
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """The first bytes after an answer begin a head; those that follow gain no time."""
        if self._is_idle:
            self._expect_head()
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """The head is there: the rest is for the application to time."""
        super().on_headers_complete()
        self._disarm()

    def on_response_complete(self) -> None:
        """Unless another request is under way, the connection is idle."""
        super().on_response_complete()
        if self.cycle.response_complete:
            self._expect_next()
        if self._look is None:
            self._look_later()

    def pause_writing(self) -> None:
        """The client fetches slower than the answer is written."""
        super().pause_writing()
        self._look_later()

    def _expect_head(self) -> None:
        self._is_idle = False
        self._arm(self.header_deadline_s)

    def _expect_next(self) -> None:
        self._is_idle = True
        self._arm(self.timeout_keep_alive)

    def _arm(self, seconds: float) -> None:
        self._disarm()
        self._turn = next(_TURNS)
        self._timer = self.loop.call_later(seconds, self._over)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _over(self) -> None:
        if self._is_idle and self._look is not None:  # an answer is still being fetched
            self._expect_next()
        else:
            self._cut()

    def _look_later(self) -> None:
        if self._look is not None:
            self._look.cancel()
            self._look = None
        self._unsent_bytes = self.transport.get_write_buffer_size()
        if self._unsent_bytes:
            self._look = self.loop.call_later(self.timeout_keep_alive, self._look_again)

    def _look_again(self) -> None:
        """Cut a client that fetches nothing of its answer; one that is slow goes on."""
        if self.transport.get_write_buffer_size() < self._unsent_bytes:
            self._look_later()
        else:
            self._cut()

    def _cut(self) -> None:
        self._disarm()
        self.connections.discard(self)
        self.transport.abort()

    def _make_room(self) -> None:
        waiting = [
            other
            for other in self.connections
            if isinstance(other, Deadlines) and other._timer is not None  # noqa: SLF001
        ]
        if waiting:
            min(waiting, key=lambda other: other._turn)._cut()  # noqa: SLF001
