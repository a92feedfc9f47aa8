"""What enrolment needs to keep, and whom it tells."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from gateway.model.enrolment import (
    Enrolling,
    Invitation,
    RefusedEnrolment,
    RevocationList,
    Withdrawn,
)


class Enrolments(Protocol):
    """Invitations, what was enrolled by them, and what was refused. Durable on return.

    What is enrolled or refused puts its partner's notice in the outbox: with it, or neither is.
    """

    def invite(
        self, partner_id: str, *, digest: bytes, issued_at: datetime, expires_at: datetime
    ) -> None:
        """Keep an invitation; those of that partner that were not used are withdrawn.

        Raises:
            LookupError: no such partner, or it is disabled.
        """
        ...

    def invitation(self, digest: bytes) -> Invitation | None:
        """The invitation of that digest, unless its partner is disabled. Constant-time."""
        ...

    def enrol_invited(self, enrolling: Enrolling, *, digest: bytes) -> None:
        """Enrol what an invitation opens, and use it up: of any number at once, one does.

        Raises:
            InvitationOver: it was used, withdrawn or is past its time by `enrolled_at`.
            EnrolledAlready: the credential, or another partner's with the same key, is enrolled.
            SlotsTaken: the partner has two live ones.
        """
        ...

    def enrol_beside(self, enrolling: Enrolling, *, live: str) -> None:
        """Enrol what a live credential of the same partner, by its thumbprint, opens.

        Raises:
            NotAuthenticated: that one is live no more.
            EnrolledAlready: as above.
            SlotsTaken: as above.
        """
        ...

    def note_refusal(self, refused: RefusedEnrolment) -> None:
        """Keep it, to be shown to whoever runs the gateway; the partner is told once a day."""
        ...

    def refusals(self, partner_id: str, *, since: datetime) -> Sequence[RefusedEnrolment]:
        """Those of that partner from `since` on, in order."""
        ...


class RevocationLists(Protocol):
    """The lists that authorities of our own published; numbered without a gap."""

    def latest(self, authority: str) -> tuple[RevocationList | None, int]:
        """The last list of that authority, and how many certificates of it are revoked now."""
        ...

    def publish(
        self,
        authority: str,
        make: Callable[[RevocationList | None, Sequence[Withdrawn]], RevocationList | None],
    ) -> None:
        """Keep the list that `make` gives of the last one and of all that is revoked, if any.

        One at a time, whatever the number of processes.
        """
        ...


class Notifier(Protocol):
    """Tells whoever runs the gateway what became of a partner's credentials."""

    def enrolled(self, partner_id: str, thumbprint: str, at: datetime) -> None:
        """A credential was enrolled."""
        ...

    def revoked(self, partner_id: str, thumbprint: str, at: datetime) -> None:
        """A credential was revoked, by the partner or by whoever runs the gateway."""
        ...

    def refused(self, refused: RefusedEnrolment) -> None:
        """A credential was offered with a good invitation or key, and not taken."""
        ...
