"""The number that a person types where civil status alone does not tell: no answer repeats it."""

from datetime import timedelta

import pytest

from gateway.model.accounts import TRIES
from tests.unit.pages.identity.conftest import a_worker, form_of

PATH = "/identite/rattachement"
OWN = str(a_worker().nir.reveal())
WRONG = {
    "nobody-s": "190017500100121",
    "a-wrong-key": f"{OWN[:13]}{(int(OWN[13:]) % 97) + 1:02d}",
    "no-number": "<b>ZQX</b>",
    "empty": " ",
    "another-s": "290069912345619",
}


@pytest.fixture
def waiting(visitor, portal):
    """A browser that is asked for its number: the register knows another given name first."""
    portal.people.workers[:] = [a_worker("CLAIRE")]
    answer = visitor.back(visitor.depart("franceconnect"), slug="franceconnect")
    assert answer.headers["location"] == PATH
    return visitor


def test_the_form_keeps_nothing_and_says_how_many_tries_are_left(waiting):
    page = waiting.get(PATH)
    assert page.text.count('autocomplete="off"') == 2
    assert f"Essais restants : {TRIES}".replace(" :", "\u00a0:") in page.text
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("typed", [OWN, f" {OWN[0]} {OWN[1:3]} {OWN[3:13]} {OWN[13:]} "])
def test_one_s_own_number_opens_the_account(waiting, portal, typed):
    answer = waiting.send(waiting.get(PATH), PATH, nir=typed)
    assert answer.status_code == 200, answer.text
    assert answer.headers["refresh"] == "0; url=/identite/sessions"
    session = portal.flow.session(waiting.cookie("__Host-siseri"))
    assert session.worker_id == "w-1"
    assert waiting.cookie("__Host-siseri-w") is None


@pytest.mark.parametrize("typed", WRONG.values(), ids=WRONG)
def test_every_other_number_is_answered_alike_and_never_repeated(waiting, typed):
    answers = [waiting.send(waiting.get(PATH), PATH, nir=one) for one in (typed, "1")]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert typed not in answers[0].text or typed == " "
    told = [
        answer.text.replace(f"{TRIES - 1}", "N").replace(f"{TRIES - 2}", "N") for answer in answers
    ]
    secret = (
        form_of(answers[0], PATH)["jeton"].replace(f"{TRIES - 1}", "N").replace(f"{TRIES - 2}", "N")
    )
    assert told[0].replace(secret, "") == told[1].replace(secret, "")
    assert waiting.cookie("__Host-siseri") is None


def test_a_number_that_was_refused_is_said_to_be_as_an_error_of_its_field(waiting):
    page = waiting.send(waiting.get(PATH), PATH, nir="1")
    assert 'aria-invalid="true"' in page.text
    assert 'aria-describedby="nir-hint nir-error"' in page.text
    assert "<title>Erreur" in page.text


def test_too_many_numbers_close_the_door_for_the_day(waiting):
    for _ in range(TRIES - 1):
        assert waiting.send(waiting.get(PATH), PATH, nir="1").status_code == 422
    last = waiting.send(waiting.get(PATH), PATH, nir="1")
    assert last.status_code == 429
    assert last.headers["retry-after"] == "86400"
    again = waiting.back(waiting.depart("franceconnect"), slug="franceconnect")
    assert again.status_code == 429


def test_whoever_waited_too_long_begins_again(waiting, portal):
    page = waiting.get(PATH)
    portal.clock.advance(timedelta(minutes=11))
    assert waiting.send(page, PATH, nir=OWN).status_code == 400
    assert waiting.get(PATH).status_code == 400


def test_nobody_types_for_whom_nothing_waits(visitor, another, waiting):
    assert another.get(PATH).status_code == 400
    fields = form_of(waiting.get(PATH), PATH)
    another.get("/identite")
    assert another.post(PATH, {**fields, "nir": OWN}).status_code == 403
    assert visitor is waiting


@pytest.mark.parametrize("held", ["x", "x" * 20, f"{'x' * 43}.999", "é.1"])
def test_a_cookie_that_is_not_as_we_set_it_waits_for_nothing(visitor, held):
    visitor.hold("__Host-siseri-w", held)
    assert visitor.get(PATH).status_code == 400


def test_a_number_in_the_address_is_not_read(waiting):
    answer = waiting.get(PATH, query_string={"nir": OWN})
    assert OWN not in answer.text
    assert waiting.cookie("__Host-siseri") is None
