"""What a line adds to the sums of twelve months, and the highest of those sums."""

from collections.abc import Sequence
from typing import Final

import msgspec

from gateway.model.decisions import DecisionKind, DoseDecision
from gateway.model.directory import Balance
from gateway.model.internal import Committed
from gateway.model.transmission import DoseResult, Usv
from gateway.rules.months import month_number

_MONTHS: Final = 12
_EFFECTIVE_AT: Final = frozenset({"TRUNK", "WHOLE_BODY"})


class Dose(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Effective dose, dose to the lens of the eye, to the extremities and the skin, in µSv."""

    effective_usv: Usv = 0
    lens_usv: Usv = 0
    extremity_usv: Usv = 0


NO_DOSE: Final = Dose()


def contribution(line: DoseResult) -> Dose:
    """What the line adds: of each quantity its TOTAL, failing that the sum of its radiations.

    Hp(10) estimates the effective dose when worn on the trunk; `E` is that dose itself, and comes
    first where a line has both. A dosimeter on the abdomen watches the unborn child.
    """
    if line.committed is not None:
        return _of_committed(line.committed)
    measurements = line.measurements
    if not any(measurement.value_usv for measurement in measurements):
        return NO_DOSE
    effective = 0
    if line.dosimeter is None or line.dosimeter.location in _EFFECTIVE_AT:
        stated = _of_quantity(line, "E")
        effective = _of_quantity(line, "HP10") or 0 if stated is None else stated
    return Dose(
        effective_usv=effective,
        lens_usv=_of_quantity(line, "HP3") or 0,
        extremity_usv=_of_quantity(line, "HP007") or 0,
    )


def counted(sent: Dose, decision: DoseDecision | None) -> Dose:
    """What counts of a line once a physician has decided on what was `sent` (A23, art. 22-23).

    Of a dose that is modified, what the register does not tell stays as it was sent.
    """
    if decision is None or decision.kind is DecisionKind.MAINTAINED:
        return sent
    if decision.kind is DecisionKind.CANCELLED:
        return NO_DOSE
    return Dose(
        effective_usv=_retained(decision.effective_usv, sent.effective_usv),
        lens_usv=_retained(decision.lens_usv, sent.lens_usv),
        extremity_usv=_retained(decision.extremity_usv, sent.extremity_usv),
    )


def _retained(decided: Usv | None, sent: Usv) -> Usv:
    return sent if decided is None else decided


def _of_committed(committed: Committed) -> Dose:
    """`E50` is an effective dose; `HT50` counts for the organs that have a limit of their own."""
    if committed.quantity == "E50":
        return Dose(effective_usv=committed.value_usv)
    if committed.organ == "EYE_LENS":
        return Dose(lens_usv=committed.value_usv)
    return Dose(extremity_usv=committed.value_usv) if committed.organ == "SKIN" else NO_DOSE


def _of_quantity(line: DoseResult, quantity: str) -> Usv | None:
    """The line's dose of one quantity, or None where no measurement gives it."""
    parts = None
    for measurement in line.measurements:
        if measurement.quantity == quantity and measurement.value_usv is not None:
            if measurement.radiation == "TOTAL":
                return measurement.value_usv
            parts = (parts or 0) + measurement.value_usv
    return parts


class MonthlySums:
    """Doses of one worker and flow by month."""

    __slots__ = ("_months",)

    def __init__(self) -> None:
        self._months: dict[int, Dose] = {}

    def add(self, month: int, dose: Dose, *, times: int = 1) -> None:
        """Add `dose` to `month`; `times` −1 takes away what was added."""
        sum_ = self._months.get(month, NO_DOSE)
        self._months[month] = Dose(
            effective_usv=sum_.effective_usv + times * dose.effective_usv,
            lens_usv=sum_.lens_usv + times * dose.lens_usv,
            extremity_usv=sum_.extremity_usv + times * dose.extremity_usv,
        )

    def spread(self, first: int, months: list[Usv], which: str) -> None:
        """Add one sum of each month to `months`, of which the first one is `first`."""
        asked = range(first, first + len(months))
        known = self._months
        for month in known if len(known) < len(months) else asked:  # whichever is the shorter
            if month in known and month in asked:
                months[month - first] += getattr(known[month], which)


def worst_year(
    sums: Sequence[MonthlySums], month: int, dose: Dose, balance: Balance | None
) -> Dose:
    """The highest sums over twelve consecutive months that hold `month`, `dose` included.

    The directory's balance counts as received in the month it was drawn up in: cautious, for
    part of it may be older than the twelve months looked at. Zero where `dose` adds nothing.
    """
    if not sums and balance is None:
        return dose
    first = month - _MONTHS + 1
    balance_at = -1 if balance is None else month_number(balance.as_of) - first

    def worst(which: str) -> Usv:
        added: Usv = getattr(dose, which)
        if not added:
            return 0
        months = [0] * (2 * _MONTHS - 1)
        for flow in sums:
            flow.spread(first, months, which)
        return added + _worst(months, balance_at, balance, which)

    return Dose(
        effective_usv=worst("effective_usv"),
        lens_usv=worst("lens_usv"),
        extremity_usv=worst("extremity_usv"),
    )


def _worst(months: list[Usv], balance_at: int, balance: Balance | None, which: str) -> Usv:
    """The highest sum of twelve in a row among 23 months, with the balance in its place."""
    if balance is not None and 0 <= balance_at < len(months):
        months[balance_at] += getattr(balance, which)
    window = sum(months[:_MONTHS])
    worst = window
    for place in range(_MONTHS, len(months)):
        window += months[place] - months[place - _MONTHS]
        worst = max(worst, window)
    return worst
