"""What is in force for the workers of a message, growing as its lines are accepted in order.

Natural keys are those of contract.md §2, never the sender's. A line accepted earlier in the same
message counts as in force for the next ones.
"""

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from gateway.identifiers import InvalidIdentifier
from gateway.model.directory import KnownWorker
from gateway.model.record import (
    DoseKey,
    LineId,
    MonthlyDose,
    RecordFacts,
    Target,
    adding_up,
)
from gateway.model.transmission import DoseResult, Flow, Header, Operation
from gateway.rules.aim import THIS_TRANSMISSION, Aim, Targets, aim_at
from gateway.rules.inforce import InForce, InForceIndex
from gateway.rules.intervals import NO_DAY, Interval, of_line, of_record
from gateway.rules.keys import NO_INTAKE, key_of_original, keys_of
from gateway.rules.months import month_number
from gateway.rules.sums import NO_DOSE, Dose, MonthlySums, contribution, worst_year


class View(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the record says of one line: places are those of its keys."""

    known: KnownWorker
    keys: tuple[DoseKey, ...]
    interval: Interval
    counted_on: date
    """The day whose month its doses count in: its last one, else that of reception."""
    duplicates: tuple[int, ...] = ()
    """Keys in force already, here or earlier in the message or the line."""
    lookalikes: tuple[int, ...] = ()
    """Keys in force already that tell no intake: perhaps the same dose, perhaps not (U003)."""
    rivals: tuple[int, ...] = ()
    """Measurements with another reference value of the effective dose in force (U002)."""
    overlaps: tuple[int, ...] = ()
    """Keys in force over part of the same time."""
    absences: tuple[LineId, ...] = ()
    """Lines of absence that a result takes out of force."""
    dose: Dose = NO_DOSE
    """What the line adds."""
    year: Dose = NO_DOSE
    """The worst twelve months with it, where it adds something."""
    year_without_radon: Dose = NO_DOSE
    """The same but for what dosimeters of radon told."""


class WorkingRecord:
    """The record of one message: the facts as read, then what the message itself adds.

    Not for use by several threads at once.
    """

    def __init__(self, facts: RecordFacts, targets: Iterable[Target] = ()) -> None:
        """`targets` are the recorded lines that the message aims at."""
        self._facts = facts
        self._recorded_months: dict[str, list[tuple[Flow, Sequence[MonthlyDose]]]] = {}
        for (worker, flow), months in facts.months.items():
            self._recorded_months.setdefault(worker, []).append((flow, months))
        self._targets = Targets(targets)
        self._gone: set[LineId] = set()
        self._loaded: set[str] = set()
        self._in_force = InForceIndex()
        self._months: dict[str, dict[Flow, MonthlySums]] = {}

    def look(self, line: DoseResult, *, known: KnownWorker, flow: Flow, today: date) -> View | None:
        """What is in force beside `line`; None where the line tells no time and must.

        A dose whose day nobody knows counts as received on the day of reception, `today`.
        """
        if isinstance(line.employer, InvalidIdentifier):
            return None
        self._load(known.id)
        interval = of_line(line)
        if line.committed is not None and line.committed.intake_on is None:
            interval = NO_DAY
        counted_on = line.last_day or today
        if line.operation is Operation.CANCELLATION:
            return View(known=known, keys=(), interval=NO_DAY, counted_on=counted_on)
        if interval is None:
            return None
        keys = keys_of(line, known.id, flow)
        dose = contribution(line)
        year, without_radon = self._worst_years(dose, known, flow, counted_on)
        is_absence = line.operation is Operation.ABSENCE
        beside = self._beside(keys, interval, is_absence=is_absence)
        return View(
            known=known,
            keys=keys,
            interval=interval,
            counted_on=counted_on,
            dose=dose,
            year=year,
            year_without_radon=without_radon,
            duplicates=tuple(beside["duplicates"]),
            lookalikes=tuple(beside["lookalikes"]),
            rivals=tuple(beside["rivals"]),
            overlaps=tuple(beside["overlaps"]),
            absences=() if is_absence else self._absences(keys, interval),
        )

    def _beside(
        self, keys: tuple[DoseKey, ...], interval: Interval, *, is_absence: bool
    ) -> dict[str, list[int]]:
        """What stands in the way of each key, by field of a view."""
        found: dict[str, list[int]] = {
            field: [] for field in ("duplicates", "lookalikes", "rivals", "overlaps")
        }
        seen: set[DoseKey] = set()
        in_force = self._in_force
        for place, key in enumerate(keys):
            if key in seen or in_force.is_in_force(key, interval, is_absence=is_absence):
                found["lookalikes" if key.site == NO_INTAKE else "duplicates"].append(place)
            elif in_force.overlaps(key, interval, is_absence=is_absence):
                found["overlaps"].append(place)
            if not is_absence and in_force.has_rival(key, interval):
                found["rivals"].append(place)
            seen.add(key)
        return found

    def _absences(self, keys: tuple[DoseKey, ...], interval: Interval) -> tuple[LineId, ...]:
        """The lines of absence in force for the keys, each once."""
        found = (self._in_force.absence(key, interval) for key in keys)
        return tuple(dict.fromkeys(line for line in found if line is not None))

    def _worst_years(
        self, dose: Dose, known: KnownWorker, flow: Flow, day: date
    ) -> tuple[Dose, Dose]:
        """The worst twelve months with `dose`, over the flows that add up, with and without radon.

        Operational doses are a second reading of the same exposure: they stand alone.
        """
        if dose is NO_DOSE:
            return NO_DOSE, NO_DOSE
        sums, month = self._months.get(known.id, {}), month_number(day)
        summed = [sums[other] for other in adding_up(flow) if other in sums]
        year = worst_year(summed, month, dose, known.balance)
        if Flow.RADON not in sums or flow is Flow.OPERATIONAL:
            return year, year
        others = [months for months in summed if months is not sums[Flow.RADON]]
        return year, worst_year(others, month, dose, known.balance)

    def accept(self, line: DoseResult, view: View, header: Header) -> None:
        """Put `line` in force, and out of force the absences that it replaces."""
        is_absence = line.operation is Operation.ABSENCE
        for absence in view.absences:
            self._in_force.lift(absence)
            self._gone.add(absence)
        by = (THIS_TRANSMISSION, line.index)
        for key in view.keys:
            self._in_force.put(InForce(key, view.interval, is_absence), by=by)
        if view.dose is not NO_DOSE:
            self._sums(view.known.id, header.flow).add(month_number(view.counted_on), view.dose)
        self._targets.take(line, view.dose, header, worker_id=view.known.id, on=view.counted_on)

    def hold(self, line: DoseResult, header: Header) -> None:
        """Remember that `line` waits: what corrects or cancels it closes it."""
        self._targets.take(line, contribution(line), header, worker_id=None, on=None)

    def aim(self, line: DoseResult, *, known: KnownWorker | None, header: Header) -> Aim:
        """What became of the line that `line`, of a worker perhaps unknown, corrects or cancels."""
        target = self._aimed_at(line, known, header)
        return aim_at(
            target,
            line,
            known=known,
            header=header,
            is_gone=target is not None and target.line in self._gone,
        )

    def _aimed_at(
        self, line: DoseResult, known: KnownWorker | None, header: Header
    ) -> Target | None:
        """The target, by its name or by its natural key; None where there is none."""
        corrects = line.corrects
        if corrects is not None and corrects.target is not None:
            return self._targets.named(corrects.target, header)
        original = None if corrects is None else corrects.original
        if original is None or original.flow is not header.flow or known is None:
            return None
        self._load(known.id)
        key = key_of_original(
            original, worker_id=known.id, employer=str(line.employer), flow=header.flow
        )
        is_intake_unknown = header.flow is Flow.COMMITTED_DOSE and original.intake_on is None
        interval = NO_DAY if is_intake_unknown else of_line(original)
        if key is None or interval is None or key.site == NO_INTAKE:
            return None
        found = self._in_force.find(key, interval)
        return None if found is None else self._targets.at(found)

    def lift(self, target: Target) -> Sequence[InForce]:
        """Take `target` out of force, to look at its replacement as if it had never been.

        One that is held adds nothing: it is only gone for whatever aims at it next.
        """
        if target.worker_id is not None:
            self._load(target.worker_id)
        self._count(target, times=-1)
        self._gone.add(target.line)
        return self._in_force.lift(target.line)

    def put_back(self, target: Target, lifted: Sequence[InForce]) -> None:
        """Undo `lift`: the replacement was not accepted."""
        self._count(target, times=1)
        self._gone.discard(target.line)
        for one in lifted:
            self._in_force.put(one, by=target.line)

    def _count(self, target: Target, *, times: int) -> None:
        """Take what `target` adds into the sums, or out of them."""
        if target.worker_id is None or target.month is None:
            return
        dose = Dose(
            effective_usv=target.effective_usv,
            lens_usv=target.lens_usv,
            extremity_usv=target.extremity_usv,
        )
        self._sums(target.worker_id, target.flow).add(target.month, dose, times=times)

    def _sums(self, worker_id: str, flow: Flow) -> MonthlySums:
        return self._months.setdefault(worker_id, {}).setdefault(flow, MonthlySums())

    def _load(self, worker_id: str) -> None:
        """Take the worker's facts in, once."""
        if worker_id in self._loaded:
            return
        self._loaded.add(worker_id)
        for fact in self._facts.doses.get(worker_id, ()):
            interval = of_record(fact)
            if interval is not None:
                self._in_force.put(InForce(fact.key, interval, fact.is_absence), by=fact.line)
        for flow, months in self._recorded_months.get(worker_id, ()):
            sums = self._sums(worker_id, flow)
            for month in months:
                sums.add(
                    month.month,
                    Dose(
                        effective_usv=month.effective_usv,
                        lens_usv=month.lens_usv,
                        extremity_usv=month.extremity_usv,
                    ),
                )
