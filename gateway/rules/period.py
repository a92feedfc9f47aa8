"""P: periods and deadlines that one line tells by itself (P004 and P010 look at the record)."""

from typing import Final

from gateway.model.transmission import DoseResult, Flow, Operation
from gateway.model.verdict import Action, Actor, Finding, Level, Step
from gateway.rules.example import Example
from gateway.rules.months import last_day_of_period, last_day_pointer
from gateway.rules.occasion import Occasion
from gateway.rules.rule import rule

DELAYED_READING: Final = frozenset({Flow.PASSIVE_EXTERNAL, Flow.RADON})
"""Flows of dosimeters that are read after they were worn."""
INTERNAL: Final = frozenset({Flow.RADIOTOXICOLOGY, Flow.BODY_COUNTING})
"""Flows of examinations."""
_OPERATIONAL: Final = frozenset({Flow.OPERATIONAL})


@rule(
    "P001",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    source="Arrêté du 23 juin 2023 (SISERI), art. 13 et 17",
    fr="La fin précède le début. Corrigez la période, les heures d'entrée et de sortie ou les "
    "jours du recueil.",
    en="The end comes before the start. Correct the period, the times of entry and exit or the "
    "days of the collection.",
    example=Example(
        base="passive", pointer="/results/0/period/end", passes="2026-10-31", fails="2026-09-30"
    ),
)
def end_follows_start(line: DoseResult, _occasion: Occasion) -> tuple[Finding, ...]:
    """Both days of a period are inclusive; the end of an exposure is exclusive."""
    if line.period is not None and line.period.end < line.period.start:
        return (Finding("P001", f"/results/{line.index}/period/end"),)
    time = line.exposure_time
    if time is not None and time.end_at <= time.start_at:
        return (Finding("P001", f"/results/{line.index}/exposureTime/endAt"),)
    examination = line.examination
    if examination is not None and examination.collected_from is not None:
        last = examination.collected_to
        if last is not None and last < examination.collected_from:
            return (Finding("P001", f"/results/{line.index}/examination/collectedTo"),)
    return ()


@rule(
    "P002",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    source="Arrêté du 23 juin 2023 (SISERI), art. 13 et 17",
    fr="Le résultat porte sur un jour ou une heure à venir : sa période finit au plus tard le jour "
    "de la réception. Corrigez les dates, ou envoyez la ligne quand la période sera terminée.",
    en="The result speaks of a day or an hour to come: its period ends on the day of reception at "
    "the latest. Correct the dates, or send the line once the period is over.",
    example=Example(
        base="passive", pointer="/results/0/period/end", passes="2026-10-31", fails="2026-11-30"
    ),
)
def period_is_over(line: DoseResult, occasion: Occasion) -> tuple[Finding, ...]:
    """Nothing was measured in the future.

    The day of reception is none: a dosimeter taken off and read today tells of today.
    """
    time = line.exposure_time
    if time is not None and time.end_at > occasion.received_at:
        return (Finding("P002", last_day_pointer(line)),)
    if time is None and line.last_day is not None and line.last_day > occasion.day:
        return (Finding("P002", last_day_pointer(line)),)
    return ()


@rule(
    "P003",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    flows=DELAYED_READING,
    source="Arrêté du 23 juin 2023 (SISERI), art. 13 II",
    fr="La période d'intégration d'un dosimètre à lecture différée dépasse la durée maximale "
    "fixée par l'arrêté. Corrigez les dates, ou transmettez un résultat par période de port.",
    en="The integration period of a delayed-reading dosimeter is longer than the order allows. "
    "Correct the dates, or send one result for each wear period.",
    example=Example(
        base="passive",
        pointer="/results/0/period/end",
        passes="2026-10-31",
        fails="2026-11-01",
        also=(("/results/0/period/start", "2026-08-01"),),
    ),
)
def integration_period_is_short_enough(line: DoseResult, occasion: Occasion) -> tuple[Finding, ...]:
    """The integration period is at most three months (art. 13 II)."""
    period = line.period
    if period is None:
        return ()
    months = occasion.parameters.delayed_reading_max_months
    if period.end <= last_day_of_period(period.start, months):
        return ()
    return (Finding("P003", f"/results/{line.index}/period/end"),)


@rule(
    "P005",
    level=Level.WARNING,
    actor=Actor.EMPLOYER,
    action=Action.CONTACT,
    step=Step.CHECK,
    flows=DELAYED_READING,
    source="Arrêté du 17 juillet 2013, annexe I ; arrêté du 26 juin 2019, annexe I",
    fr="La période de port d'un travailleur de catégorie A est plus longue que l'usage. Ce n'est "
    "pas un refus ; vérifiez avec l'employeur les dates et la périodicité du suivi.",
    en="The wear period of a worker of category A is longer than is customary. This is no "
    "refusal; check the dates and the frequency of monitoring with the employer.",
    example=Example(
        base="passive",
        pointer="/results/0/period/end",
        passes="2026-10-31",
        fails="2026-11-01",
    ),
)
def category_a_is_read_monthly(line: DoseResult, occasion: Occasion) -> tuple[Finding, ...]:
    """A worker of category A wears a dosimeter for a month at most, by custom since 2013."""
    period = line.period
    if line.monitoring.category != "A" or period is None:
        return ()
    if period.end <= last_day_of_period(period.start, occasion.parameters.category_a_max_months):
        return ()
    return (Finding("P005", f"/results/{line.index}/period"),)


@rule(
    "P011",
    level=Level.WARNING,
    actor=Actor.SENDER,
    action=Action.NONE,
    step=Step.CHECK,
    flows=_OPERATIONAL,
    operations=frozenset({Operation.INITIAL}),
    source="Arrêté du 23 juin 2023 (SISERI), art. 17 I",
    fr="Ce résultat de dosimétrie opérationnelle est transmis plus d'une semaine après "
    "l'exposition. Ce n'est pas un refus ; transmettez au moins chaque semaine.",
    en="This operational result is sent more than a week after the exposure. This is no refusal; "
    "transmit at least weekly.",
    example=Example(
        base="operational",
        pointer="/results/0/exposureTime/endAt",
        passes="2026-11-13T10:30:00.000Z",
        fails="2026-11-12T10:30:00.000Z",
        also=(("/results/0/exposureTime/startAt", "2026-11-12T08:00:00.000Z"),),
    ),
)
def operational_result_is_fresh(line: DoseResult, occasion: Occasion) -> tuple[Finding, ...]:
    """Operational results are transmitted at least weekly (art. 17 I)."""
    last_day = line.last_day
    if last_day is None:
        return ()
    if (occasion.day - last_day).days <= occasion.parameters.operational_max_age_days:
        return ()
    return (Finding("P011", last_day_pointer(line)),)
