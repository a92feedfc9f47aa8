"""What the register of threats asks for beyond single inputs (docs/threats.md)."""

import re
from pathlib import Path

import pytest

from tests import builders
from tests.conformance.document import OPERATIONS, address
from tests.doors.conftest import portal
from tests.hostile.corpus import ATTACKS, BENIGN, sound_path, twin_of
from tests.hostile.wss.corpus import ATTACKS as SIGNED
from tests.running import THE_LABORATORY, THE_OPERATOR, Running
from tests.statements import asked_of

__all__ = ["portal"]
NOBODYS = "00000000-0000-4000-8000-000000000000"
OF_A_PARTNER = sorted(
    name
    for name, (_, path, _) in OPERATIONS.items()
    if re.search(r"\{(id|ackId)\}", path)  # the others name what is everybody's, or their own
)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, portal):
    running = Running(tmp_path_factory.mktemp("home"), portal=portal)
    yield running
    running.close()


# ---------- the corpus


def test_the_corpus_is_large_and_every_input_has_its_twin():
    names = [attack.name for attack in (*ATTACKS, *BENIGN)]
    assert len(names) == len(set(names))
    assert len(ATTACKS) >= 200
    assert {twin_of(attack) for attack in ATTACKS if attack.method != "GET"} <= set(BENIGN)
    assert {attack.code for attack in BENIGN} == {None}  # test_hostile: accepted


def test_the_twin_of_a_hostile_path_is_served(gateway, of_the_laboratory):
    paths = {sound_path(attack) for attack in ATTACKS if attack.method == "GET"}
    assert len(paths) == 6
    for path in paths:
        asked = address(path, **of_the_laboratory)
        assert gateway.request("GET", asked, by="laboratory").status_code == 200, path


def test_the_page_of_threats_names_inputs_of_the_corpus():
    page = (Path(__file__).parent.parent.parent / "docs" / "threats.md").read_text("utf-8")
    named = set(re.findall(r"\[([a-z0-9.-]+[a-z0-9])\]`", page, re.IGNORECASE))
    assert len(named) > 50
    assert named <= {attack.name for attack in (*ATTACKS, *BENIGN, *SIGNED)}


# ---------- T27: tenants


@pytest.fixture(scope="module")
def of_the_laboratory(gateway):
    receipt = gateway.submit(builders.a_transmission()).acknowledgement
    return {"id": receipt["transmission"]["id"], "ackId": receipt["id"]}


@pytest.mark.parametrize("accept", ["application/json", "application/xml", "text/csv"])
@pytest.mark.parametrize("name", OF_A_PARTNER)
def test_what_is_another_s_cannot_be_told_from_what_is_nobody_s(
    gateway, of_the_laboratory, name, accept
):
    method, path, _ = OPERATIONS[name]
    headers = {"accept": accept}
    nobodys = {"id": NOBODYS, "ackId": NOBODYS}

    def asked(by, known):
        return gateway.request(method, address(path, **known), by=by, headers=headers)

    if accept == "application/json":
        assert asked("laboratory", of_the_laboratory).status_code == 200
    foreign, absent = asked("operator", of_the_laboratory), asked("operator", nobodys)
    assert foreign.status_code == absent.status_code
    assert foreign.status_code in {404, 406}
    assert foreign.content == absent.content
    assert _told(foreign) == _told(absent)


def _told(response):
    moved = {"date", "ratelimit"}  # what is left of the caller's own quota
    return {name: value for name, value in response.headers.items() if name not in moved}


@pytest.mark.parametrize("operation", ["GetReceipt", "GetLines"])
def test_by_soap_what_is_another_s_is_nobody_s(gateway, of_the_laboratory, operation):
    def asked(receipt):
        named = f'<o:acknowledgement xmlns:o="{builders.SERVICE}">{receipt}</o:acknowledgement>'
        return gateway.soap(operation, named, by="operator")

    foreign, absent = asked(of_the_laboratory["ackId"]), asked(NOBODYS)
    assert (foreign.status, foreign.fault_code) == (500, "A003")
    assert foreign.content == absent.content


def test_a_list_holds_nothing_of_another(gateway, of_the_laboratory):
    assert of_the_laboratory["ackId"] in gateway.get("/v1/transmissions").content.decode()
    listed = gateway.get("/v1/transmissions", by="operator").content.decode()
    assert of_the_laboratory["ackId"] not in listed
    assert of_the_laboratory["id"] not in listed


# ---------- T26: the same work whoever asks


def test_a_token_costs_the_same_whether_nobody_holds_it_or_it_was_revoked(gateway):
    register = gateway.store.register
    revoked = gateway.tokens["operator"]
    gateway.tokens["operator"] = register.renew_token("operator")
    seen = []
    for token in (gateway.tokens["operator"], revoked, "x" * 43):
        with asked_of(gateway.store.engine) as asked:
            register.holder_of(token)
        seen.append([statement for statement, _ in asked if statement.startswith("SELECT")])
    assert len(seen[0]) == 1
    assert seen[0] == seen[1] == seen[2]
    assert {THE_LABORATORY.id, THE_OPERATOR.id} <= gateway.tokens.keys()
