"""`make model`: the long count of sequences, chunk by chunk, in a ledger that a later run resumes.

A chunk is a seed: what is in the ledger under the same rules is not played again. A divergence
ends the run with the smallest sequence that hypothesis finds for it.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import seed as seeded
from hypothesis.stateful import run_state_machine_as_test

from gateway.rules.catalogue import CATALOGUE
from tests.model.covering import ALL, missing, sequences
from tests.model.gateways import a_gateway
from tests.model.machine import machine_over
from tests.postgresql import KINDS
from tests.running import loop

CHUNK = 50
STEPS = 20
LEAST = 20
"""How often each move, code, disposition, door and outcome must have been met."""


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.model", description=__doc__)
    parser.add_argument("--sequences", type=int, default=2_000)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--ledger", type=Path, default=Path("var/model.jsonl"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--part", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    given.ledger.parent.mkdir(parents=True, exist_ok=True)
    if given.part is not None:
        _play_part(given)
        return
    started = time.monotonic()
    command = [sys.executable, "-W", "ignore", "-m", "tests.model", *sys.argv[1:], "--part"]
    parts = [subprocess.Popen([*command, str(part)]) for part in range(given.jobs)]
    ended = [part.wait() for part in parts]
    if any(ended):
        sys.exit("the gateway and the model diverge, or a part failed: see above")
    _report(given, round(time.monotonic() - started))


def _report(given, seconds):
    chunks = _played(given)
    tally = Counter()
    for entry in chunks.values():
        tally.update(entry["tally"])
    told = f"{len(chunks) * CHUNK} sequences of up to {STEPS} moves on {given.database}"
    print(f"{datetime.now(UTC):%Y-%m-%d} · {platform.machine()}, {os.cpu_count()} CPU")
    print(f"Python {platform.python_version()} · {given.jobs} jobs, {seconds} s · {told}")
    for name in ALL:
        print(f"{tally[name]:7} {name}")
    unmet = missing(tally, least=LEAST)
    if unmet:
        sys.exit(f"met less than {LEAST} times: {unmet}")


def _played(given):
    """The chunks in the ledger that were played under the present rules, by seed."""
    if not given.ledger.exists():
        return {}
    told = map(json.loads, given.ledger.read_text("utf-8").splitlines())
    under = (CATALOGUE.sha256, given.database)
    return {one["seed"]: one for one in told if (one["rules"], one["database"]) == under}


def _play_part(given):
    played = _played(given)
    chunks = range(1, -(-given.sequences // CHUNK) + 1)
    with (
        tempfile.TemporaryDirectory() as folder,
        loop() as portal,
        a_gateway(Path(folder), portal=portal, kind=given.database) as tested,
    ):
        for seed in chunks:
            if seed % given.jobs == given.part and seed not in played:
                entry = _play(seed, tested) | {"database": given.database}
                with given.ledger.open("a", encoding="utf-8") as ledger:
                    ledger.write(json.dumps(entry) + "\n")
                print(f"chunk {seed}: {entry['seconds']} s", flush=True)


def _play(seed, tested):
    started, tally = time.monotonic(), Counter()
    run_state_machine_as_test(
        seeded(seed)(machine_over(tested, tally)),
        settings=sequences(CHUNK, steps=STEPS, shrinks=True),
    )
    seconds = round(time.monotonic() - started)
    return {"seed": seed, "rules": CATALOGUE.sha256, "seconds": seconds, "tally": tally}


if __name__ == "__main__":
    main()
