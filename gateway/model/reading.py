"""What a line says was measured or computed: what only some reasons of a correction may change."""

from collections import Counter
from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from gateway.model.internal import Activity, Committed
from gateway.model.transmission import DoseResult, Measurement, Status


class Reading(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One quantity as stated, without whose, where worn or when.

    Of a measurement, its quantity, radiation, dose and exposure to radon; of an activity, its
    radionuclide, unit and value; of a committed dose, its quantity, organ and dose.
    """

    of: str
    """Quantity, or radionuclide."""
    by: str | None
    """Radiation, organ, or unit of the activity."""
    status: str
    value: int | None
    """µSv; thousand-millionths of the unit of an activity. None where none is stated."""
    exposure_nano: int | None = None
    exposure_unit: str | None = None


Readings: TypeAlias = frozenset[tuple[Reading, int]]
"""Each reading of a line and how often it stands there: their order says nothing."""


def gathered(readings: Iterable[Reading]) -> Readings:
    """`readings`, to be compared with those of another line."""
    return frozenset(Counter(readings).items())


def readings_of(line: DoseResult) -> Readings:
    """What `line` says was measured or computed."""
    if line.examination is not None:
        return gathered(_of_activity(activity) for activity in line.examination.activities)
    if line.committed is not None:
        return gathered((_of_committed(line.committed),))
    return gathered(_of_measurement(measurement) for measurement in line.measurements)


def _of_activity(activity: Activity) -> Reading:
    return Reading(
        of=activity.radionuclide,
        by=activity.unit,
        status=activity_status(is_below_limit=activity.is_below_limit),
        value=activity.value_nano,
    )


def activity_status(*, is_below_limit: bool) -> str:
    """The status of an activity, in the terms of measurements."""
    return (Status.BELOW_RECORDING_LEVEL if is_below_limit else Status.MEASURED).value


def _of_committed(committed: Committed) -> Reading:
    return Reading(
        of=committed.quantity,
        by=committed.organ,
        status=Status.CALCULATED.value,
        value=committed.value_usv,
    )


def _of_measurement(measurement: Measurement) -> Reading:
    exposure = measurement.exposure
    return Reading(
        of=measurement.quantity,
        by=measurement.radiation,
        status=measurement.status.value,
        value=measurement.value_usv,
        exposure_nano=None if exposure is None else exposure.value_nano,
        exposure_unit=None if exposure is None else exposure.unit,
    )
