"""Which certificate a signed message selects, and that the others are as unknown as nobody's."""

from datetime import timedelta

import msgspec
import pytest
import structlog.testing
from lxml import etree

from gateway.errors import MessageRefused
from gateway.model.partners import CredentialKind, Proof
from gateway.partners.ws_security import WsSecurity
from signing.wss.token import NameKind, names_of
from tests import builders
from tests.enrolled import put
from tests.fake_credentials import MemoryCredentials
from tests.fakes import FixedClock, MemoryPartnerRegister
from tests.hostile.wss import credentials, door, envelopes
from tests.hostile.wss.envelopes import NOW
from tests.unit.steps import flow

NAMES = ["token", "issuer", "ski", "thumbprint"]
SOAP_12 = builders.SOAP["1.2"]


class Parts:
    def __init__(self):
        self.register = MemoryPartnerRegister()
        self.credentials = MemoryCredentials()
        self.clock = FixedClock(NOW)
        self.ws_security = WsSecurity(
            credentials=self.credentials, register=self.register, clock=self.clock
        )
        self.register.add(flow.THE_LABORATORY)
        self.register.add(flow.THE_OPERATOR)

    def enrol(self, credential):
        put(self.credentials, credential)
        return credential

    def prove(self, **recipe):
        octets = envelopes.octets(envelopes.signed(**recipe))
        return self.ws_security.prove(etree.fromstring(octets), version=SOAP_12)

    def code(self, **recipe):
        with pytest.raises(MessageRefused) as refused:
            self.prove(**recipe)
        return refused.value.code, refused.value.subcodes


@pytest.fixture
def parts():
    return Parts()


STRANGER = ("A001", (f"{{{envelopes.WSSE}}}FailedAuthentication",))


@pytest.mark.parametrize("named", NAMES)
def test_every_name_selects_the_one_certificate(parts, named):
    enrolled = parts.enrol(door.credential_of("laboratory"))
    parts.enrol(door.credential_of("mail"))
    signed = parts.prove(named=named)
    assert signed.partner == flow.THE_LABORATORY
    assert (signed.proven.by, signed.proven.thumbprint, signed.proven.expires_at) == (
        Proof.MESSAGE_SIGNATURE,
        enrolled.thumbprint,
        enrolled.not_after,
    )
    assert parts.credentials.credential(enrolled.thumbprint).last_used_at == NOW
    assert repr(signed) == "SignedMessage(…)"


@pytest.mark.parametrize("named", NAMES)
def test_one_enrolled_later_is_found_and_one_revoked_is_not(parts, named):
    assert parts.code(named=named) == STRANGER
    enrolled = parts.enrol(door.credential_of("laboratory"))
    assert parts.prove(named=named).partner.id == "laboratory"
    parts.credentials.revoke("laboratory", enrolled.thumbprint, NOW)
    assert parts.code(named=named) == STRANGER


@pytest.mark.parametrize("named", NAMES)
def test_a_disabled_partner_s_certificate_opens_nothing(parts, named):
    parts.enrol(door.credential_of("laboratory"))
    parts.register.disable("laboratory")
    assert parts.code(named=named) == STRANGER


def test_a_key_whose_thumbprint_is_a_certificate_s_opens_nothing(parts):
    """A JWK is no certificate, whatever it is called."""
    credential = door.credential_of("laboratory")
    parts.enrol(msgspec.structs.replace(credential, kind=CredentialKind.JWK))
    assert parts.code() == STRANGER


def _certified_again(name):
    """The same key in a certificate that begins later, as a renewal may have it."""
    held = credentials.sender(name)
    begin = credentials.BEGIN + timedelta(days=90)
    return credentials.certify(held.key, begin=begin)


def _credential(sender, partner_id):
    names = names_of(sender.certificate)
    return msgspec.structs.replace(
        door.credential_of("laboratory"),
        id=names[NameKind.SHA256],
        partner_id=partner_id,
        thumbprint=names[NameKind.SHA256],
        public=sender.der,
        not_before=sender.certificate.not_valid_before_utc,
    )


def test_a_key_that_was_certified_again_is_stated_by_its_later_certificate(parts):
    parts.enrol(door.credential_of("laboratory"))
    later = parts.enrol(_credential(_certified_again("laboratory"), "laboratory"))
    assert parts.prove(named="ski").proven.thumbprint == later.thumbprint
    assert parts.prove(named="token").proven.thumbprint != later.thumbprint


def test_a_name_that_two_partners_certificates_have_selects_neither(parts):
    parts.enrol(door.credential_of("laboratory"))
    parts.enrol(_credential(_certified_again("laboratory"), "operator"))
    assert parts.code(named="ski") == STRANGER
    assert parts.prove(named="token").partner.id == "laboratory"


def test_the_deviation_is_of_one_certificate_and_is_taken_back(parts):
    recipe = {"sender": "old-stack", "method": "rsa-sha256"}
    old = msgspec.structs.replace(
        door.credential_of("old-stack"), partner_id="laboratory", allows_rsa_pkcs1_v15=False
    )
    parts.enrol(old)
    refused = ("W001", (f"{{{envelopes.WSSE}}}UnsupportedAlgorithm",))
    assert parts.code(**recipe) == refused
    parts.credentials.allow_rsa_pkcs1_v15("laboratory", old.thumbprint, is_allowed=True)
    assert parts.prove(**recipe).partner.id == "laboratory"
    parts.credentials.allow_rsa_pkcs1_v15("laboratory", old.thumbprint, is_allowed=False)
    assert parts.code(**recipe) == refused


def test_a_refusal_is_one_line_of_log_that_names_the_step_and_nobody(parts):
    with structlog.testing.capture_logs() as lines:
        parts.code()
    (line,) = lines
    assert line == {
        "event": "ws-security.refused",
        "log_level": "warning",
        "step": 6,
        "reason": "no certificate in force of that name is registered",
    }
