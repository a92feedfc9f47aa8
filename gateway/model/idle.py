"""When an account that nobody uses ends, whoever it is for."""

from datetime import date, timedelta
from typing import Final

IDLE_MONTHS: Final = 24
TOLD_AHEAD: Final = timedelta(days=30)
_FEBRUARY: Final = 2


def ends_on(last_seen: date) -> date:
    """The day on which an account last used then is disabled: the same day 24 months later."""
    year = last_seen.year + IDLE_MONTHS // 12
    is_leap_day = (last_seen.month, last_seen.day) == (_FEBRUARY, 29)
    return last_seen.replace(year=year, day=28 if is_leap_day else last_seen.day)
