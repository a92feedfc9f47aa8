"""What a line adds to the sums of twelve months, and the highest of those sums."""

from typing import Final

import msgspec

from gateway.model.directory import Balance
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
    """Doses of one worker and flow by month, and the worst twelve months around a month."""

    __slots__ = ("_months",)

    def __init__(self) -> None:
        self._months: dict[int, Dose] = {}

    def add(self, month: int, dose: Dose) -> None:
        """Add `dose` to `month`."""
        sum_ = self._months.get(month, NO_DOSE)
        self._months[month] = Dose(
            effective_usv=sum_.effective_usv + dose.effective_usv,
            lens_usv=sum_.lens_usv + dose.lens_usv,
            extremity_usv=sum_.extremity_usv + dose.extremity_usv,
        )

    def worst_year(self, month: int, dose: Dose, balance: Balance | None) -> Dose:
        """The highest sums over twelve consecutive months that hold `month`, `dose` included.

        The directory's balance counts as received in the month it was drawn up in: cautious, for
        part of it may be older than the twelve months looked at. Zero where `dose` adds nothing.
        """
        around = range(month - _MONTHS + 1, month + _MONTHS)
        doses = [self._months.get(number, NO_DOSE) for number in around]
        balance_at = -1 if balance is None else month_number(balance.as_of) - around.start
        return Dose(
            effective_usv=dose.effective_usv
            and dose.effective_usv
            + _worst([entry.effective_usv for entry in doses], balance_at, balance, "effective"),
            lens_usv=dose.lens_usv
            and dose.lens_usv
            + _worst([entry.lens_usv for entry in doses], balance_at, balance, "lens"),
            extremity_usv=dose.extremity_usv
            and dose.extremity_usv
            + _worst([entry.extremity_usv for entry in doses], balance_at, balance, "extremity"),
        )


def _worst(months: list[Usv], balance_at: int, balance: Balance | None, which: str) -> Usv:
    """The highest sum of twelve in a row among 23 months, with the balance in its place."""
    if balance is not None and 0 <= balance_at < len(months):
        months[balance_at] += {
            "effective": balance.effective_usv,
            "lens": balance.lens_usv,
            "extremity": balance.extremity_usv,
        }[which]
    window = sum(months[:_MONTHS])
    worst = window
    for place in range(_MONTHS, len(months)):
        window += months[place] - months[place - _MONTHS]
        worst = max(worst, window)
    return worst
