"""V: verification by the directory and outside registers, where it gives no answer for now."""

from gateway.model.directory import KnownWorker
from gateway.model.transmission import DoseResult
from gateway.model.verdict import Action, Actor, Finding, Level, Step
from gateway.model.verification import NotAnswered, Verified
from gateway.rules.example import PartnerExample, VerifiedExample
from gateway.rules.exampleanswers import CONFIRMED, SILENT
from gateway.rules.findings import found
from gateway.rules.occasion import Occasion
from gateway.rules.rule import BRINGS_A_RESULT, Scope, rule


@rule(
    "V001",
    level=Level.ERROR,
    actor=Actor.REGISTRY,
    action=Action.WAIT,
    step=Step.VERIFY,
    scope=Scope.VERIFICATION,
    operations=BRINGS_A_RESULT,
    holds=True,
    source="Arrêté du 23 juin 2023 (SISERI), art. 11 I ; SISERI, fiche réflexe de l'employeur "
    "(vérifications par Ameli et par Sirene)",
    fr="Ameli ou Sirene n'a pas encore confirmé le travailleur ou l'établissement. Il n'y a rien à "
    "renvoyer ; la ligne attend la réponse et sera jugée de nouveau, sauf autre motif de refus.",
    en="Ameli or Sirene has not confirmed the worker or the establishment yet. There is nothing to "
    "send again; the line waits for the answer and will be judged again, unless something else "
    "refuses it.",
    example=VerifiedExample(base="passive", passes=CONFIRMED, fails=SILENT),
)
def outside_registers_have_answered(
    line: DoseResult, verified: Verified, _occasion: Occasion
) -> tuple[Finding, ...]:
    """An outage delays a verdict and never becomes a refusal."""
    establishment, identity = verified.establishment, verified.identity
    waits_for_sirene = establishment is not None and isinstance(establishment.answer, NotAnswered)
    waits_for_ameli = identity is not None and isinstance(identity.answer, NotAnswered)
    findings = found("V001", line, "employer/siret", is_so=waits_for_sirene)
    return (*findings, *found("V001", line, "worker", is_so=waits_for_ameli))


@rule(
    "V002",
    level=Level.ERROR,
    actor=Actor.REGISTRY,
    action=Action.WAIT,
    step=Step.VERIFY,
    scope=Scope.REGISTRATION,
    holds=True,
    source="Règlement (UE) 2016/679, art. 32 ; Code du travail, art. R. 4451-134",
    fr="La vérification des travailleurs est suspendue pour ce déposant : trop de travailleurs "
    "inconnus du registre en un jour. La ligne attend et sera jugée de nouveau ; le registre est "
    "prévenu.",
    en="The verification of workers is suspended for this submitter: too many workers unknown to "
    "the register within a day. The line waits and will be judged again; the registry is warned.",
    example=PartnerExample(base="passive", field="failure_budget", passes=50, fails=0),
)
def verification_is_open(
    line: DoseResult, _known: KnownWorker | None, occasion: Occasion
) -> tuple[Finding, ...]:
    """Nobody learns by guessing who is monitored, and where (threat T35)."""
    if not occasion.is_suspended:
        return ()
    return (Finding("V002", f"/results/{line.index}/worker"),)
