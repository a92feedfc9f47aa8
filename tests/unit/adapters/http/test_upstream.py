"""An outside register is asked again while its caller has time, and left alone when it fails."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
import structlog

from adapters.http import (
    Answer,
    Assessment,
    Breaker,
    Bulkhead,
    CallLimits,
    NoAnswer,
    Probe,
    Request,
    State,
    Upstream,
)
from adapters.http.exchange import Exchanges
from adapters.http.upstream import FAIR_S
from gateway.errors import Overloaded
from gateway.model.verification import Cause, NotAnswered, Urgency
from gateway.ports.rates import SENT_WITHIN_S
from tests.fake_rate_budget import MemoryRateBudget
from tests.unit.adapters.http.scripted import (
    OK,
    PATIENCE_S,
    Hand,
    Scripted,
    an_upstream,
    answer,
    by_status,
    saying,
    silent,
)

JSON = {"content_type": "application/json"}
DOWN = answer(503, b"<html>", content_type="text/html")
MARKED = "marked-185057512345644"


@pytest.fixture
def hand() -> Hand:
    return Hand()


def limits(attempts: int = 3, attempt_s: float = PATIENCE_S) -> CallLimits:
    return CallLimits(attempt_s=attempt_s, max_bytes=65536, attempts=attempts)


def timed(server: Scripted, hand: Hand, **changes: Any) -> Upstream:
    clocks = {"clock": hand, "sleep": hand.sleep, "chance": lambda: 0.625}
    return an_upstream(server.url, **{"limits": limits(), **clocks, **changes})


def asked(
    upstream: Upstream,
    *,
    path: str = "/siret/1",
    urgency: Urgency = Urgency.BACKGROUND,
    deadline_s: float = PATIENCE_S,
    assess: Any = by_status,
) -> Answer | NotAnswered:
    request = Request(method="GET", path=path)
    return upstream.call(request, urgency=urgency, deadline_s=deadline_s, assess=assess)


def test_what_fails_for_a_moment_is_asked_again_and_pauses_grow(hand: Hand) -> None:
    with Scripted(saying(DOWN, DOWN, OK)) as server:
        outcome = asked(timed(server, hand))
        assert isinstance(outcome, Answer)
        assert len(server.requests) == 3
    assert hand.slept == [0.125, 0.25]


def test_what_keeps_failing_is_given_up_after_so_many_attempts(hand: Hand) -> None:
    with Scripted(saying(DOWN)) as server:
        assert asked(timed(server, hand)) == NotAnswered(cause=Cause.OUTAGE)
        assert len(server.requests) == 3


def test_how_long_it_asks_to_be_left_alone_is_waited_where_the_caller_has_time(hand: Hand) -> None:
    busy = answer(503, retry_after="7")
    with Scripted(saying(busy, OK)) as server:
        assert isinstance(asked(timed(server, hand)), Answer)
    assert hand.slept == [7.0]


def test_a_caller_without_that_time_is_told_at_once(hand: Hand) -> None:
    busy = answer(503, retry_after="7")
    with Scripted(saying(busy, OK)) as server:
        outcome = asked(timed(server, hand), deadline_s=6.9)
        assert outcome == NotAnswered(cause=Cause.OUTAGE, retry_after_s=7.0)
        assert len(server.requests) == 1
    assert hand.slept == []


def test_no_attempt_begins_once_the_callers_time_is_over(hand: Hand) -> None:
    with Scripted(saying(OK)) as server:
        assert asked(timed(server, hand), deadline_s=0.0) == NotAnswered(cause=Cause.NOT_ASKED)
        assert server.connections == 0


def a_budget(hand: Hand, calls: int = 1, reserve: int = 0) -> MemoryRateBudget:
    return MemoryRateBudget(calls=calls, window_s=60.0, reserve=reserve, clock=hand)


def test_a_call_waits_for_its_rate_where_it_has_time_and_holds_no_place(hand: Hand) -> None:
    upstream: Upstream | None = None
    taken: list[int] = []

    def sleep(pause_s: float) -> None:
        assert upstream is not None
        taken.append(upstream.bulkhead.taken)
        hand.sleep(pause_s)

    with Scripted(saying(OK)) as server:
        upstream = timed(server, hand, budget=a_budget(hand), sleep=sleep)
        assert isinstance(asked(upstream), Answer)
        assert isinstance(asked(upstream, deadline_s=61.0), Answer)
    assert hand.slept == [60.0]
    assert taken == [0]


def test_a_call_whose_rate_comes_too_late_is_not_made(hand: Hand) -> None:
    with Scripted(saying(OK)) as server:
        upstream = timed(server, hand, budget=a_budget(hand))
        asked(upstream)
        assert asked(upstream) == NotAnswered(cause=Cause.QUOTA, retry_after_s=60.0)
        assert len(server.requests) == 1


def test_a_register_whose_rate_is_used_up_is_left_alone_and_has_not_failed(hand: Hand) -> None:
    full = answer(429, b'{"http_status_code":429}', retry_after="40", **JSON)
    with Scripted(saying(full)) as server:
        breaker = Breaker(failures=1)
        upstream = timed(server, hand, budget=a_budget(hand, calls=30), breaker=breaker)
        for _ in range(3):
            assert asked(upstream) == NotAnswered(cause=Cause.QUOTA, retry_after_s=40.0)
        assert len(server.requests) == 1
        assert breaker.state is State.CLOSED


class Away:
    """A budget whose database is away."""

    def take(self, _urgency: Urgency) -> float:
        raise Overloaded("the database cannot answer")

    exhausted = take


def test_nothing_is_asked_where_nobody_knows_what_was(hand: Hand) -> None:
    with Scripted(saying(OK)) as server:
        upstream = timed(server, hand, budget=Away())
        assert asked(upstream) == NotAnswered(cause=Cause.NOT_ASKED)
        assert (server.connections, upstream.bulkhead.taken) == (0, 0)


def test_a_call_that_was_taken_too_long_ago_is_taken_anew(hand: Hand) -> None:
    waits = [SENT_WITHIN_S, 0.0]
    budget = a_budget(hand, calls=2)

    class Slow:
        def take(self, urgency: Urgency) -> float:
            told = budget.take(urgency)
            hand.now_s += waits.pop(0)
            return told

        exhausted = budget.exhausted

    with Scripted(saying(OK)) as server:
        assert isinstance(asked(timed(server, hand, budget=Slow())), Answer)
        assert len(server.requests) == 1
    assert waits == []


def test_what_refuses_us_opens_the_breaker_at_once_and_is_told_as_our_fault(hand: Hand) -> None:
    with Scripted(saying(answer(401, b"{}", **JSON))) as server:
        upstream = timed(server, hand, breaker=Breaker(refused_s=300.0, clock=hand))
        assert asked(upstream) == NotAnswered(cause=Cause.MISCONFIGURED)
        hand.now_s += 299
        told = asked(upstream)
        assert told == NotAnswered(cause=Cause.MISCONFIGURED, retry_after_s=1.0)
        assert len(server.requests) == 1


def test_what_fails_so_often_is_left_alone_then_probed_and_asked_again(hand: Hand) -> None:
    breaker = Breaker(failures=3, open_s=30.0, clock=hand)
    with Scripted(saying(DOWN, DOWN, DOWN, OK)) as server:
        upstream = timed(server, hand, breaker=breaker)
        assert asked(upstream) == NotAnswered(cause=Cause.OUTAGE)
        assert asked(upstream) == NotAnswered(cause=Cause.BREAKER_OPEN, retry_after_s=30.0)
        assert len(server.requests) == 3
        hand.now_s += 30
        assert isinstance(asked(upstream), Answer)
        assert breaker.state is State.CLOSED


def test_the_probe_is_asked_before_any_question_goes_again(hand: Hand) -> None:
    breaker = Breaker(failures=1, open_s=30.0, clock=hand)
    probe = Probe(request=Request(method="GET", path="/informations"), assess=by_status)
    with Scripted(saying(DOWN, DOWN, OK)) as server:
        upstream = timed(server, hand, breaker=breaker, probe=probe, limits=limits(attempts=1))
        asked(upstream)
        hand.now_s += 30
        assert asked(upstream) == NotAnswered(cause=Cause.OUTAGE)
        hand.now_s += 30
        assert isinstance(asked(upstream), Answer)
        paths = [request.split(b" ")[1] for request in server.requests]
    assert paths == [b"/siret/1", b"/informations", b"/informations", b"/siret/1"]


def test_one_call_alone_probes_while_the_others_are_told(hand: Hand) -> None:
    others_were_told, probe_arrived = threading.Event(), threading.Event()

    def script(connection: Any) -> None:
        probe_arrived.set()
        assert others_were_told.wait(PATIENCE_S)
        connection.sendall(OK)

    breaker = Breaker(failures=1, open_s=30.0, clock=hand)
    breaker.failed(breaker.admit())  # type: ignore[arg-type]
    hand.now_s += 30
    with Scripted(script) as server, ThreadPoolExecutor(1) as pool:
        upstream = timed(server, hand, breaker=breaker)
        probing = pool.submit(asked, upstream)
        assert probe_arrived.wait(PATIENCE_S)
        told = [asked(upstream) for _ in range(10)]
        others_were_told.set()
        assert isinstance(probing.result(), Answer)
        assert len(server.requests) == 1
    assert told == [NotAnswered(cause=Cause.BREAKER_OPEN, retry_after_s=0.0)] * 10


def test_ten_threads_are_under_way_at_once() -> None:
    all_arrived = threading.Barrier(10)

    def script(connection: Any) -> None:
        all_arrived.wait(PATIENCE_S)  # no answer before the tenth request is here
        connection.sendall(OK)

    with Scripted(script) as server, ThreadPoolExecutor(10) as pool:
        upstream = an_upstream(server.url)
        outcomes = list(pool.map(lambda _: asked(upstream), range(10)))
    assert all(isinstance(outcome, Answer) for outcome in outcomes)


def test_an_attempt_cut_short_by_its_callers_deadline_says_nothing_of_the_register() -> None:
    breaker = Breaker(failures=1)
    with Scripted(silent) as server:
        upstream = an_upstream(server.url, breaker=breaker)
        assert asked(upstream, deadline_s=FAIR_S / 2) == NotAnswered(cause=Cause.TIMEOUT)
        assert breaker.state is State.CLOSED
        short = an_upstream(server.url, breaker=breaker, limits=limits(1, attempt_s=FAIR_S / 2))
        assert asked(short) == NotAnswered(cause=Cause.TIMEOUT)
        assert breaker.state is State.OPEN


def test_what_an_adapter_raises_is_passed_on_and_nothing_stays_taken(hand: Hand) -> None:
    breaker = Breaker(failures=1, open_s=30.0, clock=hand)
    breaker.failed(breaker.admit())  # type: ignore[arg-type]
    hand.now_s += 30

    def assess(_: Answer) -> Assessment:
        raise LookupError

    with Scripted(saying(OK)) as server:
        upstream = timed(server, hand, breaker=breaker, bulkhead=Bulkhead(1))
        with pytest.raises(LookupError):
            asked(upstream, assess=assess)
        assert isinstance(asked(upstream), Answer)
        assert upstream.bulkhead.enter(Urgency.BACKGROUND, within_s=PATIENCE_S)


def test_a_place_is_kept_for_who_watches() -> None:
    gate, arrived = threading.Event(), threading.Semaphore(0)

    def script(connection: Any) -> None:
        arrived.release()
        assert gate.wait(PATIENCE_S)
        connection.sendall(OK)

    with Scripted(script) as server, ThreadPoolExecutor(2) as pool:
        upstream = an_upstream(server.url, bulkhead=Bulkhead(2, reserve=1))
        background = pool.submit(asked, upstream)
        assert arrived.acquire(timeout=PATIENCE_S)
        assert asked(upstream, deadline_s=0.05) == NotAnswered(cause=Cause.NOT_ASKED)
        watched = pool.submit(asked, upstream, urgency=Urgency.INTERACTIVE)
        assert arrived.acquire(timeout=PATIENCE_S)  # beside the other
        gate.set()
        assert isinstance(watched.result(), Answer)
        assert isinstance(background.result(), Answer)


def echoing(connection: Any, request: bytes) -> None:
    path = request.split(b" ")[1]
    connection.sendall(answer(200, path, **JSON))


def test_connections_are_kept_and_carry_nothing_from_one_call_to_the_next() -> None:
    said = answer(200, b"{}", set_cookie="session=1; Path=/", **JSON)
    with Scripted(saying(said)) as server:
        upstream = an_upstream(server.url)
        for _ in range(5):
            assert isinstance(asked(upstream), Answer)
        assert (server.connections, len(server.requests)) == (1, 5)
        assert not any(b"cookie" in request.lower() for request in server.requests)


def test_an_answer_that_comes_too_late_is_never_that_to_the_next_question() -> None:
    late = threading.Event()

    def script(connection: Any) -> None:
        request = server.requests[-1]
        if b"/slow" in request:
            late.wait(PATIENCE_S)
        echoing(connection, request)

    with Scripted(script) as server:
        upstream = an_upstream(server.url)
        assert asked(upstream, path="/slow", deadline_s=1.0) == NotAnswered(cause=Cause.TIMEOUT)
        late.set()
        outcomes = [asked(upstream, path=f"/{number}") for number in range(3)]
    assert [outcome.content for outcome in outcomes] == [b"/0", b"/1", b"/2"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "extra", [b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", b"HTTP/1.1 102 Processing\r\n\r\n"]
)
def test_an_interim_answer_is_never_that_to_the_question(extra: bytes) -> None:
    def script(connection: Any) -> None:
        connection.sendall(extra)
        echoing(connection, server.requests[-1])

    with Scripted(script) as server:
        upstream = an_upstream(server.url)
        outcomes = [asked(upstream, path=f"/{number}") for number in range(3)]
        assert server.connections == 1
    assert [outcome.content for outcome in outcomes] == [b"/0", b"/1", b"/2"]  # type: ignore[union-attr]


def test_a_connection_that_said_more_than_its_answer_is_not_used_again() -> None:
    def script(connection: Any) -> None:
        connection.sendall(OK + answer(200, b"/another", **JSON) * 200)

    with Scripted(script) as server:
        upstream = an_upstream(server.url)
        outcomes = [asked(upstream) for _ in range(3)]
    assert [outcome.content for outcome in outcomes] == [b"{}"] * 3  # type: ignore[union-attr]


def test_figures_name_the_upstream_and_the_outcome_and_nothing_that_was_asked(
    hand: Hand, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[tuple[Any, ...]] = []

    class Counting:
        def call_ended(self, upstream: str, outcome: str, seconds: float) -> None:
            told.append((upstream, outcome, seconds))

        def breaker_changed(self, upstream: str, state: str) -> None:
            told.append((upstream, state))

    caplog.set_level(logging.INFO)
    with Scripted(saying(DOWN, OK, DOWN)) as server, structlog.testing.capture_logs() as logs:
        upstream = timed(
            server, hand, observer=Counting(), breaker=Breaker(failures=1, open_s=1, clock=hand)
        )
        for _ in range(3):
            asked(upstream, path=f"/{MARKED}")
            hand.now_s += 1
    assert told == [
        *(("register", "OPEN"), ("register", "OUTAGE", 0.0)),
        *(("register", "HALF_OPEN"), ("register", "CLOSED"), ("register", "ANSWERED", 0.0)),
        *(("register", "OPEN"), ("register", "OUTAGE", 0.0)),
    ]
    assert MARKED not in repr((told, logs, caplog.text, Request(method="GET", path=f"/{MARKED}")))


@pytest.mark.parametrize("path", ["@elsewhere.example/", "siret", ".elsewhere.example"])
def test_a_path_cannot_name_another_host(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        Request(method="GET", path=path)


@pytest.mark.parametrize("before", [0, 1], ids=["on a new connection", "on a kept one"])
def test_nothing_is_sent_once_it_is_too_late_for_the_rate(before: int) -> None:
    ended: list[bool] = []
    exchanges = Exchanges(tls=None, is_tls=False, kept=1, max_bytes=9, encodings="gzip")

    def ask(sent_within_s: float) -> Answer:
        return exchanges.answer(
            requests.Request("GET", server.url),
            within_s=PATIENCE_S,
            connect_s=PATIENCE_S,
            sent_within_s=sent_within_s,
            ended=lambda: ended.append(True),
        )

    with Scripted(saying(OK)) as server:
        for _ in range(before):
            assert ask(PATIENCE_S).status == 200
        with pytest.raises(NoAnswer) as told:
            ask(0.0)
        assert told.value.cause is Cause.TIMEOUT
        assert len(server.requests) == len(ended) - 1 == before
