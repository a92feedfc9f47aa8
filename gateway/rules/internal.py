"""I004, D010 and what D005 and D008 ask of examinations and committed doses."""

from typing import Final

from gateway.identifiers import InvalidIdentifier
from gateway.model.transmission import DoseResult, Flow
from gateway.model.verdict import Actor, Finding, Level, Step
from gateway.rules.example import Example
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
    findings: tuple[Finding, ...] = ()
    at = f"/results/{line.index}"
    examination, committed = line.examination, line.committed
    if examination is not None and isinstance(examination.prescriber, InvalidIdentifier):
        findings = (Finding("I004", f"{at}/examination/prescriber/rpps"),)
    if committed is not None and isinstance(committed.physician, InvalidIdentifier):
        findings = (*findings, Finding("I004", f"{at}/committed/physician/rpps"))
    return findings


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
    at = f"/results/{line.index}/examination"
    findings: tuple[Finding, ...] = ()
    if examination.kind not in _KINDS[flow]:
        findings = (Finding("D010", f"{at}/kind"),)
    if flow is Flow.BODY_COUNTING:
        for place, activity in enumerate(examination.activities):
            if activity.unit in _OF_EXCRETA:
                findings = (*findings, Finding("D010", f"{at}/activities/{place}/unit"))
    return findings


@second_check("D005", scope=Scope.LINE)
def value_goes_with_limit(line: DoseResult, _occasion: Occasion) -> tuple[Finding, ...]:
    """D005 of an activity: a value if and only if something was found above the limit.

    Of a committed dose: an organ if and only if it is the dose to an organ.
    """
    findings: tuple[Finding, ...] = ()
    if line.examination is not None:
        for place, activity in enumerate(line.examination.activities):
            if (activity.value_nano is None) is not activity.is_below_limit:
                pointer = f"/results/{line.index}/examination/activities/{place}/value"
                findings = (*findings, Finding("D005", pointer))
    committed = line.committed
    if committed is not None and (committed.organ is None) is not (committed.quantity == "E50"):
        findings = (*findings, Finding("D005", f"/results/{line.index}/committed/organ"))
    return findings


@second_check("D008", scope=Scope.LINE)
def radionuclides_and_organs_are_listed(
    line: DoseResult, occasion: Occasion
) -> tuple[Finding, ...]:
    """D008 of radionuclides and organs: their codes come from dated lists too."""
    findings: tuple[Finding, ...] = ()
    at = f"/results/{line.index}"
    if line.examination is not None:
        for place, activity in enumerate(line.examination.activities):
            if activity.radionuclide not in occasion.radionuclides:
                pointer = f"{at}/examination/activities/{place}/radionuclide"
                findings = (*findings, Finding("D008", pointer))
    if line.committed is None:
        return findings
    for place, radionuclide in enumerate(line.committed.radionuclides):
        if radionuclide not in occasion.radionuclides:
            findings = (*findings, Finding("D008", f"{at}/committed/radionuclides/{place}"))
    if line.committed.organ is not None and line.committed.organ not in occasion.organs:
        findings = (*findings, Finding("D008", f"{at}/committed/organ"))
    return findings
