"""What a hostile offer of enrolment costs us: CPU and memory, measured in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.enrolment.offers import every
from tests.hostile.observed import CPU_S, GROWTH_MIB

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture(scope="module")
def costs(tmp_path_factory):
    home = tmp_path_factory.mktemp("observed")
    report = home / "report.json"
    subprocess.run(
        [sys.executable, "-m", "tests.hostile.enrolment.observed", home / "home", report],
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONMALLOC": "malloc"},
        timeout=280,
    )
    return json.loads(report.read_text("utf-8"))


def test_every_hostile_offer_is_refused_by_its_code_and_enrols_nothing(costs):
    expected = {offer.name: offer.code for offer in every()}
    assert {name: cost["code"] for name, cost in costs.items()} == expected
    assert {cost["status"] for cost in costs.values()} == {400}
    assert {cost["enrolled"] for cost in costs.values()} == {0}


def test_the_twin_of_each_is_taken_under_the_very_invitation(costs):
    assert {name: cost["twin"] for name, cost in costs.items()} == dict.fromkeys(costs, 201)


def test_every_hostile_offer_is_within_its_cpu_and_memory(costs):
    dear = {n: c for n, c in costs.items() if c["cpu_s"] > CPU_S or c["growth_mib"] > GROWTH_MIB}
    assert dear == {}
