"""What a hostile input costs us: CPU, memory, files, sockets, processes. Measured in a process.

The same watch is held over careless readers, and catches every one of them.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.hostile import tracing
from tests.hostile.corpus import ATTACKS
from tests.hostile.observed import CPU_S, GROWTH_MIB

ROOT = Path(__file__).parent.parent.parent


class Seen(NamedTuple):
    costs: dict
    touched: dict


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    home = tmp_path_factory.mktemp("observed")
    report, trace = home / "report.json", home / "trace.txt"
    command = [sys.executable, "-m", "tests.hostile.observed", str(home), str(report)]
    subprocess.run(
        tracing.traced(command, trace),
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONMALLOC": "malloc"},
        timeout=280,
    )
    touched = tracing.touched(trace, home=home / "home") if tracing.STRACE else {}
    return Seen(json.loads(report.read_text("utf-8")), touched)


def _of_ours(by_name):
    return {name: cost for name, cost in by_name.items() if not name.startswith("permissive-")}


def test_every_hostile_input_was_answered(seen):
    assert _of_ours(seen.costs).keys() == {attack.name for attack in ATTACKS}
    assert {attack.name: seen.costs[attack.name]["status"] for attack in ATTACKS} == {
        attack.name: attack.status for attack in ATTACKS
    }


def test_every_hostile_input_is_within_its_cpu(seen):
    assert {n: c for n, c in _of_ours(seen.costs).items() if c["cpu_s"] > CPU_S} == {}
    assert seen.costs["permissive-cpu"]["cpu_s"] > CPU_S


def test_every_hostile_input_is_within_its_memory(seen):
    assert {n: c for n, c in _of_ours(seen.costs).items() if c["growth_mib"] > GROWTH_MIB} == {}
    assert seen.costs["permissive-memory"]["growth_mib"] > GROWTH_MIB


@pytest.mark.skipif(tracing.STRACE is None, reason="needs strace")
def test_no_hostile_input_opens_a_file_a_socket_or_a_process(seen):
    assert _of_ours(seen.touched) == {}
    told = {name: " ".join(lines) for name, lines in seen.touched.items()}
    assert "outside.txt" in told["permissive-file-by-sax"]
    assert "outside.txt" in told["permissive-file-by-libxml2"]
    assert "connect(" in told["permissive-network-by-sax"]
    assert "execve(" in told["permissive-process"]
