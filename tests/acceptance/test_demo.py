import subprocess
import sys
from resource import RUSAGE_CHILDREN, getrusage

import pytest


def cpu_of_children_s():
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.fixture(scope="module")
def demo():
    before = cpu_of_children_s()
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "demo"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done, cpu_of_children_s() - before


def test_the_demonstration_meets_every_expectation(demo):
    done, _ = demo
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert "✗" not in done.stdout
    assert ", 0 déçues" in done.stdout


def test_it_takes_well_under_a_minute_of_cpu(demo):
    assert 0 < demo[1] < 40


@pytest.mark.parametrize(
    "line",
    [
        "✓ verdict attendu : ACCEPTED",
        "✓ verdict attendu : PARTLY_ACCEPTED",
        "✓ verdict attendu : HELD",
        "✓ verdict attendu : REJECTED",
        "✓ verdict attendu : INADMISSIBLE",
        "✓ REST-JSON : le même accusé, octet pour octet",
        "✓ annoncé par Idempotent-Replayed",
        "✓ conflit signé",
        "✓ REST-XML dit la même chose que REST-JSON",
        "✓ SOAP 1.1 dit la même chose que REST-JSON",
        "✓ SOAP 1.2 dit la même chose que REST-JSON",
        "✓ 14 accusés sur 14 prouvés",
        "✓ une-ligne.receipt.json altéré ne prouve rien",
        "✓ arrêt propre",
    ],
)
def test_it_shows(demo, line):
    assert line in demo[0].stdout


def test_it_says_nothing_on_the_error_output(demo):
    assert demo[0].stderr.strip() == ""
