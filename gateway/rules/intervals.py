"""When a result was received, as intervals that compare: periods of days and times of day alike."""

from bisect import bisect_left, bisect_right, insort
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

import msgspec

from gateway.model.correction import Original
from gateway.model.parts import legal_instant
from gateway.model.record import DoseKey, DoseOnRecord
from gateway.model.transmission import DoseResult, Flow

_DAY_MS: Final = 86_400_000
_BY_FIRST_DAY: Final = frozenset({Flow.RADIOTOXICOLOGY, Flow.BODY_COUNTING})
"""Flows whose natural key has the day taken, or the first day of the collection, alone."""


class Interval(msgspec.Struct, frozen=True, gc=False):
    """Milliseconds since 0001-01-01 UTC, the end exclusive.

    A period and a time of the same bounds differ: they are not the same key (contract.md §2).
    """

    start_ms: int
    end_ms: int
    is_period: bool


def of_period(start: date, end: date) -> Interval:
    """Whole days, both inclusive."""
    return Interval(_midnight_ms(start), _midnight_ms(end, days_later=1), True)  # noqa: FBT003


def of_time(start_at: datetime, end_at: datetime) -> Interval:
    """From entry to exit."""
    return Interval(_milliseconds(start_at), _milliseconds(end_at), False)  # noqa: FBT003


NO_DAY: Final = Interval(0, 1, True)  # noqa: FBT003
"""Of a committed dose whose day of intake is not known: its key tells it from others."""


def of_line(line: DoseResult | Original) -> Interval | None:
    """When the line's dose was received, or None where it does not say."""
    if line.exposure_time is not None:
        return of_time(line.exposure_time.start_at, line.exposure_time.end_at)
    first, last = line.first_day, line.last_day
    if first is None or last is None:
        return None
    return of_period(first, last)


def named(key: DoseKey, interval: Interval) -> Interval:
    """The part of a natural key that is its time."""
    if key.flow in _BY_FIRST_DAY:
        return Interval(interval.start_ms, interval.start_ms + _DAY_MS, True)  # noqa: FBT003
    return interval


def of_record(dose: DoseOnRecord) -> Interval | None:
    """When a dose on record was received."""
    if dose.key.flow is Flow.COMMITTED_DOSE and dose.key.site is not None:
        return NO_DAY
    if dose.start is not None and dose.end is not None:
        return of_period(dose.start, dose.end)
    if dose.start_at is not None and dose.end_at is not None:
        return of_time(dose.start_at, dose.end_at)
    return None


@lru_cache(maxsize=8192)
def _midnight_ms(day: date, *, days_later: int = 0) -> int:
    """When a legal day begins: days and times of day compare by the instants they hold."""
    if days_later and day == date.max:
        return (day.toordinal() + days_later) * _DAY_MS
    return _milliseconds(legal_instant(day + timedelta(days=days_later), time()))


def _milliseconds(at: datetime) -> int:
    """An aware UTC instant as milliseconds."""
    return (
        at.toordinal() * _DAY_MS
        + ((at.hour * 60 + at.minute) * 60 + at.second) * 1000
        + at.microsecond // 1000
    )


class Coverage:
    """Intervals of one key, of which one may be taken out again."""

    __slots__ = ("_ends", "_starts")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def overlaps(self, interval: Interval) -> bool:
        """Whether some instant of `interval` is in one of them.

        Those that begin before its end, less those that end before its start.
        """
        begun = bisect_left(self._starts, interval.end_ms)
        return begun > bisect_right(self._ends, interval.start_ms)

    def add(self, interval: Interval) -> None:
        """Take `interval` in."""
        insort(self._starts, interval.start_ms)
        insort(self._ends, interval.end_ms)

    def remove(self, interval: Interval) -> None:
        """Take out one `interval` that was added."""
        del self._starts[bisect_left(self._starts, interval.start_ms)]
        del self._ends[bisect_left(self._ends, interval.end_ms)]
