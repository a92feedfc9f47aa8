"""Which worker of the register a person is who signed in: by civil status, never by a guess.

FranceConnect+ gives no NIR. The first time a person comes, the six fields of its pivot are compared
with the directory's workers, whose NIR tells where and when they were born:

- `reconcile` takes a worker for the person where he is the only one whose every field is the same;
- `confirms` is the second path: the person types the NIR, and what remains between the two civil
  statuses must be what registries are known to write differently;
- `is_outdone`: a number that was typed is another's where another worker is more like the person.

Afterwards the person is known by (issuer, subject) alone. To be refused costs a letter to the
register; to be taken for another shows one person's doses to somebody else.
"""

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from gateway.identity.birthplaces import are_one_territory, is_far, is_place, may_be_there
from gateway.model.accounts import Candidate
from gateway.model.directory import KnownWorker
from gateway.model.federation import BirthDay, Person, Pivot
from gateway.rules.names import are_one, fold

_BETWEEN_NAMES: Final = re.compile(r"[\s,\-]+")
_PRESUMED: Final = frozenset({(1, 1), (12, 31)})
"""Months and days that are written of those born far away on a day that nobody knows."""


class Reconciled(msgspec.Struct, frozen=True, kw_only=True):
    """What the comparison gave: a worker's pseudonymous id, or None: the person must confirm."""

    worker_id: str | None


def reconcile(person: Person, candidates: Iterable[Candidate]) -> Reconciled:
    """The one worker whose civil status is the person's in every field; else nobody.

    Every field is as the provider of identity vouches for it. What the national register says
    carries no level of assurance: it takes nobody for anybody, and where it says anything else than
    the provider does, nobody is taken. Those who come by the bridge between States are never taken
    for anybody: their names and dates are another State's.
    """
    if person.is_european or not _is_told_alike(person):
        return Reconciled(worker_id=None)
    same = {
        candidate.worker.id: candidate
        for candidate in candidates
        if _is_same(person.pivot, candidate)
    }
    if len(same) != 1:
        return Reconciled(worker_id=None)
    ((worker_id, candidate),) = same.items()
    return Reconciled(worker_id=worker_id if confirms(person, candidate) else None)


def confirms(person: Person, candidate: Candidate) -> bool:
    """Whether the worker of the NIR that the person typed can be that person.

    The number was told; what may still differ is how registries write: accents and hyphens, which
    given name comes first, presumed days, municipalities renamed or merged, départements divided,
    the name in use for those whose State gives no other. Another département or country is another
    birth; a place that is not known tells nothing. Sex, year of birth and name may not differ. The
    given name that comes first on either side must be known to the other, and of all of them one
    side may know fewer, not others: twins know each other's number.
    """
    pivot, worker = person.pivot, candidate.worker
    if pivot.sex is not None and pivot.sex != worker.sex:
        return False
    if not _is_own(candidate) or not _may_be_same_day(pivot.birth, worker.birth_date):
        return False
    if not may_be_there(pivot, candidate.place, int(worker.birth_date[:4])):
        return False
    names = [worker.birth_name]
    if person.is_european and worker.used_name is not None:
        names.append(worker.used_name)
    is_named = any(are_one(pivot.birth_name, name) for name in names)
    return is_named and _may_have_given_names(pivot.given_names, worker)


def is_outdone(person: Person, candidate: Candidate, alike: Iterable[Candidate]) -> bool:
    """Whether one of `alike` can be the person too, and is more like them than `candidate` is."""
    own = _agreement(person.pivot, candidate)
    return any(_agreement(person.pivot, other) > own and confirms(person, other) for other in alike)


def _agreement(pivot: Pivot, candidate: Candidate) -> tuple[bool, bool, bool, bool]:
    """What is the same to the letter, in the order in which it tells two persons apart."""
    worker, birth = candidate.worker, pivot.birth
    return (
        _have_same_given_names(pivot.given_names, worker),
        bool(_after_first(pivot.given_names, worker)),
        str(birth) == worker.birth_date,
        birth is not None and is_place(pivot, candidate.place, birth),
    )


def _is_told_alike(person: Person) -> bool:
    """Whether the national register, where it speaks, speaks of whom the provider vouches for."""
    pivot, rnipp = person.pivot, person.rnipp
    return rnipp is None or (
        pivot.sex == rnipp.sex
        and pivot.birth == rnipp.birth
        and pivot.birthcountry == rnipp.birthcountry
        and are_one_territory(pivot.birthplace, rnipp.birthplace)
        and are_one(pivot.birth_name, rnipp.birth_name)
        and _words(pivot.given_names) == _words(rnipp.given_names)
    )


def _is_same(pivot: Pivot, candidate: Candidate) -> bool:
    """Whether all six fields are there and the same, the day of birth among them."""
    worker = candidate.worker
    return (
        pivot.sex == worker.sex
        and pivot.birth is not None
        and _is_known_day(pivot, pivot.birth, candidate)
        and str(pivot.birth) == worker.birth_date
        and are_one(pivot.birth_name, worker.birth_name)
        and _have_same_given_names(pivot.given_names, worker)
        and _is_own(candidate)
        and is_place(pivot, candidate.place, pivot.birth)
    )


def _is_known_day(pivot: Pivot, birth: BirthDay, candidate: Candidate) -> bool:
    """Whether the day is one that somebody knew: of a presumed one, name and year are left.

    Months from 20 on, in a NIR, are of civil statuses that were not complete when it was given.
    """
    is_conventional = is_far(pivot) and (birth.month, birth.day) in _PRESUMED
    is_whole = birth.month is not None and birth.day is not None
    return is_whole and not is_conventional and candidate.nir.birth_month is not None


def _have_same_given_names(given_names: tuple[str, ...], worker: KnownWorker) -> bool:
    """Whether the first is the same and so are the further ones, in whatever order.

    Where one side knows further ones that the other does not, they may be two persons: homonyms of
    one village, twins who share the first.
    """
    known = _words(_further_names(worker))
    return any(_words(said) == known for said in _after_first(given_names, worker))


def _may_have_given_names(given_names: tuple[str, ...], worker: KnownWorker) -> bool:
    """Whether each side knows the first of the other, and one knows no more than the other."""
    first, further = fold(worker.first_name), _further_names(worker)
    firsts = _prefixes(given_names)
    said = firsts | {fold(name) for name in given_names}
    known = {first} | {fold(name) for name in further}
    if not first or first not in said or not (known & firsts) - {""}:
        return False
    pairs = [(_words(given_names), _words([worker.first_name, *further]))]
    pairs += [(_words(rest), _words(further)) for rest in _after_first(given_names, worker)]
    return any(one <= other or other <= one for one, other in pairs)


def _after_first(given_names: tuple[str, ...], worker: KnownWorker) -> list[tuple[str, ...]]:
    """What follows the worker's first given name, however many words it is made of.

    Nothing where another comes first.
    """
    first = fold(worker.first_name)
    return [
        given_names[count:]
        for count in range(1, len(given_names) + 1)
        if first and "".join(map(fold, given_names[:count])) == first
    ]


def _words(names: Iterable[str]) -> set[str]:
    words = (fold(word) for name in names for word in _BETWEEN_NAMES.split(name))
    return {word for word in words if word}


def _prefixes(given_names: tuple[str, ...]) -> set[str]:
    """The first given name, however many words it is made of."""
    folded = [fold(name) for name in given_names]
    return {"".join(folded[:count]) for count in range(1, len(folded) + 1)}


def _further_names(worker: KnownWorker) -> list[str]:
    return (worker.other_first_names or "").replace(",", " ").split()


def _is_own(candidate: Candidate) -> bool:
    """Whether the number agrees with the civil status beside it: else one of them is another's."""
    nir, worker = candidate.nir, candidate.worker
    year, month = worker.birth_date[2:4], worker.birth_date[5:7]
    is_month = nir.birth_month is None or month in {"00", nir.birth_month}
    return nir.sex == worker.sex and nir.birth_year_of_century == year and is_month


def _may_be_same_day(birth: BirthDay | None, known: str) -> bool:
    """Whether the days can be one: what is not known on either side tells nothing."""
    if birth is None or known[:4] != f"{birth.year:04d}":
        return False
    month, day = int(known[5:7]), int(known[8:10])
    pairs = ((birth.month or 0, month), (birth.day or 0, day))
    return all(left == right or 0 in (left, right) for left, right in pairs)
