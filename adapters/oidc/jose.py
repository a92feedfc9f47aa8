"""What a provider signed, and perhaps encrypted, proven before a claim of it is read.

`decrypt`, where this client registered for encryption (RFC 7516; a bare signature is then refused,
and an encrypted token is refused where it did not):
(1) the token is within its size, of five parts;
(2) its header is closed: `alg`, `enc`, `kid`, `cty` and, as the provider replicates them
    (RFC 7519 §5.3), `iss` and `aud`; `epk` with ECDH-ES. No `zip`, no `crit`, no key of its own;
(3) `alg` is the one that our key serves, `enc` is A256GCM, `cty` says JWT (RFC 8725 §3.1);
(4) it opens with one of our keys, by `kid`.

`verify`:
(5) the token is within its size, of three parts, its header `alg`, `kid` and at most `typ`:
    what names or brings a key (`jku`, `jwk`, `x5u`, `x5c`) or extends (`crit`, `b64`) refuses it;
(6) `alg` is the one that was registered, never one that the token or a discovery chose;
(7) the signature holds by a key that the provider publishes for it (joserfc);
(8) the claims are one JSON object.
"""

from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, RSAKey
from joserfc.registry import HeaderParameter

from adapters.oidc.documents import read_json

MAX_CHARS: Final = 16 * 1024
"""Of a token; what the providers issue takes 1 to 5 KiB."""
_ENC: Final = "A256GCM"
_OF_JWS: Final = frozenset({"alg", "kid", "typ"})
_OF_JWE: Final = frozenset({"alg", "enc", "kid", "cty", "iss", "aud", "epk", "typ"})
_REPLICATED: Final = ("iss", "aud")

Claims: TypeAlias = Mapping[str, Any]


class TokenNotBelieved(Exception):
    """A token that proves nothing; `step` names what failed, and nothing of its content is told."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


class UnknownSigner(TokenNotBelieved):
    """No key that is known fits, or its signature does not hold: the keys may have been changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecryptionKey:
    """A private key of ours, for one algorithm of key agreement or transport."""

    kid: str
    alg: str
    """`ECDH-ES` or `RSA-OAEP-256`; `RSA-OAEP` where a provider still wants it."""
    key: ECKey | RSAKey

    def __repr__(self) -> str:
        return f"DecryptionKey({self.kid!r}, {self.alg!r})"


class DecryptionKeys(Protocol):
    """Every private key that something on its way to us may be encrypted for."""

    def find(self, kid: str) -> DecryptionKey | None:
        """The key of that id."""
        ...


def decrypt(token: str, keys: DecryptionKeys) -> tuple[str, Claims]:
    """The signed token inside, and what the outer header replicates; hold (1) to (4)."""
    # (1) size and parts
    if len(token) > MAX_CHARS or token.count(".") != 4:  # noqa: PLR2004 - RFC 7516 §7.1
        raise TokenNotBelieved("encrypted-form")
    # (2) outer header
    header = _header(token, step="encrypted-header")
    if not {"alg", "enc", "kid", "cty"} <= header.keys() <= _OF_JWE:
        raise TokenNotBelieved("encrypted-header")
    # (3) algorithms and key
    kid = header["kid"]
    key = keys.find(kid) if isinstance(kid, str) else None
    if key is None:
        raise TokenNotBelieved("encrypted-key")
    is_jwt = str(header["cty"]).upper() == "JWT"
    if header["alg"] != key.alg or header["enc"] != _ENC or not is_jwt:
        raise TokenNotBelieved("encrypted-algorithm")
    # (4) opening
    registry = jwe.JWERegistry(
        header_registry={name: HeaderParameter("as in the claims", "str") for name in _REPLICATED},
        algorithms=[key.alg, _ENC],
    )
    try:
        opened = jwe.decrypt_compact(token, key.key, registry=registry)
        inner = (opened.plaintext or b"").decode("ascii")
    except (JoseError, ValueError) as error:
        raise TokenNotBelieved("decryption") from error
    return inner, {name: header[name] for name in _REPLICATED if name in header}


def verify(token: str, *, alg: str, keys: Sequence[Key]) -> Claims:
    """The claims of a token that one of `keys` signed by `alg`; hold (5) to (8).

    Raises:
        UnknownSigner: at (7).
        TokenNotBelieved: at any other point.
    """
    # (5) size, parts and header
    if len(token) > MAX_CHARS or token.count(".") != 2:  # noqa: PLR2004 - RFC 7515 §7.1
        raise TokenNotBelieved("form")
    header = _header(token, step="header")
    if not {"alg"} <= header.keys() <= _OF_JWS or str(header.get("typ", "JWT")).upper() != "JWT":
        raise TokenNotBelieved("header")
    # (6) algorithm
    if header["alg"] != alg:
        raise TokenNotBelieved("algorithm")
    # (7) signature
    fitting = _fitting(keys, alg=alg, kid=header.get("kid"))
    if fitting is None:
        raise UnknownSigner("key")
    try:
        payload = jws.deserialize_compact(token, fitting, algorithms=[alg]).payload
    except (JoseError, ValueError) as error:
        raise UnknownSigner("signature") from error
    # (8) claims
    return _object(payload, step="claims")


def _fitting(keys: Sequence[Key], *, alg: str, kid: object) -> Key | None:
    """The key of that id; without one, the only key there is for `alg` (OIDC Core §10.1)."""
    kind = "EC" if alg.startswith("ES") else "RSA"
    fit = [
        key
        for key in keys
        if key.key_type == kind
        and key.get("use") in (None, "sig")
        and key.get("alg") in (None, alg)
    ]
    if kid is not None:
        fit = [key for key in fit if key.kid == kid]
    return fit[0] if len(fit) == 1 else None


def _header(token: str, *, step: str) -> Claims:
    first = token.partition(".")[0]
    try:
        octets = urlsafe_b64decode(first.encode("ascii") + b"=" * (-len(first) % 4))
    except ValueError as error:
        raise TokenNotBelieved(step) from error
    return _object(octets, step=step)


def _object(octets: bytes, *, step: str) -> Claims:
    """One JSON object."""
    try:
        value = read_json(octets)
    except ValueError as error:
        raise TokenNotBelieved(step) from error
    if not isinstance(value, dict):
        raise TokenNotBelieved(step)
    return value
