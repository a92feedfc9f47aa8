"""How long an answer is believed, and when one that was not given is asked for again.

A `share` is drawn from [0, 1) for each answer, so that what came in at once does not end at once.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from gateway.model.verification import Cause, IdentityOutcome, NotAnswered
from gateway.verification.outcomes import EstablishmentOutcome

_DAY: Final = timedelta(days=1)
_YEAR: Final = timedelta(days=365)
_PARIS: Final = ZoneInfo("Europe/Paris")
_UPDATED_AT_H: Final = 3
"""Sirene's daily update is over by then, legal time."""
_AFTER_UPDATE: Final = timedelta(hours=2)


class Lifetime(msgspec.Struct, frozen=True, kw_only=True):
    """Until when an answer is fresh, and until when it is believed at all."""

    fresh_until: datetime
    stale_until: datetime


class Bounds(msgspec.Struct, frozen=True):
    """Between which ages an answer stops being fresh; how long it is believed from then on."""

    shortest: timedelta
    longest: timedelta
    stale: timedelta


_A_WEEK: Final = Bounds(5 * _DAY, 7 * _DAY, 30 * _DAY)
_RED: Final = Bounds(_DAY * 3 / 4, _DAY, 30 * _DAY)
LIFETIMES: Final[Mapping[str, Bounds]] = {
    EstablishmentOutcome.ACTIVE: Bounds(7 * _DAY, 30 * _DAY, 180 * _DAY),
    EstablishmentOutcome.HIDDEN: Bounds(7 * _DAY, 30 * _DAY, 180 * _DAY),
    EstablishmentOutcome.CLOSED: _A_WEEK,
    EstablishmentOutcome.DUPLICATE: _A_WEEK,
    EstablishmentOutcome.UNKNOWN: Bounds(timedelta(), _DAY, timedelta()),
    IdentityOutcome.VERIFIED: Bounds(_YEAR, 3 * _YEAR, 2 * _YEAR),
    IdentityOutcome.VERIFIED_WITH_DIFFERENCE: Bounds(_YEAR, 3 * _YEAR, 2 * _YEAR),
    IdentityOutcome.FORMER_NUMBER: _A_WEEK,
    IdentityOutcome.DISCORDANT: Bounds(_RED.shortest, _RED.longest, timedelta()),
    IdentityOutcome.NOT_FOUND: _RED,
    IdentityOutcome.AMBIGUOUS: _RED,
}
_PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60))
"""After the first failure, the second… and, at last, every further one."""
OWN_PACE: Final[Mapping[Cause, timedelta]] = {
    Cause.NOT_ASKED: timedelta(),
    Cause.QUOTA: timedelta(seconds=30),
    Cause.BREAKER_OPEN: timedelta(seconds=30),
    Cause.PAUSED: timedelta(minutes=5),
    Cause.MISCONFIGURED: timedelta(minutes=15),
}
"""Causes that say nothing of the question itself: they do not lengthen its pauses."""


def lifetime_of(outcome: str, *, now: datetime, share: float) -> Lifetime:
    """The lifetime of an answer with that outcome, given now."""
    bounds = LIFETIMES[outcome]
    lasts = bounds.shortest + (bounds.longest - bounds.shortest) * share
    if outcome == EstablishmentOutcome.UNKNOWN:  # until the next update may have brought it
        lasts = min(_DAY, _next_update(now) - now + _AFTER_UPDATE * share)
    fresh_until = now + lasts
    return Lifetime(fresh_until=fresh_until, stale_until=fresh_until + bounds.stale)


def pause_of(answer: NotAnswered, *, attempts: int, share: float) -> timedelta:
    """Until the question is asked again, after so many attempts before this one; full jitter."""
    pause = OWN_PACE.get(answer.cause)
    if pause is None:
        pause = _PAUSES[min(attempts, len(_PAUSES) - 1)]
    told = timedelta(seconds=answer.retry_after_s or 0.0)
    return max(told, pause / 2) + pause / 2 * share


def _next_update(now: datetime) -> datetime:
    local = now.astimezone(_PARIS)
    today = local.replace(hour=_UPDATED_AT_H, minute=0, second=0, microsecond=0)
    return today if local < today else today + _DAY
