"""What several parts of a transmission are made of: doses, flows, periods and times."""

from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

import msgspec

Usv: TypeAlias = int
"""A dose in microsievert."""


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
