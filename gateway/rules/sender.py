"""H: who sends, in what capacity, for whom."""

from collections.abc import Sequence
from typing import Final

from gateway.identifiers import InvalidIdentifier, Siret
from gateway.model.directory import Partner
from gateway.model.transmission import DoseResult, Flow, Header, SenderType
from gateway.model.verdict import Action, Actor, Finding, Level, Step
from gateway.rules.example import Example, PartnerExample
from gateway.rules.examples import LABORATORY, SAME_COMPANY, STRANGER
from gateway.rules.occasion import Occasion
from gateway.rules.rule import Scope, rule

_READ: Final = frozenset(
    {Flow.PASSIVE_EXTERNAL, Flow.RADON, Flow.RADIOTOXICOLOGY, Flow.BODY_COUNTING}
)
"""What accredited bodies read and count; where none does, the physician answers for it."""
OPEN_TO: Final[dict[SenderType, frozenset[Flow]]] = {
    SenderType.OA: _READ,
    SenderType.OPERATOR: frozenset({Flow.OPERATIONAL}),
    SenderType.EMPLOYER: frozenset({Flow.OPERATIONAL}),
    SenderType.PHYSICIAN: _READ | {Flow.COMMITTED_DOSE},
    SenderType.AUTHORISED_BODY: frozenset({Flow.AIRCREW}),
}
"""Who may send what: arrêté of 23 June 2023, art. 13, 15, 17, 18, 23; R. 4451-65 II for crews."""


@rule(
    "H001",
    level=Level.FATAL,
    actor=Actor.SENDER,
    action=Action.CONTACT,
    step=Step.CHECK,
    scope=Scope.HEADER,
    source="Code du travail, art. R. 4451-65 ; arrêté du 26 juin 2019, art. 25",
    fr="L'accréditation de l'émetteur est absente, échue ou suspendue à la date de réception. "
    "Faites rétablir vos droits auprès de l'ASNR, puis renvoyez sous un nouvel identifiant.",
    en="The sender's accreditation is missing, out of date or suspended on the day of reception. "
    "Have your rights restored by the ASNR, then send again under a new id.",
    example=PartnerExample(base="passive", field="accreditation", passes="1-0001", fails=None),
)
def accreditation_in_force(occasion: Occasion) -> tuple[Finding, ...]:
    """An accredited body transmits under an accreditation in force (CT R. 4451-65)."""
    if _may_send(occasion.sender, occasion):
        return ()
    return (Finding("H001", "/sender"),)


def _may_send(partner: Partner, occasion: Occasion) -> bool:
    """Whether the partner's right to transmit is in force on the day of reception."""
    day = occasion.day
    if partner.disabled_at is not None and partner.disabled_at <= occasion.received_at:
        return False
    if partner.suspended_from is not None and partner.suspended_from <= day:
        return False
    if partner.accredited_from is not None and day < partner.accredited_from:
        return False
    if partner.accredited_to is not None and partner.accredited_to < day:
        return False
    return partner.type is not SenderType.OA or partner.accreditation is not None


@rule(
    "H002",
    level=Level.FATAL,
    actor=Actor.SENDER,
    action=Action.CONTACT,
    step=Step.CHECK,
    scope=Scope.HEADER,
    source="Arrêté du 23 juin 2023 (SISERI), art. 11, 13, 15, 17, 18 et 23 ; Code du travail, "
    "art. R. 4451-65",
    fr="Ce flux n'est pas ouvert à cet émetteur, en cette qualité ou par son enrôlement. "
    "Choisissez un flux de votre périmètre ou demandez à l'ASNR de l'étendre.",
    en="This flow is not open to this sender, in this capacity or by its enrolment. "
    "Choose a flow within your scope or ask the ASNR to extend it.",
    example=Example(base="passive", pointer="/flow", passes="PASSIVE_EXTERNAL", fails="RADON"),
)
def flow_within_scope(occasion: Occasion) -> tuple[Finding, ...]:
    """A sender transmits the flows that the arrêté and his enrolment open to him."""
    flow = occasion.header.flow
    sender = occasion.sender
    if sender.type is not None and flow in OPEN_TO[sender.type] and flow in sender.flows:
        return ()
    return (Finding("H002", "/flow"),)


@rule(
    "H003",
    level=Level.FATAL,
    actor=Actor.SENDER,
    step=Step.CHECK,
    scope=Scope.SENDER,
    source="Contrat d'interface, version 1, § 3",
    fr="L'émetteur déclaré n'est pas celui qui s'est authentifié, ni un émetteur dont il a mandat. "
    "Corrigez le SIRET et le type de l'émetteur, ou utilisez les identifiants de cet émetteur.",
    en="The declared sender is neither the authenticated one nor one it holds a mandate for. "
    "Correct the sender's SIRET and type, or use that sender's own credentials.",
    example=Example(base="passive", pointer="/sender/siret", passes=LABORATORY, fails=STRANGER),
)
def sender_is_spoken_for(header: Header, senders: Sequence[Partner]) -> tuple[Finding, ...]:
    """Nobody speaks for another without a mandate; judged before any look-up (contract.md §3).

    `senders` are those in whose name the submitter may transmit.
    """
    stated = header.sender
    theirs = [sender for sender in senders if sender.siret == stated.siret]
    if not theirs:
        return (Finding("H003", "/sender/siret"),)
    if any(sender.type == stated.type for sender in theirs):
        return ()
    return (Finding("H003", "/sender/type"),)


@rule(
    "H004",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    source="Arrêté du 23 juin 2023 (SISERI), art. 17 III et 18",
    fr="L'employeur de la ligne n'appartient pas à l'entreprise pour le compte de laquelle vous "
    "transmettez. Corrigez l'employeur, ou transmettez cette ligne à part.",
    en="The employer of the line does not belong to the company on whose behalf you transmit. "
    "Correct the employer, or transmit this line separately.",
    example=Example(
        base="operational",
        pointer="/sender/onBehalfOf/siret",
        passes=SAME_COMPANY,
        fails=STRANGER,
    ),
)
def employer_is_represented(line: DoseResult, occasion: Occasion) -> tuple[Finding, ...]:
    """Under a mandate, each employer has the SIREN of the one represented (art. 17 III, 18)."""
    represented = occasion.header.sender.on_behalf_of
    if represented is None or isinstance(line.employer, InvalidIdentifier):
        return ()
    if isinstance(represented, Siret) and represented.siren == line.employer.siren:
        return ()
    return (Finding("H004", f"/results/{line.index}/employer/siret"),)
