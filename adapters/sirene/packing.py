"""What the stock says of one establishment, as an integer of 47 bits: SQLite keeps it in six bytes.

From the highest bit: the day on which the present state began (17), the minute of the last
treatment (28), whether it is public (1), whether it is active (1). 0 in a day or minute: not told.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from gateway.identifiers import Siret
from gateway.model.verification import ExistingEstablishment, Period

STATES: Final = {"A": 1, "F": 0}
PUBLIC: Final = "O"
_FIRST: Final = date(1800, 1, 1)
_DAY_BITS: Final = 17
_MINUTE_BITS: Final = 28
_A_DAY_MIN: Final = 1_440
_PARIS: Final = ZoneInfo("Europe/Paris")


def packed(*, active: int, is_public: bool, start: str, minute: int) -> int:
    """Of a day as INSEE writes it, and a minute as `minutes` tells it."""
    return (_days(start) << _MINUTE_BITS | minute) << 2 | is_public << 1 | active


def minutes(text: str) -> int:
    """Minutes since the end of 1799 by the clock of Paris, of a day with its time or without."""
    days = _days(text[:10])
    if days == 0:
        return 0
    hour, minute = text[11:13], text[14:16]
    told = int(hour) * 60 + int(minute) if hour.isdecimal() and minute.isdecimal() else 0
    return days * _A_DAY_MIN + min(told, _A_DAY_MIN - 1)


def month_of(minute: int) -> str:
    """`YYYY-MM` of such a minute."""
    return (_FIRST + timedelta(days=minute // _A_DAY_MIN - 1)).isoformat()[:7]


def unpacked(siret: Siret, value: int) -> ExistingEstablishment:
    """The establishment: of its periods the stock tells the present one alone."""
    minute = value >> 2 & (1 << _MINUTE_BITS) - 1
    days = value >> 2 + _MINUTE_BITS
    start = None if days == 0 else _FIRST + timedelta(days=days - 1)
    return ExistingEstablishment(
        siret=siret,
        periods=(Period(start=start, is_active=bool(value & 1)),),
        is_public=bool(value & 2),
        processed_at=None if minute == 0 else _instant(minute),
    )


def _instant(minute: int) -> datetime:
    days, told = divmod(minute, _A_DAY_MIN)
    local = datetime.combine(_FIRST + timedelta(days=days - 1), datetime.min.time(), _PARIS)
    return (local + timedelta(minutes=told)).astimezone(UTC)


@lru_cache(maxsize=1 << 17)
def _days(text: str) -> int:
    """Days since the end of 1799; 0 where nothing in range is told."""
    try:
        days = (date.fromisoformat(text) - _FIRST).days + 1
    except ValueError:
        return 0
    return days if 0 < days < 1 << _DAY_BITS else 0
