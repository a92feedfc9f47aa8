"""The public keys that a partner may enrol: their kinds, their strength, their one algorithm each.

Demanded of a key (RFC 7518 §6, RFC 8037, NIST SP 800-131A):

(1) it is on P-256 or P-384, or RSA of 3,072 to 8,192 bits with the exponent 65,537, or Ed25519;
(2) the modulus of an RSA key is odd, of no prime factor below 752 and no square: whoever divides it
    signs by it (NIST SP 800-89 §5.3.3, without its test of primality, which costs a second);
(3) an Ed25519 key is not of small order: such a key lets anybody sign (RFC 8032 §5.1.7, S = 0);
(4) a JWK holds nothing private (RFC 7517 §9.3), and states no use, operation or algorithm but ours.

A key names itself by its RFC 7638 thumbprint, and signs by one algorithm alone, so that no message
chooses (RFC 8725 §3.1).
"""

from collections.abc import Mapping
from hashlib import sha256
from math import gcd, isqrt, prod
from typing import Final, TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signing.canonical import jcs
from signing.encoding import from_base64url, to_base64url
from signing.errors import CredentialRefused, Unfit

PublicKey: TypeAlias = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey
PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

MIN_RSA_BITS: Final = 3072
MAX_RSA_BITS: Final = 8192
"""Beyond it, verifying costs more than a request may."""
_EXPONENT: Final = 65_537
_SMALL_PRIMES: Final = prod(
    n for n in range(2, 752) if all(n % divisor for divisor in range(2, isqrt(n) + 1))
)
_CURVES: Final = {"secp256r1": ("P-256", 32, "ES256"), "secp384r1": ("P-384", 48, "ES384")}
_BY_NAME: Final[dict[str, tuple[ec.EllipticCurve, int]]] = {
    "P-256": (ec.SECP256R1(), 32),
    "P-384": (ec.SECP384R1(), 48),
}
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_REQUIRED: Final = {
    "EC": frozenset({"kty", "crv", "x", "y"}),
    "RSA": frozenset({"kty", "n", "e"}),
    "OKP": frozenset({"kty", "crv", "x"}),
}
_OPTIONAL: Final = frozenset({"kid", "use", "alg", "key_ops"})
_P25519: Final = 2**255 - 19
_D25519: Final = -121_665 * pow(121_666, -1, _P25519) % _P25519


def demand_strong(key: object) -> PublicKey:
    """Give `key` if it is of a kind that a partner may enrol; raise `CredentialRefused` if not."""
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return key
    if isinstance(key, rsa.RSAPublicKey):
        is_long = MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS
        of = key.public_numbers()
        if is_long and of.e == _EXPONENT and not _is_soon_divided(of.n):
            return key
    if isinstance(key, ed25519.Ed25519PublicKey) and not _is_of_small_order(_raw(key)):
        return key
    raise CredentialRefused(
        Unfit.KEY, "a key is on P-256 or P-384, RSA of 3,072 to 8,192 bits, or Ed25519"
    )


def demand_certifiable(key: object) -> PublicKey:
    """Hold `demand_strong`, and that the key serves TLS and WS-Security, as a certificate must."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        raise CredentialRefused(Unfit.KEY, "a certificate's key is on P-256 or P-384, or RSA")
    return demand_strong(key)


def algorithms_of(key: PublicKey) -> tuple[str, ...]:
    """Give the name in JWS of the one algorithm of `key`, the name that we write first.

    Ed25519 has a second one, `EdDSA` (RFC 8037): RFC 9864 deprecates it, most libraries write it.
    """
    if isinstance(key, ec.EllipticCurvePublicKey):
        return (_CURVES[key.curve.name][2],)
    return ("PS256",) if isinstance(key, rsa.RSAPublicKey) else ("Ed25519", "EdDSA")


def public_jwk_of(key: PublicKey) -> dict[str, str]:
    """Give the required members of `key`, and no other (RFC 7518 §6, RFC 8037 §2)."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        crv, length, _ = _CURVES[key.curve.name]
        numbers = key.public_numbers()
        x, y = (to_base64url(part.to_bytes(length, "big")) for part in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": crv, "x": x, "y": y}
    if isinstance(key, rsa.RSAPublicKey):
        of = key.public_numbers()
        return {"kty": "RSA", "n": _uint(of.n), "e": _uint(of.e)}
    return {"kty": "OKP", "crv": "Ed25519", "x": to_base64url(_raw(key))}


def thumbprint_of(key: PublicKey) -> str:
    """Name `key` by its content (RFC 7638 §3, SHA-256, base64url)."""
    return to_base64url(sha256(jcs(public_jwk_of(key))).digest())


def parse_public_jwk(jwk: Mapping[str, object]) -> PublicKey:
    """Read a public JWK; raise `CredentialRefused` on any defect, and on anything private."""
    if _PRIVATE & jwk.keys():
        raise CredentialRefused(Unfit.KEY, "the JWK holds a private key: make another one")
    members = {name: value for name, value in jwk.items() if isinstance(value, str)}
    required = _REQUIRED.get(members.get("kty", ""), frozenset({""}))
    if not required <= members.keys() or not jwk.keys() <= required | _OPTIONAL:
        raise CredentialRefused(Unfit.KEY, "not a public JWK of a kind that is taken")
    try:
        key = demand_strong(_key(members))
    except ValueError:
        raise CredentialRefused(Unfit.KEY, "the members of the JWK are no public key") from None
    is_as_said = (
        jwk.get("use", "sig") == "sig"
        and jwk.get("key_ops", ["verify"]) == ["verify"]
        and jwk.get("alg", algorithms_of(key)[0]) in algorithms_of(key)
        and isinstance(jwk.get("kid", ""), str)
    )
    if not is_as_said:
        raise CredentialRefused(Unfit.KEY, "the JWK is stated for another use than ours")
    return key


def _key(members: Mapping[str, str]) -> object:
    """The key of required members; `ValueError` where they are none."""
    if members["kty"] == "RSA":
        n, e = (_unsigned(members[name]) for name in ("n", "e"))
        return rsa.RSAPublicNumbers(e, n).public_key() if n.bit_length() <= MAX_RSA_BITS else None
    if members["kty"] == "OKP":
        is_ed25519 = members["crv"] == "Ed25519"
        octets = _fixed(members["x"], 32)
        return ed25519.Ed25519PublicKey.from_public_bytes(octets) if is_ed25519 else None
    if members["crv"] not in _BY_NAME:
        return None
    curve, length = _BY_NAME[members["crv"]]
    x, y = (int.from_bytes(_fixed(members[name], length), "big") for name in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, curve).public_key()


def _fixed(text: str, length: int) -> bytes:
    octets = from_base64url(text)
    if len(octets) != length:
        raise ValueError("a coordinate has the length of its curve (RFC 7518 §6.2.1.2)")
    return octets


def _unsigned(text: str) -> int:
    octets = from_base64url(text)
    if not octets or octets[0] == 0:
        raise ValueError("a number has no leading zero (RFC 7518 §2, Base64urlUInt)")
    return int.from_bytes(octets, "big")


def _uint(number: int) -> str:
    return to_base64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _raw(key: ed25519.Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _is_soon_divided(modulus: int) -> bool:
    """Whether a small prime, 2 among them, or its own root divides it."""
    return gcd(modulus, _SMALL_PRIMES) != 1 or isqrt(modulus) ** 2 == modulus


def _is_of_small_order(octets: bytes) -> bool:
    """Whether eight times the point is the identity: only y counts, x appears squared."""
    p, d = _P25519, _D25519
    y = (int.from_bytes(octets, "little") & (2**255 - 1)) % p
    for _ in range(3):
        y2 = y * y % p
        x2 = (y2 - 1) * pow(d * y2 + 1, -1, p) % p
        y = (y2 + x2) * pow(1 - d * x2 * y2, -1, p) % p
    return y == 1
