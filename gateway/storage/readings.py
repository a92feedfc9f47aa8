"""What recorded lines say was measured or computed, out of the columns of their flow."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, select

from gateway.model.reading import Reading, Readings, activity_status, gathered
from gateway.model.record import LineId
from gateway.model.transmission import Flow, Status
from gateway.storage.bulk import Among, lists_of
from gateway.storage.detail_tables import activities, committed_doses
from gateway.storage.tables import measurements

_Found: TypeAlias = Mapping[LineId, Readings]
_m, _a, _c = measurements.c, activities.c, committed_doses.c
_ACTIVITIES: Final = Among(
    select(_a.transmission, _a.line, _a.radionuclide, _a.unit, _a.is_below_limit, _a.value_nano),
    rows=_a.transmission,
    lines=_a.line,
)
_COMMITTED: Final = Among(
    select(_c.transmission, _c.line, _c.quantity, _c.organ, _c.value_usv),
    rows=_c.transmission,
    lines=_c.line,
)
_MEASUREMENTS: Final = Among(
    select(
        *(_m.transmission, _m.line, _m.quantity, _m.radiation, _m.status, _m.value_usv),
        *(_m.exposure_nano, _m.exposure_unit),
    ),
    rows=_m.transmission,
    lines=_m.line,
)
_INTERNAL: Final = frozenset({Flow.RADIOTOXICOLOGY, Flow.BODY_COUNTING})


def read_readings(connection: Connection, flows: Mapping[LineId, Flow]) -> _Found:
    """The readings of each line of `flows`, which says the flow of each; none: not there."""
    by_table: dict[Any, list[LineId]] = defaultdict(list)
    for place, flow in flows.items():
        by_table[_of_flow(flow)].append(place)
    found: dict[LineId, list[Reading]] = defaultdict(list)
    for (query, reading), places in by_table.items():
        for row in _rows(connection, query, places):
            found[row.transmission, row.line].append(reading(row))
    return {place: gathered(readings) for place, readings in found.items()}


def _of_flow(flow: Flow) -> tuple[Among, Any]:
    """Where the readings of that flow stand, and how a row tells one."""
    if flow in _INTERNAL:
        return _ACTIVITIES, _activity
    if flow is Flow.COMMITTED_DOSE:
        return _COMMITTED, _committed
    return _MEASUREMENTS, _measurement


def _rows(connection: Connection, query: Among, places: Iterable[LineId]) -> Iterable[Any]:
    for some in lists_of(sorted(places), connection):
        pairs = set(some)  # the two lists find more than these
        asked = {"rows": sorted({n for n, _ in some}), "lines": sorted({i for _, i in some})}
        for row in connection.execute(query.on(connection), asked):
            if (row.transmission, row.line) in pairs:
                yield row


def _activity(row: Any) -> Reading:
    status = activity_status(is_below_limit=row.is_below_limit)
    return Reading(of=row.radionuclide, by=row.unit, status=status, value=row.value_nano)


def _committed(row: Any) -> Reading:
    status = Status.CALCULATED.value
    return Reading(of=row.quantity, by=row.organ, status=status, value=row.value_usv)


def _measurement(row: Any) -> Reading:
    return Reading(
        of=row.quantity,
        by=row.radiation,
        status=row.status,
        value=row.value_usv,
        exposure_nano=row.exposure_nano,
        exposure_unit=row.exposure_unit,
    )
