"""What has work come round: one thread a process, whatever the number of processes.

Each round gives a sign of life, enqueues the occurrences that have begun (their names are the same
in every process, so that each is done once), and takes over what the dead had begun. A process is
dead when its count has not moved in six looks of ours: no clock is compared with another, and a
database that was away makes nobody dead.
"""

import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Final, Protocol

import structlog

from gateway.errors import Overloaded
from gateway.model.background import Schedule, Task
from gateway.ports import Clock
from gateway.ports.background import ProcessBeats

LOOK_S: Final = 10.0
FIRST_S: Final = 2.0
"""After the start: the doors open first."""
LOOKS_OF_THE_DEAD: Final = 6
KEPT: Final = timedelta(days=7)
"""How long the engine remembers what ended."""
_PURGE_EVERY: Final = 360
log = structlog.get_logger(__name__)


class Engine(Protocol):
    """What rounds need of the durable engine; see background.engine."""

    def enqueue_occurrence(self, task: Task, *, key: str) -> bool:
        """Have an occurrence done, once for each key; False while one of that task waits or runs.

        Raises:
            Overloaded: the database cannot write; nothing is enqueued.
        """
        ...

    def owners(self) -> frozenset[str]:
        """The processes that have begun something and not ended it."""
        ...

    def take_over(self, process_id: str) -> int:
        """Have what a dead process had begun, begun again."""
        ...

    def purge(self, before: datetime) -> int:
        """Forget what ended before."""
        ...

    def stop(self) -> None:
        """Begin nothing more."""
        ...

    def close(self) -> None:
        """Hand back what is under way, and let go."""
        ...


class Obituary:
    """Who is dead, by what is seen of them in successive looks."""

    def __init__(self, process_id: str) -> None:
        """`process_id` is ours: we live."""
        self._process_id = process_id
        self._seen: dict[str, tuple[int, int]] = {}

    def dead(self, owners: frozenset[str], beats: Mapping[str, int]) -> list[str]:
        """Those of `owners` who gave no sign of life for six looks, or have left without one."""
        found = []
        for owner in sorted(owners - {self._process_id}):
            count, looks = self._seen.get(owner, (-1, 0))
            looks = looks + 1 if beats.get(owner) == count else 0
            self._seen[owner] = (beats.get(owner, -1), looks)
            if owner not in beats or looks >= LOOKS_OF_THE_DEAD:
                found.append(owner)
        self._seen = {owner: self._seen[owner] for owner in self._seen if owner in owners}
        return found


class Rounds:
    """Opens the engine and has work come round, from `start` to `close`, in a thread of its own."""

    def __init__(
        self,
        *,
        process_id: str,
        open_engine: Callable[[], Engine],
        beats: ProcessBeats,
        clock: Clock,
        schedules: Sequence[Schedule],
        look_s: float = LOOK_S,
        first_s: float = FIRST_S,
    ) -> None:
        """`open_engine` gives one that is started; it is asked again for as long as it raises."""
        self._process_id = process_id
        self._open_engine = open_engine
        self._beats = beats
        self._clock = clock
        self._schedules = schedules
        self._look_s = look_s
        self._first_s = first_s
        self._engine: Engine | None = None
        self._obituary = Obituary(process_id)
        self._enqueued: dict[Task, str] = {}
        self._wanted: set[Task] = set()
        self._rounds = 0
        self._good_at = monotonic()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="background", daemon=True)

    def start(self) -> None:
        """Begin, shortly."""
        self._thread.start()

    def is_late(self) -> bool:
        """Whether no round has succeeded for as long as makes a process dead."""
        return monotonic() - self._good_at > self._first_s + LOOKS_OF_THE_DEAD * self._look_s

    def soon(self, task: Task) -> None:
        """See ports.background.Soon."""
        self._wanted.add(task)
        if self._engine is not None:
            self._begin_wanted(self._engine)

    def _begin_wanted(self, engine: Engine) -> None:
        """What cannot begin yet is tried again at the next look."""
        for task in tuple(self._wanted):
            self._wanted.discard(task)  # who wants it from now on wants another one
            try:
                has_begun = engine.enqueue_occurrence(task, key=f"{task}@{uuid.uuid4().hex}")
            except Overloaded:
                has_begun = False
            if not has_begun:
                self._wanted.add(task)

    def stop(self) -> None:
        """Begin nothing more, and have what is under way end."""
        self._closing.set()
        if self._engine is not None:
            self._engine.stop()

    def close(self) -> None:
        """Stop, hand back what is not done, and let go of the engine."""
        self.stop()
        if self._thread.is_alive():
            self._thread.join()
        if self._engine is not None:
            self._engine.close()
            self._forget(self._process_id)

    def _serve(self) -> None:
        wait_s = self._first_s
        while not self._closing.wait(wait_s):
            wait_s = self._look_s
            try:
                self._round()
            except Exception as error:  # noqa: BLE001 - the thread must live: it looks again soon
                log.warning("background.round_failed", error=type(error).__name__)
            else:
                self._good_at = monotonic()

    def _round(self) -> None:
        self._beats.beat(self._process_id)  # before it owns anything
        if self._engine is None:
            self._engine = self._open_engine()
        engine, now = self._engine, self._clock.now()
        for schedule in self._schedules:
            key = schedule.key(now)
            if self._enqueued.get(schedule.task) != key and engine.enqueue_occurrence(
                schedule.task, key=key
            ):
                self._enqueued[schedule.task] = key
        self._begin_wanted(engine)
        for owner in self._obituary.dead(engine.owners(), self._beats.beats()):
            log.warning("background.taken_over", process=owner, count=engine.take_over(owner))
            self._forget(owner)
        if self._rounds % _PURGE_EVERY == 0:
            engine.purge(now - KEPT)
        self._rounds += 1

    def _forget(self, process_id: str) -> None:
        try:
            self._beats.forget(process_id)
        except Exception as error:  # noqa: BLE001 - a row too many does no harm
            log.warning("background.not_forgotten", error=type(error).__name__)
