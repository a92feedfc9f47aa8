"""What `ports.accounts.Waiting` promises."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from gateway.model.accounts import REFUSED_TRIES, TRIES, TRIES_IN_ALL, TRIES_WINDOW, WAITING
from gateway.model.federation import Provider
from tests.identities import a_subject, who_waits

WHO = a_subject("p-1", Provider.FRANCECONNECT)
OTHER = a_subject("p-2", Provider.FRANCECONNECT)
A_MOMENT = timedelta(milliseconds=1)


def test_who_waits_is_found_whole_until_taken_out(waiting: Any, clock: Any) -> None:
    identity = who_waits(since=clock.now())
    waiting.keep(identity)
    assert waiting.find(identity.id) == waiting.find(identity.id) == identity
    assert waiting.take(identity.id)
    assert waiting.find(identity.id) is None
    assert not waiting.take(identity.id)


@pytest.mark.parametrize("unknown", ["", "another", "\ud800"])
def test_who_never_waited_is_not_there(waiting: Any, clock: Any, unknown: str) -> None:
    waiting.keep(who_waits(since=clock.now()))
    assert waiting.find(unknown) is None
    assert not waiting.take(unknown)


def test_a_person_may_take_ten_minutes(waiting: Any, clock: Any) -> None:
    identity = who_waits(since=clock.now())
    waiting.keep(identity)
    clock.advance(WAITING)
    assert waiting.find(identity.id) == identity
    clock.advance(A_MOMENT)
    assert waiting.find(identity.id) is None
    waiting.keep(who_waits(since=clock.now()))
    assert waiting.find(identity.id) is None


def test_of_many_who_take_it_out_at_once_one_is_told_so(waiting: Any, clock: Any) -> None:
    identity = who_waits(since=clock.now())
    waiting.keep(identity)
    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(waiting.take, [identity.id] * 8)) == 1


def test_an_identity_may_type_five_numbers_within_a_day(waiting: Any, clock: Any) -> None:
    assert waiting.tries_left(WHO) == TRIES
    assert [waiting.draw(WHO) for _ in range(TRIES + 2)] == [4, 3, 2, 1, 0, None, None]
    assert (waiting.tries_left(WHO), waiting.tries_left(OTHER)) == (0, TRIES)
    clock.advance(TRIES_WINDOW - A_MOMENT)
    assert waiting.draw(WHO) is None
    clock.advance(A_MOMENT)
    assert waiting.tries_left(WHO) == TRIES
    assert waiting.draw(WHO) == TRIES - 1


def test_thirty_refused_numbers_of_one_identity_close_it_on_whatever_days_they_were(
    waiting: Any, clock: Any
) -> None:
    for _ in range(TRIES_IN_ALL // 3):
        assert [waiting.draw(WHO) for _ in range(3)][-1] is not None
        clock.advance(TRIES_WINDOW)
    assert waiting.tries_left(WHO) == 0
    assert waiting.draw(WHO) is None
    clock.advance(1000 * TRIES_WINDOW)
    assert waiting.draw(WHO) is None
    assert waiting.tries_left(OTHER) == TRIES


def test_the_last_tries_of_all_are_told_as_what_is_left(waiting: Any, clock: Any) -> None:
    for _ in range(TRIES_IN_ALL - 2):
        waiting.draw(WHO)
        clock.advance(TRIES_WINDOW)
    assert waiting.tries_left(WHO) == 2
    assert [waiting.draw(WHO), waiting.draw(WHO), waiting.draw(WHO)] == [1, 0, None]


def test_ones_own_number_lets_an_identity_type_as_if_none_had_been_refused(
    waiting: Any, clock: Any
) -> None:
    for _ in range(TRIES_IN_ALL - 1):
        waiting.draw(WHO)
        clock.advance(TRIES_WINDOW)
    waiting.draw(WHO)
    waiting.give_back(WHO)
    assert waiting.tries_left(WHO) == TRIES


def test_many_tries_at_once_are_no_more_than_five(waiting: Any) -> None:
    with ThreadPoolExecutor(8) as threads:
        drawn = list(threads.map(waiting.draw, [WHO] * 12))
    assert sorted(left for left in drawn if left is not None) == [0, 1, 2, 3, 4]


def test_the_tries_of_who_typed_their_own_number_count_no_more(waiting: Any) -> None:
    for subject in (WHO, OTHER):
        waiting.draw(subject)
    waiting.give_back(WHO)
    assert (waiting.tries_left(WHO), waiting.tries_left(OTHER)) == (TRIES, TRIES - 1)


def test_everybody_together_has_a_cap_so_that_many_identities_guess_no_number(
    waiting: Any, clock: Any
) -> None:
    for place in range(REFUSED_TRIES // TRIES):
        for _ in range(TRIES):
            assert waiting.draw(a_subject(f"guesser-{place}", Provider.FRANCECONNECT)) is not None
    assert waiting.tries_left(WHO) == 0
    assert waiting.draw(WHO) is None
    clock.advance(TRIES_WINDOW)
    assert waiting.draw(WHO) == TRIES - 1
