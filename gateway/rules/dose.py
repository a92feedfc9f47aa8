"""D001–D008: one measurement, or the measurements of one line, by themselves."""

from typing import Final

from gateway.model.transmission import DoseResult, Flow, Measurement, Status
from gateway.model.verdict import Action, Actor, Finding, Level, Step
from gateway.rules.example import ABSENT, Example
from gateway.rules.findings import found, in_measurements
from gateway.rules.occasion import Occasion
from gateway.rules.rule import rule
from gateway.rules.thresholds import highest_level_usv, step_usv

_A19: Final = "Arrêté du 26 juin 2019, annexes I à IV"
_CONTRACT: Final = "Contrat d'interface, version 1, § 2"
_VALUE: Final = "/results/0/measurements/0/value"
WORN_AT: Final[dict[str, frozenset[str]]] = {
    "HP10": frozenset({"TRUNK", "WHOLE_BODY", "ABDOMEN"}),
    "HP3": frozenset({"EYE_LENS"}),
    "HP007": frozenset({"TRUNK", "SKIN", "WRIST", "FINGER", "ANKLE", "ABDOMEN", "WHOLE_BODY"}),
    "E": frozenset({"WHOLE_BODY"}),
}
"""Where a dosimeter that tells this quantity is worn (contract.md §2)."""
_RADON: Final = "RADON"
_TOTAL: Final = "TOTAL"
_VALUED: Final = frozenset(status for status in Status if status.has_value)


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
    flow, parameters = occasion.header.flow, occasion.parameters

    def is_between(measurement: Measurement) -> bool:
        value = measurement.value_usv
        return value is not None and value % step_usv(flow, measurement, parameters) != 0

    return in_measurements("D001", line, "value", is_between)


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
    body = occasion.parameters.impossible_body_usv
    part = occasion.parameters.impossible_extremity_usv

    def is_impossible(measurement: Measurement) -> bool:
        highest = part if measurement.quantity == "HP007" else body
        return measurement.value_usv is not None and measurement.value_usv > highest

    committed = line.committed
    if committed is None:
        return in_measurements("D003", line, "value", is_impossible)
    highest = part if committed.quantity == "HT50" else body
    is_so = committed.value_usv > highest
    return (
        *in_measurements("D003", line, "value", is_impossible),
        *found("D003", line, "committed/value", is_so=is_so),
    )


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
    location = line.dosimeter.location
    return in_measurements(
        "D004", line, "quantity", lambda one: location not in WORN_AT[one.quantity]
    )


@rule(
    "D005",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    source=_CONTRACT,
    fr="La valeur et le reste du résultat se contredisent : un statut exige une valeur ou "
    "l'interdit, seul le radon a une exposition, une activité a une valeur si elle dépasse la "
    "limite de détection. Ajoutez ou retirez ce membre, ou corrigez l'autre.",
    en="The value and the rest of the result contradict: a status requires a value or forbids one, "
    "radon alone has an exposure, an activity has a value if it is above the detection limit. Add "
    "or remove this member, or correct the other one.",
    example=Example(base="passive", pointer=_VALUE, passes="0.15", fails=ABSENT),
)
def value_goes_with_status(line: DoseResult, _occasion: Occasion) -> tuple[Finding, ...]:
    """A value stands beside a status that has one, and beside no other (contract.md §2).

    What radon leaves may be told as an exposure instead: of radon, and of nothing else.
    """
    contradictions = in_measurements("D005", line, "value", _contradicts)
    return contradictions + in_measurements("D005", line, "exposure", _has_foreign_exposure)


def _contradicts(measurement: Measurement) -> bool:
    """Whether the value, or the exposure to radon that stands for it, and the status do."""
    is_told = measurement.value_usv is not None or (
        measurement.exposure is not None and measurement.radiation == _RADON
    )
    return is_told is not (measurement.status in _VALUED)


def _has_foreign_exposure(measurement: Measurement) -> bool:
    """Whether an exposure stands beside another radiation than radon."""
    return measurement.exposure is not None and measurement.radiation != _RADON


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
    is_aircrew = occasion.header.flow is Flow.AIRCREW
    assumed = occasion.parameters.level_aircrew_usv if is_aircrew else None

    def is_below(measurement: Measurement) -> bool:
        value, level = measurement.value_usv, measurement.recording_level_usv
        if not value:
            return False
        if measurement.status is Status.BELOW_RECORDING_LEVEL:
            return True
        level = assumed if level is None else level
        is_compared = is_aircrew or measurement.status is Status.MEASURED
        return is_compared and level is not None and value < level

    return in_measurements("D006", line, "value", is_below)


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
    flow, parameters = occasion.header.flow, occasion.parameters

    def is_too_high(measurement: Measurement) -> bool:
        level = measurement.recording_level_usv
        if level is None:
            return False
        highest = highest_level_usv(flow, measurement, parameters)
        return highest is not None and level > highest

    return in_measurements("D009", line, "recordingLevel", is_too_high)


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
    flow, parameters = occasion.header.flow, occasion.parameters

    def differs(total: Measurement) -> bool:
        if total.radiation != _TOTAL or total.value_usv is None:
            return False
        parts = [
            part
            for part in line.measurements
            if part.radiation != _TOTAL and part.quantity == total.quantity
        ]
        values = [part.value_usv for part in parts if part.value_usv is not None]
        if not parts or len(values) < len(parts):
            return False
        tolerance = max(step_usv(flow, entry, parameters) for entry in (total, *parts))
        return abs(total.value_usv - sum(values)) > tolerance

    return in_measurements("D007", line, "value", differs)


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
    worn = line.dosimeter
    is_so = worn is not None and worn.type not in occasion.dosimeter_types
    return found("D008", line, "dosimeter/type", is_so=is_so)
