"""I: the worker's number, and whether it and the names are of one person.

The body checks the identity with the surname and the first name (arrêté of 23 June 2023,
article 11 I).
"""

from typing import Final

from gateway.identifiers import InvalidIdentifier
from gateway.model.directory import KnownWorker
from gateway.model.transmission import DoseResult, Worker
from gateway.model.verdict import Actor, Finding, Level, Step
from gateway.model.verification import Trait
from gateway.rules.example import Example
from gateway.rules.examples import NIR
from gateway.rules.names import Likeness, best_likeness
from gateway.rules.occasion import Occasion
from gateway.rules.rule import Scope, rule

_A23_11: Final = "Arrêté du 23 juin 2023 (SISERI), art. 11 I"


def _number_defect(line: DoseResult, code: str) -> tuple[Finding, ...]:
    """A finding where the number was kept as that defect."""
    nir = line.worker.nir
    if isinstance(nir, InvalidIdentifier) and nir.code == code:
        return (Finding(code, f"/results/{line.index}/worker/nir"),)
    return ()


@rule(
    "I001",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    source=f"{_A23_11} ; décret n° 82-103 du 22 janvier 1982",
    fr="Le numéro du travailleur n'a pas la forme d'un NIR : treize caractères puis la clé, sans "
    "espace. Recopiez-le de la carte Vitale ou demandez-le à l'employeur.",
    en="The worker's number does not have the form of a NIR: thirteen characters and the key, "
    "without blanks. Copy it from the Vitale card or ask the employer for it.",
    example=Example(base="passive", pointer="/results/0/worker/nir", passes=NIR, fails=NIR[:14]),
)
def number_has_its_form(line: DoseResult, _occasion: Occasion) -> tuple[Finding, ...]:
    """A result is transmitted by NIR (art. 11 I)."""
    return _number_defect(line, "I001")


@rule(
    "I002",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    source=f"{_A23_11} ; décret n° 82-103 du 22 janvier 1982",
    fr="La clé ne correspond pas au numéro du travailleur : un caractère est sans doute faux. "
    "Vérifiez le numéro et sa clé auprès de l'employeur.",
    en="The key is not that of the worker's number: a character is probably wrong. "
    "Check the number and its key with the employer.",
    example=Example(
        base="passive", pointer="/results/0/worker/nir", passes=NIR, fails=f"{NIR[:13]}20"
    ),
)
def number_has_its_key(line: DoseResult, _occasion: Occasion) -> tuple[Finding, ...]:
    """The key is 97 less the remainder of the number by 97."""
    return _number_defect(line, "I002")


@rule(
    "I003",
    level=Level.ERROR,
    actor=Actor.EMPLOYER,
    step=Step.CHECK,
    source=f"{_A23_11} ; guide de gestion du NIR et du NIA",
    fr="Ce numéro provisoire (NNP) ou de migrant n'est pas recevable. Demandez à l'employeur le "
    "NIR du travailleur ou, à défaut, son numéro d'attente national (NIA).",
    en="This provisional (NNP) or migrant number cannot be taken. Ask the employer for the "
    "worker's NIR or, failing that, the national waiting number (NIA).",
    example=Example(
        base="passive", pointer="/results/0/worker/nir", passes=NIR, fails="712340000000123"
    ),
)
def number_is_not_provisional(line: DoseResult, _occasion: Occasion) -> tuple[Finding, ...]:
    """Numbers made by a single fund ended on 31 December 2022; the NIA replaced them."""
    return _number_defect(line, "I003")


@rule(
    "I011",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.VERIFY,
    scope=Scope.DIRECTORY,
    source=_A23_11,
    fr="L'identité transmise n'est pas celle que le registre connaît sous ce numéro. Vérifiez "
    "auprès de l'employeur le numéro, les nom et prénom, la date de naissance et le sexe.",
    en="The identity sent is not the one that the register knows under this number. Check the "
    "number, names, date of birth and sex with the employer.",
    example=Example(
        base="passive", pointer="/results/0/worker/birthName", passes="Lefebvre", fails="Durand"
    ),
)
def identity_is_the_register_s(
    line: DoseResult, known: KnownWorker, _occasion: Occasion
) -> tuple[Finding, ...]:
    """Names, date of birth and sex are those of the number (art. 11 I)."""
    worker = line.worker
    findings = _names(line, known, Likeness.DIFFERENT, "I011")
    if worker.birth_date is not None and _dates_differ(worker.birth_date, known.birth_date):
        findings = (*findings, Finding("I011", f"/results/{line.index}/worker/birthDate"))
    if worker.sex is not None and worker.sex != known.sex:
        findings = (*findings, Finding("I011", f"/results/{line.index}/worker/sex"))
    return findings


@rule(
    "I012",
    level=Level.WARNING,
    actor=Actor.SENDER,
    step=Step.VERIFY,
    scope=Scope.DIRECTORY,
    source=_A23_11,
    fr="Un nom transmis diffère de peu de celui que le registre connaît sous ce numéro. Ce n'est "
    "pas un refus ; vérifiez l'orthographe et corrigez-la dans vos prochains envois.",
    en="A name sent differs slightly from the one that the register knows under this number. This "
    "is no refusal; check the spelling and correct it from now on.",
    example=Example(
        base="passive", pointer="/results/0/worker/birthName", passes="Lefebvre", fails="Lefevre"
    ),
)
def names_are_spelled_alike(
    line: DoseResult, known: KnownWorker, _occasion: Occasion
) -> tuple[Finding, ...]:
    """A slip of the pen does not cost a dose."""
    return _names(line, known, Likeness.NEAR, "I012")


def unlike(worker: Worker, known: KnownWorker) -> frozenset[Trait]:
    """In what a worker's traits contradict the directory's: where I011 is found, and no more."""
    pairs = {
        Trait.BIRTH_NAME: _surname_likeness(worker, known),
        Trait.FIRST_NAME: _first_name_likeness(worker, known),
    }
    found = {trait for trait, likeness in pairs.items() if likeness is Likeness.DIFFERENT}
    if worker.birth_date is not None and _dates_differ(worker.birth_date, known.birth_date):
        found.add(Trait.BIRTH_DATE)
    if worker.sex is not None and worker.sex != known.sex:
        found.add(Trait.SEX)
    return frozenset(found)


def _surname_likeness(worker: Worker, known: KnownWorker) -> Likeness:
    return best_likeness((worker.birth_name, worker.used_name), (known.birth_name, known.used_name))


def _first_name_likeness(worker: Worker, known: KnownWorker) -> Likeness:
    return best_likeness(
        _first_names(worker.first_name, worker.other_first_names),
        _first_names(known.first_name, known.other_first_names),
    )


def _names(
    line: DoseResult, known: KnownWorker, wanted: Likeness, code: str
) -> tuple[Finding, ...]:
    """Findings of `code` for the names that are just `wanted` alike."""
    worker = line.worker
    findings: tuple[Finding, ...] = ()
    if _surname_likeness(worker, known) is wanted:
        findings = (Finding(code, f"/results/{line.index}/worker/birthName"),)
    if _first_name_likeness(worker, known) is wanted:
        findings = (*findings, Finding(code, f"/results/{line.index}/worker/firstName"))
    return findings


def _first_names(first: str, others: str | None) -> tuple[str | None, ...]:
    """The first name, alone and with the others: a compound one is cut either way."""
    return (first,) if others is None else (first, f"{first} {others}")


def _dates_differ(stated: str, known: str) -> bool:
    """Whether two dates of birth contradict; `00` is unknown and contradicts nothing."""
    if stated == known:
        return False
    return any(
        left != right and "00" not in {left, right}
        for left, right in zip(stated.split("-"), known.split("-"), strict=False)
    )


@rule(
    "I013",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.CHECK,
    source=f"{_A23_11} ; décret n° 82-103 du 22 janvier 1982",
    fr="Le sexe ou la date de naissance transmis contredit le numéro du travailleur. Vérifiez "
    "ensemble le numéro, le sexe et la date de naissance auprès de l'employeur.",
    en="The sex or the date of birth sent contradicts the worker's number. Check the number, the "
    "sex and the date of birth together with the employer.",
    example=Example(base="passive", pointer="/results/0/worker/sex", passes="F", fails="M"),
)
def number_agrees_with_birth(line: DoseResult, _occasion: Occasion) -> tuple[Finding, ...]:
    """A NIR tells sex, year of the century and, below 20, month of birth; a NIA alike."""
    worker = line.worker
    if worker.sex is None and worker.birth_date is None:
        return ()
    findings: tuple[Finding, ...] = ()
    if isinstance(worker.nir, InvalidIdentifier):
        return findings
    if worker.sex is not None and worker.sex != worker.nir.sex:
        findings = (Finding("I013", f"/results/{line.index}/worker/sex"),)
    if worker.birth_date is not None and _birth_contradicts(worker, worker.birth_date):
        findings = (*findings, Finding("I013", f"/results/{line.index}/worker/birthDate"))
    return findings


def _birth_contradicts(worker: Worker, birth_date: str) -> bool:
    """Whether the year or the month of `birth_date` is not that of the number."""
    nir = worker.nir
    if isinstance(nir, InvalidIdentifier):
        return False
    if birth_date[2:4] != nir.birth_year_of_century:
        return True
    month = birth_date[5:7]
    return month != "00" and nir.birth_month is not None and month != nir.birth_month
