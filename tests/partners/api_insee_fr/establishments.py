"""The register of the double: real sites of the nuclear field, and fictitious establishments.

The SIRETs of sites are public (`gateway/commands/samples/sirets.csv`); their state, periods and
links are invented here. A fictitious SIRET is valid and says FICTIF in its name; never send one to
the real register, which may have given its number to somebody. All is the same each time.
"""

import csv
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from stdnum import luhn

import gateway.commands.samples

SITES = Path(gateway.commands.samples.__file__).parent / "sirets.csv"
OLD_ORANO, NEW_ORANO = "52498027300014", "30520716900056"
OLD_TRICASTIN, TRICASTIN = "55208131787403", "55208131721063"
LA_POSTE, LA_POSTE_OFFICE = "35600000000048", "35600000009075"
DUPLICATE, KEPT = "53222169400013", "77887067500015"
CEASED = "49081738400020"
MASKED_PERSON = "78951073200017"
HIDDEN = "99788830000016"
A_DAY = date(2008, 1, 1)


class Kind(StrEnum):
    """What a fictitious establishment is; each stands at one place of every twenty."""

    ACTIVE = "active"
    SUCCEEDED = "closed, with a successor"
    CLOSED = "closed, without"
    REOPENED = "closed, then opened again"
    MASKED_PERSON = "a natural person who objected to publication"
    MASKED_COMPANY = "a company that objected to publication"
    NAF25 = "classified by NAF 2025"
    BARE = "members missing"
    HIDDEN = "not diffused"
    DUPLICATE = "of a unit registered twice"


_ORDER = tuple(Kind)[1:]


def kind_of(number: int) -> Kind:
    """Of the fictitious establishment of that number."""
    place = number % 20
    return _ORDER[place] if place < len(_ORDER) else Kind.ACTIVE


def fictitious(number: int) -> str:
    """A valid SIRET, one for each number below 100,000: the only establishment of its unit."""
    assert 0 <= number < 100_000
    siren = f"999{number:05d}"
    siren += luhn.calc_check_digit(siren)
    return f"{siren}0001{luhn.calc_check_digit(f'{siren}0001')}"


@dataclass
class Register:
    """What the double knows."""

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    links: list[dict[str, Any]] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    duplicates: dict[str, str] = field(default_factory=dict)

    def link(self, former: str, newer: str, *, on: str = "2020-12-31", continues=True) -> None:
        self.links.append(
            {
                "siretEtablissementPredecesseur": former,
                "siretEtablissementSuccesseur": newer,
                "dateLienSuccession": on,
                "transfertSiege": False,
                "continuiteEconomique": continues,
                "dateDernierTraitementLienSuccession": "2021-01-04T08:11:52.123",
            }
        )


def the_register(*, count: int = 0) -> Register:
    """Every site, the traps, and `count` fictitious establishments."""
    register = Register()
    with SITES.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            register.records[row["siret"]] = record(row["siret"], name=row["name"].upper())
    _traps(register)
    for number in range(count):
        _add(register, number)
    return register


def record(siret: str, *, name: str = "FICTIF", periods: list[dict] | None = None, unit=None):
    """The record of an establishment of a legal person, active since 2008 unless said otherwise."""
    periods = [period("A", A_DAY)] if periods is None else periods
    return {
        "siren": siret[:9],
        "nic": siret[9:],
        "siret": siret,
        "statutDiffusionEtablissement": "O",
        "dateCreationEtablissement": "2008-01-01",
        "trancheEffectifsEtablissement": "12",
        "anneeEffectifsEtablissement": "2024",
        "activitePrincipaleRegistreMetiersEtablissement": None,
        "dateDernierTraitementEtablissement": "2025-06-10T09:14:27.000",
        "etablissementSiege": True,
        "nombrePeriodesEtablissement": len(periods),
        "activitePrincipaleNAF25Etablissement": "35.15Y",
        "uniteLegale": {
            "etatAdministratifUniteLegale": "A",
            "statutDiffusionUniteLegale": "O",
            "unitePurgeeUniteLegale": None,
            "categorieJuridiqueUniteLegale": "5710",
            "denominationUniteLegale": name,
            "nomUniteLegale": None,
            "prenom1UniteLegale": None,
            **(unit or {}),
        },
        "adresseEtablissement": {
            "numeroVoieEtablissement": "1",
            "libelleVoieEtablissement": "DES ESSAIS",
            "codePostalEtablissement": "75001",
            "libelleCommuneEtablissement": "PARIS 1",
            "codeCommuneEtablissement": "75101",
        },
        "adresse2Etablissement": {"numeroVoie2Etablissement": None},
        "periodesEtablissement": periods,
    }


def period(state: str, start: date | None, end: date | None = None, **more) -> dict[str, Any]:
    return {
        "dateFin": None if end is None else end.isoformat(),
        "dateDebut": None if start is None else start.isoformat(),
        "etatAdministratifEtablissement": state,
        "changementEtatAdministratifEtablissement": start is not None,
        "enseigne1Etablissement": None,
        "denominationUsuelleEtablissement": None,
        "activitePrincipaleEtablissement": "35.11Z",
        "nomenclatureActivitePrincipaleEtablissement": "NAFRev2",
        "caractereEmployeurEtablissement": "O",
        **more,
    }


def states(*changes: tuple[str, date]) -> list[dict[str, Any]]:
    """Periods, newest first, of the states that begin on these days, given oldest first."""
    ends = [start - timedelta(days=1) for _, start in changes[1:]] + [None]
    told = [period(state, start, end) for (state, start), end in zip(changes, ends, strict=True)]
    return told[::-1]


def _traps(register: Register) -> None:
    for former, newer in ((OLD_ORANO, NEW_ORANO), (OLD_TRICASTIN, TRICASTIN)):
        closed = states(("A", A_DAY), ("F", date(2020, 12, 31)))
        register.records[former] = record(former, periods=closed)
        register.link(former, newer)
    for office in (LA_POSTE, LA_POSTE_OFFICE):
        register.records[office] = record(office, name="LA POSTE")
    register.records[KEPT] = record(KEPT)
    register.duplicates[DUPLICATE] = KEPT
    register.hidden.add(HIDDEN)
    ceased = states(("A", date(2006, 7, 1)), ("F", date(2011, 9, 5)))
    unit = {"etatAdministratifUniteLegale": "C"}
    register.records[CEASED] = record(CEASED, periods=ceased, unit=unit)
    register.records[MASKED_PERSON] = _masked_person(MASKED_PERSON)


def _masked_person(siret: str) -> dict[str, Any]:
    unit = {
        "statutDiffusionUniteLegale": "P",
        "categorieJuridiqueUniteLegale": "1000",
        "denominationUniteLegale": None,
        "nomUniteLegale": "[ND]",
        "prenom1UniteLegale": "[ND]",
    }
    told = record(siret, unit=unit, periods=[period("A", A_DAY, enseigne1Etablissement="[ND]")])
    told["statutDiffusionEtablissement"] = "P"
    told["adresseEtablissement"]["libelleVoieEtablissement"] = "[ND]"
    return told


def _add(register: Register, number: int) -> None:
    siret, kind = fictitious(number), kind_of(number)
    if kind is Kind.HIDDEN:
        register.hidden.add(siret)
    elif kind is Kind.DUPLICATE:
        register.duplicates[siret] = fictitious(number + 1)
    else:
        register.records[siret] = _fictitious_record(siret, f"FICTIF {number}", kind)
    if kind is Kind.SUCCEEDED:
        register.link(siret, fictitious(number + 19), on="2024-03-01")


def _fictitious_record(siret: str, name: str, kind: Kind) -> dict[str, Any]:
    match kind:
        case Kind.SUCCEEDED | Kind.CLOSED:
            told = record(siret, name=name, periods=states(("A", A_DAY), ("F", date(2024, 3, 1))))
        case Kind.REOPENED:
            again = (("A", A_DAY), ("F", date(2015, 2, 1)), ("A", date(2018, 9, 1)))
            told = record(siret, name=name, periods=states(*again))
        case Kind.MASKED_PERSON:
            told = _masked_person(siret)
        case Kind.MASKED_COMPANY:
            told = record(siret, unit={"denominationUniteLegale": "[ND]"})
            told["statutDiffusionEtablissement"] = "P"
        case Kind.NAF25:
            new = {
                "activitePrincipaleEtablissement": "35.15Y",
                "nomenclatureActivitePrincipaleEtablissement": "NAF2025",
            }
            told = record(siret, name=name, periods=[period("A", A_DAY, **new)])
        case Kind.BARE:
            told = {
                "siret": siret,
                "periodesEtablissement": [{"etatAdministratifEtablissement": "A"}],
            }
        case _:
            told = record(siret, name=name)
    return told
