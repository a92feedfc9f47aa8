"""What the core needs to know of partners: who they are, and what they prove themselves by."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from gateway.model.directory import Partner
from gateway.model.partners import Couples, Credential, StandingMandate


class PartnerRegister(Protocol):
    """The enrolled senders and their credentials."""

    def holder_of(self, token: str) -> Partner | None:
        """The partner who holds this bearer token, if it is live. Constant-time on the secret."""
        ...

    def partner(self, partner_id: str) -> Partner | None:
        """The partner of that id, unless there is none or it is disabled."""
        ...

    def mandators_of(self, partner_id: str, day: date) -> tuple[Partner, ...]:
        """The senders in whose name that partner may transmit on that day."""
        ...

    def mandates_of(self, partner_id: str, day: date) -> tuple[StandingMandate, ...]:
        """The mandates by which it may, with their days."""
        ...


class Credentials(Protocol):
    """The public halves of the keys that partners enrolled."""

    def credential(self, thumbprint: str) -> Credential | None:
        """The one of that thumbprint, live or not: the caller judges by the time of day."""
        ...

    def credentials_of(self, partner_id: str) -> Sequence[Credential]:
        """Those of that partner, live or not, in order of enrolment."""
        ...

    def certificates(self) -> Sequence[str]:
        """Thumbprints of every certificate, live or not: what a name of another kind may mean."""
        ...

    def revoke(self, partner_id: str, thumbprint: str, at: datetime) -> None:
        """From `at` on it proves nothing, durable on return. Once revoked, the date stays.

        Its partner's notice is in the outbox with it, or neither is.

        Raises:
            LookupError: that partner has no such credential.
        """
        ...

    def note_use(self, credential: Credential, at: datetime) -> None:
        """Remember when it was last used, to the hour; cheap when nothing is to be written."""
        ...


class FailureBudget(Protocol):
    """How many workers unknown to the directory a submitter may name within a day (T35)."""

    def is_suspended(self, partner_id: str, *, at: datetime) -> bool:
        """Whether that submitter is told nothing at that moment, whatever it names."""
        ...

    def allows(self, partner_id: str, found: Couples, *, at: datetime, is_new: bool = True) -> bool:
        """Whether the submitter of a message may be told what the directory says of its couples.

        Each unknown couple counts once a day. The message that passes the budget is not told
        anything either, nor what comes after it until a day is over, or the operator releases the
        partner. What is not new waits already: it is told if the budget bears it, and suspends
        nobody if not. Durable on return.
        """
        ...


class SpentAssertions(Protocol):
    """Which assertions were taken already; shared by every process, and by a restart."""

    def spend(self, issuer: str, jti: str, *, until: datetime, now: datetime) -> bool:
        """Take an assertion: True the first time only, durable on return.

        It is remembered at least until `until`, after which its own expiry refuses it.
        """
        ...
