"""`tsa.example` over real HTTP, with behaviours that a test or a developer switches.

    python -m tests.partners.tsa_example.server --port 8490 --root root.pem

writes the certificate of its root and stamps until it is stopped.
"""

import argparse
import http.server
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.serialization import Encoding

from tests.partners.tsa_example.stamping import (
    Defect,
    Stamper,
    a_stamper,
    nonce_of,
    refusal,
    reply_to,
)
from tests.tls import protect

REPLY = "application/timestamp-reply"
LONG = 80 * 1024


class Behaviour(StrEnum):
    """What the authority does with the next requests."""

    STAMPS = "stamps"
    WRONG_NONCE = "wrong nonce"
    WRONG_IMPRINT = "wrong imprint"
    EXPIRED = "expired"
    """By a certificate that ended yesterday."""
    LATE_CLOCK = "late clock"
    REJECTS = "rejects"
    GARBAGE = "garbage"
    HUGE = "huge"
    ANOTHER_TYPE = "another type"
    FAILS = "fails"
    REDIRECTS = "redirects"
    SILENT = "silent"
    """Takes the request, and says nothing."""
    DRIPS_HEADERS = "drips headers"
    DRIPS_CONTENT = "drips content"
    HANGS_UP = "hangs up"


class Double:
    """The authority, serving on a port of the loopback that the system chose."""

    def __init__(
        self,
        stamper: Stamper | None = None,
        *,
        port: int = 0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chain: Path | None = None,
    ) -> None:
        """`chain` is a file of its chain and key, PEM; without one there is no TLS."""
        self.stamper = stamper or a_stamper()
        self._now = now
        self.behaviour = Behaviour.STAMPS
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self._stopped = threading.Event()
        double = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                with suppress(OSError):  # who asked may have left
                    double.answer(self)

            do_GET = do_POST  # noqa: N815 - the name that http.server calls

            def log_message(self, *_: object) -> None:
                """Nothing on the output of tests."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        scheme = "http" if chain is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}/tsr"
        if chain is not None:
            protect(self._server, chain)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, exchange: http.server.BaseHTTPRequestHandler) -> None:
        content = exchange.rfile.read(int(exchange.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in exchange.headers.items()}
        self.requests.append((exchange.path, headers, content))
        match self.behaviour:
            case Behaviour.SILENT:
                self._stopped.wait(60)
            case Behaviour.HANGS_UP:
                exchange.connection.shutdown(socket.SHUT_RDWR)
            case Behaviour.DRIPS_HEADERS:
                self._drip(exchange, b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 6000)
            case Behaviour.DRIPS_CONTENT:
                self._say(exchange, 200, REPLY, length=LONG)
                self._drip(exchange, bytes(6000))
            case Behaviour.FAILS:
                self._say(exchange, 500, "text/html", b"<p>non</p>")
            case Behaviour.REDIRECTS:
                exchange.send_response(307)
                exchange.send_header("location", self.url + "/elsewhere")
                exchange.end_headers()
            case _:
                media_type = "text/html" if self.behaviour is Behaviour.ANOTHER_TYPE else REPLY
                self._say(exchange, 200, media_type, self._reply(content))

    def _reply(self, query: bytes) -> bytes:
        match self.behaviour:
            case Behaviour.REJECTS:
                return refusal()
            case Behaviour.GARBAGE:
                return b"\x30\x82\xff\xff garbage"
            case Behaviour.HUGE:
                return bytes(LONG)
        now, stamper, defect = self._now(), self.stamper, Defect()
        match self.behaviour:
            case Behaviour.WRONG_NONCE:
                defect = Defect(nonce=nonce_of(query) + 1)
            case Behaviour.WRONG_IMPRINT:
                defect = Defect(digest=bytes(32))
            case Behaviour.LATE_CLOCK:
                defect = Defect(late=timedelta(minutes=6))
            case Behaviour.EXPIRED:
                stamper = stamper.with_certificate(end=now - timedelta(days=1))
        return reply_to(query, stamper, now=now, defect=defect)

    def _drip(self, exchange: http.server.BaseHTTPRequestHandler, octets: bytes) -> None:
        for place in range(len(octets)):
            exchange.wfile.write(octets[place : place + 1])
            exchange.wfile.flush()
            if self._stopped.wait(0.05):
                return

    def _say(self, exchange, status, media_type, content=b"", *, length=None) -> None:
        exchange.send_response(status)
        exchange.send_header("content-type", media_type)
        exchange.send_header("content-length", str(len(content) if length is None else length))
        exchange.end_headers()
        exchange.wfile.write(content)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8490)
    parser.add_argument("--root", type=Path, default=Path("root.pem"))
    given = parser.parse_args()
    with Double(port=given.port) as double:
        given.root.write_bytes(double.stamper.root.certificate.public_bytes(Encoding.PEM))
        print(double.url, given.root)
        with suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)


if __name__ == "__main__":
    main()
