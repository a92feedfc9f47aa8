"""A million guesses, as a partner would play them: what the budget tells, asks and costs.

One partner with the default budget names workers whom the register does not know, and now and then
one whom it knows: first in checks of 5,000 lines until GUESSES couples were named, then in single
checks, known and unknown by turns in random order. Told: the codes given, the statements that asked
the directory for a person, the CPU of the last thousandth beside that of the first one beyond the
budget, and the paired ratio of known and unknown beyond it.

python -m tests.bench.guessing --guesses 1000000 --single 100000
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import event

from tests import builders
from tests.doors.test_no_oracle import OF_PERSONS
from tests.running import THE_LABORATORY, THE_OPERATOR, Running, a_row, loop

LINES = 5_000
KNOWN = 1
FIRST_UNKNOWN = 10_000
A_HUNDRED_THOUSAND = 100_000


class Guesser:
    """Sends guesses, and counts what comes of them."""

    def __init__(self, running: Any) -> None:
        self.running = running
        self.codes: Counter[str] = Counter()
        """In how many answers each stood."""
        self.held = 0
        """Lines that were told nothing but to wait."""
        self.asked = 0
        """Statements that asked the directory for a person."""
        event.listen(running.store.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.asked += bool(OF_PERSONS.search(statement))

    def guess(self, *numbers: int) -> tuple[float, float]:
        """CPU and wall seconds of one check that names them."""
        lines = [builders.a_line(ref=f"P-{n}", worker=_worker(n)) for n in numbers]
        body = builders.in_json(builders.a_transmission(results=lines))
        cpu, wall = time.process_time(), time.perf_counter()
        answer = self.running.request(
            "POST",
            "/v1/checks",
            by="laboratory",
            headers={"content-type": "application/json"},
            content=body,
        )
        taken = time.process_time() - cpu, time.perf_counter() - wall
        if answer.status_code != 200:
            raise SystemExit(f"{answer.status_code} {answer.content[:300]!r}")
        told = json.loads(answer.content)
        self.codes.update(entry["code"] for entry in told["codes"])
        self.held += told["counts"]["held"]
        return taken

    def told(self) -> str:
        """What was told since it was asked for last."""
        said = f"{self.held:,} held, codes of the answers {dict(self.codes)}"
        self.codes.clear()
        self.held = 0
        return said


def _worker(number: int) -> dict[str, Any]:
    """The fictitious worker of that number, of as many as there are guesses."""
    years, rest = divmod(number, A_HUNDRED_THOUSAND)
    root = f"2{90 - years:02d}06999{rest:05d}"
    nir = f"{root}{97 - int(root) % 97:02d}"
    return builders.a_worker(nir=nir, birthDate=f"19{90 - years:02d}-06-15")


def main() -> None:
    """Play it, and print what was seen."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.guessing")
    parser.add_argument("--guesses", type=int, default=1_000_000)
    parser.add_argument("--single", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, loop() as portal:
        running = Running(
            Path(home),
            portal=portal,
            partners=(THE_LABORATORY, THE_OPERATOR),
            rows=[a_row(KNOWN)],
            requests_per_minute=10_000_000,
        )
        try:
            guesser = Guesser(running)
            _in_bulk(guesser, given.guesses)
            _one_by_one(guesser, given.single)
        finally:
            running.close()


def _in_bulk(guesser: Guesser, guesses: int) -> None:
    taken = []
    for sent in range(0, guesses, LINES):
        before = guesser.asked
        first = FIRST_UNKNOWN + sent
        taken.append(guesser.guess(KNOWN, *range(first, first + LINES - 1))[0])
        if sent == 0:
            print(f"the message that passes the budget: {guesser.asked - before} statements")
            guesser.asked = 0
    print(f"{len(taken) * LINES:,} couples in messages of {LINES:,}: {guesser.told()}")
    print(f"statements for a person, beyond the first message: {guesser.asked}")
    _compare(taken[1:])


def _one_by_one(guesser: Guesser, guesses: int) -> None:
    guesser.asked = 0
    taken, ratios = [], []
    for turn in range(guesses // 2):
        pair = {KNOWN: 0.0, FIRST_UNKNOWN + turn: 0.0}
        for number in random.sample(sorted(pair), 2):
            pair[number] = guesser.guess(number)[0]
        taken += pair.values()
        known, unknown = pair.values()
        ratios.append(unknown / known)
    print(f"{len(taken):,} single guesses, half of them known: {guesser.told()}")
    print(f"statements for a person: {guesser.asked}")
    _compare(taken)
    half = 0.98 * len(ratios) ** 0.5  # binomial, normal approximation
    ratios.sort()
    low = ratios[max(0, round(len(ratios) / 2 - half))]
    high = ratios[min(len(ratios) - 1, round(len(ratios) / 2 + half))]
    middle = statistics.median(ratios)
    print(f"CPU unknown / known beyond the budget: {middle:.4f} [{low:.4f}, {high:.4f}]")


def _compare(taken: list[float]) -> None:
    """The last of them beside the first."""
    some = max(1, len(taken) // 20)
    first, last = statistics.median(taken[:some]), statistics.median(taken[-some:])
    print(
        f"CPU, median: first {some} {first * 1e3:.2f} ms, last {some} {last * 1e3:.2f} ms, "
        f"ratio {last / first:.3f}"
    )


if __name__ == "__main__":
    main()
