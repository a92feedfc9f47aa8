"""Base64 that has one spelling only, and instants written one way only.

RFC 4648 §3.5 lets a decoder accept several texts for the same bytes (stray bits, padding, line
breaks). A signature over bytes that have several spellings identifies no text, so every decoder
here encodes its result again and refuses what differs.
"""

import base64
import binascii
import re
from datetime import UTC, datetime

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


def to_base64(octets: bytes) -> str:
    """Write `octets` in the base64 of RFC 4648 §4: padded, on one line."""
    return base64.b64encode(octets).decode("ascii")


def from_base64(text: str) -> bytes:
    """Read base64 of RFC 4648 §4; raise `ValueError` on any spelling but that of `to_base64`."""
    try:
        octets = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        msg = "not base64"
        raise ValueError(msg) from error
    if to_base64(octets) != text:
        msg = "base64 not in its one canonical spelling"
        raise ValueError(msg)
    return octets


def to_base64url(octets: bytes) -> str:
    """Write `octets` in the base64url of RFC 7515 §2: no padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """Read base64url of RFC 7515 §2; raise `ValueError` on any spelling but that of `to_base64url`."""
    try:
        octets = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        msg = "not base64url"
        raise ValueError(msg) from error
    if to_base64url(octets) != text:
        msg = "base64url not in its one canonical spelling"
        raise ValueError(msg)
    return octets


def instant_text(instant: datetime) -> str:
    """Write an aware `instant` as `YYYY-MM-DDThh:mm:ss.sssZ`, cut (not rounded) to the millisecond."""
    if instant.tzinfo is None:
        msg = "an instant needs a time zone"
        raise ValueError(msg)
    utc = instant.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def parse_instant(text: str) -> datetime:
    """Read what `instant_text` writes; raise `ValueError` on anything else."""
    if _INSTANT.fullmatch(text) is None:
        msg = "not an instant of the form YYYY-MM-DDThh:mm:ss.sssZ"
        raise ValueError(msg)
    return datetime.fromisoformat(text)
