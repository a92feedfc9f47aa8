"""Who may do what after signing in: accounts, their links to providers, rights, sessions.

An account is the register's own: it says nothing of a person but by what it is linked to. Rights
are the directory's word, read anew when they are needed; what a provider claims opens none.
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from gateway.identifiers import Siret
from gateway.model.directory import Fact
from gateway.model.federation import (
    Authentication,
    Professional,
    Provider,
    SignInWish,
    SignOutHandle,
)


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


class Rights(Fact, frozen=True, kw_only=True):
    """What somebody may do now."""

    given: tuple[Right, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    worker_id: str | None = None
    """The register's pseudonymous id, of a worker."""


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


class LinkBasis(StrEnum):
    """By what an identity was linked to its account. A name is stored: it never changes meaning."""

    FIRST_SIGN_IN = "FIRST_SIGN_IN"
    """Of a professional: the account holds nothing yet."""
    CIVIL_STATUS = "CIVIL_STATUS"
    """Six fields the same, of one worker only."""
    NIR_TYPED = "NIR_TYPED"
    """The person knew the number, and the civil status agreed."""


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
    provider: Provider
    begun_at: datetime
    last_seen_at: datetime
    ends_at: datetime


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in that came to an account: the session is new, whatever the browser held before."""

    session: Session
    return_to: str


class MustTypeNir(msgspec.Struct, frozen=True, kw_only=True):
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
