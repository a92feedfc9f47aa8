"""D020–D022: doses that the occupational physician must look at. Flagged, never refused.

The sums are those of what is in force here: all flows add up but the operational one, a second
reading of the same exposure; with the balance of the directory. Their silence is not compliance.
"""

from typing import Final

import msgspec

from gateway.model.transmission import DoseResult, Flow
from gateway.model.verdict import Action, Actor, Finding, Level, Step
from gateway.rules.example import Example
from gateway.rules.examples import EMPLOYMENT
from gateway.rules.keys import doses_pointer
from gateway.rules.months import completed_years
from gateway.rules.occasion import Occasion
from gateway.rules.parameters import Limits
from gateway.rules.record import View
from gateway.rules.register import employments_of
from gateway.rules.rule import Scope, rule
from gateway.rules.sums import Dose

_VALUE: Final = "/results/0/measurements/0/value"
_MONTH_DAYS: Final = 31


def _exceeds(dose: Dose, limits: Limits) -> bool:
    """Whether one of the three doses is over its limit."""
    return (
        dose.effective_usv > limits.effective_usv
        or dose.lens_usv > limits.lens_usv
        or dose.extremity_usv > limits.extremity_usv
    )


def _flag(code: str, line: DoseResult) -> tuple[Finding, ...]:
    """The finding; it points at the measurements together, and holds no dose."""
    return (Finding(code, doses_pointer(line)),)


def _is_emergency(line: DoseResult) -> bool:
    """Whether the dose was received in an emergency: other levels hold."""
    return line.monitoring.situation == "EMERGENCY"


@rule(
    "D020",
    level=Level.WARNING,
    actor=Actor.PHYSICIAN,
    action=Action.CONTACT,
    step=Step.CHECK,
    scope=Scope.RECORD,
    source="Code du travail, art. R. 4451-6, R. 4451-8, R. 4451-79 et R. 4451-134",
    fr="Avec ce résultat, une limite d'exposition sur douze mois consécutifs est dépassée. Ce "
    "n'est pas un refus ; informez sans délai le médecin du travail et le conseiller en "
    "radioprotection.",
    en="With this result a limit over twelve consecutive months is exceeded. This is no refusal; "
    "tell the occupational physician and the radiation protection adviser without delay.",
    example=Example(base="passive", pointer=_VALUE, passes="20", fails="20.05"),
)
def year_is_within_limits(line: DoseResult, view: View, occasion: Occasion) -> tuple[Finding, ...]:
    """Limits over twelve consecutive months, lower before eighteen (R. 4451-6, R. 4451-8)."""
    year = view.year
    if not (year.effective_usv or year.lens_usv or year.extremity_usv) or _is_emergency(line):
        return ()
    parameters = occasion.parameters
    is_young = completed_years(view.known.birth_date, view.counted_on) < parameters.adult_age
    limits = parameters.young if is_young else parameters.adult
    return _flag("D020", line) if _exceeds(year, limits) else ()


@rule(
    "D021",
    level=Level.WARNING,
    actor=Actor.PHYSICIAN,
    action=Action.CONTACT,
    step=Step.CHECK,
    scope=Scope.RECORD,
    flows=frozenset(Flow) - {Flow.RADON},
    source="Code du travail, art. R. 4451-57",
    fr="Ce résultat est inattendu pour un travailleur de catégorie B, ou dépasse ce qui la borne. "
    "Ce n'est pas un refus ; le médecin du travail et l'employeur doivent revoir le classement.",
    en="This result is unexpected for a worker of category B, or exceeds what bounds it. This is "
    "no refusal; the occupational physician and the employer must review the category.",
    example=Example(
        base="passive",
        pointer=_VALUE,
        passes="1",
        fails="1.05",
        also=(("/results/0/monitoring/category", "B"),),
        worker=(("employments", (msgspec.structs.replace(EMPLOYMENT, category="B"),)),),
    ),
)
def category_fits_the_dose(line: DoseResult, view: View, occasion: Occasion) -> tuple[Finding, ...]:
    """Who may exceed the bounds of category B belongs to category A, radon apart (R. 4451-57)."""
    dose = view.dose
    if not (dose.effective_usv or dose.lens_usv or dose.extremity_usv):
        return ()
    categories = {employment.category for employment in employments_of(line, view.known)}
    if "B" not in categories or "A" in categories:
        return ()
    first, last, parameters = line.first_day, line.last_day, occasion.parameters
    is_monthly = first is not None and last is not None and (last - first).days < _MONTH_DAYS
    if is_monthly and dose.effective_usv > parameters.category_b_month_usv:
        return _flag("D021", line)
    return _flag("D021", line) if _exceeds(view.year_without_radon, parameters.category_b) else ()


@rule(
    "D022",
    level=Level.WARNING,
    actor=Actor.PHYSICIAN,
    action=Action.CONTACT,
    step=Step.CHECK,
    scope=Scope.RECORD,
    source="Code du travail, art. R. 4451-9 et R. 4451-11",
    fr="Avec ce résultat, le niveau de référence des situations d'urgence est dépassé. Ce n'est "
    "pas un refus ; informez sans délai le médecin du travail et le conseiller en radioprotection.",
    en="With this result the reference level of emergency situations is exceeded. This is no "
    "refusal; tell the occupational physician and the radiation protection adviser at once.",
    example=Example(
        base="passive",
        pointer=_VALUE,
        passes="100",
        fails="100.05",
        also=(("/results/0/monitoring/situation", "EMERGENCY"),),
    ),
)
def emergency_is_within_its_level(
    line: DoseResult, view: View, occasion: Occasion
) -> tuple[Finding, ...]:
    """The reference level of workers of the emergency groups (R. 4451-9, R. 4451-11)."""
    if not _is_emergency(line):
        return ()
    if view.year.effective_usv > occasion.parameters.emergency_effective_usv:
        return _flag("D022", line)
    return ()
