"""The algorithms of the profile, by allow-list, and the raw checks of a signature value.

| | URI (RFC 9231) | key |
|---|---|---|
| ECDSA | `ecdsa-sha256`, `ecdsa-sha384` (§2.3.6) | P-256, P-384 |
| RSASSA-PSS | `sha256-rsa-MGF1`, `-sha384-`, `-sha512-` (§2.3.10) | RSA, 3072 bits or more |
| RSASSA-PKCS1-v1_5 | `rsa-sha256` (§2.3.2) | the same, by a deviation of its credential alone |

ASVS 5.0 appendix C disallows PKCS#1 v1.5 for new signatures. Old WS-Security stacks have nothing
better; the credential of such a partner says so, and its messages alone are taken. The deviation is
of the padding, not of the strength: every such stack signs with longer keys.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm

MIN_RSA_BITS: Final = 3072
"""128 bits of strength (ASVS 5.0, 11.2.3)."""
MAX_RSA_BITS: Final = 8192
"""What a verification may cost."""

DIGESTS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "http://www.w3.org/2001/04/xmlenc#sha256": lambda octets: hashlib.sha256(octets).digest(),
    "http://www.w3.org/2001/04/xmldsig-more#sha384": lambda octets: hashlib.sha384(octets).digest(),
    "http://www.w3.org/2001/04/xmlenc#sha512": lambda octets: hashlib.sha512(octets).digest(),
}


class Family(Enum):
    """How a signature value is made."""

    ECDSA = "ECDSA"
    RSA_PSS = "RSASSA-PSS"
    RSA_PKCS1 = "RSASSA-PKCS1-v1_5"


@dataclass(frozen=True, slots=True)
class SignatureMethod:
    """One signature algorithm of the allow-list."""

    family: Family
    digest: HashAlgorithm


_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"
_MORE_2007: Final = "http://www.w3.org/2007/05/xmldsig-more#"
METHODS: Final[Mapping[str, SignatureMethod]] = {
    f"{_MORE}ecdsa-sha256": SignatureMethod(Family.ECDSA, SHA256()),
    f"{_MORE}ecdsa-sha384": SignatureMethod(Family.ECDSA, SHA384()),
    f"{_MORE_2007}sha256-rsa-MGF1": SignatureMethod(Family.RSA_PSS, SHA256()),
    f"{_MORE_2007}sha384-rsa-MGF1": SignatureMethod(Family.RSA_PSS, SHA384()),
    f"{_MORE_2007}sha512-rsa-MGF1": SignatureMethod(Family.RSA_PSS, SHA512()),
    f"{_MORE}rsa-sha256": SignatureMethod(Family.RSA_PKCS1, SHA256()),
}


def verifies(
    method: SignatureMethod, key: CertificatePublicKeyTypes, value: bytes, octets: bytes
) -> bool:
    """Whether `value` is the signature of `octets` by `key`; a key of another family never made it.

    An ECDSA value is r || s, each as long as the curve's order (RFC 9231 §2.3.6); the salt of
    RSASSA-PSS is as long as its digest (§2.3.10).
    """
    try:
        if method.family is Family.ECDSA:
            return _ecdsa_verifies(method, key, value, octets)
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size > MAX_RSA_BITS:
            return False
        scheme: padding.PSS | padding.PKCS1v15 = padding.PKCS1v15()
        if method.family is Family.RSA_PSS:
            scheme = padding.PSS(padding.MGF1(method.digest), method.digest.digest_size)
        key.verify(value, octets, scheme, method.digest)
    except InvalidSignature:
        return False
    return True


def _ecdsa_verifies(
    method: SignatureMethod, key: CertificatePublicKeyTypes, value: bytes, octets: bytes
) -> bool:
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    if not isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1):
        return False
    half = key.curve.key_size // 8
    if len(value) != 2 * half:
        return False
    r, s = int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big")
    key.verify(encode_dss_signature(r, s), octets, ec.ECDSA(method.digest))
    return True


def is_strong(
    method: SignatureMethod, key: CertificatePublicKeyTypes, *, allows_rsa_pkcs1_v15: bool
) -> bool:
    """Whether the profile, with the deviation of this credential or without, takes this pair."""
    if method.family is Family.ECDSA:
        return True  # `_ecdsa_verifies` knows two curves
    if method.family is Family.RSA_PKCS1 and not allows_rsa_pkcs1_v15:
        return False
    return isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA_BITS


def nobodys_key(method: SignatureMethod) -> CertificatePublicKeyTypes:
    """A key that stands in for that of an unknown certificate, so that refusing costs the same.

    Nobody signs by it on purpose: the point is the curve's generator, whose private key (1) is
    known to all, and the modulus is no product of two primes. The caller refuses in any case.
    """
    if method.family is Family.ECDSA:
        return ec.derive_private_key(1, ec.SECP256R1()).public_key()
    return rsa.RSAPublicNumbers(e=65_537, n=(1 << (MIN_RSA_BITS - 1)) + 1).public_key()
