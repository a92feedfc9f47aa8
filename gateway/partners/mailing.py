"""The outbox emptied: each notice at least once, by a relay that may be away for days."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Generic, Protocol, TypeVar

import structlog

from gateway.model.background import Turn
from gateway.model.partner_notices import MailAddress, MailMessage, NoticeState, NotSent
from gateway.ports import Clock
from gateway.ports.partner_notices import Mailer

GIVEN_UP_AFTER: Final = timedelta(days=10)
NO_CONTACT: Final = "no-contact"
log = structlog.get_logger(__name__)


class _Told(Protocol):
    """A notice, whomever it is for."""

    @property
    def id(self) -> str: ...

    @property
    def kind(self) -> StrEnum: ...

    @property
    def decided_at(self) -> datetime: ...


class _Notice(Protocol):
    """One whose turn it is."""

    @property
    def notice(self) -> _Told: ...

    @property
    def attempts(self) -> int: ...

    @property
    def recipients(self) -> tuple[MailAddress, ...]: ...


_Due = TypeVar("_Due", bound=_Notice)
_Due_co = TypeVar("_Due_co", bound=_Notice, covariant=True)


class _Outbox(Protocol[_Due_co]):
    """Of a `NoticeOutbox`, what is needed to empty it."""

    def take(self, now: datetime) -> _Due_co | None: ...

    def settle(
        self, notice_id: str, state: NoticeState, *, at: datetime, fault: str | None = None
    ) -> None: ...


class Mailing(Generic[_Due]):
    """Sends what is due. A relay that is away ends the round: the others wait for their turn too.

    The relay has taken a mail before it is marked so: where the process dies in between, it is
    sent again, under the Message-ID that it had.
    """

    def __init__(
        self,
        *,
        outbox: _Outbox[_Due],
        mailer: Mailer,
        clock: Clock,
        message_of: Callable[[_Due], MailMessage],
    ) -> None:
        """`message_of`: what is sent; the same notice always makes the same one."""
        self._outbox = outbox
        self._mailer = mailer
        self._clock = clock
        self._message_of = message_of

    def __call__(self, turn: Turn) -> None:
        """Send until nothing is due."""
        while True:
            turn.go_on()
            due = self._outbox.take(self._clock.now())
            if due is None or not self._is_settled(due):
                return

    def _is_settled(self, due: _Due) -> bool:
        """Send one; False where the next one would fare no better."""
        if not due.recipients:
            self._keep(due, NotSent(NO_CONTACT))
            return True
        try:
            self._mailer.send(self._message_of(due))
        except NotSent as fault:
            self._keep(due, fault)
            return fault.is_its_own
        self._outbox.settle(due.notice.id, NoticeState.SENT, at=self._clock.now())
        log.info("notice.sent", notice=due.notice.id, kind=due.notice.kind.value)
        return True

    def _keep(self, due: _Due, fault: NotSent) -> None:
        now = self._clock.now()
        is_over = fault.is_final or now - due.notice.decided_at > GIVEN_UP_AFTER
        state = NoticeState.GIVEN_UP if is_over else NoticeState.WAITING
        self._outbox.settle(due.notice.id, state, at=now, fault=fault.kind)
        log.warning(
            "notice.not_sent",
            notice=due.notice.id,
            kind=due.notice.kind.value,
            fault=fault.kind,
            attempts=due.attempts,
            state=state.value,
        )
