"""V: verification by the directory and outside registers, where it gives no answer for now."""

from gateway.model.directory import KnownWorker
from gateway.model.transmission import DoseResult
from gateway.model.verdict import Action, Actor, Finding, Level, Step
from gateway.rules.example import PartnerExample
from gateway.rules.occasion import Occasion
from gateway.rules.rule import Scope, rule


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
