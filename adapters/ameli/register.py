"""Ameli as the register of identities: which questions are asked, and what their answers give."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import structlog

from adapters.ameli.client import Contract, InsiClient
from adapters.ameli.comparison import compared, goes_by, holds, is_about_another
from adapters.ameli.context import Caller
from adapters.ameli.people import NIR_OID, Found, Ins, Person, Several
from adapters.ameli.spelling import spelled
from adapters.http import Upstream
from gateway.identifiers import InvalidIdentifier, Nir
from gateway.model.verification import (
    Cause,
    ComparedIdentity,
    IdentityAnswer,
    IdentityOutcome,
    IdentityTraits,
    NotAnswered,
    Urgency,
)
from gateway.ports import Clock

MAX_ALONE: Final = 4
"""First names that are tried alone: each costs a call of a quota that is not public."""
_NUMBER_LENGTH: Final = 13
_COG: Final = re.compile(r"[0-9][0-9AB][0-9]{3}", re.ASCII)
log = structlog.get_logger(__name__)


class Mode(StrEnum):
    """Which operation is asked first."""

    SEARCH = "search"
    """The service finds a person, and we compare."""
    VERIFICATION = "verification"
    """The service compares; where it does not confirm, the search tells what differs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """Traits, spelt as Ameli spells them, and until when the caller waits."""

    traits: IdentityTraits
    birth_name: str
    first_names: tuple[str, ...]
    urgency: Urgency
    ends_at: float

    @property
    def birthplace(self) -> str | None:
        """As INSEE codes it; None where it is not known, or not such a code."""
        place = (self.traits.birthplace or "").upper()
        return place if _COG.fullmatch(place) else None


class AmeliRegister:
    """Implements ports.identities.IdentityRegister."""

    def __init__(
        self,
        *,
        upstream: Upstream,
        contract: Contract,
        caller: Caller,
        clock: Clock,
        mode: Mode = Mode.SEARCH,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`upstream`'s base address is the whole address of the service."""
        self._client = InsiClient(upstream=upstream, contract=contract, caller=caller, clock=clock)
        self._mode = mode
        self._monotonic = monotonic

    def verify(
        self, traits: IdentityTraits, *, urgency: Urgency, deadline_s: float
    ) -> IdentityAnswer:
        """See ports.identities.IdentityRegister."""
        birth_name = spelled(traits.birth_name)
        first_names = tuple(filter(None, map(spelled, traits.first_names)))
        if birth_name is None or not first_names:
            # in letters that Ameli has not, nobody can be found: to be corrected, not to be asked
            return ComparedIdentity(outcome=IdentityOutcome.NOT_FOUND)
        question = _Question(
            traits=traits,
            birth_name=birth_name,
            first_names=first_names,
            urgency=urgency,
            ends_at=self._monotonic() + deadline_s,
        )
        if self._mode is Mode.VERIFICATION:
            is_confirmed = self._confirmed(question)
            if isinstance(is_confirmed, NotAnswered):
                return is_confirmed
            if is_confirmed:
                return ComparedIdentity(outcome=IdentityOutcome.VERIFIED, id_type="NIR")
        return self._searched(question)

    def _searched(self, question: _Question) -> IdentityAnswer:
        """Each first name alone, then all of them, until somebody is found."""
        for names in _in_turn(question.first_names):
            found = self._found(question, names)
            if isinstance(found, NotAnswered):
                return found
            if isinstance(found, Several):
                return self._told_apart(question, names)
            if isinstance(found, Person) and _is_meant(question.traits, found):
                return compared(question.traits, found)
        return ComparedIdentity(outcome=IdentityOutcome.NOT_FOUND)

    def _told_apart(self, question: _Question, names: tuple[str, ...]) -> IdentityAnswer:
        """Of several, the one whom the other first names or the birthplace tell.

        He counts where he has the number. A namesake whom a wrong birthplace singles out is no
        evidence that the number is another's.
        """
        for more, place in _refinements(question, names):
            found = self._found(question, more, place)
            if isinstance(found, NotAnswered):
                return found
            if isinstance(found, Person) and holds(question.traits, found):
                return compared(question.traits, found)
        return ComparedIdentity(outcome=IdentityOutcome.AMBIGUOUS)

    def _found(
        self, question: _Question, names: tuple[str, ...], place: str | None = None
    ) -> Found | NotAnswered:
        stated: dict[str, Any] = {
            "NomNaissance": question.birth_name,
            "Prenom": list(names),
            "Sexe": question.traits.sex,
            "DateNaissance": question.traits.birth_date,
        }
        if place is not None:
            stated["LieuNaissance"] = place
        found = self._client.search(
            stated, urgency=question.urgency, deadline_s=self._left_s(question)
        )
        if isinstance(found, Person):
            if is_about_another(question.traits, found):
                log.warning("ameli.about-another")
                return NotAnswered(cause=Cause.UNREADABLE)
            _check(found.active)
        return found

    def _confirmed(self, question: _Question) -> bool | NotAnswered:
        number = question.traits.nir.reveal()
        stated: dict[str, Any] = {
            "NomNaissance": question.birth_name,
            "Prenom": question.first_names[0],
            "ListePrenom": " ".join(question.first_names),
            "Sexe": question.traits.sex,
            "DateNaissance": question.traits.birth_date,
        }
        if question.birthplace is not None:
            stated["LieuNaissance"] = question.birthplace
        identifier = {"NumIdentifiant": number[:_NUMBER_LENGTH], "Cle": number[_NUMBER_LENGTH:]}
        return self._client.confirms(
            {
                "INSFourni": {"IdIndividu": identifier, "OID": NIR_OID},
                "TraitsIdentiteIndividu": stated,
            },
            urgency=question.urgency,
            deadline_s=self._left_s(question),
        )

    def _left_s(self, question: _Question) -> float:
        return question.ends_at - self._monotonic()


def _in_turn(first_names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name in first_names[:MAX_ALONE]:
        yield (name,)
    if len(first_names) > 1:
        yield first_names


def _refinements(
    question: _Question, names: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str | None]]:
    """What is asked after several were found: more first names, then the birthplace."""
    if names != question.first_names:
        yield question.first_names, None
    if question.birthplace is not None:
        yield question.first_names, question.birthplace
        if names != question.first_names:
            yield names, question.birthplace


def _is_meant(traits: IdentityTraits, person: Person) -> bool:
    """Whether what is said of this person says anything of the one who was asked for.

    Found by a second first name alone and under another number, he is a twin or a namesake.
    """
    return holds(traits, person) or goes_by(traits.first_names[0], person)


def _check(ins: Ins) -> None:
    """An answer is not thrown away because its key is wrong; whoever runs this is told.

    The CNDA's own test identities hold such a key. Neither number nor key is told.
    """
    if ins.id_type is None:
        log.warning("ameli.neither-nir-nor-nia")
    if ins.key is None:
        return
    try:
        Nir.parse(ins.number + ins.key)
    except InvalidIdentifier as error:
        log.warning("ameli.number-does-not-hold", code=error.code)
