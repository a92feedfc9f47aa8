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
    """Read base64 of RFC 4648 §4; raise `ValueError` on any spelling but its one."""
    try:
        octets = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if to_base64(octets) != text:
        raise ValueError("base64 not in its one canonical spelling")
    return octets


def to_base64url(octets: bytes) -> str:
    """Write `octets` in the base64url of RFC 7515 §2: no padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """Read base64url of RFC 7515 §2; raise `ValueError` on any spelling but its one."""
    try:
        octets = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if to_base64url(octets) != text:
        raise ValueError("base64url not in its one canonical spelling")
    return octets


def instant_text(instant: datetime) -> str:
    """Write an aware `instant` as `YYYY-MM-DDThh:mm:ss.sssZ`, cut to the millisecond."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    utc = instant.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def parse_instant(text: str) -> datetime:
    """Read what `instant_text` writes; raise `ValueError` on anything else."""
    if _INSTANT.fullmatch(text) is None:
        raise ValueError("not an instant of the form YYYY-MM-DDThh:mm:ss.sssZ")
    return datetime.fromisoformat(text)
