"""The SOAP door and signed messages: a refusal of its own for each hostile one, none accepted.

One process answers them all (`observed`): it tells what it said, and what each cost.
"""

import json
import os
import subprocess
import sys

import pytest
from lxml import etree

from tests import builders
from tests.hostile import tracing
from tests.hostile.observed import CPU_S, GROWTH_MIB
from tests.hostile.test_cost import ROOT
from tests.hostile.wss import credentials
from tests.hostile.wss.corpus import ATTACKS, BENIGN

_ANSWERED = {"status": 200, "code": None, "is_answered": True}
_SENDER = {"1.1": "Client", "1.2": "Sender"}


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    home = tmp_path_factory.mktemp("observed")
    report, trace = home / "report.json", home / "trace.txt"
    command = [sys.executable, "-m", "tests.hostile.wss.observed", str(home), str(report)]
    done = subprocess.run(
        tracing.traced(command, trace),
        check=False,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONMALLOC": "malloc"},
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    touched = tracing.touched(trace, home=home / "home") if tracing.STRACE else {}
    return {**json.loads(report.read_text("utf-8")), "touched": touched}


def test_the_corpus_is_large_and_every_message_has_its_twin():
    names = [attack.name for attack in ATTACKS]
    assert len(names) == len(set(names))
    assert len(ATTACKS) >= 250
    assert all(attack.twin.sender in credentials.REGISTERED for attack in ATTACKS)


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_a_hostile_message_is_a_fault_of_its_own_and_its_twin_is_answered(said, attack):
    version, told = attack.twin.version, said["hostile"][attack.name]
    assert told["status"] == {"1.1": 500, "1.2": 400}[version]
    assert told["code"] == attack.code
    wanted = _SENDER[version] if attack.fault == "Sender" else attack.fault
    assert etree.QName(told["codes"][-1]).localname == wanted
    if version == "1.2":
        outer = "MustUnderstand" if attack.fault == "MustUnderstand" else "Sender"
        assert told["codes"][0] == f"{{{builders.SOAP['1.2']}}}{outer}"
    assert said["twins"][repr(attack.twin)] == _ANSWERED


@pytest.mark.parametrize("name", BENIGN)
def test_a_sound_message_is_answered(said, name):
    assert said["benign"][name] == _ANSWERED


def test_nothing_hostile_is_recorded(said):
    assert said["recorded"] == 0


@pytest.mark.skipif(tracing.STRACE is None, reason="needs strace")
def test_no_hostile_message_opens_a_file_a_socket_or_a_process(said):
    """`tests/hostile/test_cost` shows that the watch catches careless readers."""
    assert said["touched"] == {}


def test_every_hostile_message_is_within_its_cpu_and_memory(said):
    costs = said["hostile"]
    assert {name: cost for name, cost in costs.items() if cost["cpu_s"] > CPU_S} == {}
    assert {name: cost for name, cost in costs.items() if cost["growth_mib"] > GROWTH_MIB} == {}
