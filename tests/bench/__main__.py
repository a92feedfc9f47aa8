"""`make bench`: the whole flow beside the bare work and an empty route, and beside its rivals.

Absolute times are noise on a shared machine: the ratios are what is compared, the median of pairs
and, in brackets, least against least. A benchmark is never
a timed test. `--quick`: SQLite alone and few turns.
"""

import argparse
import json
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from tests.bench.rivals import rival

DOORS = ("json", "xml", "soap")
PAIRS = {1: 60, 100: 20, 5_000: 5}
QUICK = {1: 20, 100: 6, 5_000: 2}
ROUNDS = 3


def run(door: str, lines: int, pairs: int, database: str) -> dict:
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.case", "--door", door]
    command += ["--lines", str(lines), "--pairs", str(pairs), "--database", database]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def middle(pairs: list[dict], figure: Callable[[dict], float]) -> float:
    return statistics.median(map(figure, pairs))


def row(database: str, door: str, lines: int, found: dict) -> str:
    pairs, (start, end) = found["pairs"], found["peak"]
    cells = [
        database,
        door,
        str(lines),
        *(f"{1e3 * middle(pairs, lambda p, w=w: p[w][0]):.2f}" for w in ("bare", "empty", "flow")),
        *(
            f"{middle(pairs, lambda p, w=w: p['flow'][0] / p[w][0]):.1f} ({least(pairs, w):.1f})"
            for w in ("bare", "empty")
        ),
        f"{1e3 * middle(pairs, lambda p: p['flow'][1]):.1f}",
        f"{start:.0f} → {end:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def least(pairs: list[dict], what: str) -> float:
    """Least against least: what a busy machine disturbs least."""
    return min(p["flow"][0] for p in pairs) / min(p[what][0] for p in pairs)


def compare(name: str, lines: int, pairs: int, rounds: int) -> str:
    """The gateway's SOAP door and a rival on messages of that size, by turns."""
    own, other, ratios, peak = [], [], [], 0.0
    for _ in range(rounds):
        found = run("soap", lines, pairs, "sqlite")
        own.append(1e3 * middle(found["pairs"], lambda p: p["flow"][0]))
        seconds, peak = rival.measured(name, lines=lines, turns=pairs)
        other.append(1e3 * statistics.median(seconds))
        ratios.append(other[-1] / own[-1])
    medians = (statistics.median(figures) for figures in (own, other, ratios))
    return "| {} | {} | {:.2f} | {:.2f} | {:.2f} | {:.0f} |".format(name, lines, *medians, peak)


def main(*, is_quick: bool) -> None:
    pairs = QUICK if is_quick else PAIRS
    print(f"{datetime.now(UTC):%Y-%m-%d} · {platform.machine()} · {platform.python_version()}\n")
    print(
        "| database | door | lines | bare CPU ms | empty CPU ms | flow CPU ms | flow : bare |",
        end="",
    )
    print(" flow : empty | flow wall ms | peak MiB, start → end |")
    print("|---" * 10 + "|")
    for database in ("sqlite",) if is_quick else ("sqlite", "postgresql"):
        for lines, turns in pairs.items():
            for door in DOORS:
                print(row(database, door, lines, run(door, lines, turns, database)), flush=True)
    print("\n| rival | lines | gateway, SOAP, CPU ms | rival CPU ms | rival : gateway | peak MiB |")
    print("|---" * 6 + "|")
    for name in rival.present():
        for lines in (1, 100):
            print(compare(name, lines, pairs[lines], 1 if is_quick else ROUNDS), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    main(is_quick=parser.parse_args().quick)
