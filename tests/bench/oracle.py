"""Whether time tells who is monitored, or where: three reasons not to be placed, in pairs.

A worker whom the register does not know, one whom it knows with another employer, one of this
employer whose sender is another: each is submitted by turns, in random order, through the REST
door of one gateway on SQLite. Medians of the paired ratios of CPU and of wall time, with the
interval of the median at 95 %; each must stay within 0.9 and 1.1.

python -m tests.bench.oracle --turns 400
"""

import argparse
import random
import statistics
import tempfile
import time
from itertools import combinations
from pathlib import Path
from typing import Any

import msgspec

from tests import builders
from tests.doors.test_no_oracle import (
    ELSEWHERE,
    HERE,
    NOT_ATTACHED,
    OF_ANOTHER_EMPLOYER,
    UNKNOWN,
    known_workers,
)
from tests.running import THE_LABORATORY, THE_OPERATOR, Running, loop

REASONS = {"unknown": UNKNOWN, "elsewhere": OF_ANOTHER_EMPLOYER, "not attached": NOT_ATTACHED}
HISTORY = 60
"""Doses on record of each worker that is known: what must not show."""


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.oracle")
    parser.add_argument("--turns", type=int, default=400)
    turns = parser.parse_args().turns
    patient = msgspec.structs.replace(THE_LABORATORY, failure_budget=10**9)
    with tempfile.TemporaryDirectory() as home, loop() as portal:
        running = Running(
            Path(home),
            portal=portal,
            partners=(patient, THE_OPERATOR),
            rows=known_workers(),
            requests_per_minute=10_000_000,
        )
        try:
            _remember(running)
            for _ in range(20):
                _turn(running)
            print(f"{HISTORY} doses on record of each known worker")
            report([_turn(running) for _ in range(turns)])
        finally:
            running.close()


def _remember(running: Any) -> None:
    for number, employer in ((OF_ANOTHER_EMPLOYER, ELSEWHERE), (NOT_ATTACHED, HERE)):
        for month in range(1, HISTORY // 5 + 1):
            days = [f"2026-{(month - 1) % 10 + 1:02}-{day:02}" for day in range(1, 6)]
            lines = [
                builders.an_operational_line(
                    ref=f"O-{day}-{month}",
                    worker=builders.a_worker(number),
                    employer__siret=str(employer),
                    exposureTime={
                        "startAt": f"{day}T{month + 6:02}:00:00Z",
                        "endAt": f"{day}T{month + 6:02}:30:00Z",
                    },
                )
                for day in days
            ]
            form = builders.an_operational_transmission(results=lines)
            if not running.submit(form, by="operator").disposition.startswith("ACCEPTED"):
                raise SystemExit("a history was not taken")


def _turn(running: Any) -> dict[str, tuple[float, float]]:
    """CPU and wall seconds of one submission for each reason."""
    order = list(REASONS)
    random.shuffle(order)
    taken = {}
    for reason in order:
        line = builders.a_line(worker=builders.a_worker(REASONS[reason]))
        body = builders.in_json(builders.a_transmission(results=[line]))
        cpu, wall = time.process_time(), time.perf_counter()
        answer = running.request(
            "POST",
            "/v1/transmissions",
            by="laboratory",
            headers={"content-type": "application/json"},
            content=body,
        )
        taken[reason] = time.process_time() - cpu, time.perf_counter() - wall
        if b'"R001"' not in answer.content:
            raise SystemExit(f"{reason}: {answer.status_code} {answer.content[:300]!r}")
    return taken


def report(turns: list[dict[str, tuple[float, float]]]) -> None:
    """The median ratio of each pair of what was asked, and its interval."""
    print(f"{len(turns)} turns")
    for place, kind in enumerate(("CPU", "wall")):
        for one, other in combinations(sorted(turns[0], reverse=True), 2):
            ratios = sorted(turn[one][place] / turn[other][place] for turn in turns)
            half = 0.98 * len(ratios) ** 0.5  # binomial, normal approximation
            low = ratios[max(0, round(len(ratios) / 2 - half))]
            high = ratios[min(len(ratios) - 1, round(len(ratios) / 2 + half))]
            middle = statistics.median(ratios)
            verdict = "within" if 0.9 <= middle <= 1.1 else "OUTSIDE"
            print(f"{kind:4} {one} / {other}: {middle:.3f} [{low:.3f}, {high:.3f}] {verdict}")


if __name__ == "__main__":
    main()
