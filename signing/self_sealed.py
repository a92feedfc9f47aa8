"""What is sealed by a secret that only its holder has: a code, a token, never kept here.

The key is HKDF-SHA-256 (RFC 5869) of the secret, which has 256 random bits; the content is sealed
by AES-256-GCM. Who has the digest of the secret and what it sealed, has nothing.
"""

from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from signing.seal import KEY_BYTES, DataKey

_MIN_CHARS: Final = 43
"""256 bits in base64url."""


def seal_by(secret: str, plaintext: bytes, *, purpose: str) -> bytes:
    """Seal for whoever brings `secret`; `purpose` keeps two kinds of secrets apart."""
    return _key(secret, purpose).seal(plaintext, context=purpose.encode())


def open_by(secret: str, sealed: bytes, *, purpose: str) -> bytes:
    """Give the plaintext; raise `SealBroken` on another secret or purpose, or a changed bit."""
    return _key(secret, purpose).open(sealed, context=purpose.encode())


def _key(secret: str, purpose: str) -> DataKey:
    if len(secret) < _MIN_CHARS:
        raise ValueError("a secret that seals has 256 random bits")
    derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode())
    return DataKey(derived.derive(secret.encode("ascii")))
