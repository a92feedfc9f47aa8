"""The whole gateway under attack, between real providers: nobody enters, and the twin does.

Cross-play, replayed, parallel and fixated attempts, forged requests, mix-up and injected codes
(RFC 9700 §4, RFC 9207): each ends on a page, at its own step, and opens nothing.
"""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

import pytest
from structlog.testing import capture_logs

from tests.federated import ANGELA, ANNE
from tests.visitor import Visitor

WHO = {"proconnect": ANNE, "franceconnect": ANGELA}
OTHER = {"proconnect": "franceconnect", "franceconnect": "proconnect"}
AT_ONCE = 8


class Attempt:
    """Somebody's way there and back, held back before it is ended."""

    def __init__(self, federated, kind):
        self.federated, self.kind = federated, kind
        self.visitor = Visitor()
        self.back = f"{federated.address}/identite/{kind}/retour"
        self.visitor.go(f"{federated.address}/identite")
        self.visitor.send(f"/identite/{kind}")
        self.visitor.send(person=WHO[kind], until=self.back)
        self.brought = self.visitor.brought()

    def end(self, visitor=None, *, back=None, **changes):
        """Come back with what was brought, changed; None leaves a parameter out."""
        told = {name: v for name, v in {**self.brought, **changes}.items() if v is not None}
        return (visitor or self.visitor).go(f"{back or self.back}?{urlencode(told)}")


@pytest.fixture(params=WHO)
def attempt(request, federated):
    """One of somebody who signs in; afterwards another of theirs is ended as it should."""
    federated.believe()
    yield Attempt(federated, request.param)
    twin = Attempt(federated, request.param)
    twin.end()
    assert is_in(twin.visitor, federated)


def is_in(visitor, federated):
    """Whether this browser is signed in."""
    visitor.go(f"{federated.address}/identite/sessions")
    return urlsplit(visitor.page.url).path == "/identite/sessions"


def refused(attempt, *, visitor=None, **changes):
    """Status and step at which it ends; nobody is in."""
    with capture_logs() as logs:
        page = attempt.end(visitor, **changes)
    (step,) = (one["step"] for one in logs if one["event"] == "pages.refused")
    assert not is_in(visitor or attempt.visitor, attempt.federated)
    return page.status, step


def test_the_twin_enters(attempt):
    attempt.end()
    assert is_in(attempt.visitor, attempt.federated)


def test_a_way_that_was_ended_is_not_ended_again(attempt):
    thief = Visitor()
    attempt.end()
    thief.cookies = {}
    assert refused(attempt, visitor=thief) == (400, "attempt")
    held = attempt.visitor.cookies[attempt.federated.address].pop("__Host-siseri")
    assert refused(attempt) == (400, "attempt")
    attempt.visitor.cookies[attempt.federated.address]["__Host-siseri"] = held
    assert is_in(attempt.visitor, attempt.federated), "the session of the first time stands"


def test_of_many_who_end_one_way_at_once_one_alone_enters(attempt):
    origin, url = attempt.federated.address, f"{attempt.back}?{urlencode(attempt.brought)}"

    def one(_):
        visitor = Visitor()
        visitor.cookies[origin] = dict(attempt.visitor.cookies[origin])
        visitor.go(url)
        return is_in(visitor, attempt.federated)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert sorted(pool.map(one, range(AT_ONCE))) == [False] * (AT_ONCE - 1) + [True]


def test_a_victim_who_is_led_into_another_s_way_is_not_signed_in_as_them(attempt):
    assert refused(attempt, visitor=Visitor()) == (400, "attempt")
    victim = Attempt(attempt.federated, attempt.kind)  # who is on a way of their own
    assert refused(attempt, visitor=victim.visitor) == (400, "attempt")
    victim.end()
    assert is_in(victim.visitor, attempt.federated), "theirs is not lost"


def test_what_one_provider_answered_does_not_answer_for_the_other(attempt):
    back = attempt.back.replace(attempt.kind, OTHER[attempt.kind])
    assert refused(attempt, back=back) == (400, "attempt-provider")


@pytest.mark.parametrize("of", ["other", "nobody", "none"])
def test_an_answer_of_another_issuer_is_a_mix_up(attempt, of):
    other = getattr(attempt.federated, OTHER[attempt.kind]).issuer
    issuer = {"other": other, "nobody": "https://provider.invalid", "none": None}[of]
    assert refused(attempt, iss=issuer) == (403, "callback-iss")


def test_a_code_of_another_s_way_is_worth_nothing_in_this_one(attempt):
    stolen = Attempt(attempt.federated, attempt.kind)
    step = {"proconnect": (400, "token-invalid_grant"), "franceconnect": (403, "nonce")}
    assert refused(attempt, code=stolen.brought["code"]) == step[attempt.kind]


@pytest.mark.parametrize("state", ["undefined", "", None, "altered"])
def test_a_state_that_is_not_that_way_s_ends_none(attempt, state):
    ours = attempt.brought["state"]
    altered = ours[:-1] + ("A" if ours[-1] != "A" else "B")
    status, step = refused(attempt, state=altered if state == "altered" else state)
    assert (status, step) in {(400, "attempt"), (400, "state")}


def test_an_error_that_nobody_told_ends_nothing(attempt):
    forged = {"error": "access_denied", "state": "x" * 43, "code": None}
    assert refused(attempt, **forged) == (400, "attempt")
    attempt.end()
    assert is_in(attempt.visitor, attempt.federated), "the true way is not lost by it"


def test_a_session_that_was_planted_is_not_the_one_that_begins(attempt):
    federated, planter = attempt.federated, Attempt(attempt.federated, attempt.kind)
    planter.end()
    planted = planter.visitor.cookies[federated.address]["__Host-siseri"]
    attempt.visitor.cookies[federated.address]["__Host-siseri"] = planted
    attempt.end()
    begun = attempt.visitor.cookies[federated.address]["__Host-siseri"]
    assert begun != planted
    assert is_in(attempt.visitor, federated)
    assert not is_in(planter.visitor, federated), "what was planted opens nothing any more"


@pytest.mark.parametrize("path", ["proconnect", "franceconnect", "deconnexion", "sessions/fin"])
def test_a_form_that_another_site_sends_does_nothing(attempt, path):
    federated, visitor = attempt.federated, attempt.visitor
    attempt.end()
    url = f"{federated.address}/identite/{path}"
    fields = {"session": "autres"} if path == "sessions/fin" else {}
    page = visitor.post(url, fields, origin="https://elsewhere.invalid")
    assert page.status == 403
    assert is_in(visitor, federated)


def test_two_tabs_of_one_browser_come_back_in_any_order(attempt):
    federated, visitor = attempt.federated, attempt.visitor
    visitor.go(f"{federated.address}/identite")
    visitor.send(f"/identite/{attempt.kind}", until=attempt.back)
    second = visitor.held_back  # signed in there already
    if second is None:
        visitor.send(person=WHO[attempt.kind], until=attempt.back)
        second = visitor.held_back
    visitor.go(second)
    assert is_in(visitor, federated)
    attempt.end()
    assert is_in(visitor, federated)
