"""Nobody learns by guessing whom the register knows: a day's budget, by every door (T35)."""

from datetime import timedelta

import msgspec
import pytest

from tests import builders
from tests.builders import a_line, a_transmission
from tests.running import DOORS, THE_LABORATORY, THE_OPERATOR, a_row

BUDGET = 3
CAREFUL = msgspec.structs.replace(THE_LABORATORY, failure_budget=BUDGET)


@pytest.fixture
def guessed(long_running):
    long_running.forget(partners=(CAREFUL, THE_OPERATOR), rows=[a_row(1), a_row(2)])
    return long_running


def guesses(*numbers):
    """A transmission that names the workers of these numbers: 1 and 2 alone are known."""
    return a_transmission(
        results=[a_line(ref=f"P-{number}", worker=builders.a_worker(number)) for number in numbers]
    )


def told(answer):
    """The verdict and the codes of every line that is stated."""
    return {
        (line["verdict"], *(found["code"] for found in line["findings"]))
        for line in answer.acknowledgement.get("lines", [])
    }


@pytest.mark.parametrize("door", DOORS)
def test_beyond_the_budget_known_and_unknown_wait_alike(guessed, door):
    assert told(guessed.submit(guesses(7, 8, 9), door=door)) == {("HELD", "R001")}
    beyond = guessed.submit(guesses(1, 2, 10), door=door)
    assert told(beyond) == {("HELD", "V002")}
    assert beyond.acknowledgement["counts"]["held"] == 3
    assert told(guessed.submit(guesses(1), door=door)) == {("HELD", "V002")}
    assert guessed.counted("lines WHERE worker_id IS NOT NULL") == 0


def test_a_check_and_a_test_draw_on_the_same_budget(guessed):
    headers = {"content-type": "application/json"}

    def check(form):
        body = builders.in_json(form)
        return guessed.post(body, headers=headers, path="/v1/checks").form["lines"][0]

    assert check(guesses(7))["findings"][0]["code"] == "R001"
    tested = guessed.submit({**guesses(8), "test": True})
    assert told(tested) == {("HELD", "R001")}
    assert check(guesses(9))["findings"][0]["code"] == "R001"
    assert check(guesses(10))["findings"][0]["code"] == "V002"
    assert check(guesses(1))["findings"][0]["code"] == "V002"


def test_what_the_line_says_by_itself_is_judged_all_the_same(guessed):
    guessed.submit(guesses(7, 8, 9, 10))
    bad = a_transmission(results=[a_line(worker__nir="123")])
    assert told(guessed.submit(bad)) == {("REJECTED", "I001")}


def test_a_suspension_of_one_is_none_of_the_others_business(guessed):
    guessed.submit(guesses(7, 8, 9, 10))
    assert guessed.submit(builders.an_operational_transmission()).disposition == "ACCEPTED"


def test_once_released_what_waited_is_judged_within_the_budget(guessed):
    guessed.submit(guesses(7, 8, 9, 10))
    waiting = guesses(1, 2)
    first = guessed.submit(waiting).acknowledgement
    guessed.judge_again()
    status = f"/v1/transmissions/{waiting['id']}"
    assert guessed.get(status).form["receipt"]["acknowledgement"]["id"] == first["id"]
    guessed.store.failure_budget.release("laboratory")
    guessed.judge_again()
    stands = guessed.get(status).form["receipt"]["acknowledgement"]
    assert stands["disposition"] == "ACCEPTED"
    assert stands["supersedes"]["id"] == first["id"]


def test_waiting_opens_no_way_around_the_budget(guessed):
    """A message of guesses that waits tells nothing a day later, and suspends nobody anew."""
    guesses_of_a_list = guesses(1, 7, 8, 9, 10)
    first = guessed.submit(guesses_of_a_list).acknowledgement
    guessed.clock.advance(timedelta(days=1))
    try:
        assert guessed.submit(guesses(2)).disposition.startswith("ACCEPTED")
        guessed.judge_again()
        status = guessed.get(f"/v1/transmissions/{guesses_of_a_list['id']}").form
        assert status["receipt"]["acknowledgement"]["id"] == first["id"]
        assert guessed.submit(guesses(11)).disposition == "HELD"
        assert told(guessed.submit(guesses(12))) == {("HELD", "R001")}
    finally:
        guessed.clock.advance(-timedelta(days=1))
