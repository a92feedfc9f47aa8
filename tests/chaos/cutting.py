"""A proxy that breaks a connection after a given number of bytes of the request or the answer."""

import asyncio
import contextlib
import socket
import struct
import threading
from dataclasses import dataclass
from typing import Self

_PIECE = 1024
_ABORT = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Cut:
    """Where the one exchange of the next connection ends."""

    of_answer: bool
    offset: int
    """Bytes that still pass."""
    is_reset: bool
    """By RST; else both sides see an orderly end in the middle."""


class Proxy:
    """Passes connections on to a port, each cut as `cut` says when it is opened; None: never."""

    def __init__(self, target):
        self._target = target
        self.cut: Cut | None = None
        self.port = 0
        self.passed: list[int] = []
        """Bytes of answers, piece by piece; who measures empties it."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        opening = asyncio.start_server(self._pass_on, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(opening, self._loop).result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_):
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self):
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _pass_on(self, reader, writer):
        cut = self.cut
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        limits = (None, None)
        if cut is not None:
            limits = (None, cut.offset) if cut.of_answer else (cut.offset, None)
        ways = [
            asyncio.ensure_future(_copy(reader, back, limits[0])),
            asyncio.ensure_future(_copy(there, writer, limits[1], self.passed)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            for end in (writer, back):
                await _end(end, is_reset=cut is not None and cut.is_reset)


async def _copy(reader, writer, limit, count=None):
    """Until the end, or until the byte after `limit` has come: that one does not pass."""
    passed = 0
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(_PIECE):
            passing = piece if limit is None else piece[: limit - passed]
            writer.write(passing)
            await writer.drain()
            passed += len(passing)
            if count is not None:
                count.append(len(passing))
            if len(passing) < len(piece):
                return


async def _end(writer, *, is_reset):
    if is_reset:
        raw = writer.get_extra_info("socket")
        with contextlib.suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
