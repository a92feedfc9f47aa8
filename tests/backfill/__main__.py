"""A first verification of a whole directory against the doubles, counted by those who are asked.

    python -m tests.backfill establishments 40000
    python -m tests.backfill workers 100000 --kills 20

Establishments: two processes at once, at the public rate. Workers: processes that are killed, one
after the other, and a last one that ends.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from gateway.commands.keys_making import make_keys
from gateway.commands.migrate import migrate_database
from gateway.store import Store
from tests.partners.api_insee_fr.establishments import the_register
from tests.partners.api_insee_fr.server import Double as Sirene
from tests.partners.services_ps_ameli_fr.server import Double as Ameli
from tests.registers import (
    a_config,
    a_row,
    active_sirets,
    employ,
    settings_of_ameli,
    settings_of_sirene,
)

WINDOW_S = 60.0
LOOK_S = 0.05


def installed(home: Path, *, workers: int, employers: int) -> None:
    config = a_config(home)
    make_keys(config)
    migrate_database(config)
    sirets = active_sirets(employers)
    store = Store(config)
    employ(store, [a_row(place, sirets[place % employers]) for place in range(workers)])
    store.close()


def started(home: Path, settings: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "gateway", "verify-directory", "--json"],
        env=os.environ | settings | {"SISERI_HOME": str(home), "SISERI_LOG_LEVEL": "ERROR"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def most_in_a_window(instants: list[float]) -> int:
    """The largest number of calls within any 60 s, as the receiver saw them."""
    return max(
        (sum(at <= other < at + WINDOW_S for other in instants) for at in instants), default=0
    )


def establishments(count: int, folder: Path) -> dict[str, object]:
    installed(folder / "home", workers=count, employers=count)
    with Sirene(the_register(count=min(100_000, 2 * count)), quota=30) as double:
        begun = time.monotonic()
        both = [started(folder / "home", settings_of_sirene(double)) for _ in range(2)]
        told = [json.loads(one.communicate()[0]) for one in both]
        asked = [call for call in double.calls if call.path.endswith("/siret")]
        return {
            "establishments": count,
            "seconds": round(time.monotonic() - begun),
            "calls": len(double.calls),
            "of a batch": len(asked),
            "most calls in any 60 s": most_in_a_window([call.at_s for call in double.calls]),
            "processes": told,
        }


def workers(count: int, kills: int, folder: Path) -> dict[str, object]:
    installed(folder / "home", workers=count, employers=10)
    certificates = folder / "ameli"
    certificates.mkdir()
    with Ameli(certificates) as double:
        settings = settings_of_ameli(double) | {
            "SISERI_AMELI_CALLS_PER_MINUTE": "3000",
            "SISERI_AMELI_IN_FLIGHT": "8",
        }
        begun = time.monotonic()
        killed = 0
        for kill in range(1, kills + 1):
            process = started(folder / "home", settings)
            while process.poll() is None and len(double.questions) < kill * count // (kills + 1):
                time.sleep(LOOK_S)
            killed += process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.communicate()
        last = started(folder / "home", settings)
        told = json.loads(last.communicate()[0])
        asked = Counter(question.birth_name for question in double.questions)
        return {
            "workers": count,
            "killed": killed,
            "seconds": round(time.monotonic() - begun),
            "questions": asked.total(),
            "asked more than once": asked.total() - len(asked),
            "exit": last.returncode,
            "last": told,
        }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("establishments", "workers"))
    parser.add_argument("count", type=int)
    parser.add_argument("--kills", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="backfill-") as name:
        if given.what == "establishments":
            print(json.dumps(establishments(given.count, Path(name)), indent=1))
        else:
            print(json.dumps(workers(given.count, given.kills, Path(name)), indent=1))


if __name__ == "__main__":
    main()
