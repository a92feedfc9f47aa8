"""The double itself: what a drill in another process relies on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from gateway.model.verification import Cause, NotAnswered
from tests.asking_ameli import ask, traits_of
from tests.partners.services_ps_ameli_fr.register import CNDA, GENERATED, generated

ROOT = Path(__file__).parents[4]


def _control(double, method, plan=None):
    content = None if plan is None else json.dumps(plan).encode()
    return requests.request(method, double.control_url, data=content, timeout=20)


def test_the_control_port_switches_and_counts(register, double):
    told = _control(double, "PUT", {"behaviour": "html 503", "times": 1}).json()
    assert told["plan"] == {"behaviour": "html 503", "delay_s": 0.0, "times": 1}
    assert ask(register, traits_of(CNDA[0])) == NotAnswered(cause=Cause.OUTAGE)
    told = _control(double, "GET").json()
    assert told["plan"]["behaviour"] == "answers"
    assert (told["counts"]["requests"], told["counts"]["behaviour: html 503"]) == (1, 1)
    assert _control(double, "DELETE").json()["counts"] == {}


@pytest.mark.parametrize("plan", [{"behaviour": "sleeps"}, {"unknown": 1}])
def test_the_control_port_takes_no_unknown_behaviour(double, plan):
    assert _control(double, "PUT", plan).status_code == 400


def test_people_of_nobody_have_a_name_and_a_number_each():
    everybody = [generated(place) for place in range(0, GENERATED, 37)]
    assert len({person.birth_name for person in everybody}) == len(everybody)
    assert len({person.active.number for person in everybody}) == len(everybody)


def test_a_command_has_the_double_beside_it():
    told = "import os; print(*sorted(n for n in os.environ if 'AMELI' in n)); raise SystemExit(3)"
    beside = [sys.executable, "-m", "tests.partners.services_ps_ameli_fr.beside"]
    done = subprocess.run(
        [*beside, sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3, done.stderr
    names = ("AUTHORITIES", "CERTIFICATE", "EMITTER", "IDAM", "INSTANCE", "KEY", "URL")
    assert done.stdout.split() == [f"SISERI_AMELI_{name}" for name in names]
    assert done.stderr.startswith("INSi (double): https://127.0.0.1:")
