"""Two processes that ask one budget as fast as they can: together no more than its rate."""

import subprocess
import sys
from pathlib import Path

from gateway.ports.rates import SENT_WITHIN_S
from gateway.storage.rate_budgets import ON_ITS_WAY_S
from tests.unit.storage.rate_rival import CALLS, PERIOD_S

ROOT = Path(__file__).resolve().parents[3]
WINDOW_MS = (PERIOD_S + SENT_WITHIN_S + ON_ITS_WAY_S) * 1000


def rival(address: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.unit.storage.rate_rival", address]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_two_processes_never_take_more_in_any_window_than_the_rate(address: str) -> None:
    given: list[tuple[int, int]] = []
    for process in [rival(address) for _ in range(2)]:
        output, _ = process.communicate(timeout=200)
        assert process.returncode == 0
        lines = [line.split() for line in output.splitlines()]
        given += [(int(before), int(after)) for before, after in lines]
    assert len(given) >= 2 * CALLS
    earliest = sorted(before for before, _ in given)
    latest = sorted(after for _, after in given)
    between = zip(earliest, latest[CALLS:], strict=False)
    assert all(late - early >= WINDOW_MS for early, late in between)
