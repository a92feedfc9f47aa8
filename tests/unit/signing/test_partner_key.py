"""Which public keys a partner may enrol (RFC 7517, RFC 7518 §6, RFC 8037)."""

import functools

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from jwcrypto import jwk as jwcrypto

from signing.encoding import to_base64url
from signing.errors import CredentialRefused, Unfit
from signing.held_key import Kind, new_key
from signing.partner_key import (
    algorithms_of,
    demand_strong,
    parse_public_jwk,
    public_jwk_of,
    thumbprint_of,
)


@functools.cache
def key_of(kind):
    return new_key(kind)


@functools.cache
def rsa_key(bits, exponent=65_537):
    return rsa.generate_private_key(exponent, bits)


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [
        (Kind.P256, "ES256"),
        (Kind.P384, "ES384"),
        (Kind.RSA, "PS256"),
        (Kind.ED25519, "Ed25519"),
    ],
)
def test_a_key_that_is_taken_signs_by_one_algorithm(kind, algorithm):
    key = key_of(kind).public_key()
    assert demand_strong(key) is key
    assert algorithms_of(key)[0] == algorithm


@pytest.mark.parametrize("kind", Kind)
def test_another_library_gives_the_same_members_and_the_same_name(kind):
    key = key_of(kind).public_key()
    other = jwcrypto.JWK.from_pyca(key)
    members = other.export_public(as_dict=True)
    assert public_jwk_of(key) == {name: members[name] for name in public_jwk_of(key)}
    assert thumbprint_of(key) == other.thumbprint()
    assert parse_public_jwk(public_jwk_of(key)) == key


@pytest.mark.parametrize(
    "key",
    [
        lambda: rsa_key(2048).public_key(),
        lambda: rsa.RSAPublicNumbers(3, rsa_key(3072).public_key().public_numbers().n).public_key(),
        lambda: ec.generate_private_key(ec.SECP521R1()).public_key(),
        lambda: ec.generate_private_key(ec.SECP256K1()).public_key(),
        lambda: ec.generate_private_key(ec.SECP224R1()).public_key(),
        lambda: ed448.Ed448PrivateKey.generate().public_key(),
        lambda: dsa.generate_private_key(2048).public_key(),
        lambda: None,
    ],
    ids=["rsa-2048", "rsa-e-3", "p-521", "secp256k1", "p-224", "ed448", "dsa", "none"],
)
def test_a_key_of_another_kind_or_too_weak_is_refused(key):
    with pytest.raises(CredentialRefused) as refused:
        demand_strong(key())
    assert refused.value.why is Unfit.KEY


def _of_modulus(changed):
    """An RSA JWK of that modulus, made of two sound primes of 1,536 bits."""
    primes = rsa_key(3072).private_numbers()
    modulus = changed(primes.p, primes.q)
    octets = modulus.to_bytes((modulus.bit_length() + 7) // 8, "big")
    return {"kty": "RSA", "e": "AQAB", "n": to_base64url(octets)}


@pytest.mark.parametrize(
    "changed",
    [
        lambda p, q: p * q + 1,
        lambda p, q: 2 * p * q,
        lambda p, q: 3 * p * q,
        lambda p, q: 751 * p * q,
        lambda p, _q: p * p,
    ],
    ids=["even", "twice-another", "of-3", "of-751", "square"],
)
def test_an_rsa_key_whose_modulus_is_soon_divided_is_refused(changed):
    with pytest.raises(CredentialRefused) as refused:
        parse_public_jwk(_of_modulus(changed))
    assert refused.value.why is Unfit.KEY
    assert parse_public_jwk(_of_modulus(lambda p, q: p * q)) == rsa_key(3072).public_key()


_P = 2**255 - 19
_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826


@pytest.mark.parametrize("y", [0, 1, _P - 1, _ORDER_8, _P - _ORDER_8, _P, _P + 1])
@pytest.mark.parametrize("sign", [0, 1])
def test_an_ed25519_key_of_small_order_is_refused(y, sign):
    octets = (y | sign << 255).to_bytes(32, "little")
    with pytest.raises(CredentialRefused):
        parse_public_jwk({"kty": "OKP", "crv": "Ed25519", "x": to_base64url(octets)})


def _jwk(kind=Kind.P256, **changes):
    members = {**public_jwk_of(key_of(kind).public_key()), **changes}
    return {name: value for name, value in members.items() if value is not None}


@pytest.mark.parametrize("name", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
def test_a_jwk_with_anything_private_is_refused(name):
    with pytest.raises(CredentialRefused, match="private"):
        parse_public_jwk(_jwk(**{name: "AQ"}))


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        {"kty": "oct"},
        _jwk(kty="RSA"),
        _jwk(kty=["EC"]),
        _jwk(crv="P-521"),
        _jwk(crv="secp256k1"),
        _jwk(crv="P-384"),
        _jwk(x=None),
        _jwk(x="AQ"),
        _jwk(x=to_base64url(bytes(32))),
        _jwk(x=public_jwk_of(key_of(Kind.P256).public_key())["x"] + "="),
        _jwk(use="enc"),
        _jwk(alg="ES384"),
        _jwk(alg="none"),
        _jwk(alg="HS256"),
        _jwk(key_ops=["sign"]),
        _jwk(key_ops="verify"),
        _jwk(kid=1),
        _jwk(x5c=["AA"]),
        _jwk(x5u="https://example.invalid/"),
        _jwk(Kind.ED25519, crv="X25519"),
        _jwk(Kind.ED25519, x="AQ"),
        _jwk(Kind.RSA, e="Aw"),
        _jwk(Kind.RSA, e=""),
        _jwk(Kind.RSA, n="A" + _jwk(Kind.RSA)["n"]),
        _jwk(Kind.RSA, n=to_base64url(b"\x01" * 1200)),
    ],
)
def test_a_jwk_that_is_not_plainly_such_a_key_is_refused(jwk):
    with pytest.raises(CredentialRefused) as refused:
        parse_public_jwk(jwk)
    assert refused.value.why is Unfit.KEY


def test_a_jwk_may_state_the_use_that_it_has():
    stated = _jwk(use="sig", alg="ES256", kid="name", key_ops=["verify"])
    assert parse_public_jwk(stated) == key_of(Kind.P256).public_key()
    assert parse_public_jwk(_jwk(Kind.ED25519, alg="EdDSA")) == key_of(Kind.ED25519).public_key()
    assert isinstance(key_of(Kind.ED25519), ed25519.Ed25519PrivateKey)
