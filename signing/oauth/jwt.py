"""JSON Web Tokens (RFC 7519) as compact JWS, read strictly: what RFC 8725 asks, and one spelling.

A token is read in two steps, so that its key can be looked up between them.

`read`, before any cryptography:
(1) within its size;
(2) three parts in canonical base64url;
(3) a protected header of `alg`, `kid` and at most `typ`, as the profile has them: whatever names
    a key (`jwk`, `jku`, `x5c`, `x5u`), extends (`crit`, `b64`, `zip`) or is unknown refuses it;
(4) claims that are one JSON object: no name twice, no fraction, no number beyond 15 digits.

`verify`:
(5) the algorithm is one of the key's own;
(6) the signature holds (joserfc).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from signing.canonical import jcs
from signing.encoding import from_base64url
from signing.errors import SigningError
from signing.partner_key import PublicKey, algorithms_of

_MAX_DIGITS: Final = 15
_PARTS: Final = 3
_REQUIRED: Final = frozenset({"alg", "kid"})


class TokenRefused(SigningError):
    """A token that proves nothing; the text names the defect, never the content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a kind of token looks like."""

    algorithms: frozenset[str]
    types: frozenset[str | None]
    """Of the header's `typ` (RFC 8725 §3.11); None where it may be absent."""
    max_chars: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadToken:
    """A token that was read and not yet believed. Its `repr` shows nothing."""

    compact: str
    alg: str
    kid: str
    claims: Mapping[str, object]

    def __repr__(self) -> str:
        return "ReadToken(…)"


def read(compact: str, profile: Profile) -> ReadToken:
    """Hold points (1) to (4), or raise `TokenRefused`."""
    # (1) size
    if len(compact) > profile.max_chars:
        raise TokenRefused("a token that is too long")
    # (2) parts
    parts = compact.split(".")
    if len(parts) != _PARTS or not compact.isascii():
        raise TokenRefused("not a compact JWS")
    try:
        octets = [from_base64url(part) for part in parts]
    except ValueError as error:
        raise TokenRefused("not in canonical base64url") from error
    # (3) header
    header = _object(octets[0])
    alg, kid, typ = header.get("alg"), header.get("kid"), header.get("typ")
    if not _REQUIRED <= header.keys() <= _REQUIRED | {"typ"}:
        raise TokenRefused("the header is not alg, kid and typ alone")
    if not isinstance(alg, str) or alg not in profile.algorithms:
        raise TokenRefused("an algorithm that is not admitted")
    if not isinstance(kid, str) or not isinstance(typ, str | None) or typ not in profile.types:
        raise TokenRefused("a kid or a typ that is not admitted")
    # (4) claims
    return ReadToken(compact=compact, alg=alg, kid=kid, claims=_object(octets[1]))


def verify(token: ReadToken, public_key: PublicKey) -> None:
    """Hold points (5) and (6), or raise `TokenRefused`."""
    # (5) algorithm
    if token.alg not in algorithms_of(public_key):
        raise TokenRefused("not an algorithm of that key")
    # (6) signature
    try:
        jws.deserialize_compact(token.compact, _key(public_key), algorithms=[token.alg])
    except (JoseError, ValueError) as error:
        raise TokenRefused("the signature does not hold") from error


def sign(
    claims: Mapping[str, object], *, typ: str, kid: str, private_key: ec.EllipticCurvePrivateKey
) -> str:
    """Give the compact JWS of `claims` by ES256."""
    header = {"alg": "ES256", "typ": typ, "kid": kid}
    return jws.serialize_compact(header, jcs(claims), ECKey.import_key(private_key), ["ES256"])


def _key(public_key: PublicKey) -> ECKey | RSAKey | OKPKey:
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        return ECKey.import_key(public_key)
    if isinstance(public_key, rsa.RSAPublicKey):
        return RSAKey.import_key(public_key)
    return OKPKey.import_key(public_key)


def _object(octets: bytes) -> dict[str, object]:
    try:
        value = json.loads(
            octets.decode("utf-8"),
            object_pairs_hook=_members,
            parse_int=_integer,
            parse_float=_refuse,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError) as error:
        raise TokenRefused("not strict JSON") from error
    if not isinstance(value, dict):
        raise TokenRefused("not a JSON object")
    return value


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is given twice")
    return members


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise ValueError("too many digits")
    return int(digits)


def _refuse(_text: str) -> NoReturn:
    raise ValueError("a number that is no integer")
