import subprocess
import sys
import time

import pytest


@pytest.fixture(scope="module")
def demo():
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "demo"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done, time.monotonic() - started


def test_the_demonstration_meets_every_expectation(demo):
    done, _ = demo
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert "✗" not in done.stdout
    assert ", 0 déçues" in done.stdout


def test_it_ends_in_well_under_a_minute(demo):
    assert demo[1] < 60


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
