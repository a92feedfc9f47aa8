"""Who the double knows: the public test identities of the CNDA, and 100,000 people of nobody."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

NIR_OID, NIA_OID = "1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9"
GENERATED = 100_000
_SYLLABLES = tuple(f"{consonant}{vowel}" for consonant in "BCDFGLMNRT" for vowel in "AEIOU")
_FIRST_NAMES = (
    *("ADELE", "AGATHE", "ALICE", "ANNE-MARIE", "CLAIRE", "COLETTE", "DENISE", "EMMA", "JEANNE"),
    *("ALAIN", "ARTHUR", "BRUNO", "DENIS", "EMILE", "GABRIEL", "JEAN-PAUL", "LEON", "LOUIS"),
)


def key_of(number: str) -> str:
    """The key of a number of 13 characters (décret 82-103; 2A counts 19, 2B counts 18)."""
    digits = number.upper().replace("2A", "19", 1).replace("2B", "18", 1)
    return f"{97 - int(digits) % 97:02d}"


@dataclass(frozen=True, kw_only=True)
class Ins:
    """An identifier as it is answered."""

    number: str
    key: str
    oid: str = NIR_OID


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody that the register knows, or that it answers 02 for."""

    birth_name: str
    first_names: str
    """As `ListePrenom` has them: separated by blanks."""
    sex: str
    birth_date: str
    birthplace: str
    active: Ins
    former: tuple[Ins, ...] = ()

    def has(self, names: tuple[str, ...], *, is_lenient: bool = False) -> bool:
        """Whether each of these is among the first names, one or several of them."""
        known = _blank(self.first_names) if is_lenient else self.first_names
        asked = map(_blank, names) if is_lenient else names
        return all(f" {name} " in f" {known} " for name in asked)


def _blank(name: str) -> str:
    """Blanks for all separators."""
    return name.replace("--", " ").replace("-", " ").replace("'", " ")


def _ins(text: str, *, oid: str = NIR_OID) -> Ins:
    return Ins(number=text[:13], key=text[13:], oid=oid)


def _person(birth_name, first_names, sex, birth_date, active, *former, birthplace="99999",
            oid=NIR_OID):  # fmt: skip
    return Person(
        birth_name=birth_name,
        first_names=first_names,
        sex=sex,
        birth_date=birth_date,
        birthplace=birthplace,
        active=_ins(active, oid=oid),
        former=tuple(map(_ins, former)),
    )


CNDA = (
    _person("ADRUN", "ZOE", "F", "1975-12-31", "275126322074974", birthplace="63220"),
    _person("ECETINSI", "PIERRE-ALAIN", "M", "2009-07-14", "109076322083489",
            "209076322083439", birthplace="63220"),
    _person("ADRTROIS", "DOMINIQUE", "F", "1997-02-26", "297022A02077878", birthplace="2A020"),
    _person("ADRTROIS", "TOUSSAINT", "M", "1960-01-01", "160012B02077713", birthplace="2B020"),
    _person("CORSE", "ANTHONY", "M", "1980-03-02", "180032B02040123", birthplace="2B020"),
    _person("TCHITCHI", "CATARINA BELLA", "F", "1936-06-21", "236066322083656",
            birthplace="63220"),
    _person("PROVISOIRE", "MATRICULE", "M", "2009-07-01", "109076322088835", birthplace="63220",
            oid=NIA_OID),
    _person("HERMANN", "GATIEN", "M", "1981-03-24", "181036322045660", birthplace="63220"),
)  # fmt: skip
"""The public test identities. The last one's key is not that of its number: it is published so."""

NAMESAKES = tuple(
    replace(
        CNDA[0],
        birth_name="DE VINCI",
        first_names=names,
        sex="M",
        birth_date="2014-02-01",
        birthplace=place,
        active=Ins(number=number, key=key_of(number)),
    )
    for names, place, number in (
        ("LEONARDO", "63220", "1140263220001"),
        ("LEONARDO", "63113", "1140263113001"),
        ("LEONARDO PIERO", "63001", "1140263001001"),
    )
)
"""DE VINCI LEONARDO is answered 02; which of the three is told by all first names, or the place."""


def generated(place: int) -> Person:
    """The person of that place, 0 to 99,999: always the same, found without a list."""
    if not 0 <= place < GENERATED:
        raise ValueError("there are 100,000 of them")
    name = "".join(_SYLLABLES[place // 50**power % 50] for power in (2, 1, 0))
    is_woman = place % 2
    year, month, day = 1950 + place % 53, 1 + place % 12, 1 + place % 28
    first = _FIRST_NAMES[place % 9 + (0 if is_woman else 9)]
    second = _FIRST_NAMES[(place + 1) % 9 + (0 if is_woman else 9)]
    number = f"{2 if is_woman else 1}{year % 100:02d}{month:02d}999{place:05d}"
    return Person(
        birth_name=name,
        first_names=f"{first} {second}",
        sex="F" if is_woman else "M",
        birth_date=f"{year}-{month:02d}-{day:02d}",
        birthplace=f"999{place % 100:02d}",
        active=Ins(number=number, key=key_of(number)),
    )


def _generated_of(birth_name: str) -> Person | None:
    syllables = [birth_name[at : at + 2] for at in range(0, len(birth_name), 2)]
    if len(syllables) != 3 or not set(syllables) <= set(_SYLLABLES):
        return None
    high, middle, low = map(_SYLLABLES.index, syllables)
    place = high * 2500 + middle * 50 + low
    return generated(place) if place < GENERATED else None


class Register:
    """Looks people up as INSi does: every trait that is given must be theirs."""

    def __init__(self) -> None:
        self._named: dict[str, list[Person]] = {}
        for person in (*CNDA, *NAMESAKES):
            self.add(person)

    def add(self, person: Person) -> None:
        """Somebody more."""
        self._named.setdefault(person.birth_name, []).append(person)

    def find(
        self, *, birth_name: str, first_names: tuple[str, ...], sex: str, birth_date: str,
        birthplace: str | None = None, is_lenient: bool = False,
    ) -> tuple[Person, ...]:  # fmt: skip
        """Whoever has all these traits; a lenient search takes one separator for another."""
        return tuple(
            person
            for person in self._with_name(birth_name, is_lenient=is_lenient)
            if person.sex == sex
            and person.birth_date == birth_date
            and person.has(first_names, is_lenient=is_lenient)
            and birthplace in {None, person.birthplace}
        )

    def _with_name(self, birth_name: str, *, is_lenient: bool) -> Iterator[Person]:
        for name, people in self._named.items():
            if name == birth_name or (is_lenient and _blank(name) == _blank(birth_name)):
                yield from people
        found = _generated_of(birth_name)
        if found is not None:
            yield found
