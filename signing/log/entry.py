"""The entries of our log: what an acknowledgement leaves there, which tells nothing about it.

    siseri-gateway/acknowledgement@v1
    <base64 of HMAC-SHA-256(salt, first line with its newline || SHA-256 of the acknowledgement)>

The log is public and for ever; an acknowledgement is neither. The salt (32 random bytes, one for
each entry, kept with the receipt) hides the digest from whoever guesses contents, and binds the
entry to one digest only: HMAC-SHA-256 with keys of one length is a commitment as long as SHA-256 is
collision-resistant and HMAC pseudorandom (RFC 2104 §3, §6). Where the salt is erased, the entry is
random bytes.

An entry of the audit trail leaves its own kind, over its digest:

    siseri-gateway/audit@v1
    <base64 of SHA-256(first line with its newline || SHA-256 of the entry)>
"""

import hmac
import secrets
from hashlib import sha256

from signing.encoding import to_base64

SALT_BYTES = 32
"""One length, shorter than a block: two salts of HMAC-SHA-256 never stand for the same key."""
DIGEST_BYTES = 32
ACKNOWLEDGEMENT_KIND = "siseri-gateway/acknowledgement@v1\n"
"""First line of an acknowledgement's entry. Another kind or version takes another line."""
AUDIT_KIND = "siseri-gateway/audit@v1\n"
"""First line of what stands for an entry of the audit trail."""


def new_salt() -> bytes:
    """Draw the salt of one entry. It is stored beside the receipt and never used again."""
    return secrets.token_bytes(SALT_BYTES)


def acknowledgement_entry(*, canonical_sha256: bytes, salt: bytes) -> bytes:
    """Give the bytes of an acknowledgement's entry.

    `canonical_sha256` is the digest of its canonical form, 32 bytes. Raises `ValueError` on another
    length of either.
    """
    if len(canonical_sha256) != DIGEST_BYTES or len(salt) != SALT_BYTES:
        raise ValueError("a digest and a salt have 32 bytes each")
    kind = ACKNOWLEDGEMENT_KIND.encode("ascii")
    commitment = hmac.digest(salt, kind + canonical_sha256, sha256)
    return kind + to_base64(commitment).encode("ascii") + b"\n"


def audit_entry(*, entry_sha256: bytes) -> bytes:
    """Give the bytes by which an entry of the audit trail stands in the log.

    `entry_sha256` is the digest of its canonical form, 32 bytes, which holds a salt of its own: it
    tells nothing to whoever guesses. Raises `ValueError` on another length.
    """
    if len(entry_sha256) != DIGEST_BYTES:
        raise ValueError("a digest has 32 bytes")
    kind = AUDIT_KIND.encode("ascii")
    return kind + to_base64(sha256(kind + entry_sha256).digest()).encode("ascii") + b"\n"
