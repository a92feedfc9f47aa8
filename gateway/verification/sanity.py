"""Whether a register is in its right mind: when it contradicts much more than it should, we wait.

An upstream defect looks like a wave of "not found" (seen at every register of this kind). While a
register is paused, what it says against anybody is not believed, and asked for again; those whom it
had found in order are asked of it anew, and its pause ends once it finds them so again.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from gateway.verification.outcomes import CONTRADICTIONS, Register


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a register's sanity."""

    since: datetime | None = None
    """It is not believed since then; None while it is."""
    counted_from: datetime | None = None
    """Answers before that do not count any more; of a pause: when it was last tried in vain."""
    trusted_until: datetime | None = None
    """Until then it is believed whatever it says: it has just been tried."""


class Sanity(msgspec.Struct, frozen=True, kw_only=True):
    """When a register stops being believed."""

    percent: int
    """Share of contradictions among its answers, from which on it is too many."""
    minimum: int
    """Contradictions below which there is no telling."""
    window: timedelta
    """The answers that count."""
    trust: timedelta
    """How long it is believed again once it has found in order who was."""

    def is_lost(self, register: Register, counts: Mapping[str, int]) -> bool:
        """Whether it is, by the number of each outcome within the window."""
        against = sum(counts.get(outcome, 0) for outcome in CONTRADICTIONS[register])
        return against >= self.minimum and 100 * against >= self.percent * sum(counts.values())

    def is_paused(self, pause: Pause, now: datetime) -> bool:
        """Whether it still is: a pause that nobody could try for a whole window is over."""
        return pause.since is not None and now < (pause.counted_from or pause.since) + self.window
