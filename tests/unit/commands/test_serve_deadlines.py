"""Heads that do not come, idle connections, answers that nobody fetches: over raw sockets."""

import contextlib
import time

import pytest

from tests.doors.serving import Served, answered, exchange

HEADER_DEADLINE_S = 1.5
IDLE_S = 2
MAX_CONNECTIONS = 400
NEVER_S = 25.0
"""After it, a connection counts as never cut: a loaded machine is late by seconds."""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    running = Served(
        tmp_path_factory.mktemp("served"),
        header_deadline_s=HEADER_DEADLINE_S,
        idle_s=IDLE_S,
        max_connections=MAX_CONNECTIONS,
    )
    yield running
    running.stop()


def live(served, *lines):
    return served.head(*lines, method="GET", path="/health/live")


def one_answer(raw):
    """The next answer on a connection that stays open."""
    raw.settimeout(NEVER_S)
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


def cut_after(raw, *, drip=b"", started=None):
    """Seconds until the server lets go, while `drip` is sent again and again."""
    started = time.monotonic() if started is None else started
    while not is_cut(raw) and time.monotonic() - started < NEVER_S:
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
    started = time.monotonic()
    with served.connect() as raw:
        raw.sendall(begun)
        taken_s = cut_after(raw, drip=drip, started=started)
    assert taken_s < NEVER_S
    if drip != b"G":  # no method: refused before its time
        assert taken_s > HEADER_DEADLINE_S * 0.9


def test_a_legal_client_is_served_while_hundreds_owe_their_heads(served):
    with contextlib.ExitStack() as opened:
        slow = [opened.enter_context(served.connect()) for _ in range(300)]
        for raw in slow:
            raw.sendall(b"GET /")
        started = time.monotonic()
        while not all(map(is_cut, slow)):
            assert time.monotonic() - started < NEVER_S
            for raw in slow:
                with contextlib.suppress(OSError):
                    raw.settimeout(0)
                    raw.send(b"x")
            assert exchange(served, live(served, "Connection: close")).startswith(b"HTTP/1.1 200 ")
            time.sleep(0.1)


@pytest.fixture
def patient(tmp_path):
    """A server of its own, on which nothing but the bound cuts within the test."""
    running = Served(tmp_path, header_deadline_s=60.0, idle_s=60, max_connections=MAX_CONNECTIONS)
    yield running
    running.stop()


def test_beyond_the_bound_the_one_that_waits_for_longest_is_cut(patient):
    with contextlib.ExitStack() as opened:
        first = opened.enter_context(patient.connect())
        rest = [opened.enter_context(patient.connect()) for _ in range(MAX_CONNECTIONS)]
        content = exchange(patient, live(patient, "Connection: close"))
        assert content.startswith(b"HTTP/1.1 200 ")
        assert cut_after(first) < NEVER_S  # by the bound: no deadline falls before
        assert not is_cut(rest[-1])


def test_a_connection_is_kept_for_the_idle_time_and_no_longer(served):
    with served.connect() as raw:
        for pause_s in (0.0, *[IDLE_S * 0.4] * 3):  # in all beyond each deadline
            time.sleep(pause_s)
            asked = time.monotonic()
            raw.sendall(live(served))
            assert one_answer(raw).startswith(b"HTTP/1.1 200 ")
        assert IDLE_S * 0.9 < cut_after(raw, started=asked) < NEVER_S


@pytest.mark.parametrize("drip", [b"\r\n", b"X"])
def test_after_an_answer_a_drip_gains_the_time_of_one_head(served, drip):
    with served.connect() as raw:
        raw.sendall(live(served))
        assert one_answer(raw).startswith(b"HTTP/1.1 200 ")
        raw.sendall({b"X": b"GET /"}.get(drip, drip))
        assert cut_after(raw, drip=drip) < NEVER_S


def test_a_body_that_nobody_asked_for_gains_no_time(served):
    with served.connect() as raw:
        raw.sendall(live(served, "Content-Length: 100000"))
        assert one_answer(raw).startswith(b"HTTP/1.1 200 ")
        assert cut_after(raw, drip=b" ") < NEVER_S


def test_requests_in_one_write_are_answered_in_turn(served):
    with served.connect() as raw:
        raw.sendall(live(served) * 3 + live(served, "Connection: close"))
        assert answered(raw).count(b"HTTP/1.1 200 ") == 4


def test_an_answer_that_takes_longer_than_a_head_may_is_given(served):
    listing = served.head(
        f"Prefer: wait={int(IDLE_S) + 2}", "Connection: close",
        method="GET", path="/v1/transmissions",
    )  # fmt: skip
    content = exchange(served, listing)
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
            time.sleep(0.15)  # far below the idle time
    assert time.monotonic() - started > IDLE_S
    head, _, body = content.partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}\r\n".encode() in head + b"\r\n"
