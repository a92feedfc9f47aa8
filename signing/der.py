"""Strict reading of DER (X.690 §8, §10, §11): one spelling for each value, and nothing over.

Libraries differ in what they let pass. What strangers may change around a signature is read here,
by rules that a verifier in another language can state as well (docs/evidence-vectors.md). Every
error is a `ValueError`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
SEQUENCE, SET = 0x30, 0x31
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
_ENUMERATED, _UTF8_STRING = 0x0A, 0x0C
_MAX_NESTING = 32
_UTC_TIME = re.compile(rb"(\d\d)(\d{10})Z", re.ASCII)
_GENERALIZED_TIME = re.compile(rb"(\d{14})(?:\.(\d*[1-9]))?Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Element:
    """One value with its tag, whose parts are read and in DER."""

    tag: int
    raw: bytes
    """With tag and length."""
    value: bytes
    parts: tuple["Element", ...] = ()
    """What it is made of, where it is constructed."""

    def inside(self, tag: int = SEQUENCE) -> tuple["Element", ...]:
        """Give the parts of one of this tag."""
        if self.tag != tag:
            raise ValueError("DER of another form")
        return self.parts

    def leaf(self, tag: int) -> bytes:
        """Give the value of one of this tag."""
        if self.tag != tag:
            raise ValueError("DER of another form")
        return self.value

    @property
    def tags(self) -> bytes:
        """The tags of the parts, in their order."""
        return bytes(part.tag for part in self.parts)

    @property
    def is_sorted(self) -> bool:
        """Whether the parts stand as those of a SET OF (§11.6)."""
        raws = [part.raw for part in self.parts]
        return raws == sorted(raws)


def read(octets: bytes) -> Element:
    """Read one value that takes all of `octets`."""
    (element,) = _elements(octets, depth=0)[:1] or (None,)
    if element is None or element.raw != octets:
        raise ValueError("not one value")
    return element


def instant(time: Element) -> datetime:
    """Give a UTCTime (RFC 5280 §4.1.2.5.1) or GeneralizedTime, cut to the millisecond."""
    if time.tag == UTC_TIME and (short := _UTC_TIME.fullmatch(time.value)):
        century = b"20" if short[1] < b"50" else b"19"
        return _existing(century + short[1] + short[2], b"")
    if time.tag == GENERALIZED_TIME and (full := _GENERALIZED_TIME.fullmatch(time.value)):
        return _existing(full[1], full[2] or b"")
    raise ValueError("not a time in DER")


def _existing(digits: bytes, fraction: bytes) -> datetime:
    at = datetime.strptime(digits.decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return at.replace(microsecond=int(fraction.ljust(3, b"0")[:3]) * 1000)


def _elements(octets: bytes, *, depth: int) -> tuple[Element, ...]:
    if depth > _MAX_NESTING:
        raise ValueError("nested too deep")
    found: list[Element] = []
    at = 0
    while at < len(octets):
        begin, end = _extent(octets, at)
        tag, value = octets[at], octets[begin:end]
        parts = _elements(value, depth=depth + 1) if tag & 0x20 and value else ()
        element = Element(tag, octets[at:end], value, parts)
        _demand_der(element)
        found.append(element)
        at = end
    return tuple(found)


def _extent(octets: bytes, at: int) -> tuple[int, int]:
    """Where the value of the element at `at` begins and ends (§8.1.3, §10.1)."""
    if at + 2 > len(octets) or octets[at] & 0x1F == 0x1F:  # noqa: PLR2004 (a tag of several bytes)
        raise ValueError("not an element")
    begin, length = at + 2, octets[at + 1]
    if length >= 0x80:  # noqa: PLR2004
        count = length & 0x7F
        digits = octets[begin : begin + count]
        begin, length = begin + count, int.from_bytes(digits, "big")
        if not 1 <= count <= 4 or digits[:1] == b"\0" or length < 0x80:  # noqa: PLR2004
            raise ValueError("a length that is not in DER")
    if begin + length > len(octets):
        raise ValueError("cut short")
    return begin, begin + length


def _demand_der(element: Element) -> None:
    tag, value = element.tag, element.value
    if tag >= 0x40:  # noqa: PLR2004 (of a class that says nothing of the form)
        return
    if (tag & 0x20 and tag not in {SEQUENCE, SET}) or tag in {0x00, SEQUENCE & 0x1F, SET & 0x1F}:
        raise ValueError("a form that is not in DER")
    if tag == SET and not element.is_sorted:
        raise ValueError("a set out of order")
    is_well_written = _IS_WELL_WRITTEN.get(tag)
    if is_well_written is not None and not is_well_written(value):
        raise ValueError("a value that is not in DER")


def _is_integer(value: bytes) -> bool:
    first, is_high = value[:1], value[1:2] >= b"\x80"
    is_padded = len(value) > 1 and first == (b"\xff" if is_high else b"\0")
    return bool(value) and not is_padded


def _is_oid(value: bytes) -> bool:
    starts = [0, *(at + 1 for at, one in enumerate(value[:-1]) if one < 0x80)]  # noqa: PLR2004
    return bool(value) and value[-1] < 0x80 and all(value[at] != 0x80 for at in starts)  # noqa: PLR2004


def _is_bits(value: bytes) -> bool:
    if not value or value[0] > 7 or (len(value) == 1 and value[0]):  # noqa: PLR2004
        return False
    return len(value) == 1 or value[-1] & ((1 << value[0]) - 1) == 0


def _is_text(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_time(tag: int, value: bytes) -> bool:
    try:
        instant(Element(tag, b"", value))
    except ValueError:
        return False
    return True


_IS_WELL_WRITTEN: Mapping[int, Callable[[bytes], bool]] = {
    BOOLEAN: lambda value: value in {b"\0", b"\xff"},
    INTEGER: _is_integer,
    _ENUMERATED: _is_integer,
    BIT_STRING: _is_bits,
    NULL: lambda value: value == b"",
    OID: _is_oid,
    _UTF8_STRING: _is_text,
    UTC_TIME: lambda value: _is_time(UTC_TIME, value),
    GENERALIZED_TIME: lambda value: _is_time(GENERALIZED_TIME, value),
}
