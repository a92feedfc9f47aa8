"""A cell as a member's text. Nothing is rounded, and no float ever touches a dose."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Final

_COMMA: Final = re.compile(r"\d+,\d+", re.ASCII)
_FRENCH_DAY: Final = re.compile(r"(\d{2})/(\d{2})/(\d{4})", re.ASCII)
_LOCAL: Final = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}.*", re.ASCII)
_BLANKS: Final = re.compile(r"\s+")

Cell = Callable[[str, Counter[str]], str]
"""The member's text of a cell; what was read otherwise than written is counted by its name."""


def plain(text: str, _read: Counter[str]) -> str:
    """A text as it stands."""
    return text


def squeezed(text: str, read: Counter[str]) -> str:
    """A number that people write in groups."""
    without = _BLANKS.sub("", text)
    read["blanks"] += without != text
    return without


def number(text: str, read: Counter[str]) -> str:
    """A decimal, with a comma or a point."""
    if _COMMA.fullmatch(text):
        read["commas"] += 1
        return text.replace(",", ".")
    return text


def day(text: str, read: Counter[str]) -> str:
    """A date, `YYYY-MM-DD` or as the French write it."""
    found = _FRENCH_DAY.fullmatch(text)
    if found is None:
        return text
    read["days"] += 1
    return f"{found[3]}-{found[2]}-{found[1]}"


def instant(text: str, read: Counter[str]) -> str:
    """A date and time with offset; a blank may stand for the `T`."""
    if not _LOCAL.fullmatch(text):
        return text
    read["instants"] += 1
    return text.replace(" ", "T", 1)
