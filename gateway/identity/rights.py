"""What a professional may do: the directory's word, as far as the sign-in is strong enough.

An address opens what the directory gives to whoever has it, where the name agrees too. For those
who act for an employer the establishment that the provider says must be of that employer: it only
ever narrows, for anybody may declare one (ProConnect certifies it from eidas2 on).
"""

import re
from collections.abc import Iterable
from typing import Final

from gateway.identifiers import Siren, Siret
from gateway.model.accounts import EstablishmentContact, Right, Rights, Role, Withheld
from gateway.model.federation import (
    Assurance,
    Authentication,
    Professional,
    SignInWish,
    Strength,
)
from gateway.rules.names import fold

OF_EMPLOYERS: Final = frozenset({Role.LEGAL_REPRESENTATIVE, Role.CES})
"""Who acts for an employer: what the provider says of theirs must agree."""
ENOUGH: Final = {
    Role.WORKER: SignInWish(least_assurance=Assurance.SUBSTANTIAL),
    Role.LEGAL_REPRESENTATIVE: SignInWish(least_assurance=Assurance.SUBSTANTIAL),
    Role.CES: SignInWish(least_assurance=Assurance.LOW, needs_mfa=True),
    Role.CRP: SignInWish(least_assurance=Assurance.SUBSTANTIAL),
    Role.PHYSICIAN: SignInWish(least_assurance=Assurance.SUBSTANTIAL, needs_mfa=True),
}
"""What to ask of a provider for each role: it is enough."""
BY_CERTIFICATION: Final = {Role.LEGAL_REPRESENTATIVE: SignInWish(needs_certified_role=True)}
"""What is enough as well, of those who have no sign-in of that level: ProConnect matches them, by
FranceConnect, with the officers of the legal unit."""
_LEAST: Final = {
    Role.WORKER: (Assurance.SUBSTANTIAL, Strength.SINGLE),
    Role.LEGAL_REPRESENTATIVE: (Assurance.SUBSTANTIAL, Strength.SINGLE),
    Role.CES: (Assurance.LOW, Strength.WEAK_MFA),
    Role.CRP: (Assurance.SUBSTANTIAL, Strength.SINGLE),
    Role.PHYSICIAN: (Assurance.SUBSTANTIAL, Strength.STRONG_MFA),
}
_BETWEEN_WORDS: Final = re.compile(r"[\s,;/()]+|(?<=\w\w)\.(?=\w)")
_HYPHENS: Final = re.compile(r"[-\u2010-\u2015]+")
_TITLES: Final = frozenset(
    {
        *("DR", "DOCTEUR", "DOCTEURE", "PR", "PROF", "PROFESSEUR", "PROFESSEURE", "ME"),
        *("M", "MR", "MONSIEUR", "MME", "MADAME", "MLLE", "MADEMOISELLE"),
    }
)
"""How somebody is addressed, folded; `Maître` is a family name as well."""
_MISTER: Final = "M"
"""A title where it comes first; elsewhere an initial."""
_PARTICLES: Final = frozenset({"AL", "DA", "DE", "DI", "DU", "EL", "LA", "LE"})
"""Of family names: no initials of two given names."""
_MOST_AS_ONE: Final = 4
"""Given names that may be written as one: bounds what a long list of them costs."""


def rights_of_professional(
    professional: Professional,
    authentication: Authentication,
    contacts: Iterable[EstablishmentContact],
    *,
    employer: Siren | None,
) -> Rights:
    """The roles of the contacts that are this professional, given or withheld.

    `employer`: the legal unit for which they may act as an employer's; None: for none.
    """
    found: dict[Role, set[Siret]] = {}
    for stated in contacts:
        role = Role(stated.contact.kind.value)
        is_theirs = role not in OF_EMPLOYERS or stated.employer.siren == employer
        if is_theirs and is_named(stated.contact.name, professional):
            found.setdefault(role, set()).add(stated.employer)
    return Rights(
        given=tuple(
            Right(role=role, establishments=tuple(sorted(found[role], key=str)))
            for role in Role
            if role in found and is_enough(role, authentication)
        ),
        withheld=tuple(
            Withheld(role=role, wish=ENOUGH[role], certification=BY_CERTIFICATION.get(role))
            for role in Role
            if role in found and not is_enough(role, authentication)
        ),
    )


def rights_of_worker(worker_id: str, authentication: Authentication) -> Rights:
    """A worker is there for himself (Code du travail R. 4451-67)."""
    if is_enough(Role.WORKER, authentication):
        return Rights(given=(Right(role=Role.WORKER),), worker_id=worker_id)
    return Rights(withheld=(Withheld(role=Role.WORKER, wish=ENOUGH[Role.WORKER]),))


def is_enough(role: Role, proven: Authentication) -> bool:
    """Whether a sign-in is strong enough for a role."""
    if role in BY_CERTIFICATION and proven.is_role_certified:
        return True
    assurance, strength = _LEAST[role]
    return proven.assurance >= assurance and proven.strength >= strength


def is_named(stated: str, professional: Professional) -> bool:
    """Whether a name in the directory can be this professional's.

    It guards an address that an employer gives to a successor. The words of the usual name stand in
    it whole and side by side; of what remains besides titles, one is a given name or its initial.
    `Dr LE GUEN A.` is Anne Le Guen, not Julie Le Guen, nor Anne Guenon. Where the directory knows
    the family name alone, that is enough.
    """
    sought = fold(professional.usual_name)
    if not sought or sought in _TITLES:
        return False
    parts = _parts(stated)
    runs = ((first, last) for last in range(len(parts) + 1) for first in range(last))
    forms = _forms(professional.given_name)
    return any(
        "".join(part for part, _ in parts[first:last]) == sought
        and _agrees(_without_titles(parts[:first]), _without_titles(parts[last:]), forms)
        for first, last in runs
    )


def _parts(name: str) -> list[tuple[str, int]]:
    """The words of a name, folded, compound ones apart: each with the place of its word."""
    return [
        (folded, place)
        for place, word in enumerate(filter(fold, _BETWEEN_WORDS.split(name)))
        for folded in map(fold, _HYPHENS.split(word))
        if folded
    ]


def _without_titles(parts: list[tuple[str, int]]) -> list[str]:
    """The words that are no title, compound ones put together again."""
    words: dict[int, str] = {}
    for part, place in parts:
        words[place] = words.get(place, "") + part
    return [
        word
        for place, word in words.items()
        if word not in _TITLES or (word == _MISTER and place > 0)
    ]


def _forms(given_name: str) -> set[str]:
    """How the given names may be written: each, those side by side as one, and their initials."""
    parts = _parts(given_name)
    count = parts[-1][1] + 1 if parts else 0
    written, initials = set(), set()
    for first in range(count):
        for last in range(first + 1, min(first + _MOST_AS_ONE, count) + 1):
            run = [part for part, place in parts if first <= place < last]
            written.add("".join(run))
            initials |= {run[0][0], "".join(part[0] for part in run)}
    return written | initials - _PARTICLES


def _agrees(before: list[str], after: list[str], forms: set[str]) -> bool:
    """Whether nothing remains beside the family name, or a given name does."""
    return not (before or after) or any(
        "".join(words[first:last]) in forms
        for words in (before, after)
        for last in range(len(words) + 1)
        for first in range(last)
    )
