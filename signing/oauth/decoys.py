"""Keys that nobody holds: to verify against where no key is known, so that it costs the same."""

from functools import cache
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from signing.partner_key import MIN_RSA_BITS, PublicKey

_DIGEST_BITS: Final = 256
_EXPONENT: Final = 65_537


@cache
def decoy_for(algorithm: str) -> PublicKey:
    """A key of that algorithm, of JWS or RFC 9421; its private half was never kept."""
    if algorithm in {"ES256", "ecdsa-p256-sha256"}:
        return ec.generate_private_key(ec.SECP256R1()).public_key()
    if algorithm == "ES384":
        return ec.generate_private_key(ec.SECP384R1()).public_key()
    if algorithm in {"PS256", "rsa-pss-sha512"}:
        return rsa.RSAPublicNumbers(_EXPONENT, _modulus()).public_key()
    return ed25519.Ed25519PrivateKey.generate().public_key()


def _modulus() -> int:
    """A number of the length of a modulus: to make a real one takes half a second."""
    digests = (sha256(b"decoy %d" % n).digest() for n in range(MIN_RSA_BITS // _DIGEST_BITS))
    return int.from_bytes(b"".join(digests), "big") | 1 << (MIN_RSA_BITS - 1) | 1
