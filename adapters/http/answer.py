"""What a partner said, made of what came over the connection; or why nothing was said."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from gateway.model.verification import Cause

MAX_RETRY_AFTER_S: Final = 3600.0
"""Nobody is left alone for longer because of one header: asking once an hour burdens no one."""
_GZIP: Final = zlib.MAX_WBITS | 16


class NoAnswer(Exception):
    """The partner gave no answer that can be read; the message names the kind, never content."""

    def __init__(self, kind: str, cause: Cause = Cause.OUTAGE) -> None:
        super().__init__(kind)
        self.cause = cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a partner said, whole: a content that was cut is none."""

    status: int
    media_type: str
    """Without its parameters, in lower case."""
    content: bytes = field(repr=False)
    """Decoded, where it came in gzip."""
    retry_after_s: float | None = None
    """How long it asks to be left alone (RFC 9110 §10.2.3), from either form of the header."""
    location: str | None = field(default=None, repr=False)
    """Where it redirects to, as it says: never followed."""


def media_type_of(headers: Mapping[str, str]) -> str:
    """The media type without its parameters, in lower case; empty where none is stated."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def decoded(content: bytes, headers: Mapping[str, str], *, max_bytes: int) -> bytes:
    """`content` without its encoding: gzip or none.

    Raises:
        NoAnswer: another encoding, a gzip that is none, or one that holds more than `max_bytes`.
    """
    encoding = headers.get("content-encoding", "").strip().lower()
    if not content or encoding in {"", "identity"}:
        return content
    if encoding not in {"gzip", "x-gzip"}:
        raise NoAnswer("another content encoding", Cause.UNREADABLE)
    expander = zlib.decompressobj(_GZIP)
    try:
        expanded = expander.decompress(content, max_bytes + 1)
    except zlib.error:
        raise NoAnswer("not gzip", Cause.UNREADABLE) from None
    if len(expanded) > max_bytes:
        raise NoAnswer("longer than any answer", Cause.UNREADABLE)
    if not expander.eof or expander.unused_data:
        raise NoAnswer("not gzip", Cause.UNREADABLE)
    return expanded


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds of `Retry-After`, at most an hour; None where it is missing or says nothing.

    A date counts from the answer's own `Date`, so that neither clock need be right: who has a clock
    states it (RFC 9110 §6.6.1), and without it a date says nothing.
    """
    stated = headers.get("retry-after", "").strip()
    if stated.isascii() and stated.isdigit():
        return min(float(stated[:9]), MAX_RETRY_AFTER_S)
    until, now = _date(stated), _date(headers.get("date", ""))
    if until is None or now is None:
        return None
    return min(max((until - now).total_seconds(), 0.0), MAX_RETRY_AFTER_S)


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
