"""What every provider of identity does, the one over HTTP and the fake of the tests alike."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.errors import SignInRefused
from gateway.model.federation import Callback, Professional, Provider, SignInWish
from gateway.store import SystemClock
from tests.fake_identity import FakeIdentityProvider
from tests.hostile.relying import of_proconnect, proconnect


@dataclass
class Case:
    """A provider of identity, and what a browser brings back from where it was sent."""

    identities: Any
    issuer: str
    authorize: Any

    def brought(self, departure, **changes):
        told = {"issuer": self.issuer, "code": None, "error": None, **self.authorize(departure)}
        return Callback(**{**told, **changes})


def _over_http(provider):
    def authorize(departure):
        told = provider.authorize(departure.url)
        return {"state": told["state"], "code": told["code"]}

    return Case(proconnect(provider).party, provider.issuer, authorize)


def _fake():
    fake = FakeIdentityProvider(Provider.PROCONNECT, SystemClock())
    marie = Professional(
        given_name="Marie", usual_name="Dupont", email="m@exemple.test", uid="m", siret=None
    )
    fake.people["code"] = ("5f0c0f5e-sub", marie)

    def authorize(departure):
        (state,) = parse_qs(urlsplit(departure.url).query)["state"]
        return {"state": state, "code": "code"}

    return Case(fake, fake.issuer, authorize)


@pytest.fixture(params=["http", "fake"])
def case(request):
    if request.param == "fake":
        yield _fake()
        return
    with of_proconnect() as provider:
        yield _over_http(provider)


def begin(case):
    return case.identities.begin(SignInWish(), return_to="/identite/")


def test_who_comes_back_from_where_they_were_sent_is_signed_in(case):
    departure = begin(case)
    signed_in = case.identities.complete(departure.attempt, case.brought(departure))
    assert signed_in.provider is case.identities.provider is Provider.PROCONNECT
    assert (signed_in.issuer, signed_in.subject) == (case.issuer, "5f0c0f5e-sub")
    assert isinstance(signed_in.identity, Professional)


def test_each_attempt_is_its_own(case):
    attempts = [begin(case).attempt for _ in range(8)]
    for name in ("id", "state", "nonce"):
        values = {getattr(attempt, name) for attempt in attempts}
        assert len(values) == 8
        assert all(len(value) >= 43 for value in values)


@pytest.mark.parametrize(
    ("changes", "failure"),
    [
        ({"state": "another"}, "NOT_OURS"),
        ({"state": None}, "NOT_OURS"),
        ({"issuer": "https://other.invalid"}, "NOT_BELIEVED"),
        ({"issuer": None}, "NOT_BELIEVED"),
        ({"error": "access_denied", "code": None}, "CANCELLED"),
    ],
)
def test_what_does_not_answer_the_attempt_signs_nobody_in(case, changes, failure):
    departure = begin(case)
    with pytest.raises(SignInRefused) as refused:
        case.identities.complete(departure.attempt, case.brought(departure, **changes))
    assert refused.value.failure == failure


def test_the_session_there_ends_by_an_address_there(case):
    departure = begin(case)
    signed_in = case.identities.complete(departure.attempt, case.brought(departure))
    url = case.identities.sign_out(signed_in.sign_out, state="s" * 43)
    assert url.startswith(f"{case.issuer}/session/end?")
    assert parse_qs(urlsplit(url).query)["state"] == ["s" * 43]
