"""Connections whose every read ends by the clock on the wall and within so many bytes.

`requests` and `http.client` bound each read of a socket, never their sum: a server that drips a
byte a second, sends interim answers for ever, or extends each chunk, ends no call of theirs. Here
the socket itself is read within bounds, which the thread that makes the call has set.
"""

import http.client
import io
import socket
import ssl
import threading
import time
from http import HTTPStatus
from typing import Any, Final

import requests.adapters
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

MAX_HEAD_BYTES: Final = 64 * 1024
"""Of a status line and its headers, interim answers included."""


class TooLong(Exception):
    """More bytes than any answer has."""


class TooLate(TimeoutError):
    """The time in which the request may be sent, or its answer read, is over."""


class Bounds:
    """What one call may take."""

    def __init__(self, *, ends_at: float, sent_by: float | None, max_bytes: int) -> None:
        """Instants of `time.monotonic`; `max_bytes` of content, beside which framing is borne."""
        self._ends_at = ends_at
        self._sent_by = ends_at if sent_by is None else min(ends_at, sent_by)
        self._left_bytes = MAX_HEAD_BYTES + max_bytes + max_bytes // 8

    def remaining_s(self) -> float:
        """Seconds until its end; raises `TooLate` where none is left."""
        remaining = self._ends_at - time.monotonic()
        if remaining <= 0:
            raise TooLate
        return remaining

    def check_may_send(self) -> None:
        """Raises `TooLate` where the request would come later than was promised."""
        if time.monotonic() >= self._sent_by:
            raise TooLate

    def count(self, size: int) -> None:
        """So many more bytes came; raises `TooLong`."""
        self._left_bytes -= size
        if self._left_bytes < 0:
            raise TooLong


class _Call(threading.local):
    """What the call that this thread makes is held to."""

    bounds: Bounds
    is_last: bool = False
    """Whether no other follows on its connection."""


the_call: Final = _Call()


class _Reads(io.RawIOBase):
    """Reads of a socket, within bounds."""

    def __init__(self, sock: socket.socket, bounds: Bounds) -> None:
        self._socket = sock
        self._raw: Any = sock.makefile("rb", buffering=0)
        self._bounds = bounds
        self.may_end = True

    def readable(self) -> bool:
        """It does nothing else."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As a raw stream does; raises `TooLate`, `TooLong`, or where it ends and may not."""
        self._socket.settimeout(self._bounds.remaining_s())
        size: int = self._raw.readinto(buffer)
        self._bounds.count(size)
        if not size and not self.may_end:
            raise ConnectionResetError("cut short")
        return size

    def close(self) -> None:
        """Let go of the socket."""
        self._raw.close()
        super().close()


class _Readable:
    """A socket, as `http.client` reads it."""

    def __init__(self, reads: _Reads) -> None:
        self._reads = reads

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._reads)


class _Response(http.client.HTTPResponse):
    """Read within the bounds of the call, its head whole and the last one.

    `http.client` takes a connection that ends for the end of the headers, and any interim answer
    but 100 for the answer: the one that follows would then be taken for that to the next request.
    """

    def __init__(self, sock: socket.socket, *more: Any, **named: Any) -> None:
        self._reads = _Reads(sock, the_call.bounds)
        super().__init__(_Readable(self._reads), *more, **named)  # type: ignore[arg-type]

    def begin(self) -> None:
        """See `HTTPResponse.begin`."""
        self._reads.may_end = False
        super().begin()
        self._reads.may_end = True
        self.will_close = self.will_close or the_call.is_last

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]
        if status == HTTPStatus.SWITCHING_PROTOCOLS:
            raise http.client.UnknownProtocol(version)
        is_interim = HTTPStatus.CONTINUE <= status < HTTPStatus.OK
        return version, HTTPStatus.CONTINUE if is_interim else status, reason


class _Connection(HTTPConnection):
    """Sends nothing once it is too late."""

    response_class = _Response

    def connect(self) -> None:
        """See `HTTPConnection.connect`."""
        super().connect()
        the_call.bounds.check_may_send()

    def request(self, *request: Any, **named: Any) -> None:
        """See `HTTPConnection.request`.

        Where `Connection: close` is asked for, it is closed here too, whatever the server does
        (RFC 9112 §9.6): what followed could meet the end that the server is just making of it.
        """
        the_call.bounds.check_may_send()
        stated = {name.lower(): value for name, value in (named.get("headers") or {}).items()}
        the_call.is_last = stated.get("connection") == "close"
        super().request(*request, **named)


class _TlsConnection(_Connection, HTTPSConnection):
    """Likewise, under TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class Connections(requests.adapters.HTTPAdapter):
    """Kept connections, of which nothing is ever changed by a call; safe to share between threads.

    It is used without a `Session`, which would keep cookies, look for credentials, and read the
    whole of a redirect's content, decoded, even where it is told to follow none.
    """

    def __init__(self, *, tls: ssl.SSLContext | None, kept: int) -> None:
        """`tls` proves the server; `kept` connections stay open between calls."""
        self._tls = tls
        super().__init__(pool_connections=1, pool_maxsize=kept, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, *_: Any, **__: Any) -> None:
        """See `HTTPAdapter.init_poolmanager`."""
        self.poolmanager = PoolManager(connections, maxsize=maxsize, ssl_context=self._tls)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def cert_verify(self, *_: Any) -> None:
        """The context proves the server: it is never joined by the authorities of `requests`."""
