"""What `ports.rates.RateBudget` promises, over every implementation."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gateway.model.verification import Urgency
from tests.fake_rate_budget import MemoryRateBudget

CALLS, WINDOW_S, RESERVE = 5, 60.0, 2


class Hand:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.now_s = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def budget(hand: Hand) -> Any:
    return MemoryRateBudget(calls=CALLS, window_s=WINDOW_S, reserve=RESERVE, clock=hand)


def takes(budget: Any, count: int, urgency: Urgency = Urgency.INTERACTIVE) -> list[float]:
    return [budget.take(urgency) for _ in range(count)]


def test_so_many_calls_go_at_once_and_the_next_one_a_window_after_the_first(
    budget: Any, hand: Hand
) -> None:
    assert takes(budget, CALLS + 1) == [0.0] * CALLS + [WINDOW_S]
    hand.now_s += WINDOW_S - 1
    assert takes(budget, 1) == [1.0]
    hand.now_s += 1
    assert takes(budget, CALLS + 1) == [0.0] * CALLS + [WINDOW_S]


def test_no_window_wherever_it_begins_holds_more(budget: Any, hand: Hand) -> None:
    gone = []
    for _ in range(400):
        if budget.take(Urgency.INTERACTIVE) == 0:
            gone.append(hand.now_s)
        hand.now_s += 0.9
    assert all(late - early >= WINDOW_S for early, late in zip(gone, gone[CALLS:], strict=False))
    assert len(gone) >= CALLS * 5


def test_what_is_refused_spends_nothing(budget: Any, hand: Hand) -> None:
    takes(budget, CALLS + 20)
    hand.now_s += WINDOW_S
    assert takes(budget, CALLS) == [0.0] * CALLS


def test_a_part_is_kept_for_who_watches(budget: Any) -> None:
    free = CALLS - RESERVE
    assert takes(budget, free + 1, Urgency.BACKGROUND) == [0.0] * free + [WINDOW_S]
    assert takes(budget, RESERVE + 1) == [0.0] * RESERVE + [WINDOW_S]


def test_the_wait_told_is_long_enough_and_no_longer(budget: Any, hand: Hand) -> None:
    for _ in range(CALLS):
        budget.take(Urgency.INTERACTIVE)
        hand.now_s += 4
    for urgency in Urgency:
        wait_s = budget.take(urgency)
        hand.now_s += wait_s - 0.5
        assert budget.take(urgency) == 0.5
        hand.now_s += 0.5
        assert budget.take(urgency) == 0


def test_a_register_that_says_when_is_left_alone_until_then_by_everyone(
    budget: Any, hand: Hand
) -> None:
    budget.exhausted(90.0)
    budget.exhausted(5.0)  # a shorter one that comes later frees nobody
    assert [budget.take(urgency) for urgency in Urgency] == [90.0, 90.0]
    hand.now_s += 90
    assert takes(budget, 1) == [0.0]


def test_a_register_that_does_not_say_when_is_left_alone_for_one_window(
    budget: Any,
) -> None:
    budget.exhausted(None)
    assert takes(budget, 1) == [WINDOW_S]


def test_of_many_at_once_no_more_go_than_the_rate_has(budget: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: budget.take(Urgency.INTERACTIVE), range(4 * CALLS)))
    assert told.count(0.0) == CALLS
