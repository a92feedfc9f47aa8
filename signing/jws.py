"""The compact JWS of an acknowledgement (RFC 7515 §7.1), in one profile.

The protected header has exactly four members: `alg` ES256, `typ` siseri-ack+jws (RFC 8725 §3.11:
no token of another kind passes for an acknowledgement), `kid`, and `x5t#S256` (RFC 7515 §4.1.8).
It is compared as text: a header that names its own key (`jwk`, `jku`, `x5c`, `x5u`), an extension
(`crit`, `b64`), another algorithm or one member twice is refused before any cryptography.

Signed with `cryptography` itself: an acknowledgement with 1,000 lines exceeds the 129,536 bytes at
which JOSE libraries stop by default, and the profile leaves nothing for a library to choose.
"""

import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

from signing.ecdsa import sign_raw
from signing.encoding import from_base64url, to_base64url

ALGORITHM = "ES256"
TYPE = "siseri-ack+jws"
MAX_HEADER_CHARS = 1024
"""Our own header takes 208 characters."""

_HEADER = re.compile(
    rb'\{"alg":"ES256","typ":"siseri-ack\+jws",'
    rb'"kid":"([A-Za-z0-9_-]{43})","x5t#S256":"([A-Za-z0-9_-]{43})"\}'
)


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


def protected_header(*, kid: str, certificate_sha256: bytes, typ: str = TYPE) -> str:
    """Give the encoded protected header of every statement of type `typ` signed by `kid`."""
    header = (
        f'{{"alg":"{ALGORITHM}","typ":"{typ}","kid":"{kid}",'
        f'"x5t#S256":"{to_base64url(certificate_sha256)}"}}'
    )
    return to_base64url(header.encode("ascii"))


def read_profile_header(header: bytes) -> tuple[str, str]:
    """Give `kid` and `x5t#S256` of a decoded header; raise `ValueError` unless it is ours."""
    match = _HEADER.fullmatch(header)
    if match is None:
        raise ValueError(
            "the protected header is not exactly alg ES256, typ siseri-ack+jws, kid and x5t#S256"
        )
    return match[1].decode("ascii"), match[2].decode("ascii")


def sign_compact(payload: bytes, *, header: str, private_key: ec.EllipticCurvePrivateKey) -> bytes:
    """Sign `payload` under an encoded protected `header`; give the compact serialisation."""
    signing_input = f"{header}.{to_base64url(payload)}".encode("ascii")
    return signing_input + b"." + to_base64url(sign_raw(private_key, signing_input)).encode("ascii")


def parse_compact(compact: str) -> CompactJws:
    """Split and decode a compact JWS; raise `ValueError` on any but the one canonical spelling."""
    parts = compact.split(".", 3)
    if len(parts) != 3:  # noqa: PLR2004 (header, payload, signature)
        raise ValueError("not three parts")
    header, payload, signature = parts
    if len(header) > MAX_HEADER_CHARS:
        raise ValueError("protected header too long")
    return CompactJws(
        header=from_base64url(header),
        payload=from_base64url(payload),
        signature=from_base64url(signature),
        signing_input=f"{header}.{payload}".encode("ascii"),
    )
