"""By which right Sirene is asked: the public plan's key, the private plan's tokens."""

import logging
import threading

import pytest

from adapters.http import Breaker
from adapters.sirene import PrivatePlan, PublicPlan
from gateway.model.verification import Cause, ExistingEstablishment, NotAnswered, Urgency
from tests.partners.api_insee_fr.behaviours import Behaviour
from tests.partners.api_insee_fr.server import API_KEY
from tests.partners.api_insee_fr.tokens import GRANT
from tests.sirene import (
    Ticks,
    a_private_plan,
    a_private_register,
    a_register,
    an_upstream,
    ask,
    ask_one,
)

BUGEY, TRICASTIN = "55208131715412", "55208131721063"


def test_one_token_serves_many_questions(double):
    register = a_private_register(double)
    for _ in range(3):
        assert isinstance(ask_one(register, BUGEY), ExistingEstablishment)
    assert len(double.tokens.given) == 1
    assert all(call.path.startswith("/api-sirene/prive/3.11/") for call in double.calls)


def test_a_token_is_asked_for_anew_before_it_ends(double):
    clock = Ticks()
    double.tokens.expires_in_s = 600
    register = a_private_register(double, plan=a_private_plan(double, clock=clock))
    for _ in range(3):
        ask_one(register, BUGEY)
        clock.now_s += 300
    assert len(double.tokens.given) == 2


def test_a_token_that_is_refused_is_replaced_once_and_the_question_asked_again(double):
    clock = Ticks()
    register = a_private_register(double, plan=a_private_plan(double, clock=clock))
    ask_one(register, BUGEY)
    double.tokens.revoke()
    clock.now_s += 10
    assert isinstance(ask_one(register, BUGEY), ExistingEstablishment)
    assert len(double.tokens.given) == 2
    assert [call.headers["authorization"] for call in double.calls] == [
        *("Bearer jeton-0", "Bearer jeton-0", "Bearer jeton-1"),
    ]


def test_when_a_new_token_is_refused_as_well_the_register_refuses_us(double):
    clock = Ticks()
    plan = a_private_plan(double, clock=clock)
    register = a_private_register(double, plan=plan)
    ask_one(register, BUGEY)
    double.tokens.are_refused = True
    clock.now_s += 10
    answers = [ask_one(register, BUGEY) for _ in range(3)]
    assert {answer.cause for answer in answers} == {Cause.MISCONFIGURED}
    assert len(double.tokens.given) == 2
    assert len(double.calls) == 3


def test_tokens_are_asked_for_once_in_three_seconds_at_most(double):
    clock = Ticks()
    plan = a_private_plan(double, clock=clock)
    rights = plan.rights(urgency=Urgency.BACKGROUND, deadline_s=10)
    plan.refused(rights)
    clock.now_s += 1
    waiting = plan.rights(urgency=Urgency.BACKGROUND, deadline_s=10)
    assert waiting == NotAnswered(cause=Cause.QUOTA, retry_after_s=2)
    clock.now_s += 2
    assert isinstance(plan.rights(urgency=Urgency.BACKGROUND, deadline_s=10), dict)


def test_a_token_that_is_refused_as_soon_as_it_was_given_is_a_subscription_that_ended(double):
    double.tokens.are_refused = True
    register = a_private_register(double)
    assert [ask_one(register, BUGEY).cause for _ in range(3)] == [Cause.MISCONFIGURED] * 3
    assert (len(double.tokens.given), len(double.calls)) == (1, 1)


def test_a_token_that_another_thread_replaced_is_not_lost(double):
    clock = Ticks()
    plan = a_private_plan(double, clock=clock)
    former = plan.rights(urgency=Urgency.BACKGROUND, deadline_s=10)
    plan.refused(former)
    clock.now_s += 10
    present = plan.rights(urgency=Urgency.BACKGROUND, deadline_s=10)
    plan.refused(former)
    assert plan.rights(urgency=Urgency.BACKGROUND, deadline_s=10) == present


def test_threads_that_need_a_token_wait_for_the_same(double):
    register = a_private_register(double)
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(ask_one(register, BUGEY))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(answer) for answer in answers] == [ExistingEstablishment] * 8
    assert len(double.tokens.given) == 1


JSON, HTML = "application/json", "text/html"
REFUSALS = {
    "credentials": (401, JSON, b'{"error":"invalid_client"}', Cause.MISCONFIGURED),
    "grant": (400, JSON, b'{"error":"invalid_grant"}', Cause.MISCONFIGURED),
    "portal": (403, HTML, b"<p>non", Cause.MISCONFIGURED),
    "address": (404, HTML, b"<p>non", Cause.MISCONFIGURED),
    "rate": (429, JSON, b"{}", Cause.QUOTA),
    "outage": (503, HTML, b"<p>non", Cause.OUTAGE),
    "page": (200, HTML, b"<p>non", Cause.UNREADABLE),
    "no token": (200, JSON, b'{"expires_in":600}', Cause.UNREADABLE),
    "no end": (200, JSON, b'{"access_token":"a"}', Cause.UNREADABLE),
    "header": (
        *(200, JSON, b'{"access_token":"a\\r\\nx: y","expires_in":600}'),
        Cause.UNREADABLE,
    ),
    "kind": (
        *(200, JSON, b'{"access_token":"a","expires_in":600,"token_type":"mac"}'),
        Cause.UNREADABLE,
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_without_a_token_nothing_is_asked_and_nothing_judged(double, name):
    *reply, cause = REFUSALS[name]
    double.tokens.replies = [tuple(reply)] * 2
    answers = ask(a_private_register(double), BUGEY, TRICASTIN)
    assert {answer.cause for answer in answers.values()} == {cause}
    assert double.calls == []


def test_wrong_credentials_are_our_fault(double):
    plan = a_private_plan(double, password="autre")  # noqa: S106 - nobody's
    answer = ask_one(a_private_register(double, plan=plan), BUGEY)
    assert answer.cause is Cause.MISCONFIGURED


def test_a_token_without_end_in_time_leaves_the_question_unasked(double):
    upstream = an_upstream(double.token_url, attempts=1, attempt_s=0.2)
    given = {name: value for name, value in GRANT.items() if name != "grant_type"}
    held = threading.Event()
    double.tokens.answer = lambda _: (held.wait(20), (200, JSON, b"{}"))[1]
    plan = PrivatePlan(tokens=upstream, monotonic=Ticks(), **given)
    answer = ask_one(a_private_register(double, plan=plan), BUGEY)
    held.set()
    assert answer.cause is Cause.TIMEOUT


def test_no_secret_is_in_an_address_a_log_or_a_repr(double, caplog):
    caplog.set_level(logging.DEBUG)
    private = a_private_plan(double)
    ask_one(a_private_register(double, plan=private), BUGEY)
    ask_one(a_register(double), BUGEY)
    secrets = {API_KEY, GRANT["client_secret"], GRANT["password"], "jeton-0"}
    told = [call.path for call in double.calls]
    told += [repr(private), repr(PublicPlan(api_key=API_KEY)), repr(private._request), caplog.text]
    assert not [secret for secret in secrets for text in told if secret in text]


def test_the_probe_of_an_open_breaker_is_the_state_that_sirene_tells_of_itself(double):
    clock = Ticks()
    breaker = Breaker(failures=2, open_s=30, clock=clock)
    register = a_register(double, breaker=breaker, clock=clock)
    double.behaviour = Behaviour.HTML_503
    assert ask_one(register, BUGEY).cause is Cause.OUTAGE
    asked = len(double.calls)
    assert ask_one(register, BUGEY).cause is Cause.BREAKER_OPEN
    assert len(double.calls) == asked
    double.behaviour, double.is_up = Behaviour.ANSWERS, False
    clock.now_s += 31
    assert isinstance(ask_one(register, BUGEY), NotAnswered)
    assert set(double.paths()[asked:]) == {"GET /informations"}
    double.is_up = True
    clock.now_s += 31
    assert isinstance(ask_one(register, BUGEY), ExistingEstablishment)
    assert double.paths()[-2:] == ["GET /informations", f"GET /siret/{BUGEY}"]


@pytest.mark.parametrize(
    "behaviour", [Behaviour.HTML_200, Behaviour.QUOTA_PORTAL, Behaviour.NO_RIGHT]
)
def test_a_probe_that_is_not_answered_keeps_the_breaker_open(double, behaviour):
    clock = Ticks()
    breaker = Breaker(failures=1, open_s=30, clock=clock)
    register = a_register(double, breaker=breaker, clock=clock, attempts=1)
    double.next.append(Behaviour.HTML_503)
    ask_one(register, BUGEY)
    clock.now_s += 31
    double.behaviour = behaviour
    assert isinstance(ask_one(register, BUGEY), NotAnswered)
    assert double.paths()[-1] == "GET /informations"


def test_a_sirene_that_lost_its_data_is_out_of_order_and_refuses_nobody(double):
    clock = Ticks()
    breaker = Breaker(failures=1, open_s=30, refused_s=300, clock=clock)
    register = a_register(double, breaker=breaker, clock=clock, attempts=1)
    double.next.append(Behaviour.HTML_503)
    ask_one(register, BUGEY)
    clock.now_s += 31
    double.behaviour = Behaviour.NOTHING_FOUND
    assert ask_one(register, BUGEY).cause is not Cause.MISCONFIGURED
    double.behaviour = Behaviour.ANSWERS
    clock.now_s += 31
    assert isinstance(ask_one(register, BUGEY), ExistingEstablishment)
