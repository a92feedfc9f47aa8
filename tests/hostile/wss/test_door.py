"""The SOAP door and signed messages: a refusal of its own for each hostile one, none accepted."""

import pytest
from lxml import etree

from tests import builders
from tests.doors.conftest import portal
from tests.hostile.wss import credentials, door, envelopes
from tests.hostile.wss.corpus import ATTACKS, BENIGN
from tests.running import Running

__all__ = ["portal"]
_SOAP = {"1.1": "Client", "1.2": "Sender"}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, portal):
    running = Running(tmp_path_factory.mktemp("home"), portal=portal, partners=door.PARTNERS)
    door.enrol_all(running)
    yield running
    running.close()


def test_the_corpus_is_large_and_every_message_has_its_twin():
    names = [attack.name for attack in ATTACKS]
    assert len(names) == len(set(names))
    assert len(ATTACKS) >= 250
    assert all(attack.twin.sender in credentials.REGISTERED for attack in ATTACKS)


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_a_hostile_message_is_a_fault_of_its_own(gateway, attack):
    version = attack.twin.version
    told = door.post(gateway, attack.make(), version=version, headers=attack.headers)
    assert told.status == {"1.1": 500, "1.2": 400}[version]
    assert told.code == attack.code
    wanted = _SOAP[version] if attack.fault == "Sender" else attack.fault
    assert etree.QName(told.codes[-1]).localname == wanted
    if version == "1.2":
        outer = "MustUnderstand" if attack.fault == "MustUnderstand" else "Sender"
        assert told.codes[0] == f"{{{builders.SOAP['1.2']}}}{outer}"
    assert gateway.counted("transmissions") == 0


@pytest.mark.parametrize(
    "recipe", list({repr(attack.twin): attack.twin for attack in ATTACKS}.values()), ids=repr
)
def test_the_twin_of_hostile_messages_is_answered(gateway, recipe):
    told = door.post(gateway, envelopes.octets(envelopes.signed(recipe)), version=recipe.version)
    assert (told.status, told.code) == (200, None)


@pytest.mark.parametrize("name", BENIGN)
def test_a_sound_message_is_answered(gateway, name):
    recipe = BENIGN[name]
    told = door.post(gateway, envelopes.octets(envelopes.signed(recipe)), version=recipe.version)
    assert (told.status, told.code) == (200, None)
    assert told.root.find(".//{*}pong") is not None
