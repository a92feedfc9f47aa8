"""When an account that nobody uses ends, whoever it is for."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Final

IDLE_MONTHS: Final = 24
TOLD_AHEAD: Final = timedelta(days=30)


def ends_on(last_seen: date) -> date:
    """The day on which an account last used then is disabled: the same day 24 months later."""
    return months_after(last_seen, IDLE_MONTHS)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of a month that has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
