"""What the core needs to tell partners something, as contracts."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Protocol

from gateway.model.account_notices import Announced
from gateway.model.partner_notices import (
    DueNotice,
    Ending,
    MailMessage,
    NoticeState,
    PartnerNotice,
)


class NoticeOutbox(Protocol):
    """The notices that were decided, and what became of each."""

    def decide(self, notices: Iterable[PartnerNotice]) -> int:
        """Put those of `notices` that are new in the outbox, durable on return; how many.

        Of several new ones about the same credential and day the last alone is to be sent: the
        others are overtaken. So is what announced the end of an account for another day, unsent.
        """
        ...

    def take(self, now: datetime) -> DueNotice | None:
        """One whose turn it is. It is nobody else's until its next turn, later each time.

        So it is sent again where the process died before it could say what became of it.
        """
        ...

    def settle(
        self, notice_id: str, state: NoticeState, *, at: datetime, fault: str | None = None
    ) -> None:
        """Say what became of one that was taken; WAITING lets it wait for its next turn."""
        ...

    def upcoming(self, partner_id: str) -> Sequence[tuple[PartnerNotice, NoticeState]]:
        """What that partner was told, or is to be told, latest first; at most fifty."""
        ...


class PartnerUses(Protocol):
    """When each partner last came."""

    def note(self, partner_id: str, on: date) -> None:
        """Remember that it came that day; cheap when that is known, and never a fault."""
        ...


class PartnerLife(Protocol):
    """When credentials end and accounts fall idle, and the end of these."""

    def endings(self, *, after: datetime, until: datetime) -> Sequence[Ending]:
        """Live credentials of partners that are not disabled, which end then; the first first."""
        ...

    def last_seen(self) -> Sequence[tuple[str, date]]:
        """Each partner that is not disabled, with the last day it came, or was given a means to."""
        ...

    def announced(self, partner_id: str, *, since: date) -> Announced | None:
        """For which day the end of its account was announced after that day, the last, if it was.

        Never sooner than thirty days after that was decided. A partner without a contact is told:
        no mail can be.
        """
        ...

    def disable(self, notice: PartnerNotice, *, last_seen: date) -> bool:
        """End that partner's account and put `notice` in the outbox, in one durable transaction.

        False where it came since `last_seen`, or is disabled already.
        """
        ...


class Mailer(Protocol):
    """Hands mail to a relay."""

    def send(self, message: MailMessage) -> None:
        """Have the relay take responsibility for `message`, within a deadline.

        Raises:
            NotSent: it has not, or it cannot be known that it has.
        """
        ...
