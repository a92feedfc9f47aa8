"""An answer to what it says, by namespace: our own reader, for what zeep is too strict for.

A member more, another order: it reads what it needs and bears the rest. What it needs must be there
once and well-formed; an answer of which a part is missing says nothing.
"""

import re
from typing import Final

from lxml import etree

from adapters.ameli.envelope import Unreadable
from adapters.ameli.people import Found, Ins, Nobody, Person, Several

RESULT: Final = "{http://www.cnamts.fr/INSiResultat}"
VERIFICATION: Final = "{http://www.cnamts.fr/INSiLot2/REPUnitaire}"
_NUMBER: Final = re.compile(r"[0-9]{6}[0-9A-Z][0-9]{6}", re.ASCII)
_OID: Final = re.compile(r"[0-9]+(\.[0-9]+)+", re.ASCII)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_OK: Final = "00"


def found(body: etree._Element) -> Found:
    """What a search gave; raises `Unreadable`."""
    if body.tag != f"{RESULT}RESULTAT":
        raise Unreadable("another element")
    code = _text(_one(body, f"{RESULT}CR"), f"{RESULT}CodeCR")
    individuals = body.findall(f"{RESULT}INDIVIDU")
    return of_code(code, _person(individuals[0]) if len(individuals) == 1 else None)


def of_code(code: str, person: Person | None) -> Found:
    """What a result code says, with the person that came with it; raises `Unreadable`."""
    match code, person:
        case "00", Person():
            return person
        case "01", None:
            return Nobody()
        case "02", None:
            return Several()
        case _:
            raise Unreadable(
                "a code without its person, a person without its code, or another code"
            )


def confirmed(body: etree._Element) -> bool:
    """Whether a verification confirmed number and traits together; raises `Unreadable`."""
    if body.tag != f"{VERIFICATION}RESULTATVERIFICATION":
        raise Unreadable("another element")
    code = _text(_one(body, f"{VERIFICATION}CR"), f"{VERIFICATION}CodeCR")
    return of_verification(code, body.findtext(f"{VERIFICATION}Verification"))


def of_verification(code: str, said: str | None) -> bool:
    """What a result code and its word say; raises `Unreadable`."""
    if code != _OK or said not in {"OK", "KO"}:
        raise Unreadable("another code, or no word")
    return said == "OK"


def ins(*, number: str | None, key: str | None, oid: str | None) -> Ins:
    """A number as it was answered; raises `Unreadable` where it is none."""
    stated, of_type = (number or "").strip().upper(), (oid or "").strip()
    if not _NUMBER.fullmatch(stated) or not _OID.fullmatch(of_type):
        raise Unreadable("a number that is none")
    return Ins(number=stated, key=(key or "").strip() or None, oid=of_type)


def person(
    *, active: Ins, former: tuple[Ins, ...], birth_name: str, first_names: str, sex: str,
    birth_date: str, birthplace: str | None,
) -> Person:  # fmt: skip
    """Somebody with all traits; raises `Unreadable` where one is missing."""
    names = tuple(first_names.split())
    if not (birth_name.strip() and names and len(sex) == 1 and _DATE.fullmatch(birth_date)):
        raise Unreadable("a trait is missing")
    return Person(
        active=active,
        former=former,
        birth_name=birth_name.strip(),
        first_names=names,
        sex=sex,
        birth_date=birth_date,
        birthplace=(birthplace or "").strip(),
    )


def _person(individual: etree._Element) -> Person:
    traits = _one(individual, f"{RESULT}TIQ")
    return person(
        active=_ins(_one(individual, f"{RESULT}INSACTIF")),
        former=tuple(map(_ins, individual.findall(f"{RESULT}INSHISTO"))),
        birth_name=_text(traits, f"{RESULT}NomNaissance"),
        first_names=_text(traits, f"{RESULT}ListePrenom"),
        sex=_text(traits, f"{RESULT}Sexe"),
        birth_date=_text(traits, f"{RESULT}DateNaissance"),
        birthplace=traits.findtext(f"{RESULT}LieuNaissance"),
    )


def _ins(element: etree._Element) -> Ins:
    identifier = _one(element, f"{RESULT}IdIndividu")
    return ins(
        number=_text(identifier, f"{RESULT}NumIdentifiant"),
        key=identifier.findtext(f"{RESULT}Cle"),
        oid=_text(element, f"{RESULT}OID"),
    )


def _one(parent: etree._Element, tag: str) -> etree._Element:
    there = parent.findall(tag)
    if len(there) != 1:
        raise Unreadable("a member is missing, or there twice")
    return there[0]


def _text(parent: etree._Element, tag: str) -> str:
    element = _one(parent, tag)
    if len(element):
        raise Unreadable("a member holds others")
    return (element.text or "").strip()
