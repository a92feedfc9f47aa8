"""`make bench`: the whole flow beside the bare work on the same content, as paired ratios.

Absolute times are noise on a shared machine: the ratios are what is compared. A benchmark is never
a timed test.
"""

import json
import platform
import statistics
import subprocess
import sys
from datetime import UTC, datetime

CASES = [
    (door, lines, pairs)
    for lines, pairs in ((1, 60), (5_000, 6))
    for door in ("json", "xml", "soap")
]


def run(door: str, lines: int, pairs: int) -> dict:
    command = [sys.executable, "-m", "tests.bench.case", "--door", door]
    command += ["--lines", str(lines), "--pairs", str(pairs)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    print(f"{datetime.now(UTC):%Y-%m-%d} · {platform.processor() or platform.machine()}")
    print(f"Python {platform.python_version()}")
    print(
        "| door | lines | bare CPU ms | flow CPU ms | ratio (median of pairs) | flow wall ms |"
        " peak MiB, start → end |"
    )
    print("|---|---|---|---|---|---|---|")
    for door, lines, pairs in CASES:
        found = run(door, lines, pairs)
        bare = [pair["bare"][0] * 1e3 for pair in found["pairs"]]
        flow = [pair["flow"][0] * 1e3 for pair in found["pairs"]]
        wall = [pair["flow"][1] * 1e3 for pair in found["pairs"]]
        ratio = statistics.median(f / b for f, b in zip(flow, bare, strict=True))
        start, end = found["peak"]
        print(
            f"| {door} | {lines} | {statistics.median(bare):.2f} | {statistics.median(flow):.2f} |"
            f" {ratio:.1f} | {statistics.median(wall):.1f} | {start:.0f} → {end:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
