"""The proof of a signed message: every hostile one falls at its own step, every sound one holds."""

import pytest
from lxml import etree

from signing.wss.faults import MessageRefused
from signing.wss.token import is_named, may_sign
from signing.wss.verify import Registered, verify
from tests import builders
from tests.hostile.wss import credentials, envelopes
from tests.hostile.wss.corpus import ATTACKS, BENIGN

NOW = envelopes.NOW
PROVEN = [attack for attack in ATTACKS if attack.step is not None]


def registry(name):
    """As the gateway's: the one certificate of that name that is in force and may sign."""
    for known in credentials.REGISTERED:
        certificate = credentials.sender(known).certificate
        if is_named(certificate, name):
            is_in_time = certificate.not_valid_before_utc <= NOW <= certificate.not_valid_after_utc
            if known == "revoked" or not is_in_time or not may_sign(certificate):
                return None
            return Registered(
                certificate=certificate, allows_rsa_pkcs1_v15=known in credentials.DEVIATIONS
            )
    return None


def proved(octets, *, version="1.2"):
    root = etree.fromstring(octets)
    return verify(root, version=builders.SOAP[version], registry=registry, now=NOW)


@pytest.mark.parametrize("attack", PROVEN, ids=str)
def test_a_hostile_message_falls_at_its_own_step(attack):
    with pytest.raises(MessageRefused) as caught:
        proved(attack.make(), version=attack.twin.version)
    refusal = caught.value
    told = etree.QName(refusal.fault.value).localname
    assert (refusal.step, told) == (attack.step, attack.fault), refusal


@pytest.mark.parametrize("name", BENIGN)
def test_a_sound_message_is_proven(name):
    recipe = BENIGN[name]
    root = envelopes.signed(recipe)
    verified = proved(envelopes.octets(root), version=recipe.version)
    assert verified.certificate == credentials.sender(recipe.sender).certificate
    assert verified.body == envelopes.canonical(root[1])
    assert len(verified.addressing) == len(recipe.addressing)
