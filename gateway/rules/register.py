"""R: the worker, his establishment and his monitoring, against the register's directory."""

from datetime import date
from typing import Final

import msgspec

from gateway.identifiers import InvalidIdentifier, Siret
from gateway.model.directory import Attachment, Employment, KnownWorker, Partner
from gateway.model.transmission import DoseResult, Flow, Operation, SenderType
from gateway.model.verdict import Action, Actor, Finding, Level, Step
from gateway.rules.example import Example
from gateway.rules.examplebases import KNOWN
from gateway.rules.examples import EMPLOYMENT, SAME_COMPANY
from gateway.rules.findings import found
from gateway.rules.occasion import Occasion
from gateway.rules.rule import Scope, rule, second_check

SECOND_GROUP: Final = "EMERGENCY_2"
"""The second group of emergency workers (Code du travail R. 4451-99)."""
_OWN_WORKERS: Final = frozenset({SenderType.EMPLOYER, SenderType.PHYSICIAN})
"""Senders that need no attachment to the workers of their own company (art. 17 I and 22)."""
_WITH_DOSE: Final = frozenset({Operation.INITIAL, Operation.LATE, Operation.CORRECTION})
_ELSEWHERE: Final = msgspec.structs.replace(
    EMPLOYMENT, employer=Siret.parse(SAME_COMPANY), undeclared=frozenset({"sector", "trade"})
)
_ATTACHED_ELSEWHERE: Final = msgspec.structs.replace(
    KNOWN.attachments[0], employer=Siret.parse(SAME_COMPANY)
)
_A23_11: Final = "Arrêté du 23 juin 2023 (SISERI), art. 11 I"


def employments_of(line: DoseResult, known: KnownWorker) -> tuple[Employment, ...]:
    """His employments at the line's establishment that touch the line's days."""
    first, last = line.first_day, line.last_day
    return tuple(
        [  # a list is twice as fast as a generator, and this is asked four times of each line
            employment
            for employment in known.employments
            if employment.employer == line.employer
            and (last is None or employment.start <= last)
            and (first is None or employment.end is None or employment.end >= first)
        ]
    )


def _is_attached(line: DoseResult, known: KnownWorker, occasion: Occasion) -> bool:
    """Whether the sender may transmit for him at this establishment on the line's days."""
    sender = occasion.header.sender.siret
    if occasion.header.sender.type in _OWN_WORKERS and _is_own(line, sender):
        return True
    first, last = line.first_day, line.last_day
    return any(
        attachment.employer == line.employer
        and attachment.sender == sender
        and (last is None or attachment.start <= last)
        and (first is None or attachment.end is None or attachment.end >= first)
        for attachment in known.attachments
    )


def _is_own(line: DoseResult, sender: Siret | InvalidIdentifier) -> bool:
    """Whether the line's employer is of the sender's own company."""
    if isinstance(line.employer, InvalidIdentifier) or isinstance(sender, InvalidIdentifier):
        return False
    return line.employer.siren == sender.siren


def is_registered(line: DoseResult, known: KnownWorker | None, occasion: Occasion) -> bool:
    """Whether number, couple and attachment are all known: one answer for the three."""
    return (
        known is not None
        and bool(employments_of(line, known))
        and _is_attached(line, known, occasion)
    )


def may_send_for(known: KnownWorker, employer: Siret, sender: Partner, day: date) -> bool:
    """Whether the couple is known on that day, and the sender may send for it: as R001 has it."""

    def touches(one: Employment | Attachment) -> bool:
        return one.employer == employer and one.start <= day and (one.end is None or one.end >= day)

    if not any(map(touches, known.employments)):
        return False
    if sender.type in _OWN_WORKERS and sender.siret.siren == employer.siren:
        return True
    return any(to.sender == sender.siret and touches(to) for to in known.attachments)


def _states_second_group(line: DoseResult) -> bool:
    """Whether the sender says that the worker is of the second emergency group."""
    stated = line.monitoring.other_exposures
    return stated is not None and SECOND_GROUP in stated


@rule(
    "R001",
    level=Level.ERROR,
    actor=Actor.EMPLOYER,
    action=Action.WAIT,
    step=Step.VERIFY,
    scope=Scope.REGISTRATION,
    holds=True,
    source=_A23_11,
    fr="Le registre ne connaît pas ce travailleur dans cet établissement pour cet émetteur. "
    "L'employeur doit l'y inscrire et le rattacher à l'émetteur ; la ligne attend d'ici là, sauf "
    "autre motif de refus.",
    en="The register does not know this worker in this establishment for this sender. The "
    "employer must register him there and attach him to the sender; the line waits until then, "
    "unless something else refuses it.",
    example=Example(
        base="passive",
        pointer="/results/0/employer/siret",
        passes="90000003500015",
        fails=SAME_COMPANY,
    ),
)
def worker_is_registered(
    line: DoseResult, known: KnownWorker | None, occasion: Occasion
) -> tuple[Finding, ...]:
    """Number, couple and attachment are known (art. 11 I); nobody learns which one is not."""
    if occasion.is_suspended or _states_second_group(line):
        return ()
    if is_registered(line, known, occasion):
        return ()
    return (Finding("R001", f"/results/{line.index}/worker"),)


@rule(
    "R003",
    level=Level.ERROR,
    actor=Actor.EMPLOYER,
    step=Step.CHECK,
    source="Code du travail, art. R. 4451-33-1 III et R. 4451-64",
    fr="Ce travailleur ne relève pas de la surveillance dosimétrique individuelle pour ce flux : "
    "son résultat ne s'enregistre pas. Demandez à l'employeur de vérifier son classement.",
    en="This worker is not under individual dosimetric monitoring for this flow: the result is "
    "not registered. Ask the employer to check his classification.",
    example=Example(base="passive", pointer="/results/0/monitoring/type", passes="SDI", fails="SR"),
)
def monitoring_is_individual(line: DoseResult, _occasion: Occasion) -> tuple[Finding, ...]:
    """Radiological monitoring of unclassified workers is not registered (R. 4451-64)."""
    if line.monitoring.type == "SDI":
        return ()
    return (Finding("R003", f"/results/{line.index}/monitoring/type"),)


@second_check("R003", scope=Scope.DIRECTORY)
def worker_is_monitored(
    line: DoseResult, known: KnownWorker, occasion: Occasion
) -> tuple[Finding, ...]:
    """R003 by the directory: a category, or another ground; operational, a category alone.

    Code du travail R. 4451-64 for individual monitoring; R. 4451-33-1 III for operational results,
    which are those of classified workers.
    """
    if line.monitoring.type != "SDI" or line.operation is Operation.CANCELLATION:
        return ()
    is_operational = occasion.header.flow is Flow.OPERATIONAL
    for employment in employments_of(line, known):
        if employment.category is not None or (employment.other_exposures and not is_operational):
            return ()
    return (Finding("R003", f"/results/{line.index}/monitoring"),)


@rule(
    "R004",
    level=Level.ERROR,
    actor=Actor.EMPLOYER,
    action=Action.WAIT,
    step=Step.VERIFY,
    scope=Scope.REGISTRATION,
    holds=True,
    source="Arrêté du 23 juin 2023 (SISERI), art. 9 II et 12",
    fr="Ce travailleur du second groupe d'urgence n'est pas encore inscrit. L'employeur "
    "l'inscrit au plus tard trois mois après la fin de l'urgence ; la ligne attend d'ici là, sauf "
    "autre motif de refus.",
    en="This worker of the second emergency group is not registered yet. The employer registers "
    "him at most three months after the end of the emergency; the line waits until then, unless "
    "something else refuses it.",
    example=Example(
        base="passive",
        pointer="/results/0/monitoring/otherExposures/0",
        passes="EMERGENCY_1",
        fails=SECOND_GROUP,
        worker=(
            (
                "employments",
                (msgspec.structs.replace(EMPLOYMENT, other_exposures=frozenset({"EMERGENCY_1"})),),
            ),
        ),
        also=(("/results/0/monitoring/otherExposures", ["EMERGENCY_1"]),),
    ),
)
def second_group_is_registered(
    line: DoseResult, known: KnownWorker | None, occasion: Occasion
) -> tuple[Finding, ...]:
    """A worker called in for an emergency may be registered after it (art. 12)."""
    if occasion.is_suspended or not _states_second_group(line):
        return ()
    if known is not None and is_registered(line, known, occasion):
        for employment in employments_of(line, known):
            if SECOND_GROUP in employment.other_exposures:
                return ()
    return (Finding("R004", f"/results/{line.index}/monitoring/otherExposures"),)


@rule(
    "R006",
    level=Level.WARNING,
    actor=Actor.EMPLOYER,
    step=Step.VERIFY,
    scope=Scope.DIRECTORY,
    source="Arrêté du 23 juin 2023 (SISERI), art. 10 ; Code du travail, art. R. 4451-57",
    fr="Le classement ou les autres expositions que vous indiquez diffèrent du registre, qui fait "
    "foi. Ce n'est pas un refus ; l'employeur doit mettre l'un ou l'autre à jour.",
    en="The category or the other exposures that you state differ from the register, which "
    "prevails. This is no refusal; the employer must bring one or the other up to date.",
    example=Example(
        base="passive", pointer="/results/0/monitoring/category", passes="A", fails="B"
    ),
)
def monitoring_is_the_register_s(
    line: DoseResult, known: KnownWorker, _occasion: Occasion
) -> tuple[Finding, ...]:
    """What the sender was told is compared with what the employer declared (art. 10)."""
    monitoring = line.monitoring
    if monitoring.category is None and monitoring.other_exposures is None:
        return ()
    findings: tuple[Finding, ...] = ()
    employments = employments_of(line, known)
    place = f"/results/{line.index}/monitoring"
    if monitoring.category is not None and all(
        employment.category != monitoring.category for employment in employments
    ):
        findings = (Finding("R006", f"{place}/category"),)
    if monitoring.other_exposures is not None and all(
        employment.other_exposures != monitoring.other_exposures for employment in employments
    ):
        findings = (*findings, Finding("R006", f"{place}/otherExposures"))
    return findings


@rule(
    "R007",
    level=Level.WARNING,
    actor=Actor.EMPLOYER,
    action=Action.CONTACT,
    step=Step.VERIFY,
    scope=Scope.DIRECTORY,
    operations=_WITH_DOSE,
    source="Arrêté du 23 juin 2023 (SISERI), art. 8 ; SISERI, fiche réflexe de l'employeur "
    "(complétude 9/9) ; arrêté du 17 juillet 2013, art. 7 (contenu)",
    fr="Ce n'est pas un refus : la dose s'enregistre, mais nul ne la consulte tant que l'employeur "
    "n'a pas complété au registre les données du travailleur (nuisance, contrat, quotité, "
    "caractère, domaine, secteur, métier). Signalez-le-lui ; il n'y a rien à renvoyer.",
    en="This is no refusal: the dose is registered, but nobody can read it until the employer has "
    "completed the worker's data in the register (nature of exposure, contract, working time, "
    "character, domain, sector, trade). Tell him; there is nothing to send again.",
    example=Example(
        base="passive",
        pointer="/results/0/employer/siret",
        passes="90000003500015",
        fails=SAME_COMPANY,
        worker=(
            ("employments", (EMPLOYMENT, _ELSEWHERE)),
            ("attachments", (*KNOWN.attachments, _ATTACHED_ELSEWHERE)),
        ),
    ),
)
def worker_s_data_are_complete(
    line: DoseResult, known: KnownWorker, _occasion: Occasion
) -> tuple[Finding, ...]:
    """A dose is kept and not shown until the employer has declared every fact of the contract.

    Facts of which the directory knows nothing are not missing.
    """
    employments = employments_of(line, known)
    is_so = bool(employments) and all(employment.undeclared for employment in employments)
    return found("R007", line, "employer", is_so=is_so)
