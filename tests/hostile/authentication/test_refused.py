"""Whoever pretends to be a partner is refused, each by its own answer, and is told nothing more.

Every input differs in one way from a sound one, which is taken. What each costs is measured in a
process of its own (`test_cost`).
"""

import logging
from urllib.parse import parse_qs

import pytest

from tests.hostile.authentication.corpus import ATTACKS
from tests.hostile.authentication.world import TWINS, World, asked, called


@pytest.fixture(scope="module")
def world(tmp_path_factory, portal):
    made = World(tmp_path_factory.mktemp("home"), portal=portal)
    yield made
    made.close()


def code_of(response):
    form = response.json()
    return form.get("error") or form["code"]


@pytest.mark.parametrize("twin", TWINS)
def test_the_sound_request_is_taken(world, twin):
    response = world.send(TWINS[twin](world))
    assert response.status_code == 200, response.text


def test_neither_a_token_nor_what_it_was_asked_by_is_logged(world, caplog):
    caplog.set_level(logging.DEBUG)
    form = world.machine.form()
    token = world.send(asked(form)).json()["access_token"]
    assert world.send(called(token=token)).status_code == 200
    assertion = parse_qs(form.decode())["client_assertion"][0]
    said = [f"{record.getMessage()} {record.args!r}" for record in caplog.records]
    assert said  # it was listened
    for secret in (token, assertion):
        assert not [line for line in said if secret in line]


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_a_hostile_request_is_refused(world, attack):
    sent = attack.make(world)
    before = world.gateway.counted("transmissions")
    response = world.send(sent)
    assert (response.status_code, code_of(response)) == (attack.status, attack.code), response.text
    assert world.gateway.counted("transmissions") == before
    assert "access_token" not in response.text
    if attack.status == 401:
        assert response.headers["www-authenticate"].endswith('realm="siseri"')


def test_the_corpus_has_names_of_its_own_and_twins_that_are_sound():
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
    assert {attack.twin for attack in ATTACKS} <= TWINS.keys()
