"""E: establishments."""

from gateway.identifiers import InvalidIdentifier
from gateway.model.transmission import DoseResult
from gateway.model.verdict import Actor, Finding, Level, Step
from gateway.rules.example import Example
from gateway.rules.examples import EMPLOYER
from gateway.rules.occasion import Occasion
from gateway.rules.rule import rule


@rule(
    "E001",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    source="Arrêté du 23 juin 2023 (SISERI), art. 11 I ; Code de commerce, art. R. 123-221",
    fr="Ce numéro n'est pas un SIRET : quatorze chiffres dont la clé est juste. Vérifiez-le auprès "
    "de l'employeur ou dans l'annuaire des entreprises.",
    en="This number is not a SIRET: fourteen digits with a right key. Check it with the employer "
    "or in the public directory of companies.",
    example=Example(
        base="passive",
        pointer="/results/0/employer/siret",
        passes=EMPLOYER,
        fails=f"{EMPLOYER[:13]}6",
    ),
)
def establishments_have_a_siret(line: DoseResult, _occasion: Occasion) -> tuple[Finding, ...]:
    """A result is transmitted by the SIRET of the establishment of attachment (art. 11 I)."""
    findings: tuple[Finding, ...] = ()
    if isinstance(line.employer, InvalidIdentifier):
        findings = (Finding("E001", f"/results/{line.index}/employer/siret"),)
    if line.site is not None and isinstance(line.site.siret, InvalidIdentifier):
        findings = (*findings, Finding("E001", f"/results/{line.index}/site/siret"))
    return findings
