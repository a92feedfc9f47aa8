"""The outcomes of both registers in one word each, and which of them contradict.

The word is kept beside a state, and counted: it never changes meaning.
"""

from datetime import date
from enum import StrEnum
from typing import Final

from gateway.model.verification import (
    ComparedIdentity,
    DuplicateEstablishment,
    ExistingEstablishment,
    HiddenEstablishment,
    IdentityOutcome,
    UnknownEstablishment,
)


class Register(StrEnum):
    """Who is asked. A name is stored: it never changes meaning."""

    SIRENE = "SIRENE"
    """The register of establishments."""
    AMELI = "AMELI"
    """The register of identities."""


class EstablishmentOutcome(StrEnum):
    """What was said of an establishment."""

    ACTIVE = "ACTIVE"
    CLOSED = "CLOSED"
    DUPLICATE = "DUPLICATE"
    HIDDEN = "HIDDEN"
    UNKNOWN = "UNKNOWN"


GivenEstablishment = (
    ExistingEstablishment | DuplicateEstablishment | HiddenEstablishment | UnknownEstablishment
)
"""What the register of establishments answered, when it did."""
_BY_TYPE: Final = {
    DuplicateEstablishment: EstablishmentOutcome.DUPLICATE,
    HiddenEstablishment: EstablishmentOutcome.HIDDEN,
    UnknownEstablishment: EstablishmentOutcome.UNKNOWN,
}
CONTRADICTIONS: Final = {
    Register.SIRENE: frozenset({EstablishmentOutcome.UNKNOWN, EstablishmentOutcome.CLOSED}),
    Register.AMELI: frozenset(
        {IdentityOutcome.DISCORDANT, IdentityOutcome.NOT_FOUND, IdentityOutcome.AMBIGUOUS}
    ),
}
"""Those whose sudden number tells that a register is out of order."""
REFUSING: Final = {
    Register.SIRENE: frozenset({EstablishmentOutcome.UNKNOWN, EstablishmentOutcome.CLOSED}),
    Register.AMELI: frozenset({IdentityOutcome.DISCORDANT}),
}
"""Those that may refuse a line."""
KNOWN_GOOD: Final = {
    Register.SIRENE: EstablishmentOutcome.ACTIVE,
    Register.AMELI: IdentityOutcome.VERIFIED,
}
"""What a register in working order says of who was found in order before."""


def establishment_outcome(answer: GivenEstablishment) -> EstablishmentOutcome:
    """The word for it; closed is what the present period says."""
    if not isinstance(answer, ExistingEstablishment):
        return _BY_TYPE[type(answer)]
    is_active = answer.periods[0].is_active
    return EstablishmentOutcome.ACTIVE if is_active else EstablishmentOutcome.CLOSED


def refuses_establishment(answer: GivenEstablishment, on: date) -> bool:
    """Whether it speaks against that establishment on a day up to `on`: then it must be fresh.

    One message has lines of several days: one that reopened was closed on some of them.
    """
    if isinstance(answer, ExistingEstablishment):
        return any(
            not period.is_active and (period.start is None or period.start <= on)
            for period in answer.periods
        )
    return isinstance(answer, UnknownEstablishment)


def refuses_identity(answer: ComparedIdentity) -> bool:
    """Whether it speaks against the number of that worker: then it must be fresh."""
    return answer.outcome is IdentityOutcome.DISCORDANT
