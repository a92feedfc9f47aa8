"""Whose request it is, and for whom it may speak."""

from datetime import date, timedelta
from types import SimpleNamespace

import msgspec
import pytest

from gateway.errors import BadRequest, NotAuthenticated
from gateway.identifiers import Siret
from gateway.model.partners import Mandate, Proof, Proven, RequestFacts
from gateway.partners.machine import MachineAuthentication
from gateway.partners.ws_security import SignedMessage
from signing.oauth.token_keys import new_token_key
from tests import builders
from tests.fake_credentials import MemoryCredentials, MemorySpentAssertions
from tests.fakes import FixedClock, MemoryPartnerRegister, MemoryPartnerUses
from tests.unit.steps import flow

TOKEN = "t" * 43


@pytest.mark.parametrize(
    "header", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"Bearer   {TOKEN}", f"BEARER {TOKEN}"]
)
def test_the_holder_of_a_token_is_its_partner(header, authentication):
    register = MemoryPartnerRegister()
    register.add(flow.THE_LABORATORY, token=TOKEN)
    submitter = authentication(register).of(request(header))
    assert submitter.partner == flow.THE_LABORATORY
    assert submitter.senders == (flow.THE_LABORATORY,)
    assert submitter.proven == Proven(by=Proof.ACCESS_TOKEN)


@pytest.mark.parametrize(
    "header",
    [
        *(None, "", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN[1:]}", f"Bearer {TOKEN}x", "Bearer"),
        *(
            f"Bearer {TOKEN} ",
            f" Bearer {TOKEN}",
            f"Bearer {TOKEN}, Bearer {TOKEN}",
            "Bearer short",
        ),
        *(f"Bearer {TOKEN}\n", f"Bearer\t{TOKEN}", f"BEARER{TOKEN}", "Bearer " + "t" * 513),
    ],
)
def test_anything_else_opens_nothing(header, authentication):
    register = MemoryPartnerRegister()
    register.add(flow.THE_LABORATORY, token=TOKEN)
    with pytest.raises(NotAuthenticated) as refused:
        authentication(register).of(request(header))
    assert TOKEN not in repr(refused.value)
    register.disable("laboratory")
    with pytest.raises(NotAuthenticated):
        authentication(register).of(request(f"Bearer {TOKEN}"))


AGENT = msgspec.structs.replace(
    flow.THE_LABORATORY,
    id="vendor",
    name="Éditeur de LIMS",
    siret=Siret.parse(builders.OPERATOR),
    type=None,
    flows=frozenset(),
    accreditation=None,
)


@pytest.fixture(scope="module")
def token_keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys") / "token-keys"
    new_token_key(folder, now=FixedClock().now())
    return folder


@pytest.fixture
def authentication(token_keys):
    def over(register, clock=None):
        return MachineAuthentication(
            issuer="https://gateway.example",
            token_keys=token_keys,
            token_lifetime_s=300,
            proxies=(),
            store=SimpleNamespace(
                register=register,
                life=MemoryPartnerUses(),
                credentials=MemoryCredentials(),
                spent_assertions=MemorySpentAssertions(),
                clock=clock or FixedClock(),
            ),
        ).authentication

    return over


def request(*authorizations):
    stated = tuple(("authorization", value) for value in authorizations if value is not None)
    return RequestFacts(method="POST", path="/", query="", headers=stated, peer="192.0.2.1")


def test_two_credentials_in_one_request_are_refused(authentication):
    register = MemoryPartnerRegister()
    register.add(flow.THE_LABORATORY, token=TOKEN)
    with pytest.raises(BadRequest):
        authentication(register).of(request(f"Bearer {TOKEN}", f"Bearer {TOKEN}"))


def test_an_agent_speaks_for_its_mandators_on_the_days_of_the_mandate(authentication):
    register, clock = MemoryPartnerRegister(), FixedClock()
    register.add(flow.THE_LABORATORY)
    register.add(AGENT, token=TOKEN)
    to_day = date(2026, 11, 3)
    register.mandate(Mandate(agent="vendor", mandator="laboratory", start=to_day, end=to_day))

    def senders():
        return authentication(register, clock).of(request(f"Bearer {TOKEN}")).senders

    assert senders() == ()
    clock.advance(timedelta(days=1))
    assert senders() == (flow.THE_LABORATORY,)
    clock.advance(timedelta(days=1))
    assert senders() == ()


def signed_by(partner):
    return SignedMessage(
        partner=partner,
        proven=Proven(by=Proof.MESSAGE_SIGNATURE, thumbprint="t" * 43),
        body=b"",
        blocks=(),
    )


def test_a_signed_message_proves_by_itself_and_its_partner_s_mandates_count(authentication):
    register = MemoryPartnerRegister()
    register.add(flow.THE_LABORATORY, token=TOKEN)
    register.add(flow.THE_OPERATOR)
    register.mandate(Mandate(agent="operator", mandator="laboratory", start=date(2020, 1, 1)))
    signed = signed_by(flow.THE_OPERATOR)
    submitter = authentication(register).of(request(None), signed=signed)
    assert (submitter.partner, submitter.proven) == (signed.partner, signed.proven)
    assert submitter.mandators == (flow.THE_LABORATORY,)


def test_with_a_token_beside_it_both_are_of_one_partner(authentication):
    register = MemoryPartnerRegister()
    register.add(flow.THE_LABORATORY, token=TOKEN)
    register.add(flow.THE_OPERATOR)
    own = signed_by(flow.THE_LABORATORY)
    proven = authentication(register).of(request(f"Bearer {TOKEN}"), signed=own).proven
    assert proven == own.proven
    for header, signed in (
        (f"Bearer {TOKEN}", signed_by(flow.THE_OPERATOR)),
        ("Bearer " + "x" * 43, own),
        ("", own),
    ):
        with pytest.raises(NotAuthenticated):
            authentication(register).of(request(header), signed=signed)
