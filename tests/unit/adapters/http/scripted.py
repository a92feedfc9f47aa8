"""A server that does to its socket what a script says, whatever HTTP thinks of it."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from adapters.http import Answer, Assessment, Breaker, Bulkhead, CallLimits, Upstream

Script = Callable[[socket.socket], None]
PATIENCE_S = 30.0
"""What would never end is given up after this, by a loaded machine too: no test waits for it."""
HOST = "127.0.0.83"
"""An address of its own on the loopback: who looks for a server of another test, which has ended
and whose port the system gave away, does not come by."""
OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


class Scripted:
    """Serves on a port of the loopback, each connection in a thread."""

    def __init__(
        self, script: Script, *, tls: ssl.SSLContext | None = None, scheme: str | None = None
    ) -> None:
        """With a `scheme` alone, it speaks first, to who believes that it speaks that one."""
        self._script, self._tls, self._is_listening = script, tls, scheme is None
        self.requests: list[bytes] = []
        """Head and content of each, as they came."""
        self.connections = 0
        self.is_over = threading.Event()
        self._listener = socket.create_server((HOST, 0), backlog=64)
        scheme = scheme or ("http" if tls is None else "https")
        self.url = f"{scheme}://{HOST}:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over.set()
        with suppress(OSError):  # who waits in accept is woken
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(PATIENCE_S)

    def _accept(self) -> None:
        while not self.is_over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE_S)
        with connection, suppress(OSError):
            if not self._is_listening:
                self._script(connection)
            elif self._tls is None:
                self._answer(connection)
            else:
                self._protect(connection, self._tls)

    def _protect(self, connection: socket.socket, tls: ssl.SSLContext) -> None:
        protected = tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        with protected:
            try:
                protected.do_handshake()
                self._answer(protected)
            finally:
                linger(protected)

    def _answer(self, connection: socket.socket) -> None:
        """One request after another, until the script or the client ends the connection."""
        while not self.is_over.is_set():
            request = read_request(connection)
            if not request:
                return
            self.requests.append(request)
            self._script(connection)


def linger(connection: socket.socket) -> None:
    """Let what was sent arrive: a close before the client's last bytes are read is a reset."""
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_WR)  # below TLS, where there is one
        while socket.socket.recv(connection, 65536):
            pass


def read_request(connection: socket.socket) -> bytes:
    """The head, and as much content as it says; empty where the client is gone."""
    read = b""
    while b"\r\n\r\n" not in read:
        piece = connection.recv(65536)
        if not piece:
            return b""
        read += piece
    head, _, content = read.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    stated = [line.split(b":")[1] for line in lines if line.startswith(b"content-length:")]
    while stated and len(content) < int(stated[0]):
        content += connection.recv(65536)
    return head + b"\r\n\r\n" + content


def saying(*answers: bytes) -> Script:
    """Each in turn; the last one for ever."""
    left = list(answers)

    def script(connection: socket.socket) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return script


def ending(answer: bytes) -> Script:
    """That, then the end of the connection."""

    def script(connection: socket.socket) -> None:
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_RDWR)

    return script


def resetting(answer: bytes) -> Script:
    """That, then a reset."""

    def script(connection: socket.socket) -> None:
        connection.sendall(answer)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    return script


def endless(answer: bytes, piece: bytes) -> Script:
    """That, then the same piece as fast as it is taken."""

    def script(connection: socket.socket) -> None:
        connection.sendall(answer)
        while True:
            connection.sendall(piece)

    return script


def dripping(answer: bytes, piece: bytes, *, every_s: float = 0.05) -> Script:
    """That, then a piece now and then, until the client is gone."""
    pause = threading.Event()

    def script(connection: socket.socket) -> None:
        connection.sendall(answer)
        while not pause.wait(every_s):
            connection.sendall(piece)

    return script


def silent(connection: socket.socket) -> None:
    """Nothing, until the client is gone."""
    while connection.recv(65536):
        pass


def answer(status: int, content: bytes = b"", **headers: str) -> bytes:
    """A whole answer; a name's underscores are hyphens."""
    stated = {"content-length": str(len(content))}
    stated |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status} Something", *(f"{name}: {stated[name]}" for name in stated)]
    return "\r\n".join([*lines, "", ""]).encode() + content


def by_status(found: Answer) -> Assessment:
    """As the adapter of a register of JSON does."""
    if found.status in {401, 403}:
        return Assessment.REFUSED_US
    if found.status == 429:
        return Assessment.QUOTA
    if found.status >= 500:
        return Assessment.TRANSIENT
    is_json = found.media_type == "application/json" and found.content
    return Assessment.ANSWERED if is_json else Assessment.UNREADABLE


class Hand:
    """A clock that moves when told, and by what is slept."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, pause_s: float) -> None:
        self.slept.append(pause_s)
        self.now_s += pause_s


def an_upstream(url: str, **changes: object) -> Upstream:
    """Asked once, unless a test says more."""
    stated: dict[str, object] = {
        "name": "register",
        "base_url": url,
        "limits": CallLimits(attempt_s=PATIENCE_S, connect_s=5.0, max_bytes=65536, attempts=1),
        "breaker": Breaker(),
        "bulkhead": Bulkhead(16),
    }
    return Upstream(**{**stated, **changes})  # type: ignore[arg-type]
