"""Which worker of the register a person is who signed in: by civil status, never by a guess.

FranceConnect+ gives no NIR. The first time a person comes, the six fields of its pivot are compared
with the directory's workers, whose NIR tells where and when they were born:

- `reconcile` takes a worker for the person where he is the only one whose every field is the same;
- `confirms` is the second path: the person types the NIR, and what remains between the two civil
  statuses must be what registries are known to write differently.

Afterwards the person is known by (issuer, subject) alone.
"""

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from gateway.model.accounts import Candidate
from gateway.model.directory import KnownWorker
from gateway.model.federation import FRANCE, BirthDay, Person, Pivot
from gateway.rules.names import fold

_ALGERIA: Final = "99352"
_MOROCCO: Final = "99350"
_TUNISIA: Final = "99351"
_BEFORE_INDEPENDENCE: Final = {
    "91": (_ALGERIA, 1962),
    "92": (_ALGERIA, 1962),
    "93": (_ALGERIA, 1962),
    "94": (_ALGERIA, 1962),
    "95": (_MOROCCO, 1956),
    "96": (_TUNISIA, 1956),
}
"""Départements of birth in the NIR of those born there until that year."""
_CORSICA: Final = frozenset({"20", "2A", "2B"})
"""One département until 1976."""
_ABROAD: Final = "99"
_WHENEVER: Final = 9999
_SUCCESSORS: Final = {
    "20": ({"2A", "2B"}, _WHENEVER),
    "75": ({"92", "93", "94"}, 1967),
    "78": ({"91", "92", "93", "94", "95"}, 1967),
    "971": ({"977", "978"}, 2007),
    "985": ({"976"}, 2011),
}
"""Départements whose municipalities have another code since, and the last year of such births.

Corsica: loi 75-356; both codes are met for births of any year. Seine and Seine-et-Oise: loi 64-707,
in force on 1968-01-01. Saint-Barthélemy, Saint-Martin: loi organique 2007-223. Mayotte: 2011.
"""
_BETWEEN_NAMES: Final = re.compile(r"[\s,\-]+")


class Reconciled(msgspec.Struct, frozen=True, kw_only=True):
    """What the comparison gave: a worker's pseudonymous id, or None: the person must confirm."""

    worker_id: str | None


def reconcile(person: Person, candidates: Iterable[Candidate]) -> Reconciled:
    """The one worker whose civil status is the person's in every field; else nobody.

    What the national register says counts as a second spelling of the person: it carries no level
    of assurance, and gives neither another sex nor another year of birth. Those who come by the
    bridge between States are never taken for anybody: their names and dates are another State's.
    """
    if person.is_european:
        return Reconciled(worker_id=None)
    pivots = [person.pivot] if person.rnipp is None else [person.pivot, person.rnipp]
    same = {
        candidate.worker.id: candidate.worker
        for candidate in candidates
        if any(_is_same(pivot, candidate) for pivot in pivots)
    }
    if len(same) != 1:
        return Reconciled(worker_id=None)
    ((worker_id, worker),) = same.items()
    return Reconciled(worker_id=worker_id if _is_spelling(person.pivot, worker) else None)


def confirms(person: Person, candidate: Candidate) -> bool:
    """Whether the worker of the NIR that the person typed can be that person.

    The number was told; what may still differ is how registries write: accents and hyphens, which
    given name comes first, presumed days, municipalities renamed or merged, départements divided,
    the name in use for those whose State gives no other. Another département is another birth, and
    so is abroad for France; a place that is not known tells nothing. Sex, year of birth and name
    may not differ; nor may the given name that comes first on either side be unknown to the other:
    twins share their further ones, and know each other's number.
    """
    pivot, worker = person.pivot, candidate.worker
    if pivot.sex is not None and pivot.sex != worker.sex:
        return False
    if not _is_own(candidate) or not _may_be_same_day(pivot.birth, worker.birth_date):
        return False
    if not _may_be_there(pivot, candidate.place, int(worker.birth_date[:4])):
        return False
    names = {fold(worker.birth_name)}
    if person.is_european and worker.used_name is not None:
        names.add(fold(worker.used_name))
    if fold(pivot.birth_name) not in names:
        return False
    first = {fold(worker.first_name)}
    known = first | {fold(name) for name in _further_names(worker)}
    firsts = _prefixes(pivot.given_names)
    said = firsts | {fold(name) for name in pivot.given_names}
    return bool((first & said | known & firsts) - {""})


def _is_spelling(pivot: Pivot, worker: KnownWorker) -> bool:
    """Whether the worker found can be the person whom the provider of identity vouches for."""
    year = None if pivot.birth is None else f"{pivot.birth.year:04d}"
    return pivot.sex in {None, worker.sex} and year == worker.birth_date[:4]


def _is_same(pivot: Pivot, candidate: Candidate) -> bool:
    """Whether all six fields are there and the same."""
    worker = candidate.worker
    return (
        pivot.sex == worker.sex
        and pivot.birth is not None
        and str(pivot.birth) == worker.birth_date
        and fold(pivot.birth_name) == fold(worker.birth_name)
        and _have_one_given_name(pivot.given_names, worker)
        and _is_own(candidate)
        and _is_place(pivot, candidate.place, pivot.birth)
    )


def _have_one_given_name(given_names: tuple[str, ...], worker: KnownWorker) -> bool:
    """Whether the first is the same, and none of the further ones speaks against it.

    One side may know fewer of them. Where each knows one that the other does not, they are two
    persons: twins who share the first, say.
    """
    known = _words(_further_names(worker))
    first = fold(worker.first_name)
    for count in range(1, len(given_names) + 1):
        if first and "".join(map(fold, given_names[:count])) == first:
            said = _words(given_names[count:])
            return said <= known or known <= said
    return False


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


def _is_place(pivot: Pivot, place: str, birth: BirthDay) -> bool:
    """Whether the NIR was given for a birth there; a place without its country is not enough."""
    if pivot.birthcountry == FRANCE:
        return pivot.birthplace is not None and _is_municipality(pivot.birthplace, place, birth)
    if pivot.birthcountry is None:
        return False
    country, until = _BEFORE_INDEPENDENCE.get(place[:2], (place, birth.year))
    return pivot.birthcountry == country and birth.year <= until


def _is_municipality(stated: str, place: str, birth: BirthDay) -> bool:
    if stated[:2] in _CORSICA and place[:2] in _CORSICA:
        is_one = "20" in {stated[:2], place[:2]} or stated[:2] == place[:2]
        return is_one and stated[2:] == place[2:]
    country, until = _BEFORE_INDEPENDENCE.get(place[:2], (place, birth.year))
    # Seine-et-Oise became 91 to 95: told from Algeria, Morocco and Tunisia by the year alone
    return stated == place and (country == place or birth.year > until)


def _may_be_there(pivot: Pivot, place: str, year: int) -> bool:
    """Whether a birth where the person says can have been given a NIR of that place."""
    said, known = _territory_said(pivot), _territory(place)
    if said is None or said == known:
        return True
    if said == _ABROAD:
        return _was_french(known, year)
    if known == _ABROAD:
        return _was_french(place if said == FRANCE else said, year)
    return said == FRANCE or _became(said, known, year) or _became(known, said, year)


def _territory_said(pivot: Pivot) -> str | None:
    """A département, abroad, France where that is all that is said, or None: not known."""
    if pivot.birthcountry not in {None, FRANCE}:
        return _ABROAD
    return pivot.birthcountry if pivot.birthplace is None else _territory(pivot.birthplace)


def _territory(place: str) -> str:
    """The département, of three figures overseas; 99 for abroad."""
    return place[:3] if place[:2] in {"97", "98"} else place[:2]


def _was_french(code: str, year: int) -> bool:
    """Whether it is of Algeria, Morocco or Tunisia while births there had codes of France."""
    return any(
        code in {former, country} and year <= until
        for former, (country, until) in _BEFORE_INDEPENDENCE.items()
    )


def _became(former: str, later: str, year: int) -> bool:
    successors, until = _SUCCESSORS.get(former, (set(), 0))
    return later in successors and year <= until


def _may_be_same_day(birth: BirthDay | None, known: str) -> bool:
    """Whether the days can be one: what is not known on either side tells nothing."""
    if birth is None or known[:4] != f"{birth.year:04d}":
        return False
    month, day = int(known[5:7]), int(known[8:10])
    pairs = ((birth.month or 0, month), (birth.day or 0, day))
    return all(left == right or 0 in (left, right) for left, right in pairs)
