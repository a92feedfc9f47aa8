"""Pages of a WSGI application behind the bounds of every door, and our keys beside them."""

import threading

import anyio
import httpx
import pytest

from gateway.api.identity_pages import KEYS_PATH, THREADS, IdentityPages
from gateway.api.limits import Limits

HOST = "passerelle.invalid"
KEYS = b'{"keys":[]}'


def echo(environ, start_response):
    """Says what it was sent."""
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


def client(pages, keys=lambda: KEYS):
    served = pages if isinstance(pages, IdentityPages) else IdentityPages(pages, keys=keys)
    app = Limits(served, hosts=frozenset({HOST}))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=f"https://{HOST}")


def asked(pages, method, path, **named):
    async def ask():
        async with client(pages, named.pop("keys", lambda: KEYS)) as asking:
            return await asking.request(method, path, **named)

    return anyio.run(ask)


async def in_pieces():
    for piece in (b"a=1", b"&b=2"):
        yield piece


@pytest.mark.parametrize("content", [b"a=1&b=2", in_pieces()], ids=["stated", "in-pieces"])
def test_a_form_arrives_whole_however_it_was_sent(content):
    assert asked(echo, "POST", "/identite/proconnect", content=content).content == b"a=1&b=2"


def test_a_body_longer_than_a_form_never_arrives():
    answer = asked(echo, "POST", "/identite/proconnect", content=b"a" * (16 * 1024 + 1))
    assert answer.status_code == 413


def test_an_address_that_is_no_ascii_is_refused():
    told = []

    async def ask():
        app = Limits(IdentityPages(echo, keys=None), hosts=frozenset({HOST}))
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/identite",
            "query_string": "é=1".encode(),
            "headers": [(b"host", HOST.encode())],
        }

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            told.append(message)

        await app(scope, receive, send)

    anyio.run(ask)
    assert told[0]["status"] == 400


@pytest.mark.parametrize("agent", ["", "oidc-provider/9.1.2 (https://ailleurs.invalid)"])
def test_our_keys_are_given_to_whoever_asks(agent):
    answer = asked(echo, "GET", KEYS_PATH, headers={"user-agent": agent})
    assert answer.status_code == 200
    assert answer.content == KEYS
    assert answer.headers["content-type"] == "application/jwk-set+json"
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(("method", "keys"), [("POST", lambda: KEYS), ("GET", None)])
def test_keys_that_are_not_there_or_not_asked_for_rightly_are_not_found(method, keys):
    assert asked(echo, method, KEYS_PATH, keys=keys).status_code == 404


def test_our_keys_are_given_while_every_thread_waits_for_a_provider():
    waiting, arrived = threading.Event(), threading.Semaphore(0)

    def slow(environ, start_response):
        arrived.release()
        waiting.wait(60)
        return echo(environ, start_response)

    async def all_at_once():
        async with client(slow) as asking, anyio.create_task_group() as tasks:
            for _ in range(THREADS + 3):
                tasks.start_soon(asking.get, "/identite")
            for _ in range(THREADS):
                await anyio.to_thread.run_sync(arrived.acquire)
            answer = await asking.get(KEYS_PATH)
            waiting.set()
            return answer

    assert anyio.run(all_at_once).content == KEYS


def test_more_than_may_wait_are_told_to_come_back():
    answer = asked(IdentityPages(echo, keys=None, waiting=-THREADS), "GET", "/identite")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
