"""Time-stamps on the log's checkpoints: asked for in rounds, and answers that stop without them.

One stamp on the newest checkpoint dates all that is under it. How late the stamps are is read from
the record itself, as the age of the oldest checkpoint that none covers: a process that was killed,
a round that never runs and an authority that is away count alike, and a restart forgives nothing.
By the same age several processes share the rounds: what one of them had stamped is no longer due.
"""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from gateway.errors import AuthorityUnavailable, EvidenceDelayed, Overloaded
from gateway.model.stamping import CheckpointStamp, Stamp, Unstamped
from gateway.ports import Clock

RETRY_AFTER_S: Final = 60
AGAIN_S: Final = 60.0
"""After a round that failed."""
LOOK_S: Final = 5.0
"""How often the record is looked at for a checkpoint that is due."""
CLOSING_S: Final = 1.0
"""How long the end waits for a round under way; a stamp that comes later is asked for again."""
_LOOK_EVERY: Final = timedelta(seconds=1)
_NO_DELAY: Final = timedelta(0)
log = structlog.get_logger(__name__)


class CheckpointStamps(Protocol):
    """Which checkpoints are stamped; shared by every process of an installation."""

    def unstamped(self) -> Unstamped | None:
        """The checkpoint to stamp, or None where a stamp covers every entry of the log.

        It is the newest that witnesses cosigned, so that one checkpoint has both; the newest of all
        where none is cosigned beyond the last stamp.
        """
        ...

    def keep(self, stamp: CheckpointStamp) -> None:
        """Keep a stamp, durable on return; the first of each authority on a checkpoint stays."""
        ...


class TimestampAuthority(Protocol):
    """Somebody else's clock."""

    @property
    def name(self) -> str:
        """How the operator calls it."""
        ...

    def stamp(self, text: bytes) -> Stamp:
        """A stamp on `text`, proved before it is returned; within seconds.

        Raises:
            AuthorityUnavailable: it did not answer, refused, or what it sent proves nothing.
        """
        ...


class Stamping:
    """Asks the authorities, in the order of the operator's preference.

    Its thread starts with `start`; `close` ends it.
    """

    def __init__(
        self,
        *,
        stamps: CheckpointStamps,
        authorities: Sequence[TimestampAuthority],
        clock: Clock,
        every: timedelta,
    ) -> None:
        """`every` is how old a checkpoint becomes before a stamp is asked for."""
        self._stamps = stamps
        self._authorities = tuple(authorities)
        self._clock = clock
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="stamping", daemon=True)

    def start(self) -> None:
        """Begin the rounds, where there is somebody to ask."""
        if self._authorities:
            self._thread.start()

    def close(self) -> None:
        """End them; an authority that is slow is not waited for."""
        self._stop.set()
        if self._thread.is_alive():  # not begun where nobody is asked
            self._thread.join(CLOSING_S)

    def round(self) -> float:
        """Have stamped what is due; how many seconds until the next round.

        One that got no stamp is followed by another after a minute at most, and not at once: an
        authority in trouble is not hurried.
        """
        look_s, again_s = (min(each, self._every.total_seconds()) for each in (LOOK_S, AGAIN_S))
        try:
            unstamped = self._stamps.unstamped()
            if unstamped is None or not self._is_due(unstamped):
                return look_s
            kept = self.stamp(unstamped)
        except Exception as error:  # noqa: BLE001 - the database may be away
            log.warning("timestamp.round", error=type(error).__name__)
            return again_s
        return again_s if kept is None else look_s

    def stamp(self, unstamped: Unstamped) -> CheckpointStamp | None:
        """The checkpoint stamped by the first authority that does, and kept; None if none does."""
        for authority in self._authorities:
            try:
                stamp = authority.stamp(unstamped.text)
            except AuthorityUnavailable as fault:
                log.warning("timestamp.unavailable", authority=authority.name, reason=fault.reason)
                continue
            kept = CheckpointStamp(size=unstamped.size, text=unstamped.text, stamp=stamp)
            self._stamps.keep(kept)
            log.info("timestamp.kept", authority=authority.name, size=unstamped.size)
            return kept
        log.error("timestamp.missing", size=unstamped.size, since=unstamped.since.isoformat())
        return None

    def _is_due(self, unstamped: Unstamped) -> bool:
        """Whether it is old enough; one that a clock set back finds in the future is."""
        return not _NO_DELAY <= self._clock.now() - unstamped.since < self._every

    def _serve(self) -> None:
        while not self._stop.is_set():
            self._stop.wait(self.round())


class StampGate:
    """Stops new answers where the stamps are too late: what we sign would be dated by us alone."""

    def __init__(
        self,
        *,
        stamps: CheckpointStamps,
        clock: Clock,
        warn_after: timedelta | None,
        refuse_after: timedelta | None,
    ) -> None:
        """Both are ages of the oldest checkpoint without a stamp; None is never reached."""
        self._stamps = stamps
        self._clock = clock
        self._warn_after = warn_after
        self._refuse_after = refuse_after
        self._lock = threading.Lock()
        self._looked_at: datetime | None = None
        self._since: datetime | None = None

    def demand_open(self) -> None:
        """Let a new answer through.

        Raises:
            EvidenceDelayed: the stamps are too late.
            Overloaded: the record cannot be read.
        """
        if self._is_beyond(self._refuse_after):
            raise EvidenceDelayed(retry_after_s=RETRY_AFTER_S)

    def is_open(self) -> bool:
        """Whether new answers may be given; a record that cannot be read closes other doors."""
        try:
            self.demand_open()
        except EvidenceDelayed:
            return False
        except Overloaded:
            return True
        return True

    def is_late(self) -> bool:
        """Whether somebody should look: new answers stop soon, or have stopped."""
        try:
            return self._is_beyond(self._warn_after)
        except Overloaded:
            return False

    def _is_beyond(self, limit: timedelta | None) -> bool:
        return limit is not None and self._delay() > limit

    def _delay(self) -> timedelta:
        """How long a checkpoint waits; one that seems to come waits too: a clock was set back."""
        now = self._clock.now()
        with self._lock:
            if self._looked_at is None or not _NO_DELAY <= now - self._looked_at < _LOOK_EVERY:
                found = self._stamps.unstamped()
                self._since = None if found is None else found.since
                self._looked_at = now
            return _NO_DELAY if self._since is None else abs(now - self._since)
