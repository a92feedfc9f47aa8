"""Once a message is answered nothing of it stays in memory: neither its cost nor its content."""

import gc

import pytest

from gateway.identifiers import InvalidIdentifier
from gateway.judge import Case
from tests import builders
from tests.doors.conftest import portal
from tests.hostile.corpus import ATTACKS
from tests.running import DOORS, Running
from tests.vectors.hostile import marked

__all__ = ["portal"]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, portal):
    running = Running(tmp_path_factory.mktemp("home"), portal=portal)
    yield running
    running.close()


@pytest.fixture(scope="module")
def before():
    """What the process held before the first message of these tests, of other tests."""
    return kept()


def kept():
    gc.collect()
    return [held for held in gc.get_objects() if isinstance(held, Case | InvalidIdentifier)]


def left(gateway, before):
    """What is left of messages; threads let go of what they did last when they do another thing."""
    of_others = {id(held) for held in before}
    for _ in range(20):
        gateway.get("/v1/me")
        found = [held for held in kept() if id(held) not in of_others]
        if not found:
            break
    return len(found)


REFUSED = {
    "worker": {"worker__nir": "290069999900189"},
    "employer": {"employer__siret": "90000003500016"},
    "both": {"worker__nir": "1", "employer__siret": "1"},
}


@pytest.mark.parametrize("defect", REFUSED)
@pytest.mark.parametrize("door", DOORS)
def test_a_refused_identifier_keeps_nothing_of_its_message(gateway, before, door, defect):
    lines = [builders.a_line(ref=f"P-{n}", **REFUSED[defect]) for n in range(20)]
    answer = gateway.submit(builders.a_transmission(results=lines), door=door)
    assert answer.acknowledgement["counts"]["rejected"] == 20
    del answer
    assert left(gateway, before) == 0


def test_no_hostile_input_stays(gateway, before):
    for attack in ATTACKS:
        if len(body := attack.spoil(marked())) < 100_000:
            gateway.request(
                attack.method, attack.path, by="laboratory", headers=attack.headers, content=body
            )
    assert left(gateway, before) == 0
