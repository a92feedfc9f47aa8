"""Figures for a monitoring system, in Prometheus' text format (version 0.0.4).

A label is a door, a status, a disposition, a lane, a probe or a key of ours: nothing of a partner
or a person. Figures of the record are read when they are asked for; of several processes over one
database each tells the same.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from gateway.api.doors import door_of
from gateway.api.lanes import Lanes
from gateway.api.limits import App, Receive, Scope, Send
from gateway.api.readiness import Readiness
from gateway.errors import Overloaded
from gateway.model.figures import KeyExpiry, RecordFigures
from gateway.ports import Clock
from gateway.receive import Recorded


class Counts:
    """What happened in this process since it was started."""

    def __init__(self) -> None:
        self.registry: Final = CollectorRegistry()
        self._requests = Counter(
            "siseri_requests",
            "Requests answered, by door and status.",
            ("door", "status"),
            registry=self.registry,
        )
        self._answers = Counter(
            "siseri_answers",
            "Receipts given, by disposition; replay: repeated, not judged.",
            ("disposition", "replay"),
            registry=self.registry,
        )

    def request(self, path: str, status: int) -> None:
        """One was answered; 0 is the status of one whose client was gone before."""
        self._requests.labels(door_of(path), str(status)).inc()

    def answer(self, recorded: Recorded) -> None:
        """Its receipt was made ready."""
        replay = "true" if recorded.is_replay else "false"
        self._answers.labels(recorded.disposition.value, replay).inc()


class Counted:
    """Wraps an application: each request counts once."""

    def __init__(self, app: App, *, counts: Counts) -> None:
        self._app = app
        self._counts = counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        status = 0

        async def observed(message: Scope) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, observed)
        finally:
            if scope["type"] == "http":
                self._counts.request(scope["path"], status)


class Gauges(Collector):
    """What is so at the moment of asking."""

    def __init__(
        self,
        *,
        clock: Clock,
        lanes: Lanes,
        readiness: Readiness,
        of_record: Callable[[], RecordFigures],
        writes_waiting: Callable[[], int],
        expiries: Callable[[], Sequence[KeyExpiry]],
    ) -> None:
        self._clock = clock
        self._lanes = lanes
        self._readiness = readiness
        self._of_record = of_record
        self._writes_waiting = writes_waiting
        self._expiries = expiries

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing beforehand: to be registered must not read the database."""
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every gauge; those of a source that does not answer are left out."""
        yield from self._of_lanes()
        yield _gauge(
            "siseri_database_writes_waiting",
            "Pieces of work that wait for the writer, or for its commit.",
            self._writes_waiting(),
        )
        yield from self._of_readiness()
        yield from self._of_keys()
        try:
            figures = self._of_record()
        except Overloaded:
            yield _gauge("siseri_database_up", "Whether the database answers.", 0)
            return
        yield _gauge("siseri_database_up", "Whether the database answers.", 1)
        yield from self._recorded(figures)

    def _of_lanes(self) -> Iterator[GaugeMetricFamily]:
        states = {
            "busy": "Threads at work, by lane.",
            "waiting": "Requests that wait for a thread, by lane.",
            "places": "Threads there are, by lane.",
        }
        lanes = self._lanes.occupancy()
        for state, text in states.items():
            family = GaugeMetricFamily(f"siseri_lane_{state}", text, labels=("lane",))
            for lane, occupied in lanes.items():
                family.add_metric((lane,), getattr(occupied, state))
            yield family

    def _of_readiness(self) -> Iterator[GaugeMetricFamily]:
        state = self._readiness.look()
        failing = GaugeMetricFamily(
            "siseri_failing",
            "1: transmissions are refused for want of this (failing of /health/ready).",
            labels=("name",),
        )
        for name in self._readiness.names:
            failing.add_metric((name,), name in state.failing)
        warning = GaugeMetricFamily(
            "siseri_warning",
            "1: will fail if nobody acts (warnings of /health/ready).",
            labels=("name",),
        )
        for name in self._readiness.names_of_warnings:
            warning.add_metric((name,), name in state.warnings)
        yield from (failing, warning)

    def _of_keys(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(
            "siseri_key_expiry_seconds",
            "Until a key that signs now may sign no more, by kind and name.",
            labels=("kind", "key"),
        )
        now = self._clock.now()
        for expiry in self._expiries():
            left_s = (expiry.at - now).total_seconds()
            family.add_metric((expiry.kind, expiry.key), left_s)
        yield family

    def _recorded(self, figures: RecordFigures) -> Iterator[GaugeMetricFamily]:
        yield _gauge("siseri_held_lines", "Lines that wait for a verdict.", figures.held_lines)
        yield _gauge("siseri_log_size", "Leaves the last checkpoint covers.", figures.log_size)
        yield _gauge(
            "siseri_log_leaves_waiting", "Leaves without a place yet.", figures.leaves_waiting
        )
        if figures.checkpoint_at is not None:
            age_s = (self._clock.now() - figures.checkpoint_at).total_seconds()
            yield _gauge("siseri_log_checkpoint_age_seconds", "Age of the last one.", age_s)


class Metrics:
    """All of them as text."""

    MEDIA_TYPE: Final = CONTENT_TYPE_LATEST

    def __init__(self, *, counts: Counts, gauges: Gauges, more: Sequence[Collector] = ()) -> None:
        """`more`: gauges of another source."""
        self._registry = counts.registry
        for each in (gauges, *more):
            self._registry.register(each)
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """Now. It reads the database: not to be called in the event loop of the doors."""
        return generate_latest(self._registry)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)
