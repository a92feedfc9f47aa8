"""The compact JWS of an acknowledgement (RFC 7515 §7.1), in one profile.

The protected header has exactly four members: `alg` ES256, `typ` siseri-ack+jws (RFC 8725 §3.11:
no token of another kind passes for an acknowledgement), `kid`, and `x5t#S256` (RFC 7515 §4.1.8).
A header that names its own key (`jwk`, `jku`, `x5c`, `x5u`), an extension (`crit`, `b64`) or another
algorithm is not ours, and is refused before any cryptography.

Signed with `cryptography` itself: an acknowledgement with 1,000 lines exceeds the 129,536 bytes at
which JOSE libraries stop by default, and the profile leaves nothing for a library to choose.
"""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

from signing.ecdsa import sign_raw
from signing.encoding import from_base64url, to_base64url

ALGORITHM = "ES256"
TYPE = "siseri-ack+jws"
HEADER_MEMBERS = frozenset({"alg", "typ", "kid", "x5t#S256"})
MAX_HEADER_CHARS = 1024
"""Our own header takes 208 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactJws:
    """The three parts of a compact JWS, decoded but not yet believed."""

    header: bytes
    """The protected header's JSON, as received."""
    payload: bytes
    """The acknowledgement's JCS bytes, if the signature holds."""
    signature: bytes
    """r || s; its length is not yet checked."""
    signing_input: bytes
    """What is signed: the first two parts as received, with their dot (RFC 7515 §5.1)."""


def protected_header(*, kid: str, certificate_sha256: bytes) -> str:
    """Give the encoded protected header of every acknowledgement signed by the key `kid`."""
    header = (
        f'{{"alg":"{ALGORITHM}","typ":"{TYPE}","kid":"{kid}",'
        f'"x5t#S256":"{to_base64url(certificate_sha256)}"}}'
    )
    return to_base64url(header.encode("ascii"))


def sign_compact(
    payload: bytes, *, header: str, private_key: ec.EllipticCurvePrivateKey
) -> bytes:
    """Sign `payload` under an encoded protected `header`; give the compact serialisation."""
    signing_input = f"{header}.{to_base64url(payload)}".encode("ascii")
    return signing_input + b"." + to_base64url(sign_raw(private_key, signing_input)).encode("ascii")


def parse_compact(compact: str) -> CompactJws:
    """Split and decode a compact JWS; raise `ValueError` on any but the one canonical spelling."""
    parts = compact.split(".", 3)
    if len(parts) != 3:  # noqa: PLR2004 (header, payload, signature)
        msg = "not three parts"
        raise ValueError(msg)
    header, payload, signature = parts
    if len(header) > MAX_HEADER_CHARS:
        msg = "protected header too long"
        raise ValueError(msg)
    return CompactJws(
        header=from_base64url(header),
        payload=from_base64url(payload),
        signature=from_base64url(signature),
        signing_input=f"{header}.{payload}".encode("ascii"),
    )
