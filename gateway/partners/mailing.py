"""The outbox emptied: each notice at least once, by a relay that may be away for days."""

from datetime import timedelta
from typing import Final

import structlog

from gateway.model.background import Turn
from gateway.model.partner_notices import DueNotice, NoticeState, NotSent
from gateway.partners.notice_texts import message_of
from gateway.ports import Clock
from gateway.ports.partner_notices import Mailer, NoticeOutbox

GIVEN_UP_AFTER: Final = timedelta(days=10)
NO_CONTACT: Final = "no-contact"
log = structlog.get_logger(__name__)


class Mailing:
    """Sends what is due. A relay that is away ends the round: the others wait for their turn too.

    The relay has taken a mail before it is marked so: where the process dies in between, it is
    sent again, under the Message-ID that it had.
    """

    def __init__(
        self, *, outbox: NoticeOutbox, mailer: Mailer, clock: Clock, environment: str
    ) -> None:
        self._outbox = outbox
        self._mailer = mailer
        self._clock = clock
        self._environment = environment

    def __call__(self, turn: Turn) -> None:
        """Send until nothing is due."""
        while True:
            turn.go_on()
            due = self._outbox.take(self._clock.now())
            if due is None or not self._is_settled(due):
                return

    def _is_settled(self, due: DueNotice) -> bool:
        """Send one; False where the next one would fare no better."""
        if not due.recipients:
            self._keep(due, NotSent(NO_CONTACT))
            return True
        try:
            self._mailer.send(message_of(due, environment=self._environment))
        except NotSent as fault:
            self._keep(due, fault)
            return fault.is_its_own
        self._outbox.settle(due.notice.id, NoticeState.SENT, at=self._clock.now())
        log.info("notice.sent", notice=due.notice.id, kind=due.notice.kind.value)
        return True

    def _keep(self, due: DueNotice, fault: NotSent) -> None:
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
