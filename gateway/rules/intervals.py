"""When a result was received, as intervals that compare: periods of days and times of day alike."""

from bisect import bisect_left, bisect_right
from datetime import date, datetime

import msgspec

from gateway.model.record import DoseOnRecord
from gateway.model.transmission import DoseResult

_DAY_MS = 86_400_000


class Interval(msgspec.Struct, frozen=True, gc=False):
    """Milliseconds since 0001-01-01 UTC, the end exclusive.

    A period and a time of the same bounds differ: they are not the same key (contract.md §2).
    """

    start_ms: int
    end_ms: int
    is_period: bool


def of_period(start: date, end: date) -> Interval:
    """Whole days, both inclusive."""
    return Interval(start.toordinal() * _DAY_MS, (end.toordinal() + 1) * _DAY_MS, True)  # noqa: FBT003


def of_time(start_at: datetime, end_at: datetime) -> Interval:
    """From entry to exit."""
    return Interval(_milliseconds(start_at), _milliseconds(end_at), False)  # noqa: FBT003


def of_line(line: DoseResult) -> Interval | None:
    """When the line's dose was received, or None where it does not say."""
    if line.period is not None:
        return of_period(line.period.start, line.period.end)
    if line.exposure_time is not None:
        return of_time(line.exposure_time.start_at, line.exposure_time.end_at)
    return None


def of_record(dose: DoseOnRecord) -> Interval | None:
    """When a dose on record was received."""
    if dose.start is not None and dose.end is not None:
        return of_period(dose.start, dose.end)
    if dose.start_at is not None and dose.end_at is not None:
        return of_time(dose.start_at, dose.end_at)
    return None


def _milliseconds(at: datetime) -> int:
    """An aware UTC instant as milliseconds."""
    return (
        at.toordinal() * _DAY_MS
        + ((at.hour * 60 + at.minute) * 60 + at.second) * 1000
        + at.microsecond // 1000
    )


class Coverage:
    """The union of intervals, kept as sorted intervals that do not touch."""

    __slots__ = ("_ends", "_starts")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def overlaps(self, interval: Interval) -> bool:
        """Whether some instant of `interval` is in the union."""
        before_end = bisect_left(self._starts, interval.end_ms)
        return before_end > 0 and self._ends[before_end - 1] > interval.start_ms

    def add(self, interval: Interval) -> None:
        """Take `interval` into the union."""
        first = bisect_left(self._ends, interval.start_ms)
        past = bisect_right(self._starts, interval.end_ms)
        start, end = interval.start_ms, interval.end_ms
        if first < past:
            start = min(start, self._starts[first])
            end = max(end, self._ends[past - 1])
        self._starts[first:past] = [start]
        self._ends[first:past] = [end]
