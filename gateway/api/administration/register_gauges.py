"""Figures of outside registers: what waits for them, what they said, how their calls go.

A label is a register, a cause or an outcome: nothing of a question.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from gateway.errors import Overloaded
from gateway.ports import Clock
from gateway.verification.figures import CallFigures, QueueFigures

Figures: TypeAlias = tuple[Sequence[QueueFigures], Sequence[CallFigures]]
_BREAKERS: Final = ("CLOSED", "HALF_OPEN", "OPEN")


class RegisterGauges(Collector):
    """What is so at the moment of asking; nothing where no register is configured."""

    def __init__(
        self,
        *,
        clock: Clock,
        of_registers: Callable[[], Figures],
        of_providers: Callable[[], Sequence[CallFigures]] = tuple,
    ) -> None:
        """`of_providers`: the calls to providers of identity."""
        self._clock = clock
        self._of_registers = of_registers
        self._of_providers = of_providers

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing beforehand: to be registered must not read the database."""
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every gauge; none while the database does not answer."""
        try:
            queues, calls = self._of_registers()
        except Overloaded:
            return
        yield from self._of_queues(queues)
        yield from _of_calls([*calls, *self._of_providers()])

    def _of_queues(self, queues: Sequence[QueueFigures]) -> Iterator[GaugeMetricFamily]:
        waiting = _family("waiting", "Questions that wait, by register and cause.", "cause")
        age = _family("waiting_age_seconds", "Since when the oldest of them waits.")
        backfill = _family("backfill", "Questions of a first verification that wait.")
        answers = _family("answers", "Answers of the last hour, by outcome.", "outcome")
        paused = _family("paused", "1: not believed now, for it contradicts too much.")
        now = self._clock.now()
        for queue in queues:
            name = queue.register.value.lower()
            for cause, count in sorted(queue.waiting.items()):
                waiting.add_metric((name, cause), count)
            since = queue.waiting_since
            age.add_metric((name,), 0 if since is None else (now - since).total_seconds())
            backfill.add_metric((name,), queue.backfill)
            for outcome, count in sorted(queue.answers.items()):
                answers.add_metric((name, outcome), count)
            paused.add_metric((name,), queue.is_paused)
        if queues:
            yield from (waiting, age, backfill, answers, paused)


def _of_calls(calls: Sequence[CallFigures]) -> Iterator[GaugeMetricFamily]:
    breaker = _family("breaker", "1 for the state that it is in.", "state")
    under_way = _family("calls_under_way", "Calls of this process.")
    left = _family("calls_left", "Calls that may go now, of all processes.")
    for each in calls:
        for state in _BREAKERS:
            breaker.add_metric((each.upstream, state), each.breaker == state)
        under_way.add_metric((each.upstream,), each.under_way)
        if each.left is not None:
            left.add_metric((each.upstream,), each.left)
    if calls:
        yield from (breaker, under_way, left)


def _family(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"siseri_register_{name}", text, labels=("register", *labels))
