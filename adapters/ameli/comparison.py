"""A person whom Ameli found, compared with the traits that were given: pure functions.

What is compared is spelt as Ameli spells: an accent that it cannot write is no difference, nor is a
first name that it knows beside those given.
"""

import re
from collections.abc import Sequence
from typing import Final

from adapters.ameli.people import Person
from adapters.ameli.spelling import folded, spelled
from gateway.model.verification import ComparedIdentity, IdentityOutcome, IdentityTraits, Trait

_NUMBER_LENGTH: Final = 13
_UNKNOWN: Final = "00"
_SEPARATOR: Final = re.compile(r"[-' ]+")


def compared(traits: IdentityTraits, person: Person) -> ComparedIdentity:
    """What comparing gave. The key is never compared: it follows from the number."""
    contradicted = _contradicted(traits, person)
    differences = contradicted | _differing(traits, person)
    if _number(traits) != person.active.number:
        differences |= {Trait.NUMBER}
    if contradicted or not holds(traits, person):
        outcome = IdentityOutcome.DISCORDANT
    elif Trait.NUMBER in differences:
        outcome = IdentityOutcome.FORMER_NUMBER
    elif differences:
        outcome = IdentityOutcome.VERIFIED_WITH_DIFFERENCE
    else:
        outcome = IdentityOutcome.VERIFIED
    return ComparedIdentity(
        outcome=outcome, differences=frozenset(differences), id_type=person.active.id_type
    )


def holds(traits: IdentityTraits, person: Person) -> bool:
    """Whether the number given is, or was, this person's."""
    return _number(traits) in {ins.number for ins in (person.active, *person.former)}


def goes_by(first_name: str, person: Person) -> bool:
    """Whether this is one of the person's first names."""
    return folded(first_name) in {folded(name) for name in person.first_names}


def is_about_another(traits: IdentityTraits, person: Person) -> bool:
    """Whether number, name and date are all another's: the answer to another question.

    The service finds by name, sex and date. One who has neither these nor the number was not asked
    for, and what is said of him is no evidence against anybody.
    """
    return (
        not holds(traits, person)
        and folded(traits.birth_name) != folded(person.birth_name)
        and traits.birth_date != person.birth_date
    )


def _number(traits: IdentityTraits) -> str:
    return traits.nir.reveal()[:_NUMBER_LENGTH]


def _contradicted(traits: IdentityTraits, person: Person) -> set[Trait]:
    """What is another's, however it is spelt."""
    found: set[Trait] = set()
    if folded(traits.birth_name) != folded(person.birth_name):
        found.add(Trait.BIRTH_NAME)
    given, known = _words(traits.first_names), _words(person.first_names)
    if "".join(given) != "".join(known) and not set(given) & set(known):
        found.add(Trait.FIRST_NAME)
    if traits.sex != person.sex:
        found.add(Trait.SEX)
    if not _are_compatible(traits.birth_date, person.birth_date):
        found.add(Trait.BIRTH_DATE)
    return found


def _differing(traits: IdentityTraits, person: Person) -> set[Trait]:
    """What is not the same to the letter; a part of these contradicts."""
    found: set[Trait] = set()
    if spelled(traits.birth_name) != person.birth_name:
        found.add(Trait.BIRTH_NAME)
    given = [part for name in traits.first_names for part in (spelled(name) or "").split()]
    if tuple(given) != person.first_names[: len(given)]:
        words, known = _words(traits.first_names), _words(person.first_names)
        is_spelling = "".join(words) == "".join(known)
        are_others = not is_spelling and set(words) & set(known)
        found.add(Trait.OTHER_FIRST_NAMES if are_others else Trait.FIRST_NAME)
    if traits.birth_date != person.birth_date:
        found.add(Trait.BIRTH_DATE)
    if traits.birthplace and person.birthplace and traits.birthplace != person.birthplace:
        found.add(Trait.BIRTHPLACE)
    return found


def _words(names: Sequence[str]) -> list[str]:
    """The words of these names: a hyphen may join two first names, or make one of two."""
    return [
        word for name in names for word in _SEPARATOR.split(spelled(name) or folded(name)) if word
    ]


def _are_compatible(given: str, known: str) -> bool:
    """Whether both dates may be one: a month or day that one side does not know is no other."""
    return all(
        left == right or _UNKNOWN in {left, right}
        for left, right in zip(given.split("-"), known.split("-"), strict=False)
    )
