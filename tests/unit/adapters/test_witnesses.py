"""A witness and a log over HTTP: whatever they do, what is read or a quick, named refusal."""

import http.server
import threading
import time

import pytest

from adapters.witnesses import MAX_BYTES, MAX_LOG_BYTES, HttpLog, HttpWitness
from gateway.errors import LogUnavailable, WitnessRefused, WitnessUnavailable
from gateway.model.witnessing import Cosigned, OutOfStep, WitnessAnswer
from tests.partners.witness_example.server import Behaviour, Double
from tests.witnesses import ALog, a_witness

LOG = ALog(20)
REQUEST = LOG.request(0, 9)
DEADLINE_S = 0.5
QUICKLY_S = 30
"""A bound for a loaded machine: what would never end ends."""
SIZE = "text/x.tlog.size"


def saying(status, content=b"", media_type="text/plain"):
    return lambda _: WitnessAnswer(status=status, media_type=media_type, content=content)


def asked(double, *, deadline_s=20.0):
    return HttpWitness(url=double.url, deadline_s=deadline_s).add_checkpoint(REQUEST.octets)


def test_a_real_exchange_gives_the_lines_and_then_the_size(tmp_path):
    with a_witness(tmp_path) as witness, Double(witness.add_checkpoint) as double:
        assert isinstance(asked(double), Cosigned)
        assert asked(double) == OutOfStep(size=9)
        assert double.requests == [("/prefix/add-checkpoint", REQUEST.octets)] * 2


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "it reads no request"),
        (403, "it trusts no key that signed"),
        (404, "it does not know this log"),
        (409, "it saw another root for this size"),
        (422, "it finds no proof of consistency"),
    ],
)
def test_a_refusal_of_the_standard_is_named(status, reason):
    with Double(saying(status, b"not logged")) as double, pytest.raises(WitnessRefused) as refusal:
        asked(double)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("content", "is_read"),
    [
        *((b"0\n", True), (b"9\n", True), (b"9223372036854775807\n", True)),
        *((b"9", False), (b"", False), (b"09\n", False), (b"-1\n", False), (b"9\n\n", False)),
        *((b" 9\n", False), (b"9\r\n", False), (b"1" * 5000 + b"\n", False)),
    ],
)
def test_a_size_is_read_in_its_one_spelling(content, is_read):
    with Double(saying(409, content, SIZE)) as double:
        if is_read:
            assert asked(double) == OutOfStep(size=int(content))
        else:
            with pytest.raises(WitnessUnavailable, match="not a size"):
                asked(double)


@pytest.mark.parametrize(
    ("behaviour", "answer", "reason"),
    [
        (Behaviour.ANSWERS, saying(500), "status 500"),
        (Behaviour.ANSWERS, saying(200, bytes(MAX_BYTES + 1)), "longer than any answer"),
        (Behaviour.REDIRECTS, saying(200), "status 307"),
        (Behaviour.HANGS_UP, saying(200), "ConnectionError"),
    ],
)
def test_what_a_witness_does_wrong_is_named(behaviour, answer, reason):
    with Double(answer) as double:
        double.behaviour = behaviour
        with pytest.raises(WitnessUnavailable) as refusal:
            asked(double)
    assert refusal.value.reason == reason
    assert not isinstance(refusal.value, WitnessRefused)
    assert len(double.requests) == 1  # no redirect was followed, nothing was asked twice


@pytest.mark.parametrize("behaviour", [Behaviour.SILENT, Behaviour.DRIPS_HEADERS])
def test_a_witness_that_does_not_end_is_given_up_by_the_clock_on_the_wall(behaviour):
    begun = time.monotonic()
    with Double(saying(200)) as double:
        double.behaviour = behaviour
        with pytest.raises(WitnessUnavailable) as refusal:
            asked(double, deadline_s=DEADLINE_S)
    assert refusal.value.reason in {"not within the deadline", "ReadTimeout"}
    assert time.monotonic() - begun < QUICKLY_S


def test_nobody_at_the_address_is_named():
    with Double(saying(200)) as gone:
        pass
    with pytest.raises(WitnessUnavailable, match="ConnectionError"):
        asked(gone)


# ---------- a log


@pytest.fixture
def shown():
    """What a log shows, by path: status and content."""
    pages = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            status, content = pages.get(self.path, (404, b""))
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            """Nothing on the output of tests."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield pages, f"http://127.0.0.1:{server.server_address[1]}/log"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_log_is_read_under_its_prefix(shown, slash):
    pages, url = shown
    pages["/log/checkpoint"] = (200, b"a checkpoint")
    pages["/log/tile/0/000.p/9"] = (200, bytes(288))
    log = HttpLog(url=url + slash)
    assert log.read("checkpoint") == b"a checkpoint"
    assert log.read("tile/0/000.p/9") == bytes(288)


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ((404, b""), "status 404"),
        ((301, b""), "status 301"),
        ((200, bytes(MAX_LOG_BYTES + 1)), "longer than any answer"),
    ],
)
def test_what_a_log_does_not_show_is_named(shown, page, reason):
    pages, url = shown
    pages["/log/checkpoint"] = page
    with pytest.raises(LogUnavailable) as refusal:
        HttpLog(url=url).read("checkpoint")
    assert refusal.value.reason == reason
