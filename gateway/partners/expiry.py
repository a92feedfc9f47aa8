"""Which partners are to be told that a credential ends: 40, 20, 10, 3 and 1 days ahead."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from gateway.model.background import Turn
from gateway.model.partner_notices import EXPIRY_DAYS, Ending, NoticeKind, PartnerNotice
from gateway.model.parts import legal_day
from gateway.ports import Clock
from gateway.ports.partner_notices import NoticeOutbox, PartnerLife

_FURTHEST: Final = timedelta(days=max(EXPIRY_DAYS))


class ExpiryNotices:
    """Puts in the outbox what is to be told by now. The same looked at twice is told once."""

    def __init__(self, *, life: PartnerLife, outbox: NoticeOutbox, clock: Clock) -> None:
        self._life = life
        self._outbox = outbox
        self._clock = clock

    def __call__(self, turn: Turn) -> None:
        """Look at every credential that ends within forty days."""
        now = self._clock.now()
        for ending in self._life.endings(after=now, until=now + _FURTHEST):
            turn.go_on()
            self._outbox.decide(due_notices(ending, now))


def due_notices(ending: Ending, now: datetime) -> Iterator[PartnerNotice]:
    """What is to be told of it by now: each of the days ahead that has come since its enrolment.

    A credential of a week is enrolled past the first three: nobody is told of these.
    """
    for days in EXPIRY_DAYS:
        tells_at = ending.not_after - timedelta(days=days)
        if ending.enrolled_at <= tells_at <= now:
            yield PartnerNotice(
                partner_id=ending.partner_id,
                kind=NoticeKind.CREDENTIAL_EXPIRES,
                day=legal_day(ending.not_after),
                decided_at=now,
                subject=ending.thumbprint,
                days=days,
            )
