"""What a provider refuses: it keeps out nobody else, and the log says by which name."""

import json
from hashlib import sha256

import pytest
import structlog

from adapters.http import Breaker, State
from gateway.model.federation import Provider
from tests.hostile.relying import (
    WISHES,
    callback,
    decryption_key,
    franceconnect,
    of_franceconnect,
    of_proconnect,
    proconnect,
)
from tests.partners.identity_provider_example import ABSENT, Lie, LyingProvider, Truth

BY_A_FILTER = b"<!doctype html><title>Blocked</title>"
STRANGERS = "of-a-stranger"
MOST_FAILURES = 5


class Refusing(LyingProvider):
    """Answers an endpoint with a status of its own, or its token endpoint a stranger's code."""

    def __init__(self, **given):
        super().__init__(**given)
        self.of_strangers, self.of = None, {}

    def answer(self, handler):
        if STRANGERS.encode() in handler.body and self.of_strangers is not None:
            return self.of_strangers, "text/html", BY_A_FILTER
        path = handler.path.rpartition("/")[2]
        return self.of.get(path) or super().answer(handler)


@pytest.fixture
def sides():
    with Refusing(truth=Truth()) as provider:
        yield proconnect(provider, breaker=Breaker(failures=MOST_FAILURES, open_s=3_600.0))


def stranger_comes(sides, code=STRANGERS):
    departure = sides.party.begin(WISHES[Provider.PROCONNECT], return_to="/identite/")
    told = {"state": departure.attempt.state, "iss": sides.provider.issuer, "code": code}
    return sides.refusal(brought=told, attempt=departure.attempt)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 406, 410, 413, 418, 422, 451])
def test_a_strangers_codes_that_are_refused_shut_sign_in_for_nobody(sides, status):
    sides.provider.of_strangers = status
    for _ in range(2 * MOST_FAILURES):
        assert stranger_comes(sides) == ("PROVIDER_AWAY", "token-error")
    assert sides.upstream.breaker.state is State.CLOSED
    assert sides.refusal() is None


@pytest.mark.parametrize(
    "code", ["<script>", "' or 1=1", "../etc/passwd", "a%00", "é", "\ud800", "", "a\n"]
)
def test_a_code_that_no_provider_makes_is_never_sent_to_one(sides, code):
    for _ in range(2 * MOST_FAILURES):
        assert stranger_comes(sides, code) == ("NOT_BELIEVED", "callback-code")
    assert "/token" not in sides.provider.asked
    assert sides.refusal() is None


@pytest.mark.parametrize("status", [302, 408, 429, 500, 502, 503])
def test_a_provider_that_fails_again_and_again_is_left_alone(sides, status):
    sides.provider.of["token"] = (status, "text/html", b"")
    for _ in range(MOST_FAILURES):
        assert sides.refusal() == ("PROVIDER_AWAY", "token-outage")
    assert sides.upstream.breaker.state is State.OPEN
    assert sides.refusal() == ("PROVIDER_AWAY", "token-breaker_open")


ERRORS = {  # as brought: as logged
    "access_denied": "access_denied",
    "temporarily_unavailable": "temporarily_unavailable",
    "invalid_acr": "invalid_acr",
    "marie_dupont": "other",
    "Access_Denied": "other",
    "a\nb": "other",
}


@pytest.mark.parametrize("stated", ERRORS)
def test_the_error_that_a_browser_brings_is_logged_by_its_name_or_as_another(sides, stated):
    sides.provider.lie = Lie(
        callback={"error": stated, "error_description": "of Marie", "code": ABSENT}
    )
    with structlog.testing.capture_logs() as logs:
        assert sides.refusal()[1] == "callback-error"
    assert logs == [
        {
            "event": "oidc.sign_in_refused",
            "log_level": "warning",
            "provider": "PROCONNECT",
            "error": ERRORS[stated],
        }
    ]


def test_no_error_is_logged_for_an_attempt_that_is_not_ours(sides):
    sides.provider.lie = Lie(callback={"error": "access_denied", "state": "another"})
    with structlog.testing.capture_logs() as logs:
        assert sides.refusal() == ("NOT_OURS", "state")
    assert logs == []


URI = "https://docs.invalid/erreurs?code=Y0416228&id=4be3-aa&email=marie"
REFUSALS = {
    "with what support asks for": (
        {"error": "invalid_token", "error_description": "of Marie", "error_uri": URI},
        {"error": "invalid_token", "code": "Y0416228", "id": "4be3-aa"},
    ),
    "by a name of its own": ({"error": "marie_dupont"}, {"error": "other"}),
    "by no name": ({"marie": "dupont"}, {"error": ""}),
    "by no text": ({"error": ["invalid_token"], "error_uri": 7}, {"error": "other"}),
    "at an address that is none": ({"error_uri": "https://[marie?code=Y1"}, {"error": ""}),
    "with a code that is none": (
        {"error": "invalid_token", "error_uri": "https://docs.invalid/?code=marie@dupont&id=%0a"},
        {"error": "invalid_token"},
    ),
    "by no object": ("marie", {"error": ""}),
}


@pytest.mark.parametrize("endpoint", ["token", "userinfo"])
@pytest.mark.parametrize(("said", "logged"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_logged_by_its_name_code_and_id_and_nothing_else(
    sides, endpoint, said, logged
):
    sides.provider.of[endpoint] = (401, "application/json", json.dumps(said).encode())
    with structlog.testing.capture_logs() as logs:
        sides.refusal()
    (line,) = logs
    assert line == {
        "event": f"oidc.{endpoint}_refused",
        "log_level": "warning",
        "status": 401,
        **logged,
    }


def test_a_plain_userinfo_of_half_a_character_is_no_userinfo():
    with of_proconnect(userinfo_is_signed=False) as provider:
        sides = proconnect(provider)
        for said in ({"given_name": "\ud800"}, {"sub": "\ud800"}, {"\udfff": 1}):
            provider.lie = Lie(userinfo=said)
            assert sides.refusal() == ("NOT_BELIEVED", "userinfo-form")
        provider.lie = Lie(userinfo={"given_name": "\U0001f600"})
        assert sides.refusal() is None, "two halves are a character"


@pytest.mark.parametrize("alg", ["ECDH-ES", "RSA-OAEP-256"])
def test_what_is_spent_is_the_signed_token_however_it_is_encrypted_anew(alg):
    key = decryption_key(alg)
    with of_franceconnect(key) as provider:
        sides = franceconnect(provider, key)
        departure = sides.party.begin(WISHES[Provider.FRANCECONNECT], return_to="/identite/")
        signed_in = sides.party.complete(
            departure.attempt, callback(provider.authorize(departure.url))
        )
    hint = signed_in.sign_out.id_token_hint
    assert hint.count(".") == 2
    assert signed_in.id_token_sha256 == sha256(hint.encode()).hexdigest()
