"""What `ports.rates.RateBudget` promises, over every implementation."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gateway.model.verification import Urgency
from gateway.ports.rates import SENT_WITHIN_S
from gateway.storage.rate_budgets import ON_ITS_WAY_S, SqlRateBudget
from tests.contract.ports.conftest import IMPLEMENTATIONS, Database, a_database
from tests.fake_rate_budget import MemoryRateBudget

CALLS, WINDOW_S, RESERVE = 5, 60.0, 2
PERIOD_S = WINDOW_S - SENT_WITHIN_S - ON_ITS_WAY_S
"""What arrives late is counted late: the budget's window is so much longer than the register's."""


class Hand:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.now_s = 1_000_000.0
        self.leapt_s = 0.0

    def __call__(self) -> float:
        return self.now_s

    def steady(self) -> float:
        """It does not leap with the other."""
        return self.now_s - self.leapt_s

    def leap(self, by_s: float) -> None:
        """It is set; no time passes."""
        self.now_s += by_s
        self.leapt_s += by_s


@pytest.fixture
def hand() -> Hand:
    return Hand()


def on(database: Database, hand: Hand, **changes: Any) -> SqlRateBudget:
    """Of the register of that name, as one process has it."""
    stated = {"name": "register", "calls": CALLS, "period_s": PERIOD_S, "reserve": RESERVE}
    return SqlRateBudget(
        **database.parts(),
        **{**stated, **changes},
        now_ms=lambda _connection: int(hand() * 1000),
        steady_s=hand.steady,
    )


@pytest.fixture(params=IMPLEMENTATIONS)
def budget(request: pytest.FixtureRequest, hand: Hand, tmp_path: Path) -> Iterator[Any]:
    if request.param == "memory":
        yield MemoryRateBudget(calls=CALLS, window_s=WINDOW_S, reserve=RESERVE, clock=hand)
        return
    with a_database(request.param, tmp_path) as found:
        yield on(found, hand)


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
    for _ in range(90):
        if budget.take(Urgency.INTERACTIVE) == 0:
            gone.append(hand.now_s)
        hand.now_s += 4.1
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


def test_two_who_count_the_same_register_have_one_rate(database: Database, hand: Hand) -> None:
    one, other = on(database, hand), on(database, hand)
    told = [each.take(Urgency.INTERACTIVE) for _ in range(CALLS) for each in (one, other)]
    assert told.count(0.0) == CALLS
    assert (one.left(), other.left()) == (0, 0)


def test_each_register_has_its_own(database: Database, hand: Hand) -> None:
    takes(on(database, hand), CALLS)
    assert takes(on(database, hand, name="other"), 1) == [0.0]


def test_what_is_left_is_told(database: Database, hand: Hand) -> None:
    budget = on(database, hand)
    assert budget.left() == CALLS
    takes(budget, 2)
    assert budget.left() == CALLS - 2
    hand.now_s += WINDOW_S
    assert budget.left() == CALLS
    budget.exhausted(1.0)
    assert budget.left() == 0


def test_a_clock_that_leaps_forward_frees_nothing(database: Database, hand: Hand) -> None:
    one, other = on(database, hand), on(database, hand)
    takes(one, CALLS - 1)
    takes(other, 1)
    one.exhausted(90.0)
    hand.leap(3_000.0)
    assert takes(one, 1) == [90.0]
    hand.now_s += 91
    assert takes(one, CALLS + 1)[:CALLS] == [0.0] * CALLS
    assert takes(other, 1)[0] > 0  # it notices the leap by itself: once more is never too soon


def test_a_clock_that_is_set_back_blocks_nobody_for_longer_than_a_window(
    database: Database, hand: Hand
) -> None:
    budget = on(database, hand)
    takes(budget, CALLS)
    hand.leap(-100_000.0)
    assert takes(budget, 1) == [WINDOW_S]
    hand.now_s += WINDOW_S
    assert takes(budget, CALLS) == [0.0] * CALLS
    budget.exhausted(3_600.0)
    hand.leap(-100_000.0)
    assert takes(budget, 1) == [3_600.0]


def test_a_rate_that_is_changed_never_frees_what_was_taken(database: Database, hand: Hand) -> None:
    takes(on(database, hand), CALLS)
    assert takes(on(database, hand, calls=CALLS + 3), 1) == [WINDOW_S]
    assert takes(on(database, hand, calls=3), 1) == [WINDOW_S]
    hand.now_s += WINDOW_S
    assert takes(on(database, hand, calls=3), 4) == [0.0, 0.0, 0.0, WINDOW_S]


def test_nobody_is_told_to_wait_for_more_than_an_hour(database: Database, hand: Hand) -> None:
    budget = on(database, hand)
    budget.exhausted(1e9)
    assert takes(budget, 1) == [3_600.0]
