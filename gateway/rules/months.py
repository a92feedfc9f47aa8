"""Months as the law counts them."""

from calendar import monthrange
from datetime import MAXYEAR, date, timedelta
from functools import lru_cache

from gateway.model.transmission import DoseResult


def months_after(day: date, months: int) -> date:
    """The day of the same number `months` later; failing that, the last day of that month.

    Beyond the calendar it is the calendar's last day.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > MAXYEAR:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@lru_cache(maxsize=4096)
def last_day_of_period(start: date, months: int) -> date:
    """Last day, included, of a period of `months` that begins on `start`.

    From the 30th or 31st into a shorter month it is the last day of that month, as for any legal
    term that ends in a month without that day (Code de procédure civile, art. 641).
    """
    same_number = months_after(start, months)
    if same_number.day < start.day:
        return same_number
    return same_number - timedelta(days=1)


def month_number(day: date) -> int:
    """Year × 12 + month − 1: what `MonthlyDose.month` counts."""
    return day.year * 12 + day.month - 1


def completed_years(born: str, on: date) -> int:
    """Age on a day by a date of birth whose month or day may be `00`: then the youngest it can be.

    So a limit of minors is never missed for want of a day.
    """
    year, month, day = int(born[:4]), int(born[5:7]) or 12, int(born[8:10]) or 31
    return on.year - year - ((on.month, on.day) < (month, day))


def last_day_pointer(line: DoseResult) -> str:
    """Where the end of what the line speaks of stands."""
    if line.examination is not None:
        is_collected = line.examination.taken_on is None
        member = f"examination/{'collectedTo' if is_collected else 'takenOn'}"
    elif line.committed is not None:
        member = "committed/intakeOn"
    else:
        member = "period/end" if line.period is not None else "exposureTime/endAt"
    return f"/results/{line.index}/{member}"
