"""ECDSA on P-256 with SHA-256, in the raw form r || s that JOSE and XML signatures share.

RFC 7518 §3.4 (ES256) and RFC 9231 §2.3.6 (`ecdsa-sha256`) both take the two integers as 32
big-endian bytes each, where X.509 takes DER: one conversion, written here once.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256

SIGNATURE_BYTES = 64
"""Length of a raw P-256 signature: r then s, 32 bytes each."""

_ES256 = ec.ECDSA(SHA256())


def sign_raw(private_key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """Sign `message`; give the 64 bytes r || s."""
    r, s = decode_dss_signature(private_key.sign(message, _ES256))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def verifies(public_key: ec.EllipticCurvePublicKey, signature: bytes, message: bytes) -> bool:
    """Tell whether `signature` (64 bytes r || s) is that of `message`; r or s of zero never is."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        public_key.verify(encode_dss_signature(r, s), message, _ES256)
    except InvalidSignature:
        return False
    return True
