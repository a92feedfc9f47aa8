"""Keys on the partner's side: what is written opens again, and nothing else does."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from signing.errors import CredentialRefused, KeyUnusable
from signing.held_key import (
    Kind,
    certificates_pem,
    new_key,
    pem_of,
    pkcs12_of,
    read_held_key,
    request_of,
)
from tests.partner_pki import Pki, der

RIGHT, WRONG = "right", "wrong"


@pytest.fixture(scope="module")
def pki():
    return Pki()


@pytest.fixture(scope="module")
def key():
    return new_key(Kind.P256)


@pytest.fixture(scope="module")
def chain(pki, key):
    return certificates_pem([der(pki.issue(key.public_key())), der(pki.authority)])


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("password", ["", "mot de passe é"])
def test_a_key_in_pem_opens_with_its_password(kind, password):
    made = new_key(kind)
    pem = pem_of(made, password=password)
    assert read_held_key(pem, password=password).key.public_key() == made.public_key()


@pytest.mark.parametrize("password", ["", "another"])
def test_a_key_does_not_open_with_another_password(key, password):
    with pytest.raises(KeyUnusable):
        read_held_key(pem_of(key, password=RIGHT), password=password)
    with pytest.raises(KeyUnusable):
        read_held_key(pem_of(key), password=WRONG)


def test_a_pkcs12_holds_the_key_its_certificate_and_those_above(key, pki, chain):
    held = read_held_key(pkcs12_of(key, chain, password=RIGHT), password=RIGHT)
    assert held.key.public_key() == key.public_key()
    assert held.certificate.public_key() == key.public_key()
    assert held.others == (pki.authority,)
    with pytest.raises(KeyUnusable):
        read_held_key(pkcs12_of(key, chain, password=RIGHT), password=WRONG)


def test_certificates_stand_beside_the_key_or_in_its_file(key, pki, chain):
    for held in (
        read_held_key(pem_of(key), certificates=chain),
        read_held_key(pem_of(key) + chain),
    ):
        assert held.others == (pki.authority,)
    assert read_held_key(pem_of(key)).certificate is None


def test_a_certificate_of_another_key_is_refused(chain):
    with pytest.raises(KeyUnusable, match="another key"):
        read_held_key(pem_of(new_key(Kind.P256)), certificates=chain)


def test_a_certificate_on_no_path_is_refused(key, chain):
    stray = Pki("Autre").authority.public_bytes(Encoding.PEM)
    with pytest.raises(KeyUnusable, match="no path"):
        read_held_key(pem_of(key), certificates=chain + stray)


def test_a_key_that_the_gateway_would_not_take_is_refused():
    weak = ec.generate_private_key(ec.SECP224R1())
    with pytest.raises(CredentialRefused):
        read_held_key(pem_of(weak))
    unknown = ed448.Ed448PrivateKey.generate()
    pem = unknown.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(KeyUnusable):
        read_held_key(pem)


@pytest.mark.parametrize("octets", [b"", b"-----BEGIN PRIVATE KEY-----\n", b"\x30\x00"])
def test_what_is_no_key_is_refused(octets):
    with pytest.raises(KeyUnusable):
        read_held_key(octets)


def test_no_request_is_made_for_a_key_that_no_certificate_takes():
    with pytest.raises(KeyUnusable):
        request_of(new_key(Kind.ED25519))


def test_a_held_key_is_not_shown(key):
    assert "EllipticCurve" not in repr(read_held_key(pem_of(key)))
