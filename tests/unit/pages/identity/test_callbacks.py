"""The way back: taken once, by the browser that left, from the provider that it left for."""

from datetime import timedelta

import pytest

from gateway.errors import Overloaded, SignInRefused
from gateway.model.federation import Provider, SignInFailure
from gateway.pages.identity.cookies import MOST_ATTEMPTS
from gateway.pages.identity.refusals import STATUSES
from tests.unit.pages.identity.conftest import Visitor, state_of

BACK = "/identite/proconnect/retour"


def assert_nobody_entered(visitor, answer, status=400):
    assert answer.status_code == status
    assert visitor.cookie("__Host-siseri") is None


def test_a_way_is_taken_once(visitor, portal):
    state = visitor.depart()
    assert visitor.back(state).status_code == 303
    session_id = visitor.cookie("__Host-siseri")
    again = visitor.back(state)
    assert again.status_code == 400
    assert visitor.cookie("__Host-siseri") == session_id
    assert portal.flow.session(session_id) is not None


def test_another_browser_does_not_enter_by_a_way_that_it_did_not_begin(visitor, another):
    state = visitor.depart()
    assert_nobody_entered(another, another.back(state))
    assert visitor.back(state).status_code == 303


def test_a_way_that_a_victim_is_led_into_signs_nobody_in(visitor, another):
    """Login CSRF: the code is the attacker's own, the browser is not."""
    attacker_s = another.depart()
    visitor.depart()
    assert_nobody_entered(visitor, visitor.back(attacker_s))


@pytest.mark.parametrize(
    ("left", "came"), [("proconnect", "franceconnect"), ("franceconnect", "proconnect")]
)
def test_the_way_to_one_provider_is_not_ended_at_the_other(visitor, left, came):
    """Mix-up (RFC 9700 §4.4), with the issuer of the one or of the other."""
    for issuer in (left, came):
        state = visitor.depart(left)
        answer = visitor.back(state, slug=came, iss=f"https://{issuer}.invalid/api/v2")
        assert_nobody_entered(visitor, answer)
    assert visitor.back(visitor.depart(left), slug=left).status_code == 303


def test_an_issuer_that_is_not_the_provider_s_is_not_believed(visitor):
    state = visitor.depart()
    assert_nobody_entered(
        visitor, visitor.back(state, iss="https://franceconnect.invalid/api/v2"), 403
    )
    assert_nobody_entered(visitor, visitor.back(visitor.depart(), iss=None), 403)


@pytest.mark.parametrize("state", ["", "undefined", "x" * 43, "../../x", "é", None])
def test_a_state_that_is_not_ours_enters_nowhere(visitor, state):
    visitor.depart()
    assert_nobody_entered(visitor, visitor.back(state))


def test_a_state_that_begins_like_ours_enters_nowhere(visitor):
    state = visitor.depart()
    other = state[:8] + ("A" if state[8] != "A" else "B") + state[9:]
    assert_nobody_entered(visitor, visitor.back(other))


@pytest.mark.parametrize("name", ["state", "code", "iss", "error"])
def test_a_parameter_that_stands_twice_enters_nowhere(visitor, portal, name):
    state = visitor.depart()
    issuer = portal.providers[Provider.PROCONNECT].issuer
    query = f"state={state}&code=good&iss={issuer}"
    assert_nobody_entered(visitor, visitor.get(f"{BACK}?{query}&{name}=x&{name}=x"))
    assert visitor.get(f"{BACK}?{query}").status_code == 303


LONG = {"state": 513, "code": 2049, "iss": 513, "error": 129, "error_description": 1025}


@pytest.mark.parametrize("name", LONG)
def test_a_parameter_longer_than_it_may_be_enters_nowhere(visitor, name):
    state = visitor.depart()
    query = {"state": state, "code": "good", name: "x" * LONG[name]}
    assert_nobody_entered(visitor, visitor.get(BACK, query_string=query))
    assert visitor.back(state).status_code == 303


@pytest.mark.parametrize(
    "tail", ["a" * 17_000, "&".join(f"p{n}=1" for n in range(20)), "%ff=1", "\0"]
)
def test_an_address_beyond_every_bound_enters_nowhere(visitor, tail):
    state = visitor.depart()
    assert_nobody_entered(visitor, visitor.get(f"{BACK}?state={state}&code=good&{tail}"))


def test_what_a_provider_adds_is_passed_over(visitor):
    assert visitor.back(visitor.depart(), session_state="x").status_code == 303


def test_asking_for_the_head_alone_does_not_spend_the_way(visitor, portal):
    state = visitor.depart()
    issuer = portal.providers[Provider.PROCONNECT].issuer
    query = {"state": state, "code": "good", "iss": issuer}
    headed = visitor._client.head(BACK, base_url="https://passerelle.invalid", query_string=query)
    assert headed.status_code == 404
    assert visitor.back(state).status_code == 303


def test_several_tabs_come_back_in_any_order(visitor):
    states = [visitor.depart() for _ in range(MOST_ATTEMPTS)]
    for state in reversed(states):
        assert visitor.back(state).status_code == 303


def test_the_oldest_of_too_many_tabs_gives_way(visitor, portal):
    states = []
    for _ in range(MOST_ATTEMPTS + 1):
        states.append(visitor.depart())
        portal.clock.advance(timedelta(seconds=1))
    held = [name for name in visitor.cookies() if name.startswith("__Host-siseri-a-")]
    assert len(held) == MOST_ATTEMPTS
    assert visitor.back(states[0]).status_code == 400
    for state in states[1:]:
        assert visitor.back(state).status_code == 303


def test_a_browser_keeps_nothing_of_a_way_that_is_over(visitor):
    visitor.back(visitor.depart())
    visitor.back(visitor.depart(), error="access_denied", code=None)
    assert not [name for name in visitor.cookies() if name.startswith("__Host-siseri-a-")]


def test_a_cookie_of_ours_that_is_not_as_we_set_it_is_nothing(visitor):
    state = visitor.depart()
    visitor.hold(f"__Host-siseri-a-{state[:8]}", "x" * 1_000)
    assert_nobody_entered(visitor, visitor.back(state))


def test_whoever_goes_back_is_told_and_may_begin_again(visitor):
    state = visitor.depart()
    told = visitor.back(
        state, code=None, error="access_denied", error_description="User auth aborted"
    )
    assert_nobody_entered(visitor, told, 403)
    assert "aborted" not in told.text
    assert visitor.back(visitor.depart()).status_code == 303


class Refusing:
    """A provider that refuses, on the way there or back."""

    def __init__(self, real, error, *, there):
        self._real, self._error, self._there = real, error, there
        self.provider, self.issuer = real.provider, real.issuer

    def begin(self, wish, *, return_to):
        if self._there:
            raise self._error
        return self._real.begin(wish, return_to=return_to)

    def complete(self, attempt, callback):
        assert callback.state == attempt.state
        raise self._error


@pytest.mark.parametrize("there", [True, False], ids=["there", "back"])
@pytest.mark.parametrize("failure", SignInFailure)
def test_each_family_has_its_page_and_its_status(visitor, portal, failure, there):
    real = portal.providers[Provider.PROCONNECT]
    error = SignInRefused(failure, step="a-step")
    portal.providers[Provider.PROCONNECT] = Refusing(real, error, there=there)
    page = visitor.get("/identite")
    answer = visitor.send(page, "/identite/proconnect")
    if not there:
        answer = visitor.back(state_of(answer))
    assert_nobody_entered(visitor, answer, STATUSES[failure])
    assert "a-step" not in answer.text
    assert failure.value not in answer.get_data(as_text=True).replace(f"erreur={failure.value}", "")
    waits = answer.headers.get("retry-after")
    assert (waits is not None) == (failure is SignInFailure.PROVIDER_AWAY)
    portal.providers[Provider.PROCONNECT] = real
    assert visitor.back(visitor.depart()).status_code == 303


def test_a_database_that_cannot_write_is_told_as_such(visitor, portal):
    class Full:
        def keep(self, _attempt):
            raise Overloaded(retry_after_s=5)

    portal.flow._attempts = Full()
    answer = visitor.send(visitor.get("/identite"), "/identite/proconnect")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "30"


def test_what_a_browser_held_before_is_of_no_use_to_who_planted_it(visitor, portal, app):
    """Fixation: an id that somebody else knows never becomes a session."""
    planted = "planted-session-id-known-to-somebody-else-0"
    visitor.hold("__Host-siseri", planted)
    visitor.sign_in()
    assert visitor.cookie("__Host-siseri") != planted
    attacker = Visitor(app)
    attacker.hold("__Host-siseri", planted)
    assert attacker.get("/identite/sessions").headers["location"] == "/identite"
    assert portal.flow.session(planted) is None
