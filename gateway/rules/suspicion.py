"""D023: doses that look like microsieverts sent as millisieverts. Flagged, never refused."""

from typing import Final

from gateway.model.transmission import DoseResult, Transmission
from gateway.model.verdict import Actor, Finding, Level, Step
from gateway.rules.example import Example
from gateway.rules.occasion import Occasion
from gateway.rules.rule import Scope, rule, second_check

_TO_THE_BODY: Final = frozenset({"HP10", "E"})


@rule(
    "D023",
    level=Level.WARNING,
    actor=Actor.SENDER,
    step=Step.CHECK,
    source="Plausibilité, règle du portail",
    fr="Cette dose ressemble à une valeur en microsieverts, alors que l'unité est le "
    "millisievert. Ce n'est pas un refus ; vérifiez l'unité et, si elle est fausse, transmettez "
    "une correction.",
    en="This dose looks like a value in microsieverts, whereas the unit is the millisievert. This "
    "is no refusal; check the unit and, if it is wrong, send a correction.",
    example=Example(
        base="passive",
        pointer="/results/0/measurements/0/value",
        passes="999.95",
        fails="1000",
    ),
)
def dose_is_in_millisieverts(line: DoseResult, occasion: Occasion) -> tuple[Finding, ...]:
    """A thousand millisieverts is a thousand times what is customary, hence most often a slip."""
    suspicious = occasion.parameters.suspicious_usv
    findings = tuple(
        Finding("D023", f"/results/{line.index}/measurements/{place}/value")
        for place, measurement in enumerate(line.measurements)
        if measurement.value_usv is not None and measurement.value_usv >= suspicious
    )
    if line.committed is not None and line.committed.value_usv >= suspicious:
        findings = (*findings, Finding("D023", f"/results/{line.index}/committed/value"))
    return findings


@second_check("D023", scope=Scope.WHOLE)
def doses_are_in_millisieverts(
    transmission: Transmission, occasion: Occasion
) -> tuple[Finding, ...]:
    """D023 of many lines: most doses of a transmission are never what few workers have in a year.

    Doses of 0 tell nothing of the unit. Those that `dose_is_in_millisieverts` flags are not told
    twice.
    """
    parameters = occasion.parameters
    many, single = parameters.suspicious_many_usv, parameters.suspicious_usv
    doses = [
        (line.index, place, measurement.value_usv)
        for line in transmission.lines
        for place, measurement in enumerate(line.measurements)
        if measurement.value_usv and measurement.quantity in _TO_THE_BODY
    ]
    suspicious = [dose for dose in doses if dose[2] >= many]
    if len(doses) < parameters.suspicious_many_doses or len(suspicious) * 2 <= len(doses):
        return ()
    return tuple(
        Finding("D023", f"/results/{index}/measurements/{place}/value")
        for index, place, value in suspicious
        if value < single
    )
