"""The monthly stock of Sirene: rows a second, bytes a row, memory, and the time of a look-up.

A file like INSEE's StockEtablissement in a zip, of fictitious establishments in the order of their
numbers (or, with `--shuffled`, in none), is imported by a process of its own, killed at half and
begun again; then establishments are looked up.

python -m tests.bench.stock --rows 5000000
"""

import argparse
import csv
import io
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from stdnum import luhn

from adapters.sirene import SireneStock
from gateway.identifiers import Siret
from tests.sirene_stock import COLUMNS, a_row

LOOK_UPS = 20_000
IMPORT = """
import os, signal, sys
from pathlib import Path
from adapters.sirene.stock_import import import_stock

source, target, share = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])

def told(position, total):
    if position >= share * total:
        print(Path("/proc/self/status").read_text(), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

import_stock(source, target=target, on_progress=told)
print(Path("/proc/self/status").read_text())
"""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.stock")
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--shuffled", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        numbers = list(range(given.rows))
        if given.shuffled:
            random.Random(1).shuffle(numbers)
        source = _written(folder / "stock.zip", numbers)
        print(f"{given.rows} rows, zip of {source.stat().st_size / 1e6:.0f} MB")
        _whole(source, folder / "whole", given.rows)
        _by_halves(source, folder / "halves")
        _looked_up(folder / "whole", given.rows)


def siret(number: int) -> str:
    """Valid, ascending with the number; of nobody, or of somebody by chance: never sent."""
    siren = f"{10_000_000 + number:08d}"
    siren += luhn.calc_check_digit(siren)
    return f"{siren}0001{luhn.calc_check_digit(f'{siren}0001')}"


def _written(path: Path, numbers: list[int]) -> Path:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("StockEtablissement_utf8.csv", "w", force_zip64=True) as member,
        io.TextIOWrapper(member, "utf-8", newline="") as stream,
    ):
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for number in numbers:
            row = a_row(
                siret(number),
                state="F" if number % 2 else "A",
                start=f"{1980 + number % 45}-{1 + number % 12:02d}-{1 + number % 28:02d}",
                processed=f"{2010 + number % 16}-{1 + number % 12:02d}-10T{number % 24:02d}:31:07",
            )
            writer.writerow([row.get(name, "") for name in COLUMNS])
    return path


def _whole(source: Path, target: Path, rows: int) -> None:
    seconds, peak_mib = _timed(source, target, share=2.0)
    size = target.stat().st_size
    print(f"import: {seconds:.0f} s, {rows / seconds:.0f} rows/s, peak {peak_mib:.0f} MiB")
    print(f"file: {size / 1e6:.0f} MB, {size / rows:.2f} bytes a row")


def _by_halves(source: Path, target: Path) -> None:
    first_s, _ = _timed(source, target, share=0.5, ends=-signal.SIGKILL)
    second_s, peak_mib = _timed(source, target, share=2.0)
    print(f"killed at half after {first_s:.0f} s, then {second_s:.0f} s, peak {peak_mib:.0f} MiB")


def _timed(source: Path, target: Path, *, share: float, ends: int = 0) -> tuple[float, float]:
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, source, target, str(share)],
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - begun
    if done.returncode != ends:
        raise SystemExit(done.stderr)
    (peak,) = (line for line in done.stdout.splitlines() if line.startswith("VmHWM"))
    return seconds, int(peak.split()[1]) / 1024


def _looked_up(target: Path, rows: int) -> None:
    stock = SireneStock(path=target)
    chance = random.Random(2)
    asked = [Siret.parse(siret(chance.randrange(2 * rows))) for _ in range(LOOK_UPS)]
    times_us = []
    for one in asked:
        begun = time.perf_counter_ns()
        stock.look_up([one])
        times_us.append((time.perf_counter_ns() - begun) / 1_000)
    begun = time.perf_counter_ns()
    found = len(stock.look_up(asked))
    together_us = (time.perf_counter_ns() - begun) / 1_000 / len(asked)
    stock.close()
    centiles = statistics.quantiles(times_us, n=100)
    print(
        f"look-up: median {centiles[49]:.0f} µs, p99 {centiles[98]:.0f} µs one by one; "
        f"{together_us:.1f} µs each of {len(asked)} together ({found} held)"
    )
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
