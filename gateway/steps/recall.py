"""What the record holds that bears on a transmission: doses, sums, and the lines it aims at."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

import msgspec

from gateway.identifiers import Nir
from gateway.model.correction import Original
from gateway.model.directory import KnownWorker
from gateway.model.record import RecordFacts, Target
from gateway.model.transmission import DoseResult, Flow, Transmission
from gateway.ports import TransmissionLog
from gateway.rules.aim import THIS_TRANSMISSION
from gateway.rules.occasion import Occasion
from gateway.rules.register import is_registered

_NOBODY: Final = "nobody-"
"""No worker has such an id: theirs are UUIDs."""


class Recalled(msgspec.Struct, frozen=True):
    """Facts at one revision, and the lines that corrections of the message aim at."""

    facts: RecordFacts
    targets: tuple[Target, ...] = ()


def recall(
    transmission: Transmission,
    known: Mapping[Nir, KnownWorker],
    *,
    log: TransmissionLog,
    occasion: Occasion,
) -> Recalled:
    """Ask the record. What is aimed at by name is found first: its worker and days count too.

    Where number, couple or attachment is unknown the same is asked of nobody, so that neither what
    is asked nor the time it takes tells which of the three it was (threat T35).

    A target read before the facts may have moved since: `TransmissionLog.close` refuses then.
    """
    aims = [line.corrects for line in transmission.lines if line.corrects is not None]
    references = {aim.target for aim in aims if aim.target is not None}
    targets = tuple(log.targets(references, ())) if references else ()
    today, asked = occasion.day, _registered(transmission, known, occasion)
    workers = {worker.id for worker in asked.values()}
    strangers = {line.worker.nir for line in transmission.lines} - asked.keys()
    workers |= {f"{_NOBODY}{number}" for number in range(len(strangers))}
    workers |= {target.worker_id for target in targets if target.worker_id is not None}
    first_day, last_day = _days(transmission, targets, today)
    facts = log.facts(
        workers, flow=transmission.header.flow, first_day=first_day, last_day=last_day
    )
    by_key = {
        worker.id
        for line in transmission.lines
        if line.corrects is not None and line.corrects.original is not None
        if isinstance(line.worker.nir, Nir)
        if (worker := asked.get(line.worker.nir)) is not None
    }
    places = {dose.line for worker in by_key for dose in facts.doses.get(worker, ())}
    if places:
        targets += tuple(log.targets((), places))
    return Recalled(facts, targets)


def _registered(
    transmission: Transmission, known: Mapping[Nir, KnownWorker], occasion: Occasion
) -> dict[Nir, KnownWorker]:
    """Those of `known` of whom a line may be judged by the record."""
    found: dict[Nir, KnownWorker] = {}
    if occasion.is_suspended:
        return found
    for line in transmission.lines:
        nir = line.worker.nir
        if isinstance(nir, Nir) and nir not in found:
            worker = known.get(nir)
            if worker is not None and is_registered(line, worker, occasion):
                found[nir] = worker
    return found


def _days(transmission: Transmission, targets: Iterable[Target], today: date) -> tuple[date, date]:
    """The first and the last day that the message, or what it aims at, speaks of."""
    if transmission.header.flow is Flow.COMMITTED_DOSE:  # some tell no day: all are compared
        return date.min, date.max
    lines = transmission.lines
    originals = (line.corrects.original for line in lines if line.corrects is not None)
    speaking: list[DoseResult | Target | Original] = [
        *lines,
        *targets,
        *(original for original in originals if original is not None),
    ]
    first = (one.first_day for one in speaking)
    last = (one.last_day for one in speaking)
    return (
        min((day for day in first if day is not None), default=today),
        max((day for day in last if day is not None), default=today),
    )


def as_at_reception(targets: Iterable[Target], row: int) -> tuple[Target, ...]:
    """The lines aimed at, as they stood for the lines of the transmission of that row.

    A held line of its own is known to the next ones once it is judged, not before; one that it has
    closed is closed by it.
    """
    seen = []
    for target in targets:
        if target.line[0] == row and target.is_held:
            continue
        closed_by = target.closed_by
        if closed_by is not None and closed_by[0] == row:
            closed_by = (THIS_TRANSMISSION, closed_by[1])
        seen.append(msgspec.structs.replace(target, closed_by=closed_by))
    return tuple(seen)
