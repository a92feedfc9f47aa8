"""What only bytes on a socket can tell: when an answer comes, and what a slow or torn sender gets.

The server is a process of its own, with a pace that a test can wait for.
"""

import contextlib
import socket
import time

import pytest

from gateway.api.exchange import MAX_BODY_BYTES, Pace
from tests import builders
from tests.doors.serving import Served

PACE = Pace(deadline_s=2.0, grace_s=0.8, min_bytes_per_s=1024)


HEADER_DEADLINE_S = 1.5
IDLE_S = 2
MAX_CONNECTIONS = 400


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    running = Served(
        tmp_path_factory.mktemp("served"),
        pace=PACE,
        header_deadline_s=HEADER_DEADLINE_S,
        idle_s=IDLE_S,
        max_connections=MAX_CONNECTIONS,
    )
    yield running
    running.stop()


def answered(raw, within_s=5.0):
    """Everything that comes before the server closes, or until `within_s` is over."""
    raw.settimeout(within_s)
    content = b""
    try:
        while chunk := raw.recv(65_536):
            content += chunk
    except (TimeoutError, ConnectionResetError):
        pass
    return content


def status_and_code(content):
    status = int(content.split(b" ", 2)[1])
    code = content.rpartition(b'"code":"')[2][:4].decode()
    return status, code


def exchange(served, *parts, within_s=5.0):
    with served.connect() as raw:
        for part in parts:
            raw.sendall(part)
        return answered(raw, within_s)


def test_a_stated_length_above_the_limit_is_refused_before_the_body_is_sent(served):
    started = time.monotonic()
    content = exchange(served, served.head(f"Content-Length: {MAX_BODY_BYTES + 1}"))
    assert status_and_code(content) == (413, "T002")
    assert time.monotonic() - started < PACE.grace_s
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


def test_a_dripping_body_is_cut_for_its_rate(served):
    started = time.monotonic()
    with served.connect() as raw:
        raw.sendall(served.head("Content-Length: 5000"))
        raw.settimeout(0.05)
        content = b""
        while time.monotonic() - started < 5 and not content:
            try:
                raw.sendall(b" ")
                content = raw.recv(65_536)
            except TimeoutError:
                continue
        content += answered(raw)
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
        raw.settimeout(0.05)
        content = b""
        while time.monotonic() - started < 6 and not content:
            try:
                raw.sendall(b" " * 2_000)
                content = raw.recv(65_536)
            except TimeoutError:
                continue
        content += answered(raw)
    assert status_and_code(content) == (408, "B003")
    assert PACE.deadline_s * 0.9 < time.monotonic() - started < PACE.deadline_s + 1.5


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


# ---------- heads that do not come


def live(served, *lines):
    return served.head(*lines, method="GET", path="/health/live")


def one_answer(raw):
    """The next answer on a connection that stays open."""
    raw.settimeout(5.0)
    content = b""
    while not (content.endswith(b"}") and b"\r\n\r\n" in content):
        chunk = raw.recv(65_536)
        assert chunk, content
        content += chunk
    return content


def is_cut(raw):
    """Whether the server has let go of a connection on which nothing more is answered."""
    raw.settimeout(0)
    try:
        return raw.recv(65_536) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def cut_after(raw, *, drip=b"", limit_s=8.0):
    """Seconds until the server lets go, while `drip` is sent again and again."""
    started = time.monotonic()
    while not is_cut(raw) and time.monotonic() - started < limit_s:
        if drip:
            with contextlib.suppress(OSError):
                raw.send(drip)
        time.sleep(0.05)
    return time.monotonic() - started


@pytest.mark.parametrize(
    ("begun", "drip"),
    [
        *((b"", b""), (b"GET /health/l", b""), (b"GET /health/live HTTP/1.1\r\nX: ", b"")),
        *((b"", b"G"), (b"GET /", b"x"), (b"GET / HTTP/1.1\r\n", b"X: y\r\n"), (b"", b"\r\n")),
    ],
    ids=["silent", "line", "header", "drip", "drip-path", "drip-headers", "drip-blank"],
)
def test_a_head_that_does_not_come_in_time_is_cut(served, begun, drip):
    with served.connect() as raw:
        raw.sendall(begun)
        taken_s = cut_after(raw, drip=drip)
    if drip == b"G":  # no method: refused before its time
        assert taken_s < HEADER_DEADLINE_S + 1.0
    else:
        assert HEADER_DEADLINE_S * 0.9 < taken_s < HEADER_DEADLINE_S + 1.0


def test_a_legal_client_is_served_while_hundreds_owe_their_heads(served):
    with contextlib.ExitStack() as opened:
        slow = [opened.enter_context(served.connect()) for _ in range(300)]
        for raw in slow:
            raw.sendall(b"GET /")
        started = time.monotonic()
        while not all(map(is_cut, slow)):
            assert time.monotonic() - started < HEADER_DEADLINE_S + 3.0
            for raw in slow:
                with contextlib.suppress(OSError):
                    raw.settimeout(0)
                    raw.send(b"x")
            assert exchange(served, live(served, "Connection: close")).startswith(b"HTTP/1.1 200 ")
            time.sleep(0.1)


def test_beyond_the_bound_the_one_that_waits_for_longest_is_cut(served):
    with contextlib.ExitStack() as opened:
        first = opened.enter_context(served.connect())
        rest = [opened.enter_context(served.connect()) for _ in range(MAX_CONNECTIONS)]
        content = exchange(served, live(served, "Connection: close"))
        assert content.startswith(b"HTTP/1.1 200 ")
        assert is_cut(first)
        assert not is_cut(rest[-1])


def test_a_connection_is_kept_for_the_idle_time_and_no_longer(served):
    with served.connect() as raw:
        for pause_s in (0.0, IDLE_S * 0.7, IDLE_S * 0.7):  # in all beyond each deadline
            time.sleep(pause_s)
            raw.sendall(live(served))
            assert one_answer(raw).startswith(b"HTTP/1.1 200 ")
        assert IDLE_S * 0.9 < cut_after(raw) < IDLE_S + 1.0


@pytest.mark.parametrize("drip", [b"\r\n", b"X"])
def test_after_an_answer_a_drip_gains_the_time_of_one_head(served, drip):
    with served.connect() as raw:
        raw.sendall(live(served))
        assert one_answer(raw).startswith(b"HTTP/1.1 200 ")
        raw.sendall({b"X": b"GET /"}.get(drip, drip))
        assert cut_after(raw, drip=drip) < HEADER_DEADLINE_S + 1.0


def test_a_body_that_nobody_asked_for_gains_no_time(served):
    with served.connect() as raw:
        raw.sendall(live(served, "Content-Length: 100000"))
        assert one_answer(raw).startswith(b"HTTP/1.1 200 ")
        assert cut_after(raw, drip=b" ") < HEADER_DEADLINE_S + 1.0


def test_requests_in_one_write_are_answered_in_turn(served):
    with served.connect() as raw:
        raw.sendall(live(served) * 3 + live(served, "Connection: close"))
        assert answered(raw).count(b"HTTP/1.1 200 ") == 4


def test_an_answer_that_takes_longer_than_a_head_may_is_given(served):
    listing = served.head(
        f"Prefer: wait={int(IDLE_S) + 2}", "Connection: close",
        method="GET", path="/v1/transmissions",
    )  # fmt: skip
    content = exchange(served, listing, within_s=10.0)
    assert content.startswith(b"HTTP/1.1 200 ")


def test_an_answer_that_nobody_fetches_is_cut(served):
    page = served.head(method="GET", path="/docs/swagger-ui-bundle.js")
    with served.connect() as raw:
        raw.sendall(page * 20)
        time.sleep(IDLE_S * 2 + 1.0)
        received = answered(raw, within_s=1.0)
    assert 0 < received.count(b"HTTP/1.1 200 ") < 20


def test_an_answer_that_is_fetched_slowly_is_given_whole(served):
    page = served.head("Connection: close", method="GET", path="/docs/swagger-ui-bundle.js")
    with served.connect() as raw:
        raw.sendall(page)
        content, started = b"", time.monotonic()
        while chunk := raw.recv(65_536):
            content += chunk
            time.sleep(0.15)
    assert time.monotonic() - started > IDLE_S
    head, _, body = content.partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}\r\n".encode() in head + b"\r\n"
