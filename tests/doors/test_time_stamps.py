"""Stamps that are late stop new answers by a named 503; those that came complete a receipt."""

import time
from base64 import b64decode
from datetime import timedelta

import orjson
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.app import Gateway
from signing.authorities import parse_published_authorities
from signing.log.proof import parse_proof
from signing.timestamp import prove_token
from tests.builders import a_transmission
from tests.fakes import FixedClock
from tests.partners.tsa_example.server import Behaviour, Double
from tests.running import DOORS, NOW

WARN, REFUSE = timedelta(hours=1), timedelta(hours=2)
A_SECOND = timedelta(seconds=1)
SOME_ID, OTHER_ID = "5b3c1f4e-0a67-4d0e-9c3b-6b1f0e1d2c3b", "7d1e2f3a-4b5c-4d6e-8f90-a1b2c3d4e5f6"


@pytest.fixture
def clock():
    return FixedClock(NOW)


@pytest.fixture
def authority(clock):
    with Double(now=clock.now) as double:
        yield double


@pytest.fixture
def stamped(start, clock, authority, tmp_path):
    """A gateway that asks the authority each second."""
    roots = tmp_path / "roots.pem"
    roots.write_bytes(authority.stamper.root.certificate.public_bytes(Encoding.PEM))
    return start(
        clock=clock,
        tsa="EXAMPLE",
        tsa_example_url=authority.url,
        tsa_example_roots=roots,
        tsa_every_s=1,
        tsa_warn_s=int(WARN.total_seconds()),
        tsa_refuse_s=int(REFUSE.total_seconds()),
    )


def readiness(gateway):
    answer = gateway.request("GET", "/health/ready")
    return answer.status_code, orjson.loads(answer.content)


def wait_for(condition, *, clock):
    """Until it holds; the gate looks at the record once a second of its clock."""
    for _ in range(600):
        if condition():
            return
        clock.advance(A_SECOND)
        time.sleep(0.1)
    pytest.fail("it never came")


def is_ready(gateway):
    return readiness(gateway) == (200, {"status": "ok"})


def again(gateway):
    """The process ends, and another begins."""
    gateway.gateway.close()
    gateway.gateway = Gateway(gateway.config, clock=gateway.clock)
    gateway.store = gateway.gateway.store
    gateway.serve(gateway.gateway.asgi)


def fetched(gateway, answer, *, accept="application/json"):
    return gateway.get(f"/v1/receipts/{answer.acknowledgement['id']}", accept=accept)


def test_late_stamps_warn_and_then_refuse_at_every_door_until_one_came(stamped, clock, authority):
    authority.behaviour = Behaviour.FAILS
    given = {door: stamped.submit(a_transmission(id=SOME_ID), door=door) for door in DOORS}
    assert is_ready(stamped)

    clock.advance(WARN + A_SECOND)
    late = {"status": "degraded", "warnings": ["timestamps-late"]}
    assert readiness(stamped) == (200, late)

    clock.advance(REFUSE - WARN)
    status, state = readiness(stamped)
    assert (status, state["failing"]) == (503, ["timestamps"])
    before = stamped.counted("acknowledgements")
    for door in DOORS:
        refused = stamped.submit(a_transmission(id=OTHER_ID), door=door)
        assert refused.status == (500 if door.startswith("soap") else 503)
        assert (refused.fault_code, refused.headers["retry-after"]) == ("B012", "60")
        replay = stamped.submit(a_transmission(id=SOME_ID), door=door)
        assert replay.content == given[door].content
    assert stamped.counted("acknowledgements") == before

    authority.behaviour = Behaviour.STAMPS
    wait_for(lambda: is_ready(stamped), clock=clock)
    assert stamped.submit(a_transmission(id=OTHER_ID)).status == 200


def test_a_restart_forgives_nothing(stamped, clock, authority):
    authority.behaviour = Behaviour.SILENT
    stamped.submit(a_transmission(id=SOME_ID))
    clock.advance(REFUSE + A_SECOND)
    again(stamped)
    assert readiness(stamped)[0] == 503
    assert stamped.submit(a_transmission(id=OTHER_ID)).fault_code == "B012"
    assert stamped.submit(a_transmission(id=SOME_ID)).status == 200


@pytest.mark.parametrize(
    "behaviour",
    [Behaviour.WRONG_IMPRINT, Behaviour.EXPIRED],
)
def test_a_stamp_that_proves_nothing_counts_as_none(stamped, clock, authority, behaviour):
    authority.behaviour = behaviour
    answer = stamped.submit(a_transmission(id=SOME_ID))
    wait_for(lambda: len(authority.requests) > 1, clock=clock)
    assert "timestamp" not in fetched(stamped, answer).form["proof"]
    assert stamped.counted("log_timestamps") == 0


def test_a_receipt_fetched_again_carries_the_stamp_and_its_replay_stays_as_it_was(stamped, clock):
    answer = stamped.submit(a_transmission(id=SOME_ID))
    assert "timestamp" not in answer.form["proof"]
    wait_for(lambda: stamped.counted("log_timestamps"), clock=clock)
    proof = fetched(stamped, answer).form["proof"]
    trust = parse_published_authorities(
        stamped.request("GET", "/.well-known/siseri-signing-keys.json").content
    )
    text = parse_proof(proof["inclusion"].encode()).signed.note.text.encode()
    token = b64decode(proof["timestamp"])
    assert prove_token(token, text=text, trust=trust).timestamp.gen_time >= NOW
    assert proof["timestamp"].encode() in fetched(stamped, answer, accept="application/xml").content
    assert stamped.submit(a_transmission(id=SOME_ID)).content == answer.content


def test_where_nobody_stamps_the_register_of_keys_names_no_authority(gateway):
    octets = gateway.request("GET", "/.well-known/siseri-signing-keys.json").content
    assert parse_published_authorities(octets) is None
