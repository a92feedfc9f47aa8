"""What a correction or a cancellation aims at, and what became of it."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Final, TypeAlias

import msgspec

from gateway.identifiers import Nir
from gateway.model.directory import KnownWorker
from gateway.model.internal import LineReference
from gateway.model.reading import readings_of
from gateway.model.record import LineId, Target
from gateway.model.transmission import DoseResult, Header, Operation
from gateway.rules.months import month_number
from gateway.rules.sums import Dose

THIS_TRANSMISSION: Final = 0
"""The row of the message being judged, in `replaces`: it has no row of its own yet."""
_Taken: TypeAlias = tuple[DoseResult, Dose, Header, str | None, date | None]


class State(StrEnum):
    """What became of the line aimed at."""

    UNKNOWN = "UNKNOWN"
    """No such line, not of this flow, or another worker's where it is to be cancelled."""
    OF_ANOTHER = "OF_ANOTHER"
    """Another sender's."""
    HELD = "HELD"
    """Without a verdict: what aims at it closes it. Or closed already, by the very line."""
    GONE = "GONE"
    """Corrected, cancelled or replaced; or a cancellation, which is never in force."""
    IN_FORCE = "IN_FORCE"


class Aim(msgspec.Struct, frozen=True, gc=False):
    """The line aimed at; `target` only where it is in force or held."""

    state: State
    target: Target | None = None
    is_of_another_worker: bool = False
    """Whether the target is another worker's than the line's."""


def aim_at(
    target: Target | None,
    line: DoseResult,
    *,
    known: KnownWorker | None,
    header: Header,
    is_gone: bool,
) -> Aim:
    """What became of `target`, at which `line` of the worker `known` aims.

    A target that is held is of nobody known yet: its number is compared.
    """
    if target is None:
        return Aim(State.UNKNOWN)
    if target.worker_id is None:
        is_other = target.nir != line.worker.nir
    else:
        is_other = known is None or target.worker_id != known.id
    states = (
        (not target.is_of(str(header.sender.siret)), State.OF_ANOTHER),
        (target.flow is not header.flow, State.UNKNOWN),
        (is_other and line.operation is Operation.CANCELLATION, State.UNKNOWN),
        (is_gone, State.GONE),
        (target.is_held or target.closed_by == (THIS_TRANSMISSION, line.index), State.HELD),
        (not target.is_in_force, State.GONE),
    )
    state = next((state for is_so, state in states if is_so), State.IN_FORCE)
    stands = state in {State.IN_FORCE, State.HELD}
    return Aim(state, target, is_other) if stands else Aim(state)


class Targets:
    """The lines that a message may aim at: recorded ones, and its own that were judged before."""

    def __init__(self, recorded: Iterable[Target]) -> None:
        self._recorded: dict[LineReference, list[Target]] = {}
        self._own: dict[str, _Taken] = {}
        self._own_by_index: dict[int, _Taken] = {}
        self._by_line: dict[LineId, Target] = {}
        for target in recorded:
            self._by_line[target.line] = target
            named = LineReference(target.transmission, target.ref)
            self._recorded.setdefault(named, []).append(target)

    def named(self, reference: LineReference, header: Header) -> Target | None:
        """The line of that name: one of the message, the sender's own, else another's.

        Of others', first one that the sender may correct as a successor.
        """
        if reference.transmission == header.id and reference.ref in self._own:
            return _target(*self._own[reference.ref])
        found, sender = self._recorded.get(reference, []), str(header.sender.siret)
        nearest = sorted(found, key=lambda one: (one.sender_siret != sender, not one.is_of(sender)))
        return next(iter(nearest), None)

    def at(self, line: LineId) -> Target | None:
        """The line of that row and index."""
        transmission, index = line
        if transmission == THIS_TRANSMISSION and index in self._own_by_index:
            return _target(*self._own_by_index[index])
        return self._by_line.get(line)

    def take(
        self,
        line: DoseResult,
        dose: Dose,
        header: Header,
        *,
        worker_id: str | None,
        on: date | None,
    ) -> None:
        """Take in a line of the message: accepted, or held and then of no worker."""
        taken = (line, dose, header, worker_id, on)  # a target of it is made if one aims at it
        self._own[line.ref] = self._own_by_index[line.index] = taken


def _target(
    line: DoseResult, dose: Dose, header: Header, worker_id: str | None, on: date | None
) -> Target:
    """A line of the message as a target."""
    nir = line.worker.nir
    return Target(
        line=(THIS_TRANSMISSION, line.index),
        transmission=header.id,
        ref=line.ref,
        sender_siret=str(header.sender.siret),
        flow=header.flow,
        worker_id=worker_id,
        is_held=worker_id is None,
        is_in_force=worker_id is not None and line.operation is not Operation.CANCELLATION,
        first_day=line.first_day,
        last_day=line.last_day,
        month=None if on is None else month_number(on),
        effective_usv=dose.effective_usv,
        lens_usv=dose.lens_usv,
        extremity_usv=dose.extremity_usv,
        readings=readings_of(line),
        nir=nir if worker_id is None and isinstance(nir, Nir) else None,
    )
