"""The outermost middleware: what no request may be, and what of an error never leaves."""

import json

import anyio
import pytest

from gateway.api.exchange import ClientGone, Exchange
from gateway.api.limits import MAX_HEADER_BYTES, MAX_HEADERS, Limits
from gateway.errors import NotFound, Overloaded

A_NIR = "275126322074974"
HOSTS = frozenset({"gateway.example", "gateway.example:8480"})
HOST = (b"host", b"gateway.example")


class Served:
    """One request through the limits to `app`; what was sent back."""

    def __init__(self, app=None, *, headers=(HOST,), path="/v1/me", kind="http", version="1.1"):
        self.reached, self.sent, self.app = False, [], app
        self.scope = {"type": kind, "method": "GET", "path": path, "headers": list(headers)}
        self.scope["http_version"] = version
        anyio.run(Limits(self._app, hosts=HOSTS), self.scope, self._receive, self._send)

    async def _app(self, scope, receive, send):
        self.reached = True
        self.received = await receive()
        if self.app is not None:
            await self.app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async def _receive(self):
        return {"type": "http.request", "body": A_NIR.encode(), "more_body": False}

    async def _send(self, message):
        self.sent.append(message)

    @property
    def status(self):
        return self.sent[0]["status"]

    @property
    def headers(self):
        return dict(self.sent[0]["headers"])

    @property
    def body(self):
        return b"".join(message.get("body", b"") for message in self.sent[1:])

    @property
    def refusal(self):
        assert not self.reached
        assert self.headers[b"connection"] == b"close"
        assert int(self.headers[b"content-length"]) == len(self.body)
        return self.status, json.loads(self.body)["code"]


def padded(count, size):
    """So many headers, the host's with them, of so many bytes in all."""
    rest = [(b"x", b"")] * (count - 1)
    missing = size - sum(len(name) + len(value) for name, value in (HOST, *rest))
    return [HOST, *rest[1:], (b"x", b"a" * missing)]


@pytest.mark.parametrize("host", ["gateway.example", "GATEWAY.example", "gateway.example:8480"])
def test_a_host_of_ours_is_served(host):
    served = Served(headers=[(b"Host", host.encode())])
    assert (served.reached, served.status) == (True, 204)


@pytest.mark.parametrize(
    "headers",
    [
        *([], [HOST, HOST], [(b"host", b"")], [(b"host", b"other.example")], [(b"host", b"\xff")]),
        *([(b"host", b"gateway.example:80")], [(b"host", b"gateway.example.")], [(b"x", b"1")]),
        *([(b"host", b"gateway.example, other")], [(b"host", b" gateway.example")]),
        [HOST, (b"Host", b"other.example")],
    ],
)
def test_another_host_none_or_two_are_refused(headers):
    assert Served(headers=headers).refusal == (400, "B002")


@pytest.mark.parametrize(
    ("count", "size", "refused"),
    [
        *((MAX_HEADERS, 1024, False), (MAX_HEADERS + 1, 1024, True)),
        *((4, MAX_HEADER_BYTES, False), (4, MAX_HEADER_BYTES + 1, True)),
    ],
)
def test_headers_are_counted_and_weighed(count, size, refused):
    served = Served(headers=padded(count, size))
    assert served.reached != refused
    if refused:
        assert served.refusal == (400, "B001")


@pytest.mark.parametrize(("version", "refused"), [("1.0", True), ("1.1", False)])
def test_a_transfer_coding_is_refused_where_http_has_none(version, refused):
    served = Served(headers=[HOST, (b"Transfer-Encoding", b"chunked")], version=version)
    assert served.reached != refused
    if refused:
        assert served.refusal == (400, "B001")


@pytest.mark.parametrize("path", ["/v1/me/", "/v1/transmissions/", "//", "/soap/v1/", "/docs/"])
def test_a_slash_at_the_end_is_not_found_and_never_a_redirect(path):
    served = Served(path=path)
    assert not served.reached
    assert served.status == (500 if path.startswith("/soap/") else 404)
    assert b"A003" in served.body
    assert b"location" not in served.headers


def test_the_root_is_served():
    assert Served(path="/").reached


@pytest.mark.parametrize(
    ("length", "refusal"),
    [(b"5242881", (413, "T002")), (b"9" * 99, (413, "T002")), (b"-1", (400, "B001"))],
)
def test_a_stated_length_is_refused_before_any_door(length, refusal):
    assert Served(headers=[HOST, (b"content-length", length)]).refusal == refusal


def test_the_frameworks_below_read_no_body_and_the_exchange_alone_has_it():
    bodies = []

    async def app(scope, receive, send):
        bodies.append((await receive())["body"])
        bodies.append(await scope[Exchange.KEY].body())
        await send({"type": "http.response.start", "status": 204, "headers": []})

    served = Served(app)
    assert served.received == {"type": "http.request", "body": b"", "more_body": False}
    assert bodies == [b"", A_NIR.encode()]


def test_every_answer_says_how_it_may_be_used():
    async def app(_scope, _receive, send):
        own = [(b"Cache-Control", b"public"), (b"content-security-policy", b"default-src 'self'")]
        await send({"type": "http.response.start", "status": 200, "headers": own})

    plain, own = Served(), Served(app)
    for served in (plain, Served(headers=[])):
        assert served.headers[b"x-content-type-options"] == b"nosniff"
        assert served.headers[b"referrer-policy"] == b"no-referrer"
        assert served.headers[b"cache-control"] == b"no-store"
        assert b"default-src 'none'" in served.headers[b"content-security-policy"]
    assert own.headers[b"Cache-Control"] == b"public"
    assert b"cache-control" not in own.headers
    assert own.headers[b"content-security-policy"] == b"default-src 'self'"


# ---------- the last resort


def failing(error):
    async def app(_scope, _receive, _send):
        value = A_NIR
        raise error(value)

    return app


class Odd(Exception):
    def __str__(self):
        raise ValueError(A_NIR)

    __repr__ = __str__


@pytest.mark.parametrize(
    "error", [ValueError, KeyError, RuntimeError, Odd, RecursionError, OSError]
)
@pytest.mark.parametrize("path", ["/v1/me", "/soap/v1"])
def test_of_an_unknown_error_nothing_is_told_or_logged_but_its_type_and_place(error, path, capfd):
    served = Served(failing(error), path=path)
    assert served.status == 500
    assert b"B000" in served.body
    out = "".join(capfd.readouterr())
    for told in (served.body.decode(), repr(served.sent), out):
        assert A_NIR not in told
        assert "Traceback" not in told
    assert error.__name__ not in served.body.decode()
    assert error.__name__ in out
    assert "test_limits" in out


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(NotFound(A_NIR), 404, "A003"), (Overloaded(A_NIR, retry_after_s=7), 503, "B008")],
)
def test_a_refusal_that_escapes_a_door_is_told_by_its_code(error, status, code):
    async def app(_scope, _receive, _send):
        raise error

    served = Served(app)
    assert (served.status, json.loads(served.body)["code"]) == (status, code)
    assert A_NIR.encode() not in served.body
    assert served.headers.get(b"retry-after") == (b"7" if status == 503 else None)


def test_an_answer_that_has_begun_is_not_begun_again():
    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError(A_NIR)

    assert [message["type"] for message in Served(app).sent] == ["http.response.start"]


def test_a_client_that_has_gone_is_not_answered(capfd):
    async def app(_scope, _receive, _send):
        raise ClientGone

    assert Served(app).sent == []
    assert "failed" not in "".join(capfd.readouterr())


def test_the_language_of_a_refusal_is_that_asked():
    french = json.loads(Served(headers=[]).body)
    english = json.loads(Served(headers=[(b"accept-language", b"en")]).body)
    assert (french["title"], english["title"]) == (french["text"]["fr"], french["text"]["en"])


def test_what_is_not_http_passes():
    served = Served(kind="lifespan", headers=[])
    assert served.reached
