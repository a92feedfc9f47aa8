"""What several parts of a transmission are made of: doses, flows, periods and times."""

from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

Usv: TypeAlias = int
"""A dose in microsievert."""


_LEGAL_TIME: Final = ZoneInfo("Europe/Paris")


def legal_day(instant: datetime) -> date:
    """The day of an aware instant by the legal time of mainland France.

    Décret n° 2017-292 of 6 March 2017, art. 2: terms and entries into force count in such days. In
    the last hours of the calendar it is the day UTC.
    """
    try:
        return instant.astimezone(_LEGAL_TIME).date()
    except OverflowError:
        return instant.date()


def legal_instant(day: date, at: time) -> datetime:
    """The instant, in UTC, at which the clocks of mainland France show `at` on `day`.

    On the first day of the calendar, which begins before UTC's, it is that of UTC.
    """
    try:
        return datetime.combine(day, at, tzinfo=_LEGAL_TIME).astimezone(UTC)
    except OverflowError:
        return datetime.combine(day, at, tzinfo=UTC)


def instant(moment: datetime) -> str:
    """`YYYY-MM-DDThh:mm:ss.sssZ` of an aware UTC time."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


class Flow(StrEnum):
    """What kind of result a transmission carries."""

    PASSIVE_EXTERNAL = "PASSIVE_EXTERNAL"
    RADON = "RADON"
    RADIOTOXICOLOGY = "RADIOTOXICOLOGY"
    BODY_COUNTING = "BODY_COUNTING"
    OPERATIONAL = "OPERATIONAL"
    AIRCREW = "AIRCREW"
    COMMITTED_DOSE = "COMMITTED_DOSE"


class Part(msgspec.Struct, frozen=True, gc=False):
    """A frozen part of a transmission; its `repr` names the type alone, for it holds people."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class Period(Part, frozen=True, kw_only=True):
    """A wear period, both days inclusive."""

    start: date
    end: date


class ExposureTime(Part, frozen=True, kw_only=True):
    """Entry to and exit from the zone; the end is exclusive. Aware, UTC."""

    start_at: datetime
    end_at: datetime
