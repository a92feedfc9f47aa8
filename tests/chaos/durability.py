"""The answer leaves after the flush: seen from the kernel, with its negative control."""

import random
import shutil
import tempfile
from pathlib import Path

from tests.chaos.killing import chapter
from tests.chaos.tracing import ORDER, Order, OrderOnPostgresql, traced

_EATMYDATA = "/usr/lib/*-linux-gnu/libeatmydata.so"


def eatmydata():
    """The library that makes every flush do nothing, or None where it is not installed."""
    return next(iter(sorted(Path("/").glob(_EATMYDATA[1:]))), None)


def flush_before_answer(seed, home, *, answers=1000, preloaded=None):
    """One client, one submission after another; the order of its answers and of the flushes."""
    before = () if preloaded is None else ("env", f"LD_PRELOAD={preloaded}")
    with chapter(home, random.Random(seed), before=before) as told:
        told.fleet.start()
        seen = _followed(told, home / "trace", answers, order=Order())
    if preloaded is None:
        _demand_none_early(seen, home / "trace")
    return seen


def flush_before_answer_on_postgresql(seed, home, *, cluster, answers=1000):
    """Likewise where the flushes are those of the server."""
    with (
        cluster.database() as address,
        chapter(home, random.Random(seed), database_url=address) as told,
    ):
        told.fleet.start()
        order = OrderOnPostgresql()
        seen = _followed(told, home / "trace", answers, order=order, beside=cluster.pids())
    _demand_none_early(seen, home / "trace")
    return seen


def _demand_none_early(seen, trace):
    """A trace in which an answer left early is kept: it is what explains it."""
    if seen["early"]:
        kept = Path(tempfile.mkdtemp(prefix="siseri-early-")) / "trace"
        shutil.copy(trace, kept)
        raise AssertionError(f"{seen}: see {kept}")


def _followed(told, trace, answers, *, order, beside=()):
    calls = f"trace={','.join(ORDER)}"
    pid = told.fleet.processes[0].pid
    with told.fleet.client() as client, traced(pid, trace, "-e", calls, beside=beside):
        for _ in range(answers):
            sent = told.forms.next()
            client.submit(sent)
            assert sent.receipt is not None
    with trace.open() as lines:
        order.read(lines)
    seen = {"answers": order.answers, "early": order.early, "beside": order.beside}
    return seen | {"flushes": order.flushes}
