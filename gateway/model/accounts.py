"""Who may do what after signing in: accounts, their links to providers, rights, sessions.

An account is the register's own: it says nothing of a person but by what it is linked to. Rights
are the directory's word, read anew when they are needed; what a provider claims opens none.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from gateway.identifiers import Nir, Siret
from gateway.model.contacts import Contact
from gateway.model.directory import Fact, KnownWorker
from gateway.model.federation import (
    Authentication,
    Professional,
    Provider,
    SignedIn,
    SignInWish,
    SignOutHandle,
)

LONGEST_SESSION: Final = timedelta(hours=8)
IDLE_SESSION: Final = timedelta(minutes=30)
"""A session that nobody used for so long is over."""
WAITING: Final = timedelta(minutes=10)
"""How long a proven person may take to type their number."""
TRIES_WINDOW: Final = timedelta(days=1)
TRIES: Final = 5
"""Numbers that one identity may type in `TRIES_WINDOW`."""
TRIES_IN_ALL: Final = 30
"""Refused numbers of one identity, on whatever days, after which it types none any more.

Until the operator lets it: five a day without an end are 1,825 a year.
"""
MOST_EMAILS: Final = 8
"""Addresses that one account may have for its own."""
REFUSED_TRIES: Final = 500
"""Numbers refused to everybody together in `TRIES_WINDOW`, before none is taken any more."""


class Role(StrEnum):
    """In what quality somebody uses the portal (Code du travail R. 4451-67 to -71, -136)."""

    WORKER = "WORKER"
    """About oneself alone."""
    LEGAL_REPRESENTATIVE = "LEGAL_REPRESENTATIVE"
    CES = "CES"
    """The employer's correspondent for SISERI."""
    CRP = "CRP"
    """The radiation protection adviser."""
    PHYSICIAN = "PHYSICIAN"
    """The occupational physician."""


class Right(Fact, frozen=True, kw_only=True):
    """One role, and the establishments for which the directory gives it."""

    role: Role
    establishments: tuple[Siret, ...] = ()
    """In order; none for a worker, who is there for himself."""


class Withheld(Fact, frozen=True, kw_only=True):
    """A role that the directory gives, and this sign-in is too weak for."""

    role: Role
    wish: SignInWish
    """What to ask of the provider for it: a step up."""
    certification: SignInWish | None = None
    """What will do as well: to be certified as an officer; None where that opens nothing."""


class Rights(Fact, frozen=True, kw_only=True):
    """What somebody may do now."""

    given: tuple[Right, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    worker_id: str | None = None
    """The register's pseudonymous id, of a worker."""


class DisabledFor(StrEnum):
    """Why an account is disabled. A name is stored: it never changes meaning."""

    IDLE = "IDLE"
    """Unused for 24 months."""
    OPERATOR = "OPERATOR"
    """By the operator's command, whatever the reason: it outlives the erasing."""


class AccountKind(StrEnum):
    """Which of both an account is; it never changes."""

    PROFESSIONAL = "PROFESSIONAL"
    WORKER = "WORKER"


class Account(Fact, frozen=True, kw_only=True):
    """One user of the portal."""

    id: str
    """Pseudonymous: 128 random bits, told to nobody outside."""
    kind: AccountKind
    worker_id: str | None = None
    """Of a worker: as in the directory."""
    begun_at: datetime
    last_seen_at: datetime
    disabled_at: datetime | None = None
    """Unused for 24 months, or by the operator: signing in opens nothing until it is enabled."""


class DisabledAccount(Fact, frozen=True, kw_only=True):
    """An account that is disabled, and not erased yet."""

    id: str
    disabled_at: datetime
    has_rights: bool
    """It is a worker's, or an address is its own: the directory gave it something."""


class LinkBasis(StrEnum):
    """By what an identity was linked to its account. A name is stored: it never changes meaning."""

    FIRST_SIGN_IN = "FIRST_SIGN_IN"
    """Of a professional: the account holds nothing yet."""
    CIVIL_STATUS = "CIVIL_STATUS"
    """Six fields the same, of one worker only."""
    NIR_TYPED = "NIR_TYPED"
    """The person knew the number, and the civil status agreed."""
    RELEASED = "RELEASED"
    """The operator took it away: it opens nothing, and civil status alone links it no more.

    That it is never linked to the same worker again is kept beside it, until it is lifted.
    """


class Subject(Fact, frozen=True, kw_only=True):
    """Who somebody is at a provider, for ever (OpenID Connect Core 1.0 §5.7)."""

    issuer: str
    subject: str


class NewLink(Fact, frozen=True, kw_only=True):
    """An identity, proven just now, that is to open an account, and by what."""

    subject: Subject
    provider: Provider
    basis: LinkBasis
    acr: str
    """As the provider said; kept as evidence."""
    email: str | None
    """Where its holder is written to."""
    claims_email: bool = False
    """Of a professional: the directory gives something to whoever has that address and that name.

    It is this account's from now on, and nobody else's.
    """
    pivot_sha256: str | None = None
    """Of a person: the digest of the civil status that was compared."""
    at: datetime


class Link(Fact, frozen=True, kw_only=True):
    """An identity that is linked, with its account."""

    account: Account
    basis: LinkBasis
    pivot_sha256: str | None = None


class NotLinked(StrEnum):
    """Why an identity does not open a worker's account."""

    ANOTHERS = "ANOTHERS"
    """It opens the account of another worker."""
    BARRED = "BARRED"
    """The operator took it away from this worker."""
    HELD = "HELD"
    """Civil status alone: another identity of the same provider opens that account already."""


class WaitingIdentity(Fact, frozen=True, kw_only=True):
    """A proven person of whom the directory is not sure: kept for ten minutes."""

    id: str
    """What the browser holds: 256 random bits, kept as a digest."""
    signed_in: SignedIn
    return_to: str
    since: datetime


class Candidate(Fact, frozen=True, kw_only=True):
    """A worker of the directory, with the number that his place of birth is read from."""

    worker: KnownWorker
    nir: Nir

    @property
    def place(self) -> str:
        """The five figures of the place of birth: of a municipality, or 99 and a country."""
        return self.nir.reveal()[5:10]


class EstablishmentContact(Fact, frozen=True, kw_only=True):
    """Somebody whom the directory names for an establishment."""

    employer: Siret
    contact: Contact


class Session(Fact, frozen=True, kw_only=True):
    """One browser that is signed in."""

    id: str
    """What the browser holds, in a `__Host-` cookie: 256 random bits, kept as a digest."""
    account_id: str
    kind: AccountKind
    worker_id: str | None = None
    provider: Provider
    authentication: Authentication
    professional: Professional | None = None
    """As ProConnect said at this sign-in; None of a worker, of whom nothing more is kept."""
    sign_out: SignOutHandle
    begun_at: datetime
    last_seen_at: datetime
    ends_at: datetime
    """Whatever happens: eight hours after `begun_at`."""


class SessionSeen(Fact, frozen=True, kw_only=True):
    """One session, as its holder sees it in the list of theirs."""

    mark: str
    """Names it among them, opens nothing."""
    is_this: bool = False
    """The one that is asked by."""
    provider: Provider
    begun_at: datetime
    last_seen_at: datetime
    ends_at: datetime


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in that came to an account: the session is new, whatever the browser held before."""

    session: Session
    return_to: str


class MustTypeNir(Fact, frozen=True, kw_only=True):
    """A person whom the directory does not know beyond doubt: the second path."""

    waiting_id: str
    """What the browser holds until then, in a `__Host-` cookie; ten minutes."""
    is_refused: bool = False
    """A number was typed, and nothing was opened by it."""
    tries_left: int


class NoAccount(StrEnum):
    """Why a proven identity opens nothing. Each has a page that says what to do."""

    DISABLED = "DISABLED"
    """Unused for 24 months, or by the operator."""
    EMAIL_TAKEN = "EMAIL_TAKEN"
    """The address is another account's: the register must release it."""
    TOO_MANY_NUMBERS = "TOO_MANY_NUMBERS"
    """The budget of numbers typed is spent for today."""
    WAITED_TOO_LONG = "WAITED_TOO_LONG"
    """Nothing waits for this browser any more: sign in again."""


Arrival = Entered | MustTypeNir | NoAccount
"""What became of a sign-in whose proof held."""
