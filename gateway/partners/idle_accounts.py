"""Accounts unused for 24 months are disabled, thirty days after their partner was told so."""

from datetime import date, datetime

from gateway.model.background import Turn
from gateway.model.idle import TOLD_AHEAD, ends_on
from gateway.model.partner_notices import NoticeKind, PartnerNotice
from gateway.model.parts import legal_day
from gateway.ports import Clock
from gateway.ports.partner_notices import NoticeOutbox, PartnerLife


class IdleAccounts:
    """Tells, then disables. Who comes in between is left alone, and begins 24 months anew."""

    def __init__(self, *, life: PartnerLife, outbox: NoticeOutbox, clock: Clock) -> None:
        self._life = life
        self._outbox = outbox
        self._clock = clock

    def __call__(self, turn: Turn) -> None:
        """Look at every account."""
        now = self._clock.now()
        for partner_id, last_seen in self._life.last_seen():
            turn.go_on()
            if legal_day(now) >= ends_on(last_seen) - TOLD_AHEAD:
                self._end(partner_id, last_seen, now)

    def _end(self, partner_id: str, last_seen: date, now: datetime) -> None:
        told = PartnerNotice(
            partner_id=partner_id,
            kind=NoticeKind.ACCOUNT_IDLE,
            day=ends_on(last_seen),
            decided_at=now,
        )
        told_at = self._life.was_told(told)
        if told_at is None:
            self._outbox.decide((told,))
        elif legal_day(now) >= max(told.day, legal_day(told_at) + TOLD_AHEAD):
            ended = PartnerNotice(
                partner_id=partner_id,
                kind=NoticeKind.ACCOUNT_DISABLED,
                day=legal_day(now),
                decided_at=now,
            )
            self._life.disable(ended, last_seen=last_seen)
