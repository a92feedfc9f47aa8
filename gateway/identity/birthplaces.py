"""Where somebody was born, as a pivot says it and as a NIR was given for it.

The NIR holds the municipality of then, or 99 and the country; a pivot holds codes of today or of
then, of a municipality and of a country (INSEE, code officiel géographique).
"""

from typing import Final

from gateway.model.federation import FRANCE, BirthDay, Pivot

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
_OVERSEAS: Final = frozenset({"97", "98"})
_ABROAD: Final = "99"
_COUNTRY_UNKNOWN: Final = "99990"
"""In a NIR: abroad, and nobody knew where."""
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


def is_place(pivot: Pivot, place: str, birth: BirthDay) -> bool:
    """Whether the NIR was given for a birth there; a place without its country is not enough."""
    if pivot.birthcountry == FRANCE:
        return pivot.birthplace is not None and _is_municipality(pivot.birthplace, place, birth)
    if pivot.birthcountry is None:
        return False
    country, until = _BEFORE_INDEPENDENCE.get(place[:2], (place, birth.year))
    return pivot.birthcountry == country and birth.year <= until


def may_be_there(pivot: Pivot, place: str, year: int) -> bool:
    """Whether a birth where the person says can have been given a NIR of that place.

    Countries are compared where both are known, départements where both are; what is not known on
    either side tells nothing.
    """
    country = _country_said(pivot)
    if country is not None:
        former, until = _BEFORE_INDEPENDENCE.get(place[:2], (place, year))
        return place == _COUNTRY_UNKNOWN or (former == country and year <= until)
    said, known = pivot.birthplace, _territory(place)
    if said is None:
        return pivot.birthcountry is None or known != _ABROAD or _was_french(place, year)
    if known == _ABROAD:
        country, until = _BEFORE_INDEPENDENCE.get(said[:2], (None, 0))
        return country == place and year <= until
    there = _territory(said)
    return there == known or _became(there, known, year) or _became(known, there, year)


def is_far(pivot: Pivot) -> bool:
    """Whether the person was born abroad, overseas, or does not say where."""
    place = pivot.birthplace
    return pivot.birthcountry != FRANCE or place is None or place[:2] in _OVERSEAS


def are_one_territory(one: str | None, other: str | None) -> bool:
    """Whether two codes of municipalities can be of one birth: what is not known tells nothing."""
    return one is None or other is None or _territory(one) == _territory(other)


def _is_municipality(stated: str, place: str, birth: BirthDay) -> bool:
    if stated[:2] in _CORSICA and place[:2] in _CORSICA:
        is_one = "20" in {stated[:2], place[:2]} or stated[:2] == place[:2]
        return is_one and stated[2:] == place[2:]
    country, until = _BEFORE_INDEPENDENCE.get(place[:2], (place, birth.year))
    # Seine-et-Oise became 91 to 95: told from Algeria, Morocco and Tunisia by the year alone
    return stated == place and (country == place or birth.year > until)


def _country_said(pivot: Pivot) -> str | None:
    """The country of a birth abroad; some providers state its code in the place of the town's."""
    if pivot.birthcountry not in {None, FRANCE}:
        return pivot.birthcountry
    place = pivot.birthplace
    return place if place is not None and place[:2] == _ABROAD else None


def _territory(place: str) -> str:
    """The département, of three figures overseas; 99 for abroad."""
    return place[:3] if place[:2] in _OVERSEAS else place[:2]


def _was_french(country: str, year: int) -> bool:
    """Whether births there were of France then: Algeria, Morocco and Tunisia."""
    return any(country == since and year <= until for since, until in _BEFORE_INDEPENDENCE.values())


def _became(former: str, later: str, year: int) -> bool:
    successors, until = _SUCCESSORS.get(former, (set(), 0))
    return later in successors and year <= until
