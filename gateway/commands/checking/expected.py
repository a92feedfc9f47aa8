"""What the schema expects of each member that an unreadable line or header fails: never its value.

The pointer alone is the server's; the forms below say the same as the patterns of the contract.
"""

from dataclasses import dataclass
from typing import Any, Final

import jsonschema_rs

from gateway.wire.shape import Json, Leaf, Shape

_FORMS: Final = {
    "Msv": ("une dose en mSv, point décimal, trois décimales au plus",
            "a dose in mSv, decimal point, at most three decimals"),
    "SumMsv": ("une somme en mSv, point décimal, trois décimales au plus",
               "a sum in mSv, decimal point, at most three decimals"),
    "Amount": ("un nombre sans signe, point décimal, neuf décimales au plus",
               "a number without sign, decimal point, at most nine decimals"),
    "Date": ("une date AAAA-MM-JJ", "a date YYYY-MM-DD"),
    "LunarDate": ("une date AAAA-MM-JJ, 00 pour un jour ou un mois inconnu",
                  "a date YYYY-MM-DD, 00 for an unknown day or month"),
    "DateTime": ("une date et heure avec décalage, AAAA-MM-JJThh:mm:ssZ",
                 "a date and time with offset, YYYY-MM-DDThh:mm:ssZ"),
    "Uuid": ("un UUID avec ses tirets", "a UUID with its hyphens"),
    "Nir": ("15 lettres ou chiffres sans espace", "15 letters or digits without blanks"),
    "Identifier": ("un numéro en lettres et chiffres, sans espace",
                   "a number in letters and digits, without blanks"),
    "Ref": ("1 à 64 lettres sans accent, chiffres ou . _ : / -",
            "1 to 64 plain letters, digits or . _ : / -"),
    "Count": ("un nombre entier", "a whole number"),
    "Boolean": ("true ou false", "true or false"),
}  # fmt: skip
_TYPES: Final = {
    "string": ("un texte entre guillemets", "a text in quotes"),
    "integer": ("un nombre entier sans guillemets", "a whole number without quotes"),
    "boolean": ("true ou false sans guillemets", "true or false without quotes"),
    "object": ("un objet", "an object"),
    "array": ("une liste", "a list"),
}
_SAID: Final = {
    "minItems": ("au moins un élément, ou pas de membre", "at least one item, or no member"),
    "minLength": ("un texte qui ne soit pas vide", "a text that is not empty"),
    "maxLength": ("un texte de {} caractères au plus", "a text of at most {} characters"),
    "pattern": ("la forme {}", "the form {}"),
}
"""By keyword of the schema."""
_MISREAD: Final = (
    "une date du calendrier, ou un texte sans blanc en bordure ni caractère de contrôle",
    "a date of the calendar, or a text without blanks at an edge or control characters",
)
_ELSEWHERE: Final = (
    "les membres dans l'ordre du schéma, sans attribut ni texte entre eux",
    "the members in the order of the schema, without attributes or text between them",
)
_MAX_OPTIONS: Final = 16


@dataclass(frozen=True, slots=True)
class Expected:
    """A member that fails: its pointer inside what was validated, and what should stand there."""

    pointer: str
    fr: str
    en: str
    is_stranger: bool = False
    """Not the member itself fails, but one inside it that the contract does not know."""


def expectations(
    check: jsonschema_rs.Draft4Validator, form: Json, misread: str
) -> tuple[Expected, ...]:
    """What `form` fails, by order of pointer; `misread` is the member that only the reader refuses.

    At least one: where the schema of the JSON form finds nothing, the defect is one of XML alone.
    """
    try:
        found = sorted({_expected(error) for error in check.iter_errors(form)}, key=_order)
    except ValueError:  # it reports on 255 levels, and the contract has eight
        found = []
    if found:
        return tuple(found)
    return (Expected(misread, *(_MISREAD if misread else _ELSEWHERE)),)


def names_of(shape: Shape, pointer: str) -> frozenset[str]:
    """The names that the contract knows of the members of `pointer`."""
    kind: Leaf | Shape | None = shape
    for step in pointer.split("/")[1:]:
        if not isinstance(kind, Shape):
            break
        kind = kind.item if kind.item is not None and step.isdigit() else kind.members.get(step)
    return frozenset(kind.members) if isinstance(kind, Shape) else frozenset()


def _order(expected: Expected) -> tuple[str, str]:
    return expected.pointer, expected.en


def _expected(error: jsonschema_rs.ValidationError) -> Expected:
    pointer = "".join(f"/{step}" for step in error.instance_path)
    keyword = str(error.schema_path[-1])
    if keyword == "required":
        name = str(_of_kind(error, "property"))
        return Expected(f"{pointer}/{name}", "membre obligatoire absent", "required member missing")
    if keyword == "additionalProperties":
        text = ("un membre que le contrat ne connaît pas", "a member that the contract lacks")
        return Expected(pointer, *text, is_stranger=True)
    return Expected(pointer, *_form(error, keyword))


def _form(error: jsonschema_rs.ValidationError, keyword: str) -> tuple[str, str]:
    """What the keyword of the schema asks for."""
    named = next((_FORMS[name] for name in reversed(_path(error)) if name in _FORMS), None)
    if keyword == "type":
        return _of_type([str(name) for name in _of_kind(error, "types") or ()], named)
    if keyword == "enum":
        options = ", ".join(str(option) for option in _of_kind(error, "options") or ())
        return f"une valeur parmi {options}", f"one of {options}"
    said = _SAID.get(keyword)
    if said is not None and (named is None or keyword != "pattern"):
        limit = _of_kind(error, "pattern" if keyword == "pattern" else "limit")
        return said[0].format(limit), said[1].format(limit)
    return named or ("ce que dit le schéma", "what the schema says")


def _of_type(types: list[str], named: tuple[str, str] | None) -> tuple[str, str]:
    """A JSON type; for a text also its form."""
    french, english = next((_TYPES[name] for name in types if name in _TYPES), _TYPES["string"])
    if named is None or "string" not in types:
        return french, english
    return f"{french} : {named[0]}", f"{english}: {named[1]}"


def _path(error: jsonschema_rs.ValidationError) -> list[str]:
    return [str(step) for step in error.schema_path]


def _of_kind(error: jsonschema_rs.ValidationError, name: str) -> Any:
    return getattr(error.kind, name, None)
