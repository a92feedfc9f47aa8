"""The double itself: what a drill in another process relies on."""

import json
import urllib.error
import urllib.request

import pytest

from gateway.model.verification import Cause, NotAnswered
from tests.asking_ameli import ask, traits_of
from tests.partners.services_ps_ameli_fr.register import CNDA, GENERATED, generated


def _control(double, method, plan=None):
    content = None if plan is None else json.dumps(plan).encode()
    request = urllib.request.Request(double.control_url, data=content, method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def test_the_control_port_switches_and_counts(register, double):
    told = _control(double, "PUT", {"behaviour": "html 503", "times": 1})
    assert told["plan"] == {"behaviour": "html 503", "delay_s": 0.0, "times": 1}
    assert ask(register, traits_of(CNDA[0])) == NotAnswered(cause=Cause.OUTAGE)
    told = _control(double, "GET")
    assert told["plan"]["behaviour"] == "answers"
    assert (told["counts"]["requests"], told["counts"]["behaviour: html 503"]) == (1, 1)
    assert _control(double, "DELETE")["counts"] == {}


@pytest.mark.parametrize("plan", [{"behaviour": "sleeps"}, {"unknown": 1}])
def test_the_control_port_takes_no_unknown_behaviour(double, plan):
    with pytest.raises(urllib.error.HTTPError, match="400"):
        _control(double, "PUT", plan)


def test_a_hundred_thousand_people_have_a_name_and_a_number_each():
    everybody = [generated(place) for place in range(GENERATED)]
    assert len({person.birth_name for person in everybody}) == GENERATED
    assert len({person.active.number for person in everybody}) == GENERATED
