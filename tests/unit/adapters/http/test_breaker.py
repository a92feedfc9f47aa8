"""What fails again and again is left alone, then tried by one call."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Self

import pytest

from adapters.http import Breaker, Bulkhead, Permit, SingleFlight, State
from gateway.model.verification import Cause, NotAnswered, Urgency
from tests.unit.adapters.http.scripted import PATIENCE_S, Hand

OPEN_S, REFUSED_S = 30.0, 300.0


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def breaker(hand: Hand) -> Breaker:
    return Breaker(failures=3, open_s=OPEN_S, refused_s=REFUSED_S, clock=hand)


def permit(breaker: Breaker) -> Permit:
    given = breaker.admit()
    assert isinstance(given, Permit)
    return given


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.failed(permit(breaker))


def test_so_many_failures_in_a_row_open_it_and_fewer_do_not(breaker: Breaker) -> None:
    fail(breaker, 2)
    breaker.succeeded(permit(breaker))
    fail(breaker, 2)
    assert breaker.state is State.CLOSED
    fail(breaker, 1)
    assert breaker.admit() == NotAnswered(cause=Cause.BREAKER_OPEN, retry_after_s=OPEN_S)


def test_a_call_that_says_nothing_counts_neither_way(breaker: Breaker) -> None:
    fail(breaker, 2)
    breaker.abstained(permit(breaker))
    fail(breaker, 1)
    assert breaker.state is State.OPEN


def test_a_probe_that_fails_keeps_it_open_for_as_long_again(breaker: Breaker, hand: Hand) -> None:
    fail(breaker, 3)
    hand.now_s += OPEN_S
    fail(breaker, 1)
    hand.now_s += OPEN_S - 1
    assert breaker.admit() == NotAnswered(cause=Cause.BREAKER_OPEN, retry_after_s=1.0)


def test_a_probe_that_says_nothing_leaves_the_turn_to_another(breaker: Breaker, hand: Hand) -> None:
    fail(breaker, 3)
    hand.now_s += OPEN_S
    breaker.abstained(permit(breaker))
    breaker.succeeded(permit(breaker))
    assert breaker.state is State.CLOSED


def test_calls_that_began_before_it_opened_decide_nothing_afterwards(
    breaker: Breaker, hand: Hand
) -> None:
    before = [permit(breaker) for _ in range(3)]
    fail(breaker, 3)
    assert not any(breaker.stands(each) for each in before)
    breaker.succeeded(before[0])
    assert breaker.state is State.OPEN
    hand.now_s += OPEN_S
    probe = permit(breaker)
    breaker.failed(before[1])
    breaker.refused(before[2])
    breaker.abstained(before[2])
    assert breaker.state is State.HALF_OPEN
    breaker.succeeded(probe)
    assert breaker.state is State.CLOSED
    fail(breaker, 2)
    assert breaker.state is State.CLOSED  # what failed before the opening is forgotten


def test_a_refusal_opens_it_at_once_and_for_longer(breaker: Breaker) -> None:
    breaker.refused(permit(breaker))
    assert breaker.admit() == NotAnswered(cause=Cause.MISCONFIGURED, retry_after_s=REFUSED_S)


def test_of_many_who_ask_at_once_one_probes(hand: Hand) -> None:
    begun = threading.Barrier(16)
    for _ in range(20):
        breaker = Breaker(failures=1, open_s=OPEN_S, clock=hand)
        fail(breaker, 1)
        hand.now_s += OPEN_S

        def ask(_: int, asked: Breaker = breaker) -> Permit | NotAnswered:
            begun.wait(PATIENCE_S)
            return asked.admit()

        with ThreadPoolExecutor(16) as pool:
            given = [each for each in pool.map(ask, range(16)) if isinstance(each, Permit)]
        assert [each.is_probe for each in given] == [True]


def test_each_change_is_told_outside_the_lock(breaker: Breaker, hand: Hand) -> None:
    told: list[State] = []

    def watch(state: State) -> None:
        told.append(state)
        breaker.admit()  # who is told may ask

    breaker.watch(watch)
    fail(breaker, 3)
    hand.now_s += OPEN_S
    breaker.succeeded(permit(breaker))
    assert told == [State.OPEN, State.HALF_OPEN, State.CLOSED]


def test_places_are_as_many_as_there_are_and_some_are_for_who_watches() -> None:
    bulkhead = Bulkhead(3, reserve=1)
    background, interactive = Urgency.BACKGROUND, Urgency.INTERACTIVE
    assert [bulkhead.enter(background, within_s=0) for _ in range(3)] == [True, True, False]
    assert [bulkhead.enter(interactive, within_s=0) for _ in range(2)] == [True, False]
    bulkhead.leave()
    assert not bulkhead.enter(background, within_s=0)
    assert bulkhead.enter(interactive, within_s=0)


def test_who_waits_for_a_place_gets_the_next_one() -> None:
    bulkhead = Bulkhead(1)
    assert bulkhead.enter(Urgency.BACKGROUND, within_s=0)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(bulkhead.enter, Urgency.INTERACTIVE, within_s=PATIENCE_S)
        bulkhead.leave()
        assert waiting.result()
    assert bulkhead.taken == 1


@pytest.mark.parametrize(("places", "reserve"), [(1, 1), (0, 0), (2, -1)])
def test_a_reserve_leaves_a_place(places: int, reserve: int) -> None:
    with pytest.raises(ValueError, match="reserve"):
        Bulkhead(places, reserve)


class Key(str):
    """Tells when it is looked for."""

    __slots__ = ("sought",)

    def __new__(cls, text: str) -> Self:
        key = super().__new__(cls, text)
        key.sought = threading.Semaphore(0)
        return key

    def __hash__(self) -> int:
        self.sought.release()
        return super().__hash__()

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other)


def test_of_many_who_ask_the_same_one_asks_and_all_are_answered() -> None:
    flight: SingleFlight[str, str] = SingleFlight()
    asked: list[str] = []
    begun, others_joined = threading.Event(), threading.Event()

    def work() -> str:
        asked.append("key")
        begun.set()
        assert others_joined.wait(PATIENCE_S)
        return "answer"

    key = Key("key")
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(flight.run, "key", work, within_s=PATIENCE_S)
        assert begun.wait(PATIENCE_S)
        others = [pool.submit(flight.run, key, work, within_s=PATIENCE_S) for _ in range(6)]
        for _ in others:
            assert key.sought.acquire(timeout=PATIENCE_S)
        assert flight.run("other key", lambda: "another", within_s=0) == "another"
        others_joined.set()
        assert [each.result() for each in (first, *others)] == ["answer"] * 7
    assert asked == ["key"]


def test_what_the_one_who_asks_meets_all_meet_and_the_next_one_asks_anew() -> None:
    flight: SingleFlight[str, str] = SingleFlight()
    begun, others = threading.Event(), threading.Event()

    def fail() -> str:
        begun.set()
        assert others.wait(PATIENCE_S)
        raise LookupError

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(flight.run, "key", fail, within_s=PATIENCE_S)
        assert begun.wait(PATIENCE_S)
        with pytest.raises(TimeoutError):
            flight.run("key", lambda: "mine", within_s=0.01)
        others.set()
        with pytest.raises(LookupError):
            first.result()
    assert flight.run("key", lambda: "mine", within_s=0) == "mine"
