"""What outside registers say: of an establishment (Sirene), of a worker's identity (Ameli).

An outside question has three outcomes: confirmed, contradicted, unavailable. An answer that was not
given is `NotAnswered`, a value like any other: it delays a verdict and never becomes a refusal.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from gateway.identifiers import Nir, Siret
from gateway.model.directory import Fact


class Urgency(StrEnum):
    """Who waits for the answer: a part of each register's rate is kept for those who watch."""

    INTERACTIVE = "INTERACTIVE"
    """A person, or a transmission being judged within its small budget."""
    BACKGROUND = "BACKGROUND"
    """Nobody: a refresh, a queue, a first backfill."""


class Cause(StrEnum):
    """Why there is no answer. A name is stored and told in metrics: it never changes meaning."""

    TIMEOUT = "TIMEOUT"
    """None within the deadline, by the clock on the wall."""
    OUTAGE = "OUTAGE"
    """Nobody there, a connection cut, a status of failure."""
    UNREADABLE = "UNREADABLE"
    """Something that is no answer of this register: HTML, a cut or foreign document."""
    QUOTA = "QUOTA"
    """Its rate, or our own budget for it, is used up."""
    BREAKER_OPEN = "BREAKER_OPEN"
    """It failed so often just now that it is left alone."""
    MISCONFIGURED = "MISCONFIGURED"
    """It refuses us, or is not where we look: somebody on our side must act."""
    PAUSED = "PAUSED"
    """It contradicts so much more than usual that it is not believed for now."""
    NOT_ASKED = "NOT_ASKED"
    """There was no time to ask."""
    NOT_QUEUED = "NOT_QUEUED"
    """Nor could the queue take the question: nobody asks it until somebody needs it again."""


class NotAnswered(Fact, frozen=True, kw_only=True):
    """The register has not said anything that can be believed."""

    cause: Cause
    retry_after_s: float | None = None
    """When it asked to be left alone for so long."""


class Period(Fact, frozen=True, kw_only=True):
    """An establishment's state from one day to another, as Sirene's periods tell it."""

    start: date | None
    """First day; None where Sirene does not know since when."""
    end: date | None = None
    """Last day, inclusive; None of the present period."""
    is_active: bool


class ExistingEstablishment(Fact, frozen=True, kw_only=True):
    """Sirene knows it."""

    siret: Siret
    created_on: date | None = None
    periods: tuple[Period, ...]
    """Newest first; at least one."""
    legal_unit_is_active: bool = True
    is_public: bool = True
    """False where its holder objected to publication: names and address are masked (`P`)."""
    successor: Siret | None = None
    """Who took over from it when it closed, where Sirene was asked and knows."""
    name: str | None = None
    """Of a legal person, or of the establishment; never that of a natural person."""
    commune: str | None = None
    """Name of the municipality."""
    processed_at: datetime | None = None
    """When Sirene last changed the record."""

    def is_active_on(self, day: date) -> bool | None:
        """Its state on that day; None where no period tells it."""
        for period in self.periods:
            begun = period.start is None or period.start <= day
            if begun and (period.end is None or day <= period.end):
                return period.is_active
        return None


class DuplicateEstablishment(Fact, frozen=True, kw_only=True):
    """Its legal unit was registered twice; `kept` is the head office of the one that is kept.

    Proposed to a person, never put in the place of what was sent.
    """

    siret: Siret
    kept: Siret


class HiddenEstablishment(Fact, frozen=True, kw_only=True):
    """It exists and nothing of it is told (units of defence): it counts as existing."""

    siret: Siret


class UnknownEstablishment(Fact, frozen=True, kw_only=True):
    """Sirene, in working order, does not know it."""

    siret: Siret


EstablishmentAnswer: TypeAlias = (
    ExistingEstablishment
    | DuplicateEstablishment
    | HiddenEstablishment
    | UnknownEstablishment
    | NotAnswered
)


class IdentityTraits(Fact, frozen=True, kw_only=True):
    """A person's civil status with the number that it is said to have."""

    nir: Nir
    """A NIR or a NIA: the register alone can tell, by its answer's OID."""
    birth_name: str
    first_names: tuple[str, ...]
    """In the order of civil status, at least one."""
    sex: str
    """`M` or `F`."""
    birth_date: str
    """`YYYY-MM-DD`, where month and day may be `00`."""
    birthplace: str | None = None
    """INSEE code of the municipality or country, where known."""


class IdentityOutcome(StrEnum):
    """What comparing with Ameli gave. A name is stored: it never changes meaning."""

    VERIFIED = "VERIFIED"
    """The active number and every trait are those given."""
    VERIFIED_WITH_DIFFERENCE = "VERIFIED_WITH_DIFFERENCE"
    """The number is; birthplace, secondary first names or hyphens differ, or one side knows less of
    the date of birth; no more. An accent, which Ameli has not, is no difference."""
    FORMER_NUMBER = "FORMER_NUMBER"
    """The number given is one that the person had before."""
    DISCORDANT = "DISCORDANT"
    """Another number, or name, sex or date of birth differ."""
    NOT_FOUND = "NOT_FOUND"
    """Nobody has these traits: something is to be corrected; no proof that the number is false."""
    AMBIGUOUS = "AMBIGUOUS"
    """Several persons have these traits."""


class Trait(StrEnum):
    """What may differ."""

    NUMBER = "NUMBER"
    BIRTH_NAME = "BIRTH_NAME"
    FIRST_NAME = "FIRST_NAME"
    OTHER_FIRST_NAMES = "OTHER_FIRST_NAMES"
    SEX = "SEX"
    BIRTH_DATE = "BIRTH_DATE"
    BIRTHPLACE = "BIRTHPLACE"


class ComparedIdentity(Fact, frozen=True, kw_only=True):
    """What Ameli answered, compared with what was given."""

    outcome: IdentityOutcome
    differences: frozenset[Trait] = frozenset()
    id_type: str | None = None
    """`NIR` or `NIA`, by the OID of the active number; None where there is no person."""


IdentityAnswer: TypeAlias = ComparedIdentity | NotAnswered


class Source(StrEnum):
    """Where a verified state comes from."""

    ONLINE = "ONLINE"
    BATCH = "BATCH"
    STOCK = "STOCK"
    MANUAL = "MANUAL"


class VerifiedEstablishment(Fact, frozen=True, kw_only=True):
    """An establishment as a state of the directory: the last answer, whence, and how fresh."""

    answer: EstablishmentAnswer
    source: Source | None = None
    """None of what was never answered."""
    stock_month: str | None = None
    """`YYYY-MM` of the stock file, where it comes from one."""
    checked_at: datetime | None = None
    is_fresh: bool = False
    """False: believed still, and asked for again in the background."""


class VerifiedIdentity(Fact, frozen=True, kw_only=True):
    """A worker's identity as a state of the directory, for the traits that it has now."""

    answer: IdentityAnswer
    source: Source | None = None
    checked_at: datetime | None = None
    is_fresh: bool = False


class Verified(Fact, frozen=True, kw_only=True):
    """What outside registers say of the employer and of the worker of one line.

    None is what no register is configured for.
    """

    establishment: VerifiedEstablishment | None = None
    identity: VerifiedIdentity | None = None
