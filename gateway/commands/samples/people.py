"""Fictitious workers at real, public establishments.

No worker here exists: each NIR has a valid key and a commune number (999) that no commune has.
The SIRETs are from the open SIANCE reference tables of the ASN (MIT licence, state of 2022); the
establishments have nothing to do with what is generated.
"""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Final

from stdnum.fr import nir as stdnum_nir

COMMUNE: Final = "999"
"""Marks every NIR made here."""
_OVERSEAS: Final = 20
_SURNAMES: Final = (
    "AUBERT", "BAILLY", "BARBIER", "BENOÎT", "BERGER", "BESNARD", "BLANCHARD", "BOUCHER", "BRUN",
    "CARON", "CHEVALIER", "CLÉMENT", "COLIN", "COUSIN", "D'ALMEIDA", "DELMAS", "DUMAS", "DUVAL",
    "FAURE", "FERREIRA", "FLEURY", "GAILLARD", "GARNIER", "GÉRARD", "GIRAUD", "GUÉRIN", "HAMON",
    "HUBERT", "JACQUET", "JOLY", "KLEIN", "LACROIX", "LE GOFF", "LECLERC", "LEMOINE", "LEROUX",
    "MAILLARD", "MALLET", "MARCHAND", "MEUNIER", "MONNIER", "MOULIN", "NGUYEN", "NOËL", "OLIVIER",
    "PAYET", "PELLETIER", "PERRIN", "PICARD", "PRÉVOST", "RENAUD", "RIVIÈRE", "ROLLAND", "ROUSSEL",
    "SCHMITT", "TANGUY", "TESSIER", "VASSEUR", "VIDAL", "WEBER",
)  # fmt: skip
_FIRST_NAMES: Final = {
    "M": (
        "Alexandre", "Antoine", "Bruno", "Cédric", "Christophe", "Damien", "David", "Éric",
        "Fabien", "Frédéric", "Guillaume", "Hugo", "Jean-Luc", "Julien", "Karim", "Laurent",
        "Lucas", "Mathieu", "Nicolas", "Olivier", "Pascal", "Rémi", "Sébastien", "Théo", "Yann",
    ),
    "F": (
        "Agnès", "Anaïs", "Anne-Marie", "Aurélie", "Camille", "Céline", "Chloé", "Claire",
        "Delphine", "Élodie", "Émilie", "Fatima", "Françoise", "Hélène", "Inès", "Julie", "Laure",
        "Élise", "Marion", "Nathalie", "Noémie", "Pauline", "Sophie", "Stéphanie", "Valérie",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Establishment:
    """A real establishment by its public number."""

    siret: str
    name: str
    is_nuclear: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A worker whom nobody is, at one establishment."""

    nir: str
    birth_name: str
    first_name: str
    birth_date: str
    sex: str
    category: str
    employer: Establishment
    hired: date

    def __repr__(self) -> str:
        return "Person(…)"


def establishments() -> tuple[Establishment, ...]:
    """The establishments that come with this package."""
    with (Path(__file__).parent / "sirets.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(
            Establishment(
                siret=row["siret"], name=row["name"], is_nuclear=row["kind"] == "operator"
            )
            for row in csv.DictReader(stream)
        )


class Population:
    """Gives workers one by one, never the same twice."""

    def __init__(
        self, *, draw: Random, day: date, share_of_a: float, employers: tuple[Establishment, ...]
    ) -> None:
        """`day` is the day of reception: everybody is of full age by then."""
        self._draw = draw
        self._day = day
        self._share_of_a = share_of_a
        self._employers = employers
        self._given: set[str] = set()

    def person(self) -> Person:
        """A new worker."""
        draw = self._draw
        sex = "F" if draw.random() < 0.35 else "M"  # noqa: PLR2004 - about the real share
        born = date(self._day.year - draw.randint(20, 62), draw.randint(1, 12), draw.randint(1, 28))
        nir = self._nir(sex, born)
        while nir in self._given:
            nir = self._nir(sex, born)
        self._given.add(nir)
        return Person(
            nir=nir,
            birth_name=draw.choice(_SURNAMES),
            first_name=draw.choice(_FIRST_NAMES[sex]),
            birth_date=born.isoformat(),
            sex=sex,
            category="A" if draw.random() < self._share_of_a else "B",
            employer=draw.choice(self._employers),
            hired=date(self._day.year - draw.randint(1, 8), draw.randint(1, 12), 1),
        )

    def _nir(self, sex: str, born: date) -> str:
        department = self._draw.choice([n for n in range(1, 96) if n != _OVERSEAS])
        digits = (
            f"{1 if sex == 'M' else 2}{born:%y%m}{department:02d}{COMMUNE}"
            f"{self._draw.randint(1, 999):03d}"
        )
        return digits + str(stdnum_nir.calc_check_digits(digits))
