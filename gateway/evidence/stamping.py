"""Time-stamps on the log's checkpoints: asked for in rounds, and answers that stop without them.

One stamp on the newest checkpoint dates all that is under it. How late the stamps are is read from
the record itself, as the age of the oldest checkpoint that none covers: a process that was killed,
a round that never runs and an authority that is away count alike, and a restart forgives nothing.
"""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from gateway.errors import AuthorityUnavailable, EvidenceDelayed
from gateway.model.stamping import CheckpointStamp, Stamp, Unstamped
from gateway.ports import Clock

RETRY_AFTER_S: Final = 60
_LOOK_EVERY: Final = timedelta(seconds=1)
log = structlog.get_logger(__name__)


class CheckpointStamps(Protocol):
    """Which checkpoints are stamped; shared by every process of an installation."""

    def unstamped(self) -> Unstamped | None:
        """The newest checkpoint, or None where a stamp covers it, or there is none."""
        ...

    def keep(self, stamp: CheckpointStamp) -> None:
        """Keep a stamp, durable on return. A second one of the same checkpoint is kept beside."""
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
    """Asks the authorities, in the order of the operator's preference."""

    def __init__(
        self, *, stamps: CheckpointStamps, authorities: Sequence[TimestampAuthority]
    ) -> None:
        self._stamps = stamps
        self._authorities = tuple(authorities)

    def stamp_newest(self) -> CheckpointStamp | None:
        """One round: the newest checkpoint stamped by the first authority that does, and kept.

        None where there was nothing to stamp, or nobody stamped it.
        """
        unstamped = self._stamps.unstamped()
        if unstamped is None:
            return None
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

    def run(self, stop: threading.Event, *, every_s: float) -> None:
        """Rounds until `stop` is set, the first at once; one that fails is followed by others."""
        while not stop.is_set():
            try:
                self.stamp_newest()
            except Exception as error:  # noqa: BLE001 - the database may be away
                log.warning("timestamp.round", error=type(error).__name__)
            stop.wait(every_s)


class StampGate:
    """Stops new answers where the stamps are too late: what we sign would be dated by us alone."""

    def __init__(self, *, stamps: CheckpointStamps, clock: Clock, refuse_after: timedelta) -> None:
        """`refuse_after` is how old a checkpoint without a stamp may become; we warn at half."""
        self._stamps = stamps
        self._clock = clock
        self._refuse_after = refuse_after
        self._lock = threading.Lock()
        self._looked_at: datetime | None = None
        self._since: datetime | None = None

    def demand_open(self) -> None:
        """Let a new answer through.

        Raises:
            EvidenceDelayed: the stamps are too late.
        """
        if not self.is_open():
            raise EvidenceDelayed(retry_after_s=RETRY_AFTER_S)

    def is_open(self) -> bool:
        """Whether new answers may be given."""
        return self._delay() <= self._refuse_after

    def is_late(self) -> bool:
        """Whether half of the time is over: somebody should look."""
        return self._delay() > self._refuse_after / 2

    def _delay(self) -> timedelta:
        now = self._clock.now()
        with self._lock:
            if self._looked_at is None or not timedelta(0) <= now - self._looked_at < _LOOK_EVERY:
                found = self._stamps.unstamped()
                self._since = None if found is None else found.since
                self._looked_at = now
            return timedelta(0) if self._since is None else now - self._since
