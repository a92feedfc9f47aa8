"""The sequencer: one thread that gives committed leaves their place, and wakes who waits for one.

Whoever waits has committed its leaf. A round that begins later finds it without index and numbers
it, or finds it numbered by another process: either way its wait is over when the round is. So no
round looks at anything but what has no index, and none has to be repeated for a leaf that came
late. While a round runs, the next one's leaves gather, and, after a round that numbered several,
for a moment more: one alone is numbered at once, many under load by one checkpoint.

Where one thread writes everything (SQLite), no round is needed: each of its transactions ends by
numbering the leaves that it wrote, under a checkpoint of its own. A leaf and its place are durable
together, by one fsync, and whoever asks finds the place made. What could not be numbered there
waits for a round like any other.
"""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as WaitedTooLong
from typing import Final, Protocol

import msgspec
import structlog

from gateway.errors import GatewayError, NotYetLogged, Overloaded
from gateway.evidence.drawing import KnownHashes
from gateway.evidence.growth import Grown, Growth
from gateway.model.evidence import Extension, LogTip, NumberedLeaf, StoredCheckpoint
from gateway.ports import EvidenceLog

WAIT_S: Final = 5.0
"""How long an answer waits for its place in the log, unless configured otherwise."""
LOOK_S: Final = 2.0
"""How often leaves are looked for that nobody waits for: those of another command or process."""
GATHER_S: Final = 0.03
"""How long leaves gather after a round that numbered several. A round is a transaction with its own
fsync and signature: under load each costs more than its answers gain by it."""
RETRY_AFTER_S: Final = 2
KEPT: Final = 256
"""Places kept for who will ask; the others are read from the record. More than are answered at
once, for leaves of superseding acknowledgements are nobody's to ask for."""
log = structlog.get_logger(__name__)


class Placed(msgspec.Struct, frozen=True):
    """A leaf with its place, and all that its proof is made of."""

    leaf: NumberedLeaf
    checkpoint: StoredCheckpoint
    hashes: KnownHashes


class Followed(EvidenceLog, Protocol):
    """An evidence log that can be extended by the transactions that write its leaves."""

    def follow(
        self, grow: Callable[[LogTip], Extension], told: Callable[[Extension], None]
    ) -> None:
        """From now on, end each transaction as `extend` does; `told` of what is then durable.

        `told` comes before whoever wrote the leaves goes on, and before `grow` is called again.
        Where `grow` raises, the transaction is what it would have been without it. Nothing comes
        of it where transactions run side by side.
        """
        ...

    def unfollow(self) -> None:
        """Leave it to `extend` again."""
        ...


class Sequencer:
    """Numbers leaves. Its thread starts with `start`; `close` ends it after the round under way."""

    def __init__(
        self,
        *,
        evidence: Followed,
        growth: Growth,
        wait_s: float = WAIT_S,
        gather_s: float = GATHER_S,
    ) -> None:
        """`wait_s` is for an answer, `gather_s` for leaves after a round that numbered several."""
        self._evidence = evidence
        self._growth = growth
        self._wait_s = wait_s
        self._gather_s = gather_s
        self._changed = threading.Condition()
        self._waiting: dict[str, list[Future[Placed | None]]] = {}
        self._placed: dict[str, Placed] = {}
        """Those of whom nobody has asked yet, oldest first."""
        self._beside: Grown | None = None
        """What the transaction that is being committed adds."""
        self._is_closed = False
        self._thread = threading.Thread(target=self._serve, name="sequencer", daemon=True)

    def start(self) -> None:
        """Begin to number, what waits on record first. One that is closed does nothing."""
        if not self._is_closed:
            self._evidence.follow(self._grow_beside, self._told)
            self._thread.start()

    def close(self) -> None:
        """Finish the round under way; who still waits is told to come back."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._evidence.unfollow()
        if self._thread.is_alive():
            self._thread.join()
        with self._changed:
            waiting, self._waiting = self._waiting, {}
        for waiters in waiting.values():
            _fail(waiters, Overloaded("the sequencer is closed"))

    def place(self, acknowledgement_id: str) -> Placed | None:
        """Wait until that acknowledgement, which is committed, has its place in the log.

        `None` when it was numbered in another process, or before: its place is on record.

        Raises:
            NotYetLogged: not within the time that an answer waits.
            Overloaded: the database cannot be written, or no key of the log may sign.
        """
        future: Future[Placed | None] = Future()
        with self._changed:
            placed = self._placed.pop(acknowledgement_id, None)
            if placed is not None:
                return placed
            if self._is_closed:
                raise Overloaded("the sequencer is closed")
            self._waiting.setdefault(acknowledgement_id, []).append(future)
            self._changed.notify()
        try:
            return future.result(self._wait_s)
        except WaitedTooLong:
            raise NotYetLogged(retry_after_s=RETRY_AFTER_S) from None

    def _serve(self) -> None:
        numbered = self._round({})
        while True:
            with self._changed:
                if numbered > 1:
                    self._changed.wait_for(lambda: self._is_closed, self._gather_s)
                if not self._waiting and not self._is_closed:
                    self._changed.wait(LOOK_S)
                if self._is_closed:
                    return
                waiting, self._waiting = self._waiting, {}
            numbered = self._round(waiting) if waiting or self._has_forgotten() else 0

    def _has_forgotten(self) -> bool:
        """Whether leaves wait that nobody waits for."""
        try:
            return self._evidence.is_waiting()
        except Exception as error:  # noqa: BLE001 - it is asked again soon
            log.warning("evidence.unreachable", error=type(error).__name__)
            return False

    def _round(self, waiting: dict[str, list[Future[Placed | None]]]) -> int:
        """Number what waits on record, and wake all of `waiting`, whatever happens.

        How many leaves were numbered: all, where nobody asked.
        """
        numbered, is_asked = 0, bool(waiting)
        try:
            while (grown := self._extend()) is not None:
                numbered += len(grown.extension.leaves)
                self._give(grown, waiting)
                if is_asked and not waiting:
                    break  # to look for more is a transaction for nobody: who comes now is next
        except Exception as error:  # noqa: BLE001 - the thread must live, and every caller wake
            fault = error if isinstance(error, GatewayError) else Overloaded("not numbered")
            log.error(  # noqa: TRY400 - a traceback could hold a value
                "evidence.not_extended", error=type(error).__name__, waiting=len(waiting)
            )
            for waiters in waiting.values():
                _fail(waiters, fault)
            return numbered
        for waiters in waiting.values():
            _succeed(waiters, None)
        return numbered

    def _extend(self) -> Grown | None:
        grown: list[Grown] = []

        def grow(tip: LogTip) -> Extension:
            grown.append(self._growth.of(tip))
            return grown[-1].extension

        return grown[-1] if self._evidence.extend(grow) is not None else None

    def _grow_beside(self, tip: LogTip) -> Extension:
        self._beside = self._growth.of(tip)
        return self._beside.extension

    def _told(self, extension: Extension) -> None:
        grown, self._beside = self._beside, None
        if grown is not None and grown.extension is extension:
            self._give(grown, {})

    def _give(self, grown: Grown, waiting: dict[str, list[Future[Placed | None]]]) -> None:
        """Give their places to those who wait for leaves of this checkpoint, or will ask soon."""
        extension = grown.extension
        with self._changed:
            for leaf in extension.leaves:
                placed = Placed(leaf, extension.checkpoint, grown.hashes)
                asked = leaf.acknowledgement_id
                waiters = [*waiting.pop(asked, ()), *self._waiting.pop(asked, ())]
                _succeed(waiters, placed)
                if not waiters:
                    self._placed[asked] = placed
            while len(self._placed) > KEPT:
                del self._placed[next(iter(self._placed))]


def _succeed(waiters: Iterable[Future[Placed | None]], placed: Placed | None) -> None:
    for future in waiters:
        future.set_result(placed)


def _fail(waiters: Iterable[Future[Placed | None]], fault: BaseException) -> None:
    for future in waiters:
        future.set_exception(fault)
