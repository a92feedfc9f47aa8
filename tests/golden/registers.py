"""What outside registers answer in a case, as the index of the kit states it."""

from datetime import date
from typing import Any

from gateway.identifiers import Siret
from gateway.model.verification import (
    ComparedIdentity,
    DuplicateEstablishment,
    EstablishmentAnswer,
    ExistingEstablishment,
    IdentityAnswer,
    NotAnswered,
    Verified,
)


def registers_of(verified: Verified | None) -> dict[str, Any] | None:
    """By register; None where none is configured."""
    if verified is None:
        return None
    said = {}
    if verified.establishment is not None:
        said["Sirene"] = answer_of(verified.establishment.answer)
    if verified.identity is not None:
        said["Ameli"] = answer_of(verified.identity.answer)
    return said


def answer_of(answer: EstablishmentAnswer | IdentityAnswer) -> dict[str, Any]:
    """One answer, by the names of the model."""
    kind = type(answer).__name__.removesuffix("Establishment").upper()
    match answer:
        case NotAnswered():
            return {"answer": "NONE", "cause": answer.cause.value}
        case ComparedIdentity():
            differences = sorted(trait.value for trait in answer.differences)
            said = {"answer": answer.outcome.value, "differences": differences or None}
        case ExistingEstablishment():
            periods = [
                _without_none(
                    {"from": _day(one.start), "to": _day(one.end), "active": one.is_active}
                )
                for one in answer.periods
            ]
            said = {"answer": kind, "periods": periods, "successor": _text(answer.successor)}
        case DuplicateEstablishment():
            said = {"answer": kind, "kept": str(answer.kept)}
        case _:
            said = {"answer": kind}
    return _without_none(said)


def _without_none(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _text(siret: Siret | None) -> str | None:
    return None if siret is None else str(siret)
