"""D001–D008: one measurement, or the measurements of one line, by themselves."""

from typing import Final

from gateway.model.transmission import DoseResult, Flow, Status
from gateway.model.verdict import Action, Actor, Finding, Level, Step
from gateway.rules.example import ABSENT, Example
from gateway.rules.occasion import Occasion
from gateway.rules.rule import rule
from gateway.rules.thresholds import highest_level_usv, step_usv

_A19: Final = "Arrêté du 26 juin 2019, annexes I à IV"
_CONTRACT: Final = "Contrat d'interface, version 1, § 2"
_VALUE: Final = "/results/0/measurements/0/value"
_WORN_AT: Final[dict[str, frozenset[str]]] = {
    "HP10": frozenset({"TRUNK", "WHOLE_BODY", "ABDOMEN"}),
    "HP3": frozenset({"EYE_LENS"}),
    "HP007": frozenset({"TRUNK", "SKIN", "WRIST", "FINGER", "ANKLE", "ABDOMEN", "WHOLE_BODY"}),
    "E": frozenset({"WHOLE_BODY"}),
}
"""Where a dosimeter that tells this quantity is worn (contract.md §2)."""
_VALUED: Final = frozenset(status for status in Status if status.has_value)


def _at(line: DoseResult, place: int, member: str) -> str:
    """The pointer to a member of a measurement."""
    return f"/results/{line.index}/measurements/{place}/{member}"


@rule(
    "D001",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    source=_A19,
    fr="La dose n'est pas un multiple du pas d'enregistrement de ce flux pour cette grandeur. "
    "Arrondissez-la comme le prescrit l'arrêté et renvoyez la ligne.",
    en="The dose is not a multiple of the recording step of this flow for this quantity. Round it "
    "as the order prescribes and send the line again.",
    example=Example(base="passive", pointer=_VALUE, passes="0.15", fails="0.12"),
)
def dose_is_in_steps(line: DoseResult, occasion: Occasion) -> tuple[Finding, ...]:
    """Doses are recorded in the step of the flow and the quantity (annexes I, III)."""
    findings: tuple[Finding, ...] = ()
    flow, parameters = occasion.header.flow, occasion.parameters
    for place, measurement in enumerate(line.measurements):
        value = measurement.value_usv
        if value and value % step_usv(flow, measurement, parameters):
            findings = (*findings, Finding("D001", _at(line, place, "value")))
    return findings


@rule(
    "D003",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    source="Plausibilité, règle du portail",
    fr="Cette dose est impossible. Vérifiez l'unité, qui est le millisievert, et la saisie.",
    en="This dose is impossible. Check the unit, which is the millisievert, and the entry.",
    example=Example(base="passive", pointer=_VALUE, passes="10000", fails="10000.05"),
)
def dose_is_possible(line: DoseResult, occasion: Occasion) -> tuple[Finding, ...]:
    """Only the impossible is refused: an absurd-looking dose is for the physician to judge."""
    findings: tuple[Finding, ...] = ()
    parameters = occasion.parameters
    for place, measurement in enumerate(line.measurements):
        value = measurement.value_usv
        if value is None or value <= parameters.impossible_body_usv:
            continue
        if measurement.quantity == "HP007" and value <= parameters.impossible_extremity_usv:
            continue
        findings = (*findings, Finding("D003", _at(line, place, "value")))
    committed = line.committed
    if committed is not None:
        is_organ = committed.quantity == "HT50"
        body, organ = parameters.impossible_body_usv, parameters.impossible_extremity_usv
        if committed.value_usv > (organ if is_organ else body):
            findings = (*findings, Finding("D003", f"/results/{line.index}/committed/value"))
    return findings


@rule(
    "D004",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    source=f"{_A19} ; {_CONTRACT}",
    fr="Un dosimètre porté à cet endroit ne renseigne pas cette grandeur. Corrigez l'emplacement "
    "du dosimètre ou la grandeur.",
    en="A dosimeter worn at this place does not tell this quantity. Correct the location of the "
    "dosimeter or the quantity.",
    example=Example(
        base="passive", pointer="/results/0/dosimeter/location", passes="TRUNK", fails="FINGER"
    ),
)
def quantity_is_worn_there(line: DoseResult, _occasion: Occasion) -> tuple[Finding, ...]:
    """Hp(10) on the trunk, Hp(3) near the eye, Hp(0.07) on skin and extremities."""
    if line.dosimeter is None:
        return ()
    findings: tuple[Finding, ...] = ()
    location = line.dosimeter.location
    for place, measurement in enumerate(line.measurements):
        if location not in _WORN_AT[measurement.quantity]:
            findings = (*findings, Finding("D004", _at(line, place, "quantity")))
    return findings


@rule(
    "D005",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    source=_CONTRACT,
    fr="La valeur et le statut de la mesure se contredisent : ce statut exige une valeur, ou "
    "l'interdit. Ajoutez ou retirez la valeur, ou corrigez le statut.",
    en="The value and the status of the measurement contradict: this status requires a value, or "
    "forbids one. Add or remove the value, or correct the status.",
    example=Example(base="passive", pointer=_VALUE, passes="0.15", fails=ABSENT),
)
def value_goes_with_status(line: DoseResult, _occasion: Occasion) -> tuple[Finding, ...]:
    """A value stands beside a status that has one, and beside no other (contract.md §2)."""
    findings: tuple[Finding, ...] = ()
    for place, measurement in enumerate(line.measurements):
        is_valued = measurement.value_usv is not None
        if is_valued and measurement.status in _VALUED and measurement.exposure is None:
            continue
        if measurement.exposure is not None and (
            measurement.radiation == "RADON" or not measurement.status.has_value
        ):
            is_valued = True
        if is_valued is not (measurement.status in _VALUED):
            findings = (*findings, Finding("D005", _at(line, place, "value")))
    return findings


@rule(
    "D006",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    source=f"{_A19} ; {_CONTRACT}",
    fr="Une dose inférieure au seuil d'enregistrement se transmet par la valeur 0. Corrigez la "
    "valeur, le statut ou le seuil indiqué.",
    en="A dose below the recording level is sent with the value 0. Correct the value, the status "
    "or the level stated.",
    example=Example(
        base="passive",
        pointer=_VALUE,
        passes="0",
        fails="0.05",
        also=(("/results/0/measurements/0/status", "BELOW_RECORDING_LEVEL"),),
    ),
)
def dose_below_level_is_zero(line: DoseResult, occasion: Occasion) -> tuple[Finding, ...]:
    """What is below the recording level is counted and sent as 0 (annexes I and IV)."""
    findings: tuple[Finding, ...] = ()
    is_aircrew = occasion.header.flow is Flow.AIRCREW
    for place, measurement in enumerate(line.measurements):
        value = measurement.value_usv
        if not value:
            continue
        level = measurement.recording_level_usv
        if is_aircrew and level is None:
            level = occasion.parameters.level_aircrew_usv
        if measurement.status is Status.BELOW_RECORDING_LEVEL or (
            (is_aircrew or measurement.status is Status.MEASURED)
            and level is not None
            and value < level
        ):
            findings = (*findings, Finding("D006", _at(line, place, "value")))
    return findings


@rule(
    "D009",
    level=Level.WARNING,
    actor=Actor.SENDER,
    action=Action.CONTACT,
    step=Step.CHECK,
    source=f"{_A19} (arrêté du 17 juillet 2013, annexes I, III et IV)",
    fr="Le seuil d'enregistrement indiqué est plus haut que l'arrêté ne l'admet pour ce flux. Ce "
    "n'est pas un refus ; vérifiez le seuil, ou faites revoir la méthode.",
    en="The recording level stated is higher than the order allows for this flow. This is no "
    "refusal; check the level, or have the method reviewed.",
    example=Example(
        base="passive",
        pointer="/results/0/measurements/0/recordingLevel",
        passes="0.1",
        fails="0.15",
    ),
)
def recording_level_is_low_enough(line: DoseResult, occasion: Occasion) -> tuple[Finding, ...]:
    """The smallest dose recorded is at most that of the annexes."""
    findings: tuple[Finding, ...] = ()
    flow, parameters = occasion.header.flow, occasion.parameters
    for place, measurement in enumerate(line.measurements):
        level = measurement.recording_level_usv
        highest = None if level is None else highest_level_usv(flow, measurement, parameters)
        if level is not None and highest is not None and level > highest:
            findings = (*findings, Finding("D009", _at(line, place, "recordingLevel")))
    return findings


@rule(
    "D007",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    source=_CONTRACT,
    fr="Le total d'une grandeur s'écarte de plus d'un pas de la somme de ses composantes. Corrigez "
    "le total ou les composantes.",
    en="The total of a quantity differs from the sum of its components by more than one step. "
    "Correct the total or the components.",
    example=Example(
        base="passive",
        pointer="/results/0/measurements/1/value",
        passes="0.2",
        fails="0.25",
        also=(
            (
                "/results/0/measurements/1",
                {"quantity": "HP10", "radiation": "TOTAL", "status": "MEASURED", "value": "0.2"},
            ),
        ),
    ),
)
def components_make_the_total(line: DoseResult, occasion: Occasion) -> tuple[Finding, ...]:
    """Radiations of one quantity sum to its TOTAL, within one step, where all have a value."""
    if len(line.measurements) == 1:
        return ()
    findings: tuple[Finding, ...] = ()
    for place, total in enumerate(line.measurements):
        if total.radiation != "TOTAL" or total.value_usv is None:
            continue
        parts = [
            part
            for part in line.measurements
            if part.radiation != "TOTAL" and part.quantity == total.quantity
        ]
        values = [part.value_usv for part in parts if part.value_usv is not None]
        if not parts or len(values) < len(parts):
            continue
        flow, parameters = occasion.header.flow, occasion.parameters
        tolerance = max(step_usv(flow, entry, parameters) for entry in (total, *parts))
        if abs(total.value_usv - sum(values)) > tolerance:
            findings = (*findings, Finding("D007", _at(line, place, "value")))
    return findings


@rule(
    "D008",
    level=Level.ERROR,
    actor=Actor.SENDER,
    action=Action.CORRECT,
    step=Step.CHECK,
    source=_CONTRACT,
    fr="Ce code n'est pas, ou n'est plus, dans la liste datée de ce membre : type de dosimètre, "
    "radionucléide, organe. Prenez un code de la liste publiée, ou demandez à l'ASNR de l'ajouter.",
    en="This code is not, or no longer, in the dated list of this member: dosimeter type, "
    "radionuclide, organ. Take a code of the published list, or ask the ASNR to add yours.",
    example=Example(base="passive", pointer="/results/0/dosimeter/type", passes="OSL", fails="XYZ"),
)
def dosimeter_type_is_listed(line: DoseResult, occasion: Occasion) -> tuple[Finding, ...]:
    """Types come from a dated code list."""
    if line.dosimeter is None or line.dosimeter.type in occasion.dosimeter_types:
        return ()
    return (Finding("D008", f"/results/{line.index}/dosimeter/type"),)
