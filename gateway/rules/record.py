"""What is in force for the workers of a message, growing as its lines are accepted in order.

Natural keys are those of contract.md §2, never the sender's. A line accepted earlier in the same
message counts as in force for the next ones.
"""

from typing import Final, TypeAlias

import msgspec

from gateway.identifiers import InvalidIdentifier
from gateway.model.directory import KnownWorker
from gateway.model.record import DoseKey, DoseOnRecord, RecordFacts
from gateway.model.transmission import DoseResult, Flow, Operation
from gateway.rules.intervals import Coverage, Interval, of_line, of_record
from gateway.rules.months import month_number
from gateway.rules.sums import NO_DOSE, Dose, MonthlySums, contribution

THIS_TRANSMISSION: Final = 0
"""The row of the message being judged, in `replaces`: it has no row of its own yet."""

_REFERENCE_QUANTITIES: Final = frozenset({"HP10", "E"})
_REFERENCE_LOCATIONS: Final = frozenset({"TRUNK", "WHOLE_BODY", None})
_Place: TypeAlias = tuple[str, str, Flow, str, str | None, str | None, str | None]
"""A natural key without its radiation: how an absence is matched."""
_Reference: TypeAlias = tuple[str, Flow, str]
LineId: TypeAlias = tuple[int, int]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What the record says of one line: places are those of its measurements."""

    known: KnownWorker
    keys: tuple[DoseKey, ...]
    interval: Interval
    duplicates: tuple[int, ...]
    """Measurements whose key is in force already, here or earlier in the message or the line."""
    rivals: tuple[int, ...]
    """Measurements with another reference value of the effective dose in force (U002)."""
    overlaps: tuple[int, ...]
    """Measurements whose key is in force over part of the same time."""
    absences: tuple[LineId, ...]
    """Lines of absence that an INITIAL or LATE line takes out of force."""
    dose: Dose
    """What the line adds."""
    year: Dose
    """The worst twelve months with it, where it adds something."""


class WorkingRecord:
    """The record of one message: the facts as read, then what the message itself adds.

    Not for use by several threads at once.
    """

    def __init__(self, facts: RecordFacts) -> None:
        self._facts = facts
        self._loaded: set[str] = set()
        self._doses: set[tuple[DoseKey, Interval]] = set()
        self._at: set[tuple[_Place, Interval]] = set()
        self._absences: dict[_Place, dict[Interval, LineId]] = {}
        self._cover: dict[DoseKey, Coverage] = {}
        self._cover_at: dict[_Place, Coverage] = {}
        self._references: dict[tuple[_Reference, Interval], set[str | None]] = {}
        self._months: dict[tuple[str, Flow], MonthlySums] = {}

    def look(self, line: DoseResult, *, known: KnownWorker, flow: Flow) -> View | None:
        """What is in force beside `line`; None where the line tells no time."""
        interval = of_line(line)
        if interval is None or isinstance(line.employer, InvalidIdentifier):
            return None
        self._load(known.id, flow)
        keys = _keys(line, known.id, flow)
        is_absence = line.operation is Operation.ABSENCE
        duplicates, rivals, overlaps, absences = [], [], [], []
        seen: set[DoseKey] = set()
        for place, key in enumerate(keys):
            if key in seen or self._is_in_force(key, interval, is_absence=is_absence):
                duplicates.append(place)
            elif self._overlaps(key, interval, is_absence=is_absence):
                overlaps.append(place)
            if not is_absence:
                if self._has_rival(key, interval):
                    rivals.append(place)
                absent = self._absences.get(_place(key), {}).get(interval)
                if absent is not None and absent not in absences:
                    absences.append(absent)
            seen.add(key)
        dose = contribution(line)
        return View(
            known=known,
            keys=keys,
            interval=interval,
            duplicates=tuple(duplicates),
            rivals=tuple(rivals),
            overlaps=tuple(overlaps),
            absences=tuple(absences),
            dose=dose,
            year=self._worst_year(line, dose, known, flow),
        )

    def _worst_year(self, line: DoseResult, dose: Dose, known: KnownWorker, flow: Flow) -> Dose:
        """The worst twelve months with `dose`, in one flow.

        Passive and operational doses are two readings of the same exposure: they never add up.
        """
        if dose is NO_DOSE or line.last_day is None:
            return NO_DOSE
        months = self._months.get((known.id, flow)) or MonthlySums()
        return months.worst_year(month_number(line.last_day), dose, known.balance)

    def accept(self, line: DoseResult, view: View) -> None:
        """Put `line` in force, and out of force the absences that it replaces."""
        is_absence = line.operation is Operation.ABSENCE
        for key in view.keys:
            if not is_absence:
                self._absences.get(_place(key), {}).pop(view.interval, None)
            self._put(key, view.interval, is_absence=is_absence, by=(THIS_TRANSMISSION, line.index))
        if line.last_day is not None and view.keys:
            key = view.keys[0]
            months = self._months.setdefault((key.worker_id, key.flow), MonthlySums())
            months.add(month_number(line.last_day), view.dose)

    def _load(self, worker_id: str, flow: Flow) -> None:
        """Take the worker's facts of one flow in, once."""
        if worker_id in self._loaded:
            return
        self._loaded.add(worker_id)
        for fact in self._facts.doses.get(worker_id, ()):
            self._take(fact)
        months = self._facts.months.get((worker_id, flow), ())
        if months:
            sums = self._months.setdefault((worker_id, flow), MonthlySums())
        for month in months:
            sums.add(
                month.month,
                Dose(
                    effective_usv=month.effective_usv,
                    lens_usv=month.lens_usv,
                    extremity_usv=month.extremity_usv,
                ),
            )

    def _take(self, fact: DoseOnRecord) -> None:
        """One dose on record."""
        interval = of_record(fact)
        if interval is not None:
            self._put(fact.key, interval, is_absence=fact.is_absence, by=fact.line)

    def _put(self, key: DoseKey, interval: Interval, *, is_absence: bool, by: LineId) -> None:
        """Put one key in force."""
        place = _place(key)
        if is_absence:
            self._absences.setdefault(place, {})[interval] = by
            return
        self._doses.add((key, interval))
        self._at.add((place, interval))
        self._cover.setdefault(key, Coverage()).add(interval)
        self._cover_at.setdefault(place, Coverage()).add(interval)
        reference = _reference(key)
        if reference is not None:
            self._references.setdefault((reference, interval), set()).add(key.location)

    def _is_in_force(self, key: DoseKey, interval: Interval, *, is_absence: bool) -> bool:
        """Whether the key is in force; for an absence, anything of it, whatever the radiation."""
        if not is_absence:
            return (key, interval) in self._doses
        place = _place(key)
        return (place, interval) in self._at or interval in self._absences.get(place, {})

    def _overlaps(self, key: DoseKey, interval: Interval, *, is_absence: bool) -> bool:
        """Whether the key is in force over part of the same time but not the very same."""
        place = _place(key)
        cover = self._cover_at.get(place) if is_absence else self._cover.get(key)
        if cover is not None and cover.overlaps(interval):
            return True
        return any(
            absent != interval
            and absent.start_ms < interval.end_ms
            and absent.end_ms > interval.start_ms
            for absent in self._absences.get(place, {})
        )

    def _has_rival(self, key: DoseKey, interval: Interval) -> bool:
        """Whether a reference value worn elsewhere stands for the same worker and time."""
        reference = _reference(key)
        if reference is None:
            return False
        locations = self._references.get((reference, interval))
        return locations is not None and bool(locations - {key.location})


def _keys(line: DoseResult, worker_id: str, flow: Flow) -> tuple[DoseKey, ...]:
    """The natural key of each measurement but its time (contract.md §2)."""
    location = side = site = None
    if line.dosimeter is not None:
        location, side = line.dosimeter.location, line.dosimeter.side
    if flow is Flow.OPERATIONAL and line.site is not None:
        site = (
            str(line.site.siret) if line.site.inb is None else f"{line.site.siret}/{line.site.inb}"
        )
    employer = str(line.employer)
    return tuple(
        DoseKey(
            worker_id,
            employer,
            flow,
            measurement.quantity,
            measurement.radiation,
            location,
            side,
            site,
        )
        for measurement in line.measurements
    )


def _place(key: DoseKey) -> _Place:
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


def _reference(key: DoseKey) -> _Reference | None:
    """Under what one reference value of the effective dose stands, if the key is one."""
    if key.quantity in _REFERENCE_QUANTITIES and key.location in _REFERENCE_LOCATIONS:
        return (key.worker_id, key.flow, key.radiation)
    return None
