"""A process killed before any statement of judging again leaves all as it was, for the next."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ACKNOWLEDGEMENTS, RENDERINGS, COUNTERS, LINES, MEASUREMENTS = range(5)
ENDED = {
    "again": [
        [1, 3, "ACCEPTED", False, "worker-1", None],
        [2, 5, "REJECTED", False, None, 3],
        [3, 0, "ACCEPTED", True, "worker-1", None],
        [3, 1, "REJECTED", False, None, None],
    ],
    "closing": [
        [1, 3, "ACCEPTED", True, "worker-1", None],
        [2, 5, "REJECTED", False, None, 4],
        [3, 0, "HELD", False, None, None],
        [3, 1, "HELD", False, None, None],
        [4, 0, "ACCEPTED", True, "worker-1", None],
    ],
}
ANSWERED = {"again": [[4, 3], [5, 2]], "closing": [[4, 4], [5, 2]]}


@pytest.mark.parametrize("way", ["again", "closing"])
def test_a_kill_before_any_statement_leaves_nothing_half_done(
    kind: str, address: str, way: str
) -> None:
    step = 1 if (kind, way) == ("sqlite", "again") else 3  # a child costs some time
    ended = subprocess.run(
        [sys.executable, "-m", "tests.unit.storage.killed_again", address, way, str(step)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    before, *killed, after = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(killed) > 12 // step
    assert all(state == before for state in killed)
    assert after[LINES] == ENDED[way]
    new = [answer for answer in after[ACKNOWLEDGEMENTS] if answer not in before[ACKNOWLEDGEMENTS]]
    assert new == ANSWERED[way]
    assert len(after[RENDERINGS]) == 5
    assert dict(after[COUNTERS]) == {"cursor": 5, "revision": 2}
    in_force = [place[:2] for place in after[MEASUREMENTS] if place[2]]
    assert in_force == [line[:2] for line in after[LINES] if line[3]]
