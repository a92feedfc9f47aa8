"""`make differential`: the long counts, chapter by chapter, in a ledger that a later run resumes.

A chapter that is in the ledger under the same rules is not played again. What differs ends the run
with the smallest steps on which it still does.
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

from gateway.rules.catalogue import CATALOGUE
from tests.differential.chapter import chapter
from tests.differential.coverage import Members
from tests.differential.environments import RECEIVED_AT, RECEIVED_ON, environments
from tests.differential.minimising import minimised
from tests.differential.mutants import hunt
from tests.differential.offline import Offline, as_by_command, by_command
from tests.differential.playing import Difference, Player
from tests.differential.summing import Sum
from tests.postgresql import KINDS
from tests.running import loop

MUTANTS = 20
"""In each chapter."""


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("--chapters", type=int, default=36, help="seeds 1 to this one")
    parser.add_argument("--ledger", type=Path, default=Path("var/differential.jsonl"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--part", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    given.ledger.parent.mkdir(parents=True, exist_ok=True)
    if given.part is not None:
        _play_part(given)
        return
    started = time.monotonic()
    command = [sys.executable, "-m", "tests.differential", *sys.argv[1:], "--part"]
    parts = [subprocess.Popen([*command, str(part)]) for part in range(given.jobs)]
    ended = [part.wait() for part in parts]
    if any(ended):
        sys.exit("a chapter failed: see above")
    total = Sum(_played(given.ledger).values())
    print(f"{datetime.now(UTC):%Y-%m-%d} · {platform.machine()}, {os.cpu_count()} CPU")
    seconds = time.monotonic() - started
    print(f"Python {platform.python_version()} · {given.jobs} jobs, {seconds:.0f} s")
    print(total.report())
    faults = total.faults()
    if faults:
        sys.exit("\n".join(faults))


def _played(ledger):
    """The chapters in the ledger that were played under the present rules, by seed."""
    if not ledger.exists():
        return {}
    told = map(json.loads, ledger.read_text("utf-8").splitlines())
    return {entry["seed"]: entry for entry in told if entry["rules"] == CATALOGUE.sha256}


def _play_part(given):
    played = _played(given.ledger)
    seeds = [s for s in range(1, given.chapters + 1) if s % given.jobs == given.part]
    with (
        tempfile.TemporaryDirectory() as folder,
        loop() as portal,
        environments(Path(folder), portal=portal, kinds=KINDS) as opened,
    ):
        met = Counter(name for entry in played.values() for name in entry["mutants"])
        for seed in seeds:
            if seed not in played:
                entry = _play(seed, opened, met)
                with given.ledger.open("a", encoding="utf-8") as ledger:
                    ledger.write(json.dumps(entry) + "\n")
                print(f"chapter {seed}: {entry['seconds']} s", flush=True)


def _play(seed, opened, met):
    """One chapter, its mutants and its files by the command; the ledger's entry.

    `met` counts the members of the mutants made so far: those met least come first.
    """
    started, steps, before = time.monotonic(), chapter(seed), Counter(met)
    player, members = Player(opened, offline=Offline(RECEIVED_AT)), Members()
    try:
        player.play(steps)
    except Difference as difference:
        print(f"chapter {seed}: {difference}", file=sys.stderr)
        for step in minimised(player, steps[: difference.place + 1]):
            print(step, file=sys.stderr)
        sys.exit(1)
    checked = player.checked
    unseen = hunt(opened, steps, seed=seed, count=MUTANTS, met=met)
    if unseen is not None:
        sys.exit(f"chapter {seed}: a mutant passed unseen: {unseen}")
    members.count(steps)
    return {
        "seed": seed,
        "rules": CATALOGUE.sha256,
        "seconds": round(time.monotonic() - started),
        "codes": {f"{code} {door}": count for (code, door), count in player.tally.codes.items()},
        "dispositions": player.tally.dispositions,
        "told": player.tally.told | {"files by the command": _by_command(checked, seed)},
        "present": members.present,
        "absent": members.absent,
        "operations": members.operations,
        "mutants": met - before,
    }


def _by_command(checked, seed):
    """How many files of one sender were checked by a process of the command, as here."""
    senders = sorted({step.by for step, _, _ in checked})
    by = senders[seed % len(senders)]
    expected = {}
    with tempfile.TemporaryDirectory() as folder:
        for place, (step, request, found) in enumerate(checked):
            if step.by == by:
                name = f"{place:04d}.{'json' if request.door == 'json' else 'xml'}"
                (Path(folder) / name).write_bytes(request.body)
                expected[name] = as_by_command(found)
        said = by_command(Path(folder), by, RECEIVED_ON)
    if said != expected:
        sys.exit(f"chapter {seed}: the command says otherwise of the files of {by}")
    return len(said)


if __name__ == "__main__":
    main()
