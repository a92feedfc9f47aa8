"""The door of pages: the request as it came, within bounds, in threads of its own."""

import threading

import anyio
import httpx
import pytest

from gateway.api.limits import Limits
from gateway.api.pages_door import MAX_BODY_BYTES, PagesDoor

HOST = "127.0.0.1:8480"


def echo(environ, start_response):
    """What a page sees of a request."""
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    assert "HTTP_TRANSFER_ENCODING" not in environ
    path = environ["SCRIPT_NAME"], environ["PATH_INFO"], environ["QUERY_STRING"]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [repr((environ["REQUEST_METHOD"], *path, len(body))).encode()]


@pytest.fixture
def door():
    made = []

    def make(wsgi, **bounds):
        made.append(PagesDoor(wsgi, **{"threads": 2, "queue": 0, **bounds}))
        return Limits(made[-1], hosts=frozenset({HOST}))

    yield make
    for one in made:
        one.close()


def client_of(app):
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{HOST}")


def ask(app, method, path, **sent):
    async def exchange():
        async with client_of(app) as client:
            return await client.request(method, path, **sent)

    return anyio.run(exchange)


def test_a_page_sees_the_whole_path_the_query_and_the_body(door):
    app = door(echo)
    assert ask(app, "GET", "/identite?lang=en").text == repr(("GET", "", "/identite", "lang=en", 0))
    answer = ask(app, "POST", "/op/token", content=b"x" * 100)
    assert answer.text == repr(("POST", "", "/op/token", "", 100))


def test_a_body_without_a_stated_length_is_read_whole(door):
    async def pieces():
        for _ in range(3):
            yield b"x" * 100

    answer = ask(door(echo), "POST", "/op/token", content=pieces())
    assert answer.text == repr(("POST", "", "/op/token", "", 300))


def test_a_body_beyond_the_bound_of_pages_reaches_none(door):
    app = door(echo)
    assert ask(app, "POST", "/op/token", content=b"x" * MAX_BODY_BYTES).status_code == 200
    assert ask(app, "POST", "/op/token", content=b"x" * (MAX_BODY_BYTES + 1)).status_code == 413


def test_what_is_no_request_of_ours_reaches_none(door):
    app = door(echo)
    assert ask(app, "GET", "/identite/").status_code == 404
    assert ask(app, "GET", "/identite", headers={"host": "elsewhere"}).status_code != 200
    assert ask(app, "GET", "/identite", headers={"host": HOST}).status_code == 200


def test_a_defect_of_a_page_says_nothing_of_itself(door):
    def broken(_environ, _start_response):
        raise RuntimeError("a value of somebody")

    answer = ask(door(broken), "GET", "/identite")
    assert answer.status_code == 500
    assert "somebody" not in answer.text


def test_beyond_its_threads_and_its_queue_one_is_told_to_come_back(door):
    entered, may_go = threading.Semaphore(0), threading.Event()

    def slow(environ, start_response):
        entered.release()
        may_go.wait(20)
        return echo(environ, start_response)

    app = door(slow, threads=2, queue=1)

    async def crowd():
        answers = []

        async def one():
            async with client_of(app) as client:
                answers.append(await client.get("/identite"))

        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(one)
            for _ in range(2):
                await anyio.to_thread.run_sync(entered.acquire)
            for _ in range(100):  # the third waits for a thread
                await anyio.lowlevel.checkpoint()
            await one()
            (refused,) = answers
            may_go.set()
        return refused, answers

    refused, answers = anyio.run(crowd)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert [one.status_code for one in answers] == [503, 200, 200, 200]
