"""The answer leaves after the flush: seen from the kernel, with its negative control."""

import random
from pathlib import Path

from tests.chaos.killing import chapter
from tests.chaos.sending import Forms
from tests.chaos.tracing import ORDER, Order, traced

_EATMYDATA = "/usr/lib/*-linux-gnu/libeatmydata.so"


def eatmydata():
    """The library that makes every flush do nothing, or None where it is not installed."""
    return next(iter(sorted(Path("/").glob(_EATMYDATA[1:]))), None)


def flush_before_answer(seed, home, *, answers=1000, preloaded=None):
    """One client, one submission after another; the order of its answers and of the flushes."""
    before = () if preloaded is None else ("env", f"LD_PRELOAD={preloaded}")
    dice = random.Random(seed)
    trace = home / "trace"
    with chapter(home, dice, before=before) as told:
        told.fleet.start()
        forms = Forms(dice)
        with (
            told.fleet.client() as client,
            traced(told.fleet.processes[0].pid, trace, "-e", f"trace={','.join(ORDER)}"),
        ):
            for _ in range(answers):
                sent = forms.next()
                client.submit(sent)
                assert sent.receipt is not None
    with trace.open() as lines:
        order = Order().read(lines)
    return {"answers": order.answers, "early": order.early, "flushes": order.flushes}
