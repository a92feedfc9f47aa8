"""S: the members of a line, references and control totals."""

from collections import Counter
from functools import lru_cache
from typing import Final

from gateway.model.transmission import DoseResult, Flow, Operation, Status, Transmission
from gateway.model.verdict import Actor, Finding, Level, Step
from gateway.rules.example import ABSENT, Example
from gateway.rules.examples import SECOND_LINE
from gateway.rules.occasion import Occasion
from gateway.rules.rule import Scope, rule

_SOURCE: Final = "Contrat d'interface, version 1"
_PER_FLOW: Final = frozenset(
    {
        "period",
        "exposureTime",
        "dosimeter",
        "measurements",
        "examination",
        "committed",
        "site",
        "corrects",
    }
)
"""The members that the flow and the operation decide on; the others stand in every line."""
TAKES: Final[dict[Flow, tuple[frozenset[str], frozenset[str]]]] = {
    Flow.PASSIVE_EXTERNAL: (
        frozenset({"period", "measurements"}),
        frozenset({"dosimeter", "site"}),
    ),
    Flow.RADON: (frozenset({"period", "measurements"}), frozenset({"dosimeter", "site"})),
    Flow.OPERATIONAL: (
        frozenset({"measurements", "site"}),
        frozenset({"dosimeter", "exposureTime", "period"}),
    ),
    Flow.RADIOTOXICOLOGY: (frozenset({"examination"}), frozenset()),
    Flow.BODY_COUNTING: (frozenset({"examination"}), frozenset()),
    Flow.AIRCREW: (frozenset({"period", "measurements"}), frozenset()),
    Flow.COMMITTED_DOSE: (frozenset({"committed"}), frozenset()),
}
"""Required and optional members by flow (contract.md §2)."""
WITH_ABSENCES: Final = frozenset(
    {Flow.PASSIVE_EXTERNAL, Flow.RADON, Flow.RADIOTOXICOLOGY, Flow.BODY_COUNTING}
)


@rule(
    "S006",
    level=Level.FATAL,
    actor=Actor.SENDER,
    step=Step.VALIDATE,
    scope=Scope.WHOLE,
    source=f"{_SOURCE}, § 1",
    fr="Un total de contrôle diffère de ce que contient l'envoi : une ligne a pu être perdue ou "
    "répétée. Vérifiez l'envoi et recalculez les totaux ; le même identifiant peut resservir.",
    en="A control total differs from what the transmission holds: a line may be lost or repeated. "
    "Check the content and compute the totals again; the same id may be used.",
    example=Example(base="passive", pointer="/totals/sumMsv", passes="0.15", fails="0.2"),
)
def totals_agree(transmission: Transmission, _occasion: Occasion) -> tuple[Finding, ...]:
    """The sender's totals are those of the lines; upper bounds where some are unreadable."""
    totals = transmission.header.totals
    measurements = dose = 0
    for line in transmission.lines:
        measurements += len(line.measurements)
        for measurement in line.measurements:
            dose += measurement.value_usv or 0
    findings = []
    if totals.results != transmission.line_count:
        findings.append(Finding("S006", "/totals/results"))
    for stated, counted, member in (
        (totals.measurements, measurements, "measurements"),
        (totals.sum_usv, dose, "sumMsv"),
    ):
        if stated < counted or (stated > counted and not transmission.unreadable):
            findings.append(Finding("S006", f"/totals/{member}"))
    return tuple(findings)


@rule(
    "S008",
    level=Level.WARNING,
    actor=Actor.SENDER,
    step=Step.VALIDATE,
    scope=Scope.WHOLE,
    source=f"{_SOURCE}, § 1",
    fr="Des lignes étant illisibles, les totaux de contrôle n'ont pu être comparés que comme des "
    "maximums. Corrigez ces lignes et renvoyez-les.",
    en="Some lines being unreadable, the control totals could only be compared as upper bounds. "
    "Correct those lines and send them again.",
    example=Example(
        base="passive",
        pointer="/results/1/operation",
        passes="INITIAL",
        fails="UNHEARD_OF",
        also=(("/results/1", SECOND_LINE),),
    ),
)
def totals_are_complete(transmission: Transmission, _occasion: Occasion) -> tuple[Finding, ...]:
    """Warn once where unreadable lines leave the totals unproven (contract.md §1)."""
    return (Finding("S008", "/totals"),) if transmission.unreadable else ()


@rule(
    "S009",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.VALIDATE,
    scope=Scope.WHOLE,
    source=f"{_SOURCE}, § 2",
    fr="Cette référence sert à plusieurs lignes de l'envoi. Donnez à chaque ligne une référence "
    "qui lui soit propre et renvoyez toutes celles qui la partagent.",
    en="This reference is used by several lines of the transmission. Give each line a reference "
    "of its own and send again all those that share it.",
    example=Example(
        base="passive",
        pointer="/results/1/ref",
        passes="P-0002",
        fails="P-0001",
        also=(("/results/1", SECOND_LINE),),
    ),
)
def references_are_unique(transmission: Transmission, _occasion: Occasion) -> tuple[Finding, ...]:
    """Every line whose `ref` is used twice is refused: corrections aim by reference."""
    lines = transmission.lines
    if len({line.ref for line in lines}) == len(lines):
        return ()
    uses = Counter(line.ref for line in lines)
    return tuple(
        Finding("S009", f"/results/{line.index}/ref") for line in lines if uses[line.ref] > 1
    )


@rule(
    "S010",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.VALIDATE,
    source=f"{_SOURCE}, § 2",
    fr="Un membre obligatoire manque, ou un membre de trop est présent, pour ce flux et cette "
    "opération. Reprenez le tableau des membres par flux du contrat d'interface.",
    en="A required member is missing, or a member too many is present, for this flow and this "
    "operation. See the table of members by flow in the contract.",
    example=Example(
        base="passive",
        pointer="/results/0/period",
        passes={"start": "2026-10-01", "end": "2026-10-31"},
        fails=ABSENT,
    ),
)
def members_of_the_flow(line: DoseResult, occasion: Occasion) -> tuple[Finding, ...]:
    """What each flow takes (contract.md §2). A missing member is named by the pointer it lacks."""
    defects = _defects(occasion.header.flow, line.operation, line.members)
    for place, measurement in enumerate(line.measurements):
        is_pending = measurement.status is Status.PENDING
        if is_pending is not (line.operation is Operation.ABSENCE):
            defects = (*defects, f"/measurements/{place}/status")
    if line.operation is Operation.ABSENCE and len(line.measurements) > 1:
        defects = (*defects, "/measurements")
    examination, is_absence = line.examination, line.operation is Operation.ABSENCE
    if examination is not None and bool(examination.activities) is is_absence:
        defects = (*defects, "/examination/activities")
    if not defects:
        return ()
    return tuple(Finding("S010", f"/results/{line.index}{defect}") for defect in defects)


@lru_cache(maxsize=4096)
def _defects(flow: Flow, operation: Operation, members: frozenset[str]) -> tuple[str, ...]:
    """The members missing or too many, as pointers inside the line, in alphabetical order."""
    required, optional = TAKES[flow]
    if operation is Operation.CANCELLATION:
        required, optional = frozenset({"corrects"}), frozenset()
    elif operation is Operation.CORRECTION:
        required |= {"corrects"}
    defects = sorted(required - members) + sorted((members & _PER_FLOW) - required - optional)
    if flow is Flow.OPERATIONAL and operation is not Operation.CANCELLATION:
        times = members & {"exposureTime", "period"}
        if len(times) != 1:
            defects.append("period" if times else "exposureTime")
    if operation in {Operation.LATE, Operation.ABSENCE} and flow not in WITH_ABSENCES:
        defects.append("operation")
    return tuple(f"/{member}" for member in defects)
