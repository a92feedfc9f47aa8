"""Who there is: establishments, partners and workers, all fictitious, as the directory has them.

The form is this page's own; `environments.py` turns it into the directory's rows.
"""

from dataclasses import dataclass


def keyed(digits):
    """`digits` with the Luhn digit that makes the whole valid."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return f"{digits}{-total % 10}"


def siret(number, establishment=1):
    """A SIRET of nobody: its SIREN has its own key."""
    return keyed(f"{keyed(f'{90100000 + number}')}{establishment:04d}")


LABORATORY, OPERATOR, PHYSICIAN = siret(1), siret(2), siret(3)
BODY, EMPLOYING, SECOND, LAPSED, NARROW = siret(4), siret(5), siret(6), siret(7), siret(8)
E1, E1_BIS, E2, E3, NOWHERE = siret(11), siret(11, 2), siret(12), siret(5, 2), siret(99)
"""Employers: two of one company, another, one of the company `EMPLOYING`; one nobody knows."""
NEVER_HEARD_OF, CLOSED, SUCCEEDED, DOUBLE = siret(21), siret(22), siret(23), siret(24)
"""Employers by what Sirene says of them; the other ones are open, and `E3` is hidden."""
READ = ("PASSIVE_EXTERNAL", "RADON", "RADIOTOXICOLOGY", "BODY_COUNTING")
FLOWS = (*READ, "OPERATIONAL", "AIRCREW", "COMMITTED_DOSE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A partner; `accreditation` None where there is none."""

    id: str
    type: str
    siret: str
    flows: tuple[str, ...]
    accreditation: str | None = None
    accredited_to: str | None = None
    suspended_from: str | None = None
    failure_budget: int = 1_000_000
    """Stories name whom nobody knows, again and again, within one day."""


PARTIES = (
    Party(id="laboratory", type="OA", siret=LABORATORY, flows=READ, accreditation="1-0001"),
    Party(id="second", type="OA", siret=SECOND, flows=READ, accreditation="1-0002"),
    Party(id="operator", type="OPERATOR", siret=OPERATOR, flows=("OPERATIONAL",)),
    Party(id="employer", type="EMPLOYER", siret=EMPLOYING, flows=("OPERATIONAL",)),
    Party(id="physician", type="PHYSICIAN", siret=PHYSICIAN, flows=(*READ, "COMMITTED_DOSE")),
    Party(id="body", type="AUTHORISED_BODY", siret=BODY, flows=("AIRCREW",)),
    Party(id="narrow", type="OA", siret=NARROW, flows=READ[:1], accreditation="1-0003"),
    Party(
        id="lapsed", type="OA", siret=LAPSED, flows=READ, accreditation="1-0004",
        accredited_to="2026-11-19",
    ),
    Party(id="unaccredited", type="OA", siret=siret(9), flows=READ),
    Party(
        id="suspended", type="OA", siret=siret(10), flows=READ, accreditation="1-0005",
        suspended_from="2026-11-20",
    ),
    Party(
        id="guessing", type="OA", siret=siret(13), flows=READ, accreditation="1-0006",
        failure_budget=0,
    ),
)  # fmt: skip
PARTY = {party.id: party for party in PARTIES}
SENDERS = {
    **dict.fromkeys(READ, ("laboratory", "laboratory", "second", "physician")),
    "OPERATIONAL": ("operator", "operator", "employer"),
    "AIRCREW": ("body",),
    "COMMITTED_DOSE": ("physician",),
}
"""Who may send each flow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    employer: str = E1
    start: str = "2018-01-01"
    end: str | None = None
    category: str | None = "A"
    other_exposures: tuple[str, ...] = ()
    undeclared: tuple[str, ...] = ()
    """What the employer has not declared yet."""
    senders: tuple[str, ...] = (LABORATORY, SECOND, OPERATOR, PHYSICIAN, BODY, EMPLOYING, NARROW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    nir: str
    birth_name: str
    first_name: str
    birth_date: str
    sex: str
    used_name: str | None = None
    other_first_names: str | None = None
    id_type: str = "NIR"
    contracts: tuple[Contract, ...] = (Contract(),)
    balance: tuple[str, int] | None = None
    """Day and effective dose in µSv."""


def nir(root):
    """The 13 characters of `root` with their key: 97 less the remainder by 97."""
    number = int(root.replace("2A", "19").replace("2B", "18"))
    return f"{root}{97 - number % 97:02d}"


def _plain(number):
    """Known in two companies; a woman or a man born in the year of his number."""
    sex, year, month = number % 2 + 1, 60 + number, number % 12 + 1
    names = ("Lefebvre", "MARTIN", "Nguyen", "O'Brien", "Saint-Exupéry", "Müller", "Ñandú")
    firsts = ("Hélène", "Jean-Luc", "ZOÉ", "Anaïs", "Frédérique", "Maël")
    return Person(
        nir=nir(f"{sex}{year:02d}{month:02d}99{number + 100:03d}{number:03d}"),
        birth_name=names[number % 7],
        first_name=firsts[number % 6],
        birth_date=f"19{year:02d}-{month:02d}-{number % 28 + 1:02d}",
        sex="MF"[sex - 1],
        contracts=(
            Contract(),
            Contract(employer=E2, category="B"),
            Contract(employer=E3, category="A"),
        ),
    )


PLAIN = tuple(_plain(number) for number in range(30))
CORSICANS = (
    Person(
        nir=nir("190062A123456"), birth_name="Casanova d'Istria", first_name="Ange",
        birth_date="1990-06-15", sex="M",
    ),
    Person(
        nir=nir("285122B004017"), birth_name="Œuvrard", first_name="Lætitia", sex="F",
        birth_date="1985-12-00", used_name="de La Tour",
    ),
)  # fmt: skip
WAITING = Person(
    nir=nir("1992099123001"), birth_name="اليعقوبي", first_name="محمد", id_type="NIA",
    birth_date="1999-00-00", sex="M",
)  # fmt: skip
"""Known by a NIA; the month of the number is none."""
FARAWAY = Person(
    nir=nir("2914299512034"), birth_name="王", first_name="小明", birth_date="1991-02-28", sex="F"
)
OF_B = Person(
    nir=nir("1880299075001"), birth_name="Żółć", first_name="Łukasz", birth_date="1988-02-29",
    sex="M", contracts=(Contract(category="B"),),
)  # fmt: skip
YOUNG = Person(
    nir=nir("1091199075002"), birth_name="Petit", first_name="Léo", birth_date="2009-11-30",
    sex="M", contracts=(Contract(start="2026-01-01"),),
)  # fmt: skip
EXPOSED = Person(
    nir=nir("2770599075003"), birth_name="Noël", first_name="Ève", birth_date="1977-05-01", sex="F",
    contracts=(Contract(category=None, other_exposures=("RADON", "COSMIC")),),
    balance=("2026-06-30", 19_000),
)  # fmt: skip
RESCUERS = tuple(
    Person(
        nir=nir(f"180079907500{number}"), birth_name="Sapin", first_name="Guy", sex="M",
        birth_date="1980-07-14", contracts=(Contract(other_exposures=groups),),
    )
    for number, groups in ((4, ("EMERGENCY_1",)), (5, ("EMERGENCY_1", "EMERGENCY_2")))
)  # fmt: skip
UNCLASSIFIED = Person(
    nir=nir("1660399075006"), birth_name="Blanc", first_name="Luc", birth_date="1966-03-03",
    sex="M", contracts=(Contract(category=None),),
)  # fmt: skip
LEFT = Person(
    nir=nir("2700199075007"), birth_name="Roux", first_name="Anne", birth_date="1970-01-01",
    sex="F", contracts=(Contract(end="2026-06-30"), Contract(employer=E2, senders=(SECOND,))),
)  # fmt: skip
"""Left one company; in the other, attached to one laboratory alone."""
UNDECLARED = Person(
    nir=nir("1750499075008"), birth_name="Gris", first_name="Paul", birth_date="1975-04-01",
    sex="M", contracts=(Contract(undeclared=("sector", "trade")),),
)  # fmt: skip
SEEN_BY_AMELI = {
    outcome: Person(
        nir=nir(f"269029907510{number}"), birth_name="Perrin", first_name="Lise", sex="F",
        birth_date="1969-02-14",
    )
    for number, outcome in enumerate((
        "VERIFIED_WITH_DIFFERENCE", "FORMER_NUMBER", "DISCORDANT", "NOT_FOUND", "AMBIGUOUS",
        "SILENT",
    ))
}  # fmt: skip
"""By what Ameli says of them; everybody else is as the directory has him."""
AT = {
    place: Person(
        nir=nir(f"171059907520{number}"), birth_name="Faure", first_name="Jean", sex="M",
        birth_date="1971-05-20", contracts=(Contract(employer=place),),
    )
    for number, place in enumerate((NEVER_HEARD_OF, CLOSED, SUCCEEDED, DOUBLE))
}  # fmt: skip
"""One worker of each of those employers."""
KNOWN = (
    *PLAIN, *CORSICANS, WAITING, FARAWAY, OF_B, YOUNG, EXPOSED, *RESCUERS, UNCLASSIFIED, LEFT,
    UNDECLARED, *SEEN_BY_AMELI.values(), *AT.values(),
)  # fmt: skip
STRANGER = Person(
    nir=nir("2850799099099"), birth_name="Inconnue", first_name="Ada", birth_date="1985-07-07",
    sex="F",
)  # fmt: skip
