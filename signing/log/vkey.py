"""Verifier keys of signed notes (C2SP signed-note, "Verifier keys"): `<name>+<key id>+<base64>`.

key id = SHA-256(name || 0x0A || type || public key)[:4], as 8 lower-case hexadecimal digits
base64 = type || public key
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from signing.encoding import from_base64, to_base64
from signing.errors import KeyUnusable

KEY_ID_BYTES = 4
PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64
"""An Ed25519 signature (RFC 8032 §5.1.6)."""
_MAX_NAME_CHARS = 255
_KEY_ID = re.compile(r"[0-9a-f]{8}")


class SignatureType(IntEnum):
    """The types of signature that this library knows; all others are passed over."""

    ED25519 = 0x01
    """Ed25519 over the text of a note (C2SP signed-note)."""
    COSIGNATURE = 0x04
    """A witness's timestamped Ed25519 signature over a checkpoint (C2SP tlog-cosignature)."""


def is_key_name(name: str) -> bool:
    """Tell whether `name` can name a key: not empty, no Unicode space, no plus, no control."""
    return 0 < len(name) <= _MAX_NAME_CHARS and not any(
        one.isspace() or one == "+" or one < " " or "\ud800" <= one <= "\udfff" for one in name
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A public Ed25519 key with the name and the type that it signs under."""

    name: str
    """The log's origin, or the witness's name."""
    type: SignatureType
    public_key: bytes
    """32 bytes (RFC 8032 §5.1.5)."""

    def __post_init__(self) -> None:
        """Refuse with `KeyUnusable` a name that no line could hold, or a key of another length."""
        if not is_key_name(self.name):
            raise KeyUnusable("not the name of a key of signed notes")
        if len(self.public_key) != PUBLIC_KEY_BYTES:
            raise KeyUnusable("an Ed25519 public key has 32 bytes")

    @property
    def key_id(self) -> bytes:
        """The 4 bytes that stand before each signature of this key."""
        named = self.name.encode() + b"\n" + bytes([self.type]) + self.public_key
        return sha256(named).digest()[:KEY_ID_BYTES]

    @property
    def text(self) -> str:
        """The key as verifiers are configured with it."""
        encoded = to_base64(bytes([self.type]) + self.public_key)
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Tell whether `signature` is this key's Ed25519 signature of `message` (RFC 8032)."""
        if len(signature) != SIGNATURE_BYTES:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def parse_vkey(text: str) -> VerifierKey:
    """Read a verifier key; raise `KeyUnusable` on any but its one spelling, or an unknown type."""
    parts = text.split("+", 2)
    if len(parts) != 3 or _KEY_ID.fullmatch(parts[1]) is None:  # noqa: PLR2004 (name, id, key)
        raise KeyUnusable("not a verifier key of signed notes")
    try:
        octets = from_base64(parts[2])
        kind = SignatureType(octets[0])
    except (ValueError, IndexError) as error:
        raise KeyUnusable("not a verifier key of a known type") from error
    key = VerifierKey(name=parts[0], type=kind, public_key=octets[1:])
    if key.text != text:
        raise KeyUnusable("the id of a verifier key is not that of its name and key")
    return key
