"""I004, D010 and what D005 and D008 ask of examinations and committed doses."""

from typing import Final

from gateway.identifiers import InvalidIdentifier
from gateway.model.transmission import DoseResult, Flow
from gateway.model.verdict import Actor, Finding, Level, Step
from gateway.rules.example import Example
from gateway.rules.findings import found, in_activities
from gateway.rules.occasion import Occasion
from gateway.rules.rule import Scope, rule, second_check

_CONTRACT: Final = "Contrat d'interface, version 1, § 2"
_EXAMINATIONS: Final = frozenset({Flow.RADIOTOXICOLOGY, Flow.BODY_COUNTING})
_KINDS: Final = {
    Flow.RADIOTOXICOLOGY: frozenset({"URINE", "FAECES", "NASAL"}),
    Flow.BODY_COUNTING: frozenset({"WHOLE_BODY", "THYROID", "LUNG"}),
}
_OF_EXCRETA: Final = frozenset({"Bq/L", "Bq/d", "ug/L"})
"""Units of what is excreted; what is retained in the body has none of them."""


@rule(
    "I004",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    source="Code de la santé publique, art. L. 4113-1 ; arrêté du 23 juin 2023 (SISERI), art. 8 et "
    "23",
    fr="Ce numéro n'est pas un RPPS : onze chiffres dont la clé est juste. Vérifiez-le auprès du "
    "médecin ou dans l'annuaire santé.",
    en="This number is not an RPPS number: eleven digits with a right key. Check it with the "
    "physician or in the public directory of health professionals.",
    example=Example(
        base="radiotoxicology",
        pointer="/results/0/examination/prescriber/rpps",
        passes="10000000017",
        fails="10000000018",
    ),
)
def physicians_have_their_number(line: DoseResult, _occasion: Occasion) -> tuple[Finding, ...]:
    """Who prescribed an examination, or answers for a committed dose, is a physician (art. 23)."""
    examination, committed = line.examination, line.committed
    if examination is None and committed is None:
        return ()
    prescriber = None if examination is None else examination.prescriber
    physician = None if committed is None else committed.physician
    return tuple(
        Finding("I004", f"/results/{line.index}/{member}/rpps")
        for member, number in (
            ("examination/prescriber", prescriber),
            ("committed/physician", physician),
        )
        if isinstance(number, InvalidIdentifier)
    )


@rule(
    "D010",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    flows=_EXAMINATIONS,
    source=f"Arrêté du 30 décembre 2004 (unités) ; {_CONTRACT}",
    fr="La nature de l'examen n'est pas de ce flux, ou l'unité d'une activité ne convient pas à "
    "cet examen. Corrigez la nature ou l'unité, ou transmettez l'examen dans l'autre flux.",
    en="The kind of examination is not of this flow, or the unit of an activity does not suit the "
    "examination. Correct the kind or the unit, or send the examination in the other flow.",
    example=Example(
        base="radiotoxicology",
        pointer="/results/0/examination/kind",
        passes="URINE",
        fails="THYROID",
    ),
)
def examination_is_of_the_flow(line: DoseResult, occasion: Occasion) -> tuple[Finding, ...]:
    """Excreta are analysed, the body is counted: what is retained is no excretion."""
    examination, flow = line.examination, occasion.header.flow
    if examination is None:
        return ()
    of_kind = found("D010", line, "examination/kind", is_so=examination.kind not in _KINDS[flow])
    if flow is not Flow.BODY_COUNTING:
        return of_kind
    return of_kind + in_activities("D010", line, "unit", lambda one: one.unit in _OF_EXCRETA)


@second_check("D005", scope=Scope.LINE)
def value_goes_with_limit(line: DoseResult, _occasion: Occasion) -> tuple[Finding, ...]:
    """D005 of an activity: a value if and only if something was found above the limit.

    Of a committed dose: an organ if and only if it is the dose to an organ.
    """
    if line.examination is None and line.committed is None:
        return ()
    of_activities = in_activities(
        "D005", line, "value", lambda one: (one.value_nano is None) is not one.is_below_limit
    )
    committed = line.committed
    if committed is None:
        return of_activities
    is_so = (committed.organ is None) is not (committed.quantity == "E50")
    return of_activities + found("D005", line, "committed/organ", is_so=is_so)


@second_check("D008", scope=Scope.LINE)
def radionuclides_and_organs_are_listed(
    line: DoseResult, occasion: Occasion
) -> tuple[Finding, ...]:
    """D008 of radionuclides and organs: their codes come from dated lists too."""
    if line.examination is None and line.committed is None:
        return ()
    listed, committed = occasion.radionuclides, line.committed
    of_activities = in_activities(
        "D008", line, "radionuclide", lambda one: one.radionuclide not in listed
    )
    if committed is None:
        return of_activities
    is_unknown_organ = committed.organ is not None and committed.organ not in occasion.organs
    return (
        *of_activities,
        *(
            Finding("D008", f"/results/{line.index}/committed/radionuclides/{place}")
            for place, radionuclide in enumerate(committed.radionuclides)
            if radionuclide not in listed
        ),
        *found("D008", line, "committed/organ", is_so=is_unknown_organ),
    )
