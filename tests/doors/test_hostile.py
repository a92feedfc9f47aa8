"""Bad input of every kind, at each door: its own status and code, quickly, and nothing echoed.

Each attack spoils a benign request in one way; the benign request itself, and neighbours that look
alike, are plainly accepted.
"""

import pytest

from tests.doors.reading import ACKNOWLEDGEMENT, parsed
from tests.hostile.corpus import ATTACKS, BENIGN
from tests.running import THE_LABORATORY, THE_OPERATOR, Running, a_row
from tests.vectors import hostile_json, hostile_soap
from tests.vectors.hostile import MARKS, NAME, marked

SOAP = tuple(attack for attack in ATTACKS if attack.fault or attack in hostile_soap.ATTACKS)
REST = tuple(attack for attack in ATTACKS if attack not in SOAP)
SIGNED = {200, 422}


@pytest.fixture(scope="module")
def running(tmp_path_factory, portal):
    gateway = Running(tmp_path_factory.mktemp("home"), portal=portal)
    yield gateway
    gateway.close()


@pytest.fixture
def gateway(running):
    running.forget(partners=(THE_LABORATORY, THE_OPERATOR), rows=[a_row(birth_name=NAME)])
    return running


def attacked(gateway, attack):
    """The answer to an attack, without a mark; what it costs: `tests/hostile`."""
    body = attack.spoil(marked())
    response = gateway.request(
        attack.method, attack.path, by="laboratory", headers=attack.headers, content=body
    )
    shown = response.content.decode() + str(response.headers)
    assert not [mark for mark in MARKS if mark in shown]
    return gateway.read(response, path=attack.path)


@pytest.mark.parametrize("attack", REST, ids=str)
def test_a_hostile_request_has_its_own_status_and_code(gateway, attack):
    answer = attacked(gateway, attack)
    assert answer.status == attack.status, answer.content
    if attack.status in SIGNED:
        assert answer.codes == {attack.code} | attack.beside
        assert gateway.counted("transmissions") == 1
        assert gateway.counted("lines") == 0
    else:
        assert answer.fault_code == attack.code
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert gateway.counted("transmissions") == 0


@pytest.mark.parametrize("attack", SOAP, ids=str)
def test_a_hostile_envelope_is_a_fault_with_a_code(gateway, attack):
    answer = attacked(gateway, attack)
    if attack.status == 200:
        assert answer.codes == {attack.code} | attack.beside
        return
    assert answer.status == attack.status, answer.content
    assert answer.fault_code == attack.code
    root = parsed(answer.http.content)
    told = root.findtext(".//faultcode") or root.findtext(".//{*}Code/{*}Value")
    assert told == (attack.fault if ":" in attack.fault else f"soap:{attack.fault}")
    assert root.find(f".//{{{ACKNOWLEDGEMENT}}}text/{{{ACKNOWLEDGEMENT}}}fr").text
    assert gateway.counted("transmissions") == 0


@pytest.mark.parametrize("attack", BENIGN, ids=str)
def test_the_benign_twin_is_accepted(gateway, attack):
    answer = attacked(gateway, attack)
    assert answer.status == 200, answer.content
    assert (answer.disposition, answer.findings) == ("ACCEPTED", [])
    assert gateway.counted("lines") == 1


def test_five_thousand_lines_are_judged(gateway):
    body = hostile_json.benign_lines(5_000)
    answer = gateway.post(body, headers=dict(hostile_json.JSON))
    assert answer.status == 200
    assert answer.acknowledgement["counts"]["results"] == 5_000
