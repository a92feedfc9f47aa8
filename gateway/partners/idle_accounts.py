"""Accounts unused for 24 months are disabled, thirty days after their partner was told so.

Told is what a relay took, as for users: while no mail of it was sent, the end is announced anew.
"""

from datetime import date, datetime

from gateway.model.background import Turn
from gateway.model.idle import TOLD_AHEAD, ends_on
from gateway.model.partner_notices import NoticeKind, PartnerNotice
from gateway.model.parts import legal_day
from gateway.ports import Clock
from gateway.ports.partner_notices import NoticeOutbox, PartnerLife


class IdleAccounts:
    """Tells, then disables. Who comes in between is left alone, and begins 24 months anew."""

    def __init__(
        self, *, life: PartnerLife, outbox: NoticeOutbox, clock: Clock, has_relay: bool
    ) -> None:
        """`has_relay`: whether mail is sent at all; without, nobody is waited for."""
        self._life = life
        self._outbox = outbox
        self._clock = clock
        self._has_relay = has_relay

    def __call__(self, turn: Turn) -> None:
        """Look at every account."""
        now = self._clock.now()
        for partner_id, last_seen in self._life.last_seen():
            turn.go_on()
            if legal_day(now) >= ends_on(last_seen) - TOLD_AHEAD:
                self._end(partner_id, last_seen, now)

    def _end(self, partner_id: str, last_seen: date, now: datetime) -> None:
        today = legal_day(now)
        announced = self._life.announced(partner_id, since=last_seen)
        if announced is None:
            # late, where the gateway stood still: thirty days all the same
            self._announce(partner_id, max(ends_on(last_seen), today + TOLD_AHEAD), now)
        elif today < announced.day:
            return
        elif self._has_relay and not announced.is_told:
            self._announce(partner_id, today + TOLD_AHEAD, now)
        else:
            ended = PartnerNotice(
                partner_id=partner_id,
                kind=NoticeKind.ACCOUNT_DISABLED,
                day=today,
                decided_at=now,
            )
            self._life.disable(ended, last_seen=last_seen)

    def _announce(self, partner_id: str, day: date, now: datetime) -> None:
        told = PartnerNotice(
            partner_id=partner_id, kind=NoticeKind.ACCOUNT_IDLE, day=day, decided_at=now
        )
        self._outbox.decide((told,))
