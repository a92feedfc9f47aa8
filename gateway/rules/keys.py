"""Natural keys but their time (contract.md §2): never the sender's.

Internal keys have no employer: `quantity` holds the kind of examination, `radiation` the
radionuclide. Committed ones hold in `radiation` the set of radionuclides, in `location` the organ
and in `site`, where no day of intake is known, what the dose was computed from.
"""

import hashlib
from collections.abc import Iterable
from typing import Final, TypeAlias

from gateway.model.correction import Original
from gateway.model.internal import Committed, Examination, LineReference
from gateway.model.record import DoseKey
from gateway.model.transmission import DoseResult, Flow, Operation, Status
from gateway.ports import RecordedDose

NO_INTAKE: Final = "?"
"""In `site`: neither a day of intake nor a result tells one committed dose from another."""
NO_RADIONUCLIDE: Final = ""
"""In `radiation`: of a declared absence of examination."""
_REFERENCE_QUANTITIES: Final = frozenset({"HP10", "E"})
_REFERENCE_LOCATIONS: Final = frozenset({"TRUNK", "WHOLE_BODY", None})

Place: TypeAlias = tuple[str, str, Flow, str, str | None, str | None, str | None]
"""A natural key without its radiation: how an absence is matched."""
Reference: TypeAlias = tuple[str, Flow, str]


def keys_of(line: DoseResult, worker_id: str, flow: Flow) -> tuple[DoseKey, ...]:
    """The natural key of each measurement, activity or committed dose of the line."""
    if line.operation is Operation.CANCELLATION:
        return ()
    if line.examination is not None:
        return _of_examination(line.examination, worker_id, flow)
    if line.committed is not None:
        return (_of_committed(line.committed, worker_id, flow),)
    location = side = site = None
    if line.dosimeter is not None:
        location, side = line.dosimeter.location, line.dosimeter.side
    if flow is Flow.OPERATIONAL and line.site is not None:
        site = _site(str(line.site.siret), line.site.inb)
    employer = str(line.employer)
    return tuple(
        DoseKey(worker_id, employer, flow, m.quantity, m.radiation, location, side, site)
        for m in line.measurements
    )


def _of_examination(examination: Examination, worker_id: str, flow: Flow) -> tuple[DoseKey, ...]:
    found = [activity.radionuclide for activity in examination.activities] or [NO_RADIONUCLIDE]
    return tuple(
        DoseKey(worker_id, "", flow, examination.kind, radionuclide, None, None, None)
        for radionuclide in found
    )


def _of_committed(committed: Committed | Original, worker_id: str, flow: Flow) -> DoseKey:
    """The intake is a time where its day is known, else what it was computed from."""
    intake = None
    if committed.intake_on is None:
        intake = _digest(committed.based_on) if committed.based_on else NO_INTAKE
    radionuclides = "+".join(sorted(set(committed.radionuclides)))
    quantity = committed.quantity or ""
    return DoseKey(worker_id, "", flow, quantity, radionuclides, committed.organ, None, intake)


def key_of_original(
    original: Original, *, worker_id: str, employer: str, flow: Flow
) -> DoseKey | None:
    """The key of a result sent before this gateway; None where the members are not its flow's."""
    if flow in {Flow.RADIOTOXICOLOGY, Flow.BODY_COUNTING}:
        if original.kind is None or original.radionuclide is None:
            return None
        return DoseKey(worker_id, "", flow, original.kind, original.radionuclide, None, None, None)
    if original.quantity is None:
        return None
    if flow is Flow.COMMITTED_DOSE:
        return _of_committed(original, worker_id, flow)
    site = None
    if flow is Flow.OPERATIONAL and original.site is not None:
        site = _site(str(original.site.siret), original.site.inb)
    if original.radiation is None:
        return None
    return DoseKey(
        worker_id,
        employer,
        flow,
        original.quantity,
        original.radiation,
        original.location,
        original.side,
        site,
    )


def _site(siret: str, inb: str | None) -> str:
    return siret if inb is None else f"{siret}/{inb}"


def _digest(references: Iterable[LineReference]) -> str:
    """One text for one set of lines, in whatever order they are named."""
    named = sorted({f"{reference.transmission}/{reference.ref}" for reference in references})
    return hashlib.sha256("\n".join(named).encode()).hexdigest()


def doses_of(line: DoseResult, keys: tuple[DoseKey, ...]) -> tuple[RecordedDose, ...]:
    """What is recorded under each of the line's `keys`, in the same order."""
    if line.examination is not None:
        activities = line.examination.activities
        statuses = [
            Status.BELOW_RECORDING_LEVEL if activity.is_below_limit else Status.MEASURED
            for activity in activities
        ] or [Status.PENDING]
        stated = [(status, None, None) for status in statuses]
    elif line.committed is not None:
        return (_dose(keys[0], Status.CALCULATED, line.committed.value_usv, None),) if keys else ()
    else:
        return tuple(
            _dose(key, m.status, m.value_usv, m.recording_level_usv)
            for key, m in zip(keys, line.measurements, strict=True)
        )
    return tuple(_dose(key, *said) for key, said in zip(keys, stated, strict=True))


def _dose(key: DoseKey, status: Status, value: int | None, level: int | None) -> RecordedDose:
    return RecordedDose(key=key, status=status.value, value_usv=value, recording_level_usv=level)


def place_of(key: DoseKey) -> Place:
    """The key without its radiation."""
    return (
        key.worker_id,
        key.employer,
        key.flow,
        key.quantity,
        key.location,
        key.side,
        key.site,
    )


def reference_of(key: DoseKey) -> Reference | None:
    """Under what one reference value of the effective dose stands, if the key is one."""
    if key.quantity in _REFERENCE_QUANTITIES and key.location in _REFERENCE_LOCATIONS:
        return (key.worker_id, key.flow, key.radiation)
    return None


def pointer_of(line: DoseResult, place: int) -> str:
    """Where the dose that has the key of that place stands in the line."""
    at = f"/results/{line.index}"
    if line.examination is not None:
        is_told = bool(line.examination.activities)
        return f"{at}/examination/activities/{place}" if is_told else f"{at}/examination"
    if line.committed is not None:
        return f"{at}/committed"
    return f"{at}/measurements/{place}"


def doses_pointer(line: DoseResult) -> str:
    """Where all that the line adds to a sum stands."""
    return f"/results/{line.index}/{'measurements' if line.committed is None else 'committed'}"
