"""`make chaos`: the full counts, in a ledger by seed that a later run resumes.

A chapter that fails ends the run and names its kind and seed; what was played before stays.
"""

import argparse
import sys
import tempfile
import traceback
from pathlib import Path

from tests.chaos.kinds import KINDS
from tests.chaos.ledger import Ledger


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("kinds", nargs="*", help="all, unless some are named")
    parser.add_argument("--chapters", type=int, help="of each kind: seeds 1 to this one")
    parser.add_argument(
        "--ledger", type=Path, default=Path("var/chaos"), help="folder of the files"
    )
    parser.add_argument("--summary", action="store_true", help="only tell what the ledger holds")
    given = parser.parse_args()
    ledger = Ledger(given.ledger)
    for kind in given.kinds or KINDS:
        if not given.summary:
            _play(ledger, kind, given.chapters or KINDS[kind].chapters)
        if ledger.seeds(kind):
            print(ledger.summary(kind), flush=True)


def _play(ledger, kind, chapters):
    for seed in sorted(set(range(1, chapters + 1)) - set(ledger.seeds(kind))):
        with tempfile.TemporaryDirectory(prefix="siseri-chaos-") as home:
            try:
                told = KINDS[kind].play(seed, Path(home))
            except Exception:  # noqa: BLE001 - whatever it was, its seed is told
                traceback.print_exc()
                sys.exit(f"{kind}, seed {seed}: see above")
        ledger.add(kind, seed, told)


if __name__ == "__main__":
    main()
