"""Scalars in normal form (contract.md §0), by the name of their type in the schema.

The schemas bound alphabet and length; what patterns miss (the calendar, control characters, blanks
at an edge) is refused here. Every function takes a text that its pattern accepted.
"""

import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

_REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_NONCHARACTERS: Final = frozenset(
    chr(0xFFFE + plane * 0x10000 + n) for plane in range(17) for n in (0, 1)
)


class Misread(Exception):
    """A text that its pattern accepts and its meaning refuses; `member` is a pointer to it."""

    def __init__(self, member: str = "") -> None:
        super().__init__(member)
        self.member = member


def text(value: str) -> str:
    """NFC; control characters, line separators, noncharacters and blanks at an edge are refused."""
    if value.isascii():
        if not value.isprintable() or value[:1] == " " or value[-1:] == " ":
            raise Misread
        return value
    normal = unicodedata.normalize("NFC", value)
    if normal != normal.strip():
        raise Misread
    for character in normal:
        if unicodedata.category(character) in _REFUSED_CATEGORIES or character in _NONCHARACTERS:
            raise Misread
    return normal


def decimal(value: str) -> str:
    """Trailing zeros of the fraction dropped."""
    return value.rstrip("0").rstrip(".") if "." in value else value


@lru_cache(maxsize=16_384)
def day(value: str) -> str:
    """A date that the calendar has."""
    try:
        date.fromisoformat(value)
    except ValueError:
        raise Misread from None
    return value


def lunar_day(value: str) -> str:
    """A date of birth: month and day may be `00`, else the calendar must have it."""
    if value[5:7] == "00" or value[8:10] == "00":
        if value[:4] == "0000" or value[5:7] > "12" or value[8:10] > "31":
            raise Misread
        return value
    return day(value)


@lru_cache(maxsize=16_384)
def instant(value: str) -> str:
    """`YYYY-MM-DDThh:mm:ss.sssZ`."""
    try:
        moment = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Misread from None
    # not strftime: the C library writes the year 999 with three digits
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _as_it_is(value: str) -> str:
    return value


NORMAL_FORMS: Final[dict[str, Callable[[str], str]]] = {
    "Uuid": str.lower,
    "Sha256": str.lower,
    "Nir": str.upper,
    "Msv": decimal,
    "SumMsv": decimal,
    "Amount": decimal,
    "Date": day,
    "LunarDate": lunar_day,
    "DateTime": instant,
}
"""By type name; types whose name begins with `Text` are free text, the others stand as they are."""


def normal_form(type_name: str) -> Callable[[str], str]:
    """The function that brings a scalar of that type to normal form."""
    if type_name.startswith("Text"):
        return text
    return NORMAL_FORMS.get(type_name, _as_it_is)


def scaled(value: str, places: int) -> int:
    """A decimal as an integer of 10^-places: no float ever touches it."""
    whole, _, fraction = value.partition(".")
    return int(whole + fraction.ljust(places, "0"))


def usv(value: str) -> int:
    """A dose in mSv as an integer of µSv."""
    return scaled(value, 3)


def nano(value: str) -> int:
    """An amount in thousand-millionths of its unit: exact."""
    return scaled(value, 9)
