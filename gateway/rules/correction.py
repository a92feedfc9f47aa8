"""C: what is corrected or cancelled, by whom and why."""

from typing import Any, Final

from gateway.model.reading import readings_of
from gateway.model.transmission import DoseResult, Operation
from gateway.model.verdict import Action, Actor, Finding, Level, Step
from gateway.rules.aim import Aim, State
from gateway.rules.example import ABSENT, Example
from gateway.rules.examplebases import SECOND_LABORATORY, given_id
from gateway.rules.findings import found
from gateway.rules.occasion import Occasion
from gateway.rules.rule import Scope, rule

_CONTRACT: Final = "Contrat d'interface, version 1, § 2"
_A23_11: Final = "Arrêté du 23 juin 2023 (SISERI), art. 11 II"
_OPERATIONS: Final = frozenset({Operation.CORRECTION, Operation.CANCELLATION})
_CHANGES_DOSE: Final = frozenset({"DOSE", "BACKGROUND"})
_AT: Final = "/results/0/corrects"
_NO_DIGEST: Final = "0" * 64


def _correction(code: str, *, place: int = 0, **members: Any) -> tuple[tuple[str, Any], ...]:
    """The changes that make the base a correction of the example's given line."""
    aimed = {"transmission": given_id(code, place), "ref": "P-0001"}
    stated = {"reason": "DOSE", **members}
    digest = {"acknowledgementSha256": _NO_DIGEST} if code == "C006" else {}
    return (("/results/0/operation", "CORRECTION"), (_AT, aimed | digest | stated))


@rule(
    "C001",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    scope=Scope.TARGET,
    operations=_OPERATIONS,
    source=f"{_A23_11} ; {_CONTRACT}",
    fr="La ligne visée est inconnue, d'un autre flux, ou d'un autre travailleur que celui d'une "
    "annulation. Vérifiez l'envoi et la référence visés, ou les membres de la clé d'origine.",
    en="The line aimed at is unknown, of another flow, or of another worker than that of a "
    "cancellation. Check the transmission and the reference, or the members of the original key.",
    example=Example(
        base="passive",
        pointer=f"{_AT}/ref",
        passes="P-0001",
        fails="P-0009",
        also=_correction("C001"),
        given=((),),
    ),
)
def line_aimed_at_is_known(line: DoseResult, aim: Aim, _occasion: Occasion) -> tuple[Finding, ...]:
    """A correction keeps the target's flow; a cancellation, its worker too."""
    return found("C001", line, "corrects", is_so=aim.state is State.UNKNOWN)


@rule(
    "C002",
    level=Level.ERROR,
    actor=Actor.SENDER,
    action=Action.CONTACT,
    step=Step.CHECK,
    scope=Scope.TARGET,
    operations=_OPERATIONS,
    source=f"{_A23_11} ; {_CONTRACT}",
    fr="La ligne visée vient d'un autre émetteur : lui seul, ou son successeur, la corrige ou "
    "l'annule. Demandez-le-lui, ou signalez l'erreur à l'ASNR.",
    en="The line aimed at comes from another sender: only that sender, or its successor, corrects "
    "or cancels it. Ask that sender, or tell the ASNR of the error.",
    example=Example(
        base="passive",
        pointer=f"{_AT}/transmission",
        passes=given_id("C002", 0),
        fails=given_id("C002", 1),
        also=_correction("C002"),
        given=(
            (),
            (
                ("/sender/siret", SECOND_LABORATORY),
                ("/results/0/measurements/0/radiation", "NEUTRON"),
            ),
        ),
    ),
)
def author_corrects(line: DoseResult, aim: Aim, _occasion: Occasion) -> tuple[Finding, ...]:
    """Who transmitted a result retransmits it corrected (art. 11 II)."""
    return found("C002", line, "corrects", is_so=aim.state is State.OF_ANOTHER)


@rule(
    "C003",
    level=Level.ERROR,
    actor=Actor.PHYSICIAN,
    action=Action.CONTACT,
    step=Step.CHECK,
    scope=Scope.TARGET,
    operations=_OPERATIONS,
    source=f"Arrêté du 23 juin 2023 (SISERI), art. 22 et 23 ; Code du travail, art. R. 4451-79 ; "
    f"{_CONTRACT}",
    fr="Un médecin du travail a décidé de la dose visée : aucun envoi ne la corrige ni ne "
    "l'annule. Signalez-lui l'erreur constatée : lui seul revoit sa décision, dans SISERI. "
    "Renvoyez la ligne une fois la décision retirée.",
    en="An occupational physician has decided on the dose aimed at: no transmission corrects or "
    "cancels it. Tell that physician of the error, who alone reviews the decision, in SISERI. "
    "Send the line again once the decision is withdrawn.",
    example=Example(
        base="passive",
        pointer=f"{_AT}/transmission",
        passes=given_id("C003", 0),
        fails=given_id("C003", 1),
        also=_correction("C003"),
        given=((), (("/results/0/measurements/0/radiation", "NEUTRON"),)),
        decided=(1,),
    ),
)
def physician_has_not_decided(
    line: DoseResult, aim: Aim, _occasion: Occasion
) -> tuple[Finding, ...]:
    """What the physician maintained, modified or cancelled, no sender overrides (art. 22-23)."""
    is_decided = aim.target is not None and aim.target.is_decided
    return found("C003", line, "corrects", is_so=is_decided)


@rule(
    "C004",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    operations=_OPERATIONS,
    source=_CONTRACT,
    fr="Le motif « OTHER » doit être justifié. Choisissez le motif qui convient, ou ajoutez la "
    "justification.",
    en="The reason OTHER must be justified. Choose the reason that fits, or add the justification.",
    example=Example(
        base="passive",
        pointer=f"{_AT}/justification",
        passes="Relevé du dosimètre attribué à tort.",
        fails=ABSENT,
        also=_correction("C004", reason="OTHER"),
        given=((),),
    ),
)
def reason_is_told(line: DoseResult, _occasion: Occasion) -> tuple[Finding, ...]:
    """A correction says why; in the sender's own words where no coded reason fits."""
    corrects = line.corrects
    is_untold = (
        corrects is not None and corrects.reason == "OTHER" and corrects.justification is None
    )
    return found("C004", line, "corrects/justification", is_so=is_untold)


@rule(
    "C005",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    scope=Scope.TARGET,
    operations=_OPERATIONS,
    source=_CONTRACT,
    fr="La ligne, ou celle qu'elle vise, n'est pas ou plus en vigueur : elle est corrigée, annulée "
    "ou remplacée, ou c'est une annulation. Visez la ligne en vigueur, celle de la dernière "
    "correction ; si aucune n'est en vigueur ni en attente pour ce résultat, renvoyez-le en "
    "INITIAL, sans « corrects ».",
    en="The line, or the one it aims at, is not or no longer in force: it is corrected, cancelled "
    "or replaced, or it is a cancellation. Aim at the line now in force, that of the last "
    "correction; if none is in force or held for this result, send it again as INITIAL, without "
    "`corrects`.",
    example=Example(
        base="passive",
        pointer=f"{_AT}/transmission",
        passes=given_id("C005", 1),
        fails=given_id("C005", 0),
        also=_correction("C005", place=1),
        given=((), _correction("C005")),
    ),
)
def line_aimed_at_is_in_force(
    line: DoseResult, aim: Aim, _occasion: Occasion
) -> tuple[Finding, ...]:
    """A correction always aims at the line now in force."""
    return found("C005", line, "corrects", is_so=aim.state is State.GONE)


@rule(
    "C006",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    scope=Scope.TARGET,
    operations=_OPERATIONS,
    source=_CONTRACT,
    fr="L'empreinte indiquée n'est pas celle d'un accusé de l'envoi visé. Reprenez celle de "
    "l'accusé qui a pris la ligne, ou n'indiquez pas d'empreinte.",
    en="The digest stated is not that of an acknowledgement of the transmission aimed at. Take "
    "that of the acknowledgement that took the line, or state none.",
    example=Example(
        base="passive",
        pointer=f"{_AT}/acknowledgementSha256",
        passes=ABSENT,
        fails=_NO_DIGEST,
        also=_correction("C006"),
        given=((),),
    ),
)
def acknowledgement_is_that_of_the_line(
    line: DoseResult, aim: Aim, _occasion: Occasion
) -> tuple[Finding, ...]:
    """What the sender holds of the line is what was answered: a cross-check."""
    stated = None if line.corrects is None else line.corrects.acknowledgement_sha256
    is_foreign = (
        stated is not None and aim.target is not None and stated not in aim.target.acknowledgements
    )
    return found("C006", line, "corrects/acknowledgementSha256", is_so=is_foreign)


@rule(
    "C007",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    scope=Scope.TARGET,
    operations=frozenset({Operation.CORRECTION}),
    source=_CONTRACT,
    fr="La correction change plus que son motif ne le dit : ce qui est mesuré ou calculé (valeur, "
    "statut, rayonnement…) sans motif DOSE ou BACKGROUND, ou le travailleur sans motif IDENTITY. "
    "Corrigez le motif, ou la ligne.",
    en="The correction changes more than its reason says: what was measured or computed (value, "
    "status, radiation…) without the reason DOSE or BACKGROUND, or the worker without the reason "
    "IDENTITY. Correct the reason, or the line.",
    example=Example(
        base="passive",
        pointer=f"{_AT}/reason",
        passes="DOSE",
        fails="PERIOD",
        also=(("/results/0/measurements/0/value", "0.2"), *_correction("C007")),
        given=((),),
    ),
)
def reason_covers_the_change(
    line: DoseResult, aim: Aim, _occasion: Occasion
) -> tuple[Finding, ...]:
    """A change of dose is told from a change of identity, of employer or of period.

    Compared is all that was measured or computed, what no sum counts too; not where or when.
    """
    target, corrects = aim.target, line.corrects
    if target is None or corrects is None:
        return ()
    is_dose = readings_of(line) != target.readings and corrects.reason not in _CHANGES_DOSE
    is_worker = aim.is_of_another_worker and corrects.reason != "IDENTITY"
    return found("C007", line, "corrects/reason", is_so=is_dose or is_worker)
