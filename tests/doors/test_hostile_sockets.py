"""What only bytes on a socket can tell: when an answer comes, and what a slow or torn sender gets.

The server is a process of its own, with a pace that a test can wait for.
"""

import socket
import time

import pytest

from gateway.api.exchange import MAX_BODY_BYTES, Pace
from tests import builders
from tests.doors.serving import Served, answered, exchange, status_and_code

PACE = Pace(deadline_s=6.0, grace_s=1.5, min_bytes_per_s=1024)
"""Far enough apart that a loaded machine does not take one for the other."""
NEVER_S = 30.0
"""After it, a connection counts as never cut."""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    running = Served(tmp_path_factory.mktemp("served"), pace=PACE)
    yield running
    running.stop()


def test_a_stated_length_above_the_limit_is_refused_before_the_body_is_sent(served):
    content = exchange(served, served.head(f"Content-Length: {MAX_BODY_BYTES + 1}"))
    assert status_and_code(content) == (413, "T002"), "408 had it waited for the body"
    assert b"connection: close" in content.lower()


def test_a_sender_who_asks_first_is_told_before_it_sends(served):
    head = served.head(f"Content-Length: {MAX_BODY_BYTES + 1}", "Expect: 100-continue")
    content = exchange(served, head)
    assert b"100 Continue" not in content
    assert status_and_code(content) == (413, "T002")


def test_a_chunked_body_is_refused_as_soon_as_it_is_above_the_limit(served):
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with served.connect() as raw:
        raw.sendall(served.head("Transfer-Encoding: chunked"))
        for _ in range(MAX_BODY_BYTES // 0x10000 + 1):
            try:
                raw.sendall(chunk)
            except (BrokenPipeError, ConnectionResetError):
                break
        content = answered(raw)
    assert status_and_code(content) == (413, "T002")


def test_a_chunked_body_within_the_limit_is_judged(served):
    body = builders.in_json(builders.a_transmission(test=True))
    parts = [body[n : n + 100] for n in range(0, len(body), 100)]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    content = exchange(
        served,
        served.head("Transfer-Encoding: chunked", "Connection: close"),
        chunks + b"0\r\n\r\n",
    )
    assert content.startswith(b"HTTP/1.1 200 ")
    assert b'"disposition":"ACCEPTED"' in content


def until_cut(raw, drip):
    """What comes while `drip` is sent again and again."""
    started, content = time.monotonic(), b""
    raw.settimeout(0.05)
    while time.monotonic() - started < NEVER_S and not content:
        try:
            raw.sendall(drip)
            content = raw.recv(65_536)
        except TimeoutError:
            continue
        except ConnectionError:  # it was cut after we looked: the answer is there to be read
            break
    return content + answered(raw)


def test_a_dripping_body_is_cut_for_its_rate(served):
    started = time.monotonic()
    with served.connect() as raw:
        raw.sendall(served.head("Content-Length: 5000"))
        content = until_cut(raw, b" ")
    assert status_and_code(content) == (408, "B003")
    assert PACE.grace_s * 0.9 < time.monotonic() - started < PACE.deadline_s


def test_a_body_that_never_comes_is_cut(served):
    started = time.monotonic()
    content = exchange(served, served.head("Content-Length: 10"))
    assert status_and_code(content) == (408, "B003")
    assert time.monotonic() - started < PACE.deadline_s


def test_a_body_that_keeps_the_rate_is_cut_at_the_deadline(served):
    started = time.monotonic()
    with served.connect() as raw:
        raw.sendall(served.head("Content-Length: 4000000"))
        content = until_cut(raw, b" " * 2_000)
    assert status_and_code(content) == (408, "B003")
    assert PACE.deadline_s * 0.9 < time.monotonic() - started < NEVER_S


def test_a_steady_body_within_the_deadline_is_judged(served):
    body = builders.in_json(builders.a_transmission(test=True))
    with served.connect() as raw:
        raw.sendall(served.head(f"Content-Length: {len(body)}", "Connection: close"))
        for n in range(0, len(body), 200):
            raw.sendall(body[n : n + 200])
            time.sleep(0.05)
        content = answered(raw)
    assert content.startswith(b"HTTP/1.1 200 ")


def test_a_stranger_is_refused_before_its_body_is_read(served):
    head = served.head("Content-Length: 1000000").replace(served.token.encode(), b"x" * 43)
    content = exchange(served, head)
    assert status_and_code(content) == (401, "A001")
    assert b"www-authenticate: bearer" in content.lower()


def test_a_sender_who_leaves_in_the_middle_harms_nobody(served):
    for _ in range(20):
        with served.connect() as raw:
            raw.sendall(served.head("Content-Length: 1000") + b"{")
            raw.shutdown(socket.SHUT_WR)
    content = exchange(served, served.head("Connection: close", method="GET", path="/health/ready"))
    assert content.startswith(b"HTTP/1.1 200 ")
    listed = exchange(
        served, served.head("Connection: close", method="GET", path="/v1/transmissions")
    )
    assert b'"next":"' in listed
    assert b"INADMISSIBLE" not in listed


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"GET /health/live HTTP/1.1\r\n\r\n", (400, "B002")),
        (b"GET /health/live HTTP/1.1\r\nHost: a\r\nHost: %b\r\n\r\n", (400, "B002")),
        (b"GET /health/live HTTP/1.1\r\nHost: %b\r\nHost: %b\r\n\r\n", (400, "B002")),
        (b"GET /health/live HTTP/1.0\r\n\r\n", (400, "B002")),
        (b"GET /health/live/ HTTP/1.1\r\nHost: %b\r\n\r\n", (404, "A003")),
        (b"GET /v1/x/../../health/live HTTP/1.1\r\nHost: %b\r\n\r\n", (404, "A003")),
        (b"GET http://evil.example/health/live HTTP/1.1\r\nHost: evil.example\r\n\r\n", None),
        (b"GET /health/live HTTP/1.1\nHost: %b\n\n", None),
        (b"GET /health/live HTTP/1.1\r\nHost: %b\r\n folded: 1\r\n\r\n", None),
        ((b"POST /v1/ping HTTP/1.1\r\nHost: %b\r\nContent-Length: 4\r\n"
         b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), None),
        (b"POST /v1/ping HTTP/1.1\r\nHost: %b\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", None),
        (b"POST /v1/ping HTTP/1.1\r\nHost: %b\r\nContent-Length: -1\r\n\r\n", None),
        (b"POST /v1/ping HTTP/1.1\r\nHost: %b\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
         None),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", None),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", None),
    ],
    ids=["no-host", "two-hosts", "host-twice", "http-1.0", "slash", "dots", "absolute", "bare-lf",
         "folded", "length-and-chunked", "chunk-size", "negative", "two-lengths", "tls", "http-2"],
)  # fmt: skip
def test_a_head_that_could_be_read_two_ways_is_refused(served, head, expected):
    host = served.host.encode()
    content = exchange(served, head.replace(b"%b", host), within_s=3.0)
    if expected is not None:
        assert status_and_code(content) == expected
    else:  # the parser of the server refuses it, or we do: never is it served
        assert content.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 401 ")) or content == b""
        assert content.count(b"HTTP/1.1 ") <= 1
