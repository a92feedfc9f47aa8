"""U001, U002, P004, P010: a line against what is in force."""

from datetime import timedelta
from typing import Final

from gateway.model.transmission import DoseResult, Flow, Operation
from gateway.model.verdict import Action, Actor, Finding, Level, Step
from gateway.rules.example import ABSENT, Example
from gateway.rules.keys import pointer_of
from gateway.rules.occasion import Occasion
from gateway.rules.period import DELAYED_READING, INTERNAL
from gateway.rules.record import View
from gateway.rules.rule import Scope, rule

_CONTRACT: Final = "Contrat d'interface, version 1, § 2"
_RADIATION: Final = "/results/0/measurements/0/radiation"


def _findings(code: str, line: DoseResult, places: tuple[int, ...]) -> tuple[Finding, ...]:
    """One finding for each measurement, activity or committed dose concerned."""
    return tuple(Finding(code, pointer_of(line, place)) for place in places)


@rule(
    "U001",
    level=Level.ERROR,
    actor=Actor.SENDER,
    action=Action.NONE,
    step=Step.CHECK,
    scope=Scope.RECORD,
    source=f"Arrêté du 23 juin 2023 (SISERI), art. 13 ; {_CONTRACT}",
    fr="Un résultat de même clé est déjà enregistré : la ligne n'est pas reprise une seconde fois. "
    "Si le premier est faux, transmettez une correction qui le vise.",
    en="A result with the same key is on record already: the line is not taken twice. If the first "
    "one is wrong, send a correction that aims at it.",
    example=Example(
        base="passive", pointer=_RADIATION, passes="NEUTRON", fails="PHOTON", given=((),)
    ),
)
def result_is_new(line: DoseResult, view: View, _occasion: Occasion) -> tuple[Finding, ...]:
    """The same dose counts once, whoever sends it; the first sender is not named."""
    return _findings("U001", line, view.duplicates) if view.duplicates else ()


@rule(
    "U003",
    level=Level.WARNING,
    actor=Actor.PHYSICIAN,
    step=Step.CHECK,
    scope=Scope.RECORD,
    flows=frozenset({Flow.COMMITTED_DOSE}),
    source=_CONTRACT,
    fr="Une dose engagée de même grandeur et de mêmes radionucléides est déjà enregistrée, et rien "
    "ne dit s'il s'agit de la même incorporation. Ce n'est pas un refus ; indiquez la date "
    "d'incorporation ou les résultats d'origine, et annulez celle qui serait en double.",
    en="A committed dose of the same quantity and radionuclides is on record, and nothing tells "
    "whether the intake is the same. This is no refusal; state the day of intake or the results "
    "it rests on, and cancel whichever is sent twice.",
    example=Example(
        base="committed",
        pointer="/results/0/committed/radionuclides/0",
        passes="Co-60",
        fails="H-3",
        also=(("/results/0/committed/intakeOn", ABSENT),),
        given=((("/results/0/committed/intakeOn", ABSENT),),),
    ),
)
def intake_is_told_apart(line: DoseResult, view: View, _occasion: Occasion) -> tuple[Finding, ...]:
    """Without a day of intake nor results it rests on, a committed dose has no key of its own."""
    return _findings("U003", line, view.lookalikes) if view.lookalikes else ()


@rule(
    "U002",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    scope=Scope.RECORD,
    source=f"Arrêté du 17 juillet 2013, annexe I, § 1.2 ; {_CONTRACT}",
    fr="Une autre valeur de référence de la dose efficace est déjà enregistrée pour ce "
    "travailleur et cette période. N'en transmettez qu'une, la plus élevée ; corrigez la première "
    "s'il le faut.",
    en="Another reference value of the effective dose is on record already for this worker and "
    "this period. Send only one, the highest; correct the first one if need be.",
    example=Example(
        base="passive",
        pointer=_RADIATION,
        passes="NEUTRON",
        fails="PHOTON",
        also=(("/results/0/dosimeter/location", "WHOLE_BODY"),),
        given=((),),
    ),
)
def reference_value_is_single(
    line: DoseResult, view: View, _occasion: Occasion
) -> tuple[Finding, ...]:
    """Of several dosimeters that tell the same quantity, the highest is sent (annex I, § 1.2)."""
    return _findings("U002", line, view.rivals) if view.rivals else ()


@rule(
    "P004",
    level=Level.WARNING,
    actor=Actor.SENDER,
    step=Step.CHECK,
    scope=Scope.RECORD,
    source=_CONTRACT,
    fr="La période recouvre en partie celle d'un résultat de même clé déjà enregistré. Ce n'est "
    "pas un refus ; vérifiez les dates, et corrigez celui des deux résultats qui est faux.",
    en="The period overlaps that of a result with the same key on record. This is no refusal; "
    "check the dates, and correct whichever of the two results is wrong.",
    example=Example(
        base="passive",
        pointer="/results/0/period/start",
        passes="2026-10-01",
        fails="2026-09-30",
        given=(
            (
                ("/results/0/period/start", "2026-09-01"),
                ("/results/0/period/end", "2026-09-30"),
            ),
        ),
    ),
)
def periods_do_not_overlap(
    line: DoseResult, view: View, _occasion: Occasion
) -> tuple[Finding, ...]:
    """Overlapping periods of one key may count a dose twice, or be right: warn."""
    return _findings("P004", line, view.overlaps) if view.overlaps else ()


@rule(
    "P010",
    level=Level.WARNING,
    actor=Actor.SENDER,
    action=Action.NONE,
    step=Step.CHECK,
    scope=Scope.RECORD,
    flows=DELAYED_READING | INTERNAL,
    operations=frozenset({Operation.INITIAL, Operation.LATE}),
    source="Arrêté du 23 juin 2023 (SISERI), art. 13 III",
    fr="Ce résultat arrive hors délai sans absence de résultat en vigueur. Ce n'est pas un refus ; "
    "déclarez l'absence dès que le délai est passé, puis transmettez le résultat dès sa lecture.",
    en="This result comes out of time and no absence of result is in force for it. This is no "
    "refusal; declare the absence once the delay is over, then send the result when it is read.",
    example=Example(base="passive", pointer="/results/0/operation", passes="INITIAL", fails="LATE"),
)
def late_result_was_declared_absent(
    line: DoseResult, view: View, occasion: Occasion
) -> tuple[Finding, ...]:
    """Twenty days after the period, an absence is declared; the result follows (art. 13 III)."""
    if view.absences:
        return ()
    if line.operation is not Operation.LATE:
        if occasion.header.flow not in DELAYED_READING:  # no number of days is set for the others
            return ()
        last_day = line.last_day
        delay = timedelta(days=occasion.parameters.absence_after_days)
        if last_day is None or occasion.day <= last_day + delay:
            return ()
    return (Finding("P010", f"/results/{line.index}/operation"),)
