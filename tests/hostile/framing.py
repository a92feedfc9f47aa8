"""HTTP on the wire that servers read differently, and what a served gateway makes of it.

The rows are those of the table in docs/server-choice.md: `python -m tests.hostile.servers` fills
it for every server that is installed.
"""

import contextlib
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

ANSWER_S = 10.0
"""How long an answer may take on a busy machine."""
LIMIT_S = 30.0
"""After it, a connection counts as never cut."""
_LIVE = b"/health/live HTTP/1.1\r\nHost: %(host)b\r\n"
_SMUGGLED = b"GET " + _LIVE + b"\r\n"
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
_CHUNKED = b"Transfer-Encoding: chunked\r\n"


@dataclass(frozen=True)
class Row:
    """Bytes to send, and what may come of them: the statuses in turn, or `cut`."""

    name: str
    content: bytes
    sound: frozenset[str]
    """The outcomes that leave no room for two readings."""


def _row(name, content, *sound):
    return Row(name, content, frozenset(sound or ("400", "cut")))


FAST = (
    _row("length and chunked", b"GET " + _LIVE + b"Content-Length: 5\r\n" + _CHUNKED
         + b"\r\n0\r\n\r\n" + _SMUGGLED),
    _row("two lengths", b"GET " + _LIVE + b"Content-Length: 0\r\nContent-Length: 50\r\n\r\n"
         + _SMUGGLED),
    _row("length +5", b"GET " + _LIVE + b"Content-Length: +5\r\n\r\nabcde"),
    _row("xchunked", b"GET " + _LIVE + b"Transfer-Encoding: xchunked\r\n\r\n" + _SMUGGLED),
    _row("chunked twice", b"GET " + _LIVE + _CHUNKED + _CHUNKED + b"\r\n0\r\n\r\n"),
    _row("blank before colon", b"GET " + _LIVE + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
    _row("bare line feed", b"GET /health/live HTTP/1.1\nHost: %(host)b\n\n"),
    _row("bare carriage return", b"GET " + _LIVE + b"X: a\rb: c\r\n\r\n"),
    _row("null in a header", b"GET " + _LIVE + b"X: a\0b\r\n\r\n"),
    _row("folded header", b"GET " + _LIVE + b" folded: 1\r\n\r\n"),
    _row("no Host", b"GET /health/live HTTP/1.1\r\n\r\n"),
    _row("two Hosts", b"GET " + _LIVE + b"Host: evil.example\r\n\r\n"),
    _row("header of 100 kB", b"GET " + _LIVE + b"X: " + b"a" * 100_000 + b"\r\n\r\n",
         "400", "431", "cut"),
    _row("1,000 headers", b"GET " + _LIVE + b"X: a\r\n" * 1_000 + b"\r\n", "400", "431", "cut"),
    _row("malformed chunk size", b"POST /v1/ping HTTP/1.1\r\nHost: %(host)b\r\n" + _CHUNKED
         + b"\r\nzz\r\n", "400", "401", "cut"),
    _row("HTTP/1.0 and chunked", b"GET /health/live HTTP/1.0\r\nHost: %(host)b\r\n" + _CHUNKED
         + b"\r\n0\r\n\r\n"),
    _row("two requests in one write", _SMUGGLED + _SMUGGLED, "200 200"),
)  # fmt: skip
SLOW = {
    "slow head": b"GET " + _LIVE + b"X: a",
    "no head": b"",
    "slow body": b"POST /v1/checks HTTP/1.1\r\nHost: %(host)b\r\nAuthorization: Bearer %(token)b"
    b"\r\nContent-Type: application/json\r\nContent-Length: 90000\r\n\r\n{",
    "idle": _SMUGGLED,
}


class Target:
    """A served gateway: where it is, and the token of a partner."""

    def __init__(self, port, token):
        self.port = port
        self._named = {b"host": b"127.0.0.1:%d" % port, b"token": token.encode()}

    def opened(self, content):
        """A connection on which that was sent."""
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        with contextlib.suppress(OSError):  # it may be refused before all is sent
            raw.sendall(content % self._named if b"%(" in content else content)
        return raw


def statuses(content):
    """The statuses in what was received, in turn."""
    return " ".join(status.decode() for status in _STATUS.findall(content)) or "cut"


def outcome(target, row):
    """What comes of a row: statuses, or `cut`; nothing at all is `nothing`."""
    content, until = b"", time.monotonic() + ANSWER_S
    with target.opened(row.content) as raw:
        raw.settimeout(0.5)
        while time.monotonic() < until:
            try:
                chunk = raw.recv(65_536)
            except TimeoutError:  # it is quiet: is that all?
                if statuses(content) in row.sound and content:
                    break
                continue
            except ConnectionError:
                return statuses(content)
            if not chunk:
                return statuses(content)
            content += chunk
    return statuses(content) if content else "nothing"


def outcomes(target):
    """Every fast row, by its name."""
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda row: outcome(target, row), FAST))
    return {row.name: seen for row, seen in zip(FAST, found, strict=True)}


def _seconds(target, content):
    started = time.monotonic()
    with target.opened(content) as raw:
        until = started + LIMIT_S
        raw.settimeout(0.2)
        while time.monotonic() < until:
            try:
                if raw.recv(65_536) == b"":
                    return time.monotonic() - started
            except TimeoutError:
                continue
            except ConnectionError:
                return time.monotonic() - started
    return None


def seconds_until_cut(target):
    """How long each slow connection is kept; None: longer than we waited."""
    with ThreadPoolExecutor(len(SLOW)) as threads:
        found = list(threads.map(lambda content: _seconds(target, content), SLOW.values()))
    return dict(zip(SLOW, found, strict=True))


def half_open(target, count=51):
    """Connections on which half a head, or half a body, was sent."""
    return [target.opened(list(SLOW.values())[number % 3]) for number in range(count)]
