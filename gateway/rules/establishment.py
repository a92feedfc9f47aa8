"""E: establishments: their numbers, and what Sirene says of the employer."""

from datetime import date
from typing import Final

from gateway.identifiers import InvalidIdentifier
from gateway.model.transmission import DoseResult
from gateway.model.verdict import Actor, Finding, Level, Step
from gateway.model.verification import (
    DuplicateEstablishment,
    ExistingEstablishment,
    UnknownEstablishment,
    Verified,
)
from gateway.rules.example import Example, VerifiedExample
from gateway.rules.exampleanswers import ACTIVE, SUCCESSOR, closed_on
from gateway.rules.examples import EMPLOYER
from gateway.rules.findings import found
from gateway.rules.occasion import Occasion
from gateway.rules.rule import BRINGS_A_RESULT, Scope, rule

_SOURCE: Final = (
    "Arrêté du 23 juin 2023 (SISERI), art. 11 I ; Code de commerce, art. R. 123-220 et suivants "
    "(répertoire Sirene)"
)


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


@rule(
    "E002",
    level=Level.ERROR,
    actor=Actor.EMPLOYER,
    step=Step.VERIFY,
    scope=Scope.VERIFICATION,
    operations=BRINGS_A_RESULT,
    source=_SOURCE,
    fr="Sirene ne connaît aucun établissement sous ce SIRET. L'employeur corrige le SIRET de "
    "l'établissement au registre ; envoyez ensuite la ligne avec le SIRET corrigé.",
    en="Sirene knows no establishment under this SIRET. The employer corrects the SIRET of the "
    "establishment in the register; then send the line with the corrected SIRET.",
    example=VerifiedExample(
        base="passive", passes=ACTIVE, fails=UnknownEstablishment(siret=ACTIVE.siret)
    ),
)
def establishment_is_known_to_sirene(
    line: DoseResult, verified: Verified, _occasion: Occasion
) -> tuple[Finding, ...]:
    """Sirene, in working order, has never heard of it; a unit that it hides exists."""
    establishment = verified.establishment
    is_so = establishment is not None and isinstance(establishment.answer, UnknownEstablishment)
    return found("E002", line, "employer/siret", is_so=is_so)


@rule(
    "E003",
    level=Level.ERROR,
    actor=Actor.EMPLOYER,
    step=Step.VERIFY,
    scope=Scope.VERIFICATION,
    operations=BRINGS_A_RESULT,
    source=_SOURCE,
    fr="D'après Sirene, cet établissement était fermé au dernier jour de la ligne, et on ne lui "
    "connaît pas de successeur. L'employeur inscrit le travailleur à l'établissement où il était "
    "alors ; envoyez ensuite la ligne avec ce SIRET.",
    en="According to Sirene this establishment was closed on the last day of the line, and no "
    "successor of it is known. The employer registers the worker at the establishment where he "
    "was then; then send the line with that SIRET.",
    example=VerifiedExample(
        base="passive",
        passes=closed_on(date(2026, 11, 1)),
        fails=closed_on(date(2026, 10, 31)),
    ),
)
def establishment_is_open(
    line: DoseResult, verified: Verified, _occasion: Occasion
) -> tuple[Finding, ...]:
    """By its state on the line's last day; where the line tells no day, nothing is said."""
    closed = _closed(line, verified)
    is_so = closed is not None and closed.successor is None
    return found("E003", line, "employer/siret", is_so=is_so)


@rule(
    "E004",
    level=Level.WARNING,
    actor=Actor.EMPLOYER,
    step=Step.VERIFY,
    scope=Scope.VERIFICATION,
    operations=BRINGS_A_RESULT,
    source=_SOURCE,
    fr="D'après Sirene, un autre établissement a pris la suite de celui-ci, ou son entreprise y "
    "est en double. Ce n'est pas un refus ; la consultation de l'établissement propose l'autre : "
    "vérifiez le SIRET avec l'employeur.",
    en="According to Sirene another establishment took over from this one, or its company stands "
    "there twice. This is no refusal; reading the establishment proposes the other: check the "
    "SIRET with the employer.",
    example=VerifiedExample(
        base="passive",
        passes=ACTIVE,
        fails=closed_on(date(2026, 10, 1), successor=SUCCESSOR),
    ),
)
def establishment_has_no_other_in_its_place(
    line: DoseResult, verified: Verified, _occasion: Occasion
) -> tuple[Finding, ...]:
    """The other is proposed to a person, never put in the place of what was sent."""
    establishment, closed = verified.establishment, _closed(line, verified)
    is_double = establishment is not None and isinstance(
        establishment.answer, DuplicateEstablishment
    )
    is_succeeded = closed is not None and closed.successor is not None
    return found("E004", line, "employer/siret", is_so=is_double or is_succeeded)


def _closed(line: DoseResult, verified: Verified) -> ExistingEstablishment | None:
    """The line's establishment, where Sirene says that it was closed on the line's last day."""
    day, establishment = line.last_day, verified.establishment
    if day is None or establishment is None:
        return None
    answer = establishment.answer
    if isinstance(answer, ExistingEstablishment) and answer.is_active_on(day) is False:
        return answer
    return None
