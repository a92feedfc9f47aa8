"""`witness.example` over real HTTP: a witness in this process, or what a test wants it to be."""

import http.server
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Self

from gateway.model.witnessing import WitnessAnswer
from tests.tls import protect


class Behaviour(StrEnum):
    """What it does with the next requests, beside answering them."""

    ANSWERS = "answers"
    REDIRECTS = "redirects"
    SILENT = "silent"
    """Takes the request, and says nothing."""
    DRIPS_HEADERS = "drips headers"
    HANGS_UP = "hangs up"


class Double:
    """A witness that serves on a port of the loopback that the system chose."""

    def __init__(
        self, add_checkpoint: Callable[[bytes], WitnessAnswer], *, chain: Path | None = None
    ) -> None:
        """`chain` is a file of its chain and key, PEM; without one there is no TLS."""
        self.add_checkpoint = add_checkpoint
        self.behaviour = Behaviour.ANSWERS
        self.requests: list[tuple[str, bytes]] = []
        self._stopped = threading.Event()
        double = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                with suppress(OSError):  # who asked may have left
                    double.answer(self)

            def log_message(self, *_: object) -> None:
                """Nothing on the output of tests."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        scheme = "http" if chain is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}/prefix"
        if chain is not None:
            protect(self._server, chain)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, exchange: http.server.BaseHTTPRequestHandler) -> None:
        content = exchange.rfile.read(int(exchange.headers.get("content-length", 0)))
        self.requests.append((exchange.path, content))
        match self.behaviour:
            case Behaviour.SILENT:
                self._stopped.wait(60)
            case Behaviour.HANGS_UP:
                exchange.connection.shutdown(socket.SHUT_RDWR)
            case Behaviour.DRIPS_HEADERS:
                for octet in b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 6000:
                    exchange.wfile.write(bytes([octet]))
                    if self._stopped.wait(0.05):
                        return
            case Behaviour.REDIRECTS:
                exchange.send_response(307)
                exchange.send_header("location", self.url + "/elsewhere")
                exchange.end_headers()
            case _:
                answer = self.add_checkpoint(content)
                exchange.send_response(answer.status)
                exchange.send_header("content-type", answer.media_type)
                exchange.send_header("content-length", str(len(answer.content)))
                exchange.end_headers()
                exchange.wfile.write(answer.content)
