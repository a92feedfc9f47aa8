"""Accounts that nobody used for 24 months are disabled, after their holders were told so twice.

Told is what a relay took: while no mail of it was sent, the end is announced anew, thirty days
ahead.
"""

from datetime import date, datetime, timedelta
from typing import Final

from gateway.model.account_notices import IDLE_DAYS, AccountNotice, AccountNoticeKind
from gateway.model.background import Turn
from gateway.model.idle import TOLD_AHEAD, ends_on
from gateway.model.parts import legal_day
from gateway.ports import Clock
from gateway.ports.accounts import AccountLife

_NOT_BEFORE: Final = timedelta(days=698)
"""Nobody who came since is to be told anything yet: 24 months, but thirty days and a few."""
_FIRST, _SECOND = IDLE_DAYS


class IdleUsers:
    """Tells, then disables. Who signs in in between is left alone, and begins 24 months anew."""

    def __init__(self, *, life: AccountLife, clock: Clock, has_relay: bool) -> None:
        """`has_relay`: whether mail is sent at all; without, nobody is waited for."""
        self._life = life
        self._has_relay = has_relay
        self._clock = clock

    def __call__(self, turn: Turn) -> None:
        """Look at every account that was not used for nearly as long."""
        now = self._clock.now()
        for account_id, last_seen_at in self._life.unused_since(now - _NOT_BEFORE):
            turn.go_on()
            self._look(account_id, last_seen_at, now)

    def _look(self, account_id: str, last_seen_at: datetime, now: datetime) -> None:
        today, ends = legal_day(now), ends_on(legal_day(last_seen_at))
        announced = self._life.announced(account_id, since=last_seen_at)
        if announced is None:
            if today >= ends - TOLD_AHEAD:
                # late, where the gateway stood still: thirty days all the same
                self._announce(account_id, max(ends, today + TOLD_AHEAD), _FIRST, now)
        elif today < announced.day:
            if today >= announced.day - timedelta(days=_SECOND):
                self._announce(account_id, announced.day, _SECOND, now)
        elif self._has_relay and not announced.is_told:
            self._announce(account_id, today + TOLD_AHEAD, _FIRST, now)
        else:
            ended = AccountNotice(
                account_id=account_id,
                kind=AccountNoticeKind.DISABLED,
                day=today,
                decided_at=now,
            )
            self._life.disable_idle(ended, last_seen_at=last_seen_at)

    def _announce(self, account_id: str, day: date, days: int, now: datetime) -> None:
        notice = AccountNotice(
            account_id=account_id,
            kind=AccountNoticeKind.IDLE,
            day=day,
            days=days,
            decided_at=now,
        )
        self._life.tell(notice)
