"""How texts are set in French and in English."""

import re
from datetime import date
from typing import Final

_UNBROKEN: Final = re.compile(" ([;:?!»])")
_MONTHS: Final = {
    "fr": (
        *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août"),
        *("septembre", "octobre", "novembre", "décembre"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June", "July", "August"),
        *("September", "October", "November", "December"),
    ),
}


def typeset(text: str) -> str:
    """French signs that never begin a line keep to the word before them."""
    return _UNBROKEN.sub("\u00a0\\1", text)


def day_in_words(day: date, language: str) -> str:
    """`20 novembre 2026`, `1er mai 2026`; `20 November 2026`."""
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return f"{number} {_MONTHS[language][day.month - 1]} {day.year}"
