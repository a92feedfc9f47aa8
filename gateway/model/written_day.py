"""A day as a letter says it."""

from datetime import date
from typing import Final

_MONTHS: Final = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
    *("août", "septembre", "octobre", "novembre", "décembre"),
)
_MONTHS_EN: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def french_day(day: date) -> str:
    """`1er janvier 2027`."""
    return f"{'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]} {day.year}"


def english_day(day: date) -> str:
    """`1 January 2027`."""
    return f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}"
