"""I: the worker as the directory knows him, against what Ameli answers.

What the line itself says of him is compared with the directory, by I011 to I013.
"""

from typing import Final

from gateway.model.transmission import DoseResult
from gateway.model.verdict import Actor, Finding, Level, Step
from gateway.model.verification import ComparedIdentity, IdentityOutcome, Trait, Verified
from gateway.rules.example import VerifiedExample
from gateway.rules.exampleanswers import CONFIRMED
from gateway.rules.findings import found
from gateway.rules.occasion import Occasion
from gateway.rules.rule import BRINGS_A_RESULT, Scope, rule

_SOURCE: Final = (
    "Arrêté du 23 juin 2023 (SISERI), art. 11 I ; SISERI, fiche réflexe de l'employeur "
    "(vérification par le téléservice Ameli)"
)


def _is(verified: Verified, *outcomes: IdentityOutcome) -> bool:
    """Whether comparing gave one of these."""
    if verified.identity is None or not isinstance(verified.identity.answer, ComparedIdentity):
        return False
    return verified.identity.answer.outcome in outcomes


@rule(
    "I021",
    level=Level.WARNING,
    actor=Actor.EMPLOYER,
    step=Step.VERIFY,
    scope=Scope.VERIFICATION,
    operations=BRINGS_A_RESULT,
    source=_SOURCE,
    fr="Ameli confirme le numéro du travailleur, mais le lieu de naissance, les autres prénoms ou "
    "un signe des noms y diffèrent du registre. Ce n'est pas un refus ; l'employeur complète son "
    "état civil au registre.",
    en="Ameli confirms the worker's number, but the place of birth, the other first names or a "
    "sign in the names differ there from the register. This is no refusal; the employer completes "
    "his civil status in the register.",
    example=VerifiedExample(
        base="passive",
        passes=CONFIRMED,
        fails=ComparedIdentity(
            outcome=IdentityOutcome.VERIFIED_WITH_DIFFERENCE,
            differences=frozenset({Trait.BIRTHPLACE}),
            id_type="NIR",
        ),
    ),
)
def civil_status_is_ameli_s(
    line: DoseResult, verified: Verified, _occasion: Occasion
) -> tuple[Finding, ...]:
    """A birthplace written otherwise refused people who were right: it only warns."""
    is_so = _is(verified, IdentityOutcome.VERIFIED_WITH_DIFFERENCE)
    return found("I021", line, "worker", is_so=is_so)


@rule(
    "I022",
    level=Level.WARNING,
    actor=Actor.EMPLOYER,
    step=Step.VERIFY,
    scope=Scope.VERIFICATION,
    operations=BRINGS_A_RESULT,
    source=_SOURCE,
    fr="D'après Ameli, ce numéro est un ancien numéro du travailleur. Ce n'est pas un refus ; "
    "l'employeur lui demande le numéro de sa carte Vitale et le déclare au registre.",
    en="According to Ameli this number is a former one of the worker. This is no refusal; the "
    "employer asks him for the number on his Vitale card and declares it to the register.",
    example=VerifiedExample(
        base="passive",
        passes=CONFIRMED,
        fails=ComparedIdentity(
            outcome=IdentityOutcome.FORMER_NUMBER,
            differences=frozenset({Trait.NUMBER}),
            id_type="NIR",
        ),
    ),
)
def number_is_the_active_one(
    line: DoseResult, verified: Verified, _occasion: Occasion
) -> tuple[Finding, ...]:
    """A NIA becomes a NIR, a NIR is corrected: the active number is told to nobody here."""
    return found("I022", line, "worker/nir", is_so=_is(verified, IdentityOutcome.FORMER_NUMBER))


@rule(
    "I023",
    level=Level.ERROR,
    actor=Actor.EMPLOYER,
    step=Step.VERIFY,
    scope=Scope.VERIFICATION,
    operations=BRINGS_A_RESULT,
    source=_SOURCE,
    fr="Ameli contredit l'identité que le registre connaît sous ce numéro. L'employeur vérifie "
    "avec le travailleur son numéro, son nom de naissance, son premier prénom, son sexe et sa date "
    "de naissance, et corrige le registre ; renvoyez ensuite la ligne.",
    en="Ameli contradicts the identity that the register knows under this number. The employer "
    "checks the number, birth name, first name, sex and date of birth with the worker and corrects "
    "the register; then send the line again.",
    example=VerifiedExample(
        base="passive",
        passes=CONFIRMED,
        fails=ComparedIdentity(
            outcome=IdentityOutcome.DISCORDANT,
            differences=frozenset({Trait.BIRTH_NAME}),
            id_type="NIR",
        ),
    ),
)
def identity_is_not_contradicted(
    line: DoseResult, verified: Verified, _occasion: Occasion
) -> tuple[Finding, ...]:
    """A dose is not recorded for a person whom the number does not designate (art. 11 I)."""
    return found("I023", line, "worker", is_so=_is(verified, IdentityOutcome.DISCORDANT))


@rule(
    "I024",
    level=Level.WARNING,
    actor=Actor.EMPLOYER,
    step=Step.VERIFY,
    scope=Scope.VERIFICATION,
    operations=BRINGS_A_RESULT,
    source=_SOURCE,
    fr="Ameli ne trouve personne, ou plusieurs personnes, sous l'identité que connaît le registre. "
    "Ce n'est pas un refus ; l'employeur vérifie l'état civil avec le travailleur et corrige le "
    "registre.",
    en="Ameli finds nobody, or several persons, under the identity that the register knows. This "
    "is no refusal; the employer checks the civil status with the worker and corrects the "
    "register.",
    example=VerifiedExample(
        base="passive",
        passes=CONFIRMED,
        fails=ComparedIdentity(outcome=IdentityOutcome.NOT_FOUND),
    ),
)
def identity_is_found(
    line: DoseResult, verified: Verified, _occasion: Occasion
) -> tuple[Finding, ...]:
    """Something is to be corrected; it is no proof that the number is false."""
    is_so = _is(verified, IdentityOutcome.NOT_FOUND, IdentityOutcome.AMBIGUOUS)
    return found("I024", line, "worker", is_so=is_so)
