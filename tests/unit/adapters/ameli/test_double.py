"""The double itself: what a drill in another process relies on."""

import json

import pytest
import requests

from gateway.model.verification import Cause, NotAnswered
from tests.asking_ameli import ask, traits_of
from tests.partners.services_ps_ameli_fr.register import CNDA, GENERATED, generated


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
