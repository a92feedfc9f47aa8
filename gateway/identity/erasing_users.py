"""Accounts that were disabled long ago are erased (regulation (EU) 2016/679, art. 5 (1) (e)).

Until then whoever comes back is enabled again as they were. An account to which the directory gives
nothing has nothing to come back to.
"""

from datetime import timedelta
from typing import Final

from gateway.model.background import Turn
from gateway.model.idle import months_after
from gateway.model.parts import legal_day
from gateway.ports import Clock
from gateway.ports.accounts import AccountErasure

MONTHS_WITHOUT_RIGHTS: Final = 1
"""Longer than a relay may be away before what it has to tell is given up."""
_NOT_BEFORE: Final = timedelta(days=28)
"""No month is shorter."""


class ErasingUsers:
    """Erases what was disabled for so many months; what is enabled meanwhile is left alone."""

    def __init__(self, *, erasure: AccountErasure, clock: Clock, months: int) -> None:
        """`months`: between the disabling and the erasing; one without rights goes after one."""
        self._erasure = erasure
        self._clock = clock
        self._months = months

    def __call__(self, turn: Turn) -> None:
        """Look at every account that is disabled and not erased yet."""
        now = self._clock.now()
        for account in self._erasure.disabled_before(now - _NOT_BEFORE):
            turn.go_on()
            months = self._months if account.has_rights else MONTHS_WITHOUT_RIGHTS
            if legal_day(now) >= months_after(legal_day(account.disabled_at), months):
                self._erasure.erase(account, at=now)
