"""Months as the law counts them, up to the end of the calendar."""

from datetime import date

import pytest

from gateway.rules.months import last_day_of_period, months_after


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        (date(2026, 1, 1), 3, date(2026, 3, 31)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 1, 15), 1, date(2026, 2, 14)),
    ],
)
def test_the_last_day_of_a_period(start, months, last):
    assert last_day_of_period(start, months) == last


@pytest.mark.parametrize("day", [date(9999, 10, 1), date(9999, 12, 31)])
def test_beyond_the_calendar_is_its_last_day(day):
    assert months_after(day, 3) == date.max
