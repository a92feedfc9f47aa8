"""Ameli as the register of identities: which questions are asked, and what their answers give."""

import time
from collections.abc import Callable
from enum import StrEnum

import structlog

from adapters.ameli.client import Contract, InsiClient
from adapters.ameli.comparison import compared, goes_by, holds, is_about_another
from adapters.ameli.context import Caller
from adapters.ameli.people import Found, Ins, Person, Several
from adapters.ameli.question import SAMPLE, Question
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

log = structlog.get_logger(__name__)


class Mode(StrEnum):
    """Which operation is asked first."""

    SEARCH = "search"
    """The service finds a person, and we compare."""
    VERIFICATION = "verification"
    """The service compares; where it does not confirm, the search tells what differs."""


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
        """`upstream`'s base address is the whole address of the service.

        Raises:
            ConfigurationFault: the contract's files are missing, or do not let this be asked.
        """
        self._client = InsiClient(upstream=upstream, contract=contract, caller=caller, clock=clock)
        self._client.prove(
            search=SAMPLE.search(SAMPLE.first_names),
            verification=SAMPLE.individual() if mode is Mode.VERIFICATION else None,
        )
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
        question = Question(
            number=traits.nir.reveal(),
            birth_name=birth_name,
            first_names=first_names,
            sex=traits.sex,
            birth_date=traits.birth_date,
            birthplace=traits.birthplace,
            urgency=urgency,
            ends_at=self._monotonic() + deadline_s,
        )
        if self._mode is Mode.VERIFICATION:
            is_confirmed = self._client.confirms(
                question.individual(), urgency=urgency, deadline_s=deadline_s
            )
            if isinstance(is_confirmed, NotAnswered):
                return is_confirmed
            if is_confirmed:
                return ComparedIdentity(outcome=IdentityOutcome.VERIFIED, id_type="NIR")
        return self._searched(traits, question)

    def _searched(self, traits: IdentityTraits, question: Question) -> IdentityAnswer:
        """Each first name alone, then all of them, until somebody is found."""
        for names in question.in_turn():
            found = self._found(traits, question, names)
            if isinstance(found, NotAnswered):
                return found
            if isinstance(found, Several):
                return self._told_apart(traits, question, names)
            if isinstance(found, Person) and _is_meant(traits, found):
                return compared(traits, found)
        return ComparedIdentity(outcome=IdentityOutcome.NOT_FOUND)

    def _told_apart(
        self, traits: IdentityTraits, question: Question, names: tuple[str, ...]
    ) -> IdentityAnswer:
        """Of several, the one whom the other first names or the birthplace tell.

        He counts where he has the number. A namesake whom a wrong birthplace singles out is no
        evidence that the number is another's.
        """
        for more, place in question.refined(names):
            found = self._found(traits, question, more, place)
            if isinstance(found, NotAnswered):
                return found
            if isinstance(found, Person) and holds(traits, found):
                return compared(traits, found)
        return ComparedIdentity(outcome=IdentityOutcome.AMBIGUOUS)

    def _found(
        self,
        traits: IdentityTraits,
        question: Question,
        names: tuple[str, ...],
        place: str | None = None,
    ) -> Found | NotAnswered:
        found = self._client.search(
            question.search(names, place=place),
            urgency=question.urgency,
            deadline_s=question.ends_at - self._monotonic(),
        )
        if isinstance(found, Person):
            if is_about_another(traits, found):
                log.warning("ameli.about-another")
                return NotAnswered(cause=Cause.UNREADABLE)
            _check(found.active)
        return found


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
