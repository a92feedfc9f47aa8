"""Every bound that a rule compares with, dated, with the text it comes from.

Doses are in µSv. The table is part of the digest of the rule set: a bound never changes silently.
"""

from datetime import date
from functools import lru_cache
from typing import Final

import msgspec

from gateway.errors import ConfigurationFault

_A23: Final = "Arrêté du 23 juin 2023 (SISERI)"
_A19: Final = "Arrêté du 26 juin 2019, annexes I à IV (arrêté du 17 juillet 2013, annexes I à IV)"
_CT: Final = "Code du travail"


class Parameter(msgspec.Struct, frozen=True):
    """One bound between two days of reception."""

    name: str
    value: int
    source: str
    valid_from: date = date(2024, 1, 1)
    valid_to: date | None = None

    def applies_on(self, day: date) -> bool:
        """Whether it is in force for what is received on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits over twelve consecutive months, in µSv."""

    effective_usv: int
    lens_usv: int
    extremity_usv: int


class Parameters(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds in force on one day. Each field is the parameter of that name."""

    delayed_reading_max_months: int
    """Longest integration period of a delayed-reading dosimeter."""
    category_a_max_months: int
    """Longest wear period of a worker of category A."""
    absence_after_days: int
    """Days after the end of the period from which an absence of result must have been declared."""
    operational_max_age_days: int
    """Days within which operational results are sent."""
    step_passive_usv: int
    """Doses of delayed-reading dosimeters to the body are multiples of this."""
    step_passive_extremity_usv: int
    """Likewise to skin and extremities."""
    step_operational_usv: int
    """Operational doses are multiples of this."""
    step_operational_neutron_usv: int
    """Likewise for neutrons."""
    step_aircrew_usv: int
    """Calculated doses of air crews are multiples of this."""
    level_passive_usv: int
    """Highest recording level that the texts allow for delayed-reading dosimeters, to the body."""
    level_passive_extremity_usv: int
    """Likewise to skin and extremities."""
    level_radon_usv: int
    """Likewise for radon."""
    level_aircrew_usv: int
    """Likewise for air crews."""
    level_operational_usv: int
    """Likewise for operational dosimetry."""
    level_operational_neutron_usv: int
    """Likewise for neutrons in operational dosimetry."""
    impossible_body_usv: int
    """More than this to the whole body or the lens of the eye was never measured on a person."""
    impossible_extremity_usv: int
    """Likewise to skin and extremities."""
    suspicious_usv: int
    """From this value on, a dose looks like microsieverts sent as millisieverts."""
    suspicious_many_usv: int
    """Likewise, where most doses to the whole body of a transmission reach it."""
    suspicious_many_doses: int
    """Fewer doses than this in a transmission tell nothing of it as a whole."""
    adult_effective_usv: int
    """Limit of the effective dose over twelve months, of full age."""
    adult_lens_usv: int
    """Limit to the lens of the eye over twelve months, of full age."""
    adult_extremity_usv: int
    """Limit to skin and extremities over twelve months, of full age."""
    young_effective_usv: int
    """Limit of the effective dose over twelve months, at sixteen and seventeen."""
    young_lens_usv: int
    """Limit to the lens of the eye over twelve months, at sixteen and seventeen."""
    young_extremity_usv: int
    """Limit to skin and extremities over twelve months, at sixteen and seventeen."""
    category_b_effective_usv: int
    """Effective dose over twelve months beyond which a worker belongs to category A."""
    category_b_lens_usv: int
    """Dose to the lens of the eye beyond which a worker belongs to category A."""
    category_b_extremity_usv: int
    """Dose to skin and extremities beyond which a worker belongs to category A."""
    category_b_month_usv: int
    """Effective dose of one month that is unexpected for a worker of category B."""
    emergency_effective_usv: int
    """Reference level of the effective dose in an emergency."""
    unregistered_hold_days: int
    """Days for which a line waits that the register does not know yet."""
    emergency_hold_months: int
    """Months after the period for which a line of the second emergency group waits."""
    adult_age: int
    """Age from which the limits of workers of full age hold."""

    @property
    def adult(self) -> Limits:
        """Limits of workers of full age (Code du travail R. 4451-6)."""
        return Limits(
            effective_usv=self.adult_effective_usv,
            lens_usv=self.adult_lens_usv,
            extremity_usv=self.adult_extremity_usv,
        )

    @property
    def young(self) -> Limits:
        """Limits of workers of sixteen and seventeen (Code du travail R. 4451-8)."""
        return Limits(
            effective_usv=self.young_effective_usv,
            lens_usv=self.young_lens_usv,
            extremity_usv=self.young_extremity_usv,
        )

    @property
    def category_b(self) -> Limits:
        """Doses beyond which a worker belongs to category A (Code du travail R. 4451-57)."""
        return Limits(
            effective_usv=self.category_b_effective_usv,
            lens_usv=self.category_b_lens_usv,
            extremity_usv=self.category_b_extremity_usv,
        )


TABLE: Final[tuple[Parameter, ...]] = (
    Parameter("delayed_reading_max_months", 3, f"{_A23}, art. 13 II"),
    Parameter("category_a_max_months", 1, "Arrêté du 17 juillet 2013, annexe I (usage)"),
    Parameter("absence_after_days", 20, f"{_A23}, art. 13 III"),
    Parameter("operational_max_age_days", 7, f"{_A23}, art. 17 I"),
    Parameter("step_passive_usv", 50, _A19),
    Parameter("step_passive_extremity_usv", 100, _A19),
    Parameter("step_operational_usv", 1, _A19),
    Parameter("step_operational_neutron_usv", 5, _A19),
    Parameter("step_aircrew_usv", 50, _A19),
    Parameter("level_passive_usv", 100, _A19),
    Parameter("level_passive_extremity_usv", 500, _A19),
    Parameter("level_radon_usv", 50, _A19),
    Parameter("level_aircrew_usv", 100, _A19),
    Parameter("level_operational_usv", 10, _A19),
    Parameter("level_operational_neutron_usv", 20, _A19),
    Parameter("suspicious_usv", 1_000_000, "Plausibilité, règle du portail"),
    Parameter("suspicious_many_usv", 10_000, "Plausibilité, règle du portail"),
    Parameter("suspicious_many_doses", 10, "Plausibilité, règle du portail"),
    Parameter("impossible_body_usv", 10_000_000, "Plausibilité, règle du portail"),
    Parameter("impossible_extremity_usv", 100_000_000, "Plausibilité, règle du portail"),
    Parameter("adult_effective_usv", 20_000, f"{_CT}, art. R. 4451-6"),
    Parameter("adult_lens_usv", 20_000, f"{_CT}, art. R. 4451-6"),
    Parameter("adult_extremity_usv", 500_000, f"{_CT}, art. R. 4451-6"),
    Parameter("young_effective_usv", 6_000, f"{_CT}, art. R. 4451-8"),
    Parameter("young_lens_usv", 15_000, f"{_CT}, art. R. 4451-8"),
    Parameter("young_extremity_usv", 150_000, f"{_CT}, art. R. 4451-8"),
    Parameter("category_b_effective_usv", 6_000, f"{_CT}, art. R. 4451-57"),
    Parameter("category_b_lens_usv", 15_000, f"{_CT}, art. R. 4451-57"),
    Parameter("category_b_extremity_usv", 150_000, f"{_CT}, art. R. 4451-57"),
    Parameter("category_b_month_usv", 1_000, "Plausibilité, règle du portail"),
    Parameter("emergency_effective_usv", 100_000, f"{_CT}, art. R. 4451-9 et R. 4451-11"),
    Parameter("unregistered_hold_days", 90, "Contrat d'interface, version 1"),
    Parameter("emergency_hold_months", 3, f"{_A23}, art. 9 II et 12"),
    Parameter("adult_age", 18, f"{_CT}, art. R. 4451-6 et R. 4451-8"),
)


@lru_cache(maxsize=64)
def parameters_on(day: date) -> Parameters:
    """The bounds in force for what is received on `day`.

    Raises:
        ConfigurationFault: some bound has no value on that day; nothing can be judged.
    """
    values = {parameter.name: parameter.value for parameter in TABLE if parameter.applies_on(day)}
    if values.keys() != set(Parameters.__struct_fields__):
        raise ConfigurationFault(
            "la table des paramètres ne couvre pas le jour de réception",
            "the table of parameters does not cover the day of reception",
        )
    return Parameters(**values)
