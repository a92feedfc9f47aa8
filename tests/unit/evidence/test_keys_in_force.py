"""What is signed while keys are rotated, end, or are found stolen, verifies, or is not signed."""

import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

import signing.keys
from gateway.app import Gateway
from gateway.errors import ConfigurationFault, Overloaded
from gateway.evidence.in_force import SignerInForce
from gateway.evidence.receipts import Receipts
from signing.errors import KeyUnusable
from signing.keys import HANDOVER, SigningKeys, load_published, mark_compromised
from signing.register import REGISTER, CurrentRegister
from signing.verify import verify_json
from tests.builders import a_transmission
from tests.doors.reading import prove
from tests.fakes import FixedClock
from tests.running import DOORS, NOW, Running, loop

END = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=1095)
"""When the certificate of `tests.running.install` ends."""


@pytest.fixture(scope="module")
def portal():
    with loop() as running:
        yield running


@pytest.fixture
def running(tmp_path, portal):
    started = Running(tmp_path, portal=portal, clock=FixedClock(NOW))
    yield started
    started.close()


def rotate(folder, now):
    return signing.keys.new_signing_key(folder, common_name="A", organisation="A", now=now)


def kid_of(running):
    return load_published(running.config.signing_keys)[-1].kid


def proved(running, receipt):
    """The kid whose signature proves this receipt by the register as it is published now."""
    trust = load_published(running.config.signing_keys)
    prove(receipt, trust)
    return verify_json(receipt, trust=trust).kid if receipt.startswith(b"{") else None


def refused(running):
    """A submission by each door, not signed and not recorded, while readiness says why."""
    before = running.counted("transmissions"), running.counted("renderings")
    for door in DOORS:
        answer = running.submit(a_transmission(), door=door)
        is_soap = door.startswith("soap")
        assert (answer.status, answer.fault_code) == (500 if is_soap else 503, "B008")
        assert answer.headers["retry-after"] == "30"
    assert running.request("POST", "/v1/ping", by="laboratory").status_code == 503
    assert (running.counted("transmissions"), running.counted("renderings")) == before
    ready = running.request("GET", "/health/ready")
    assert ready.status_code == 503
    assert ready.json() == {"status": "unavailable", "failing": ["signing-key"]}
    assert running.request("GET", "/health/live").status_code == 200


def judged(running, number, *, door="json"):
    """The receipt of a new transmission, not yet proved: its key may be newer than the trust."""
    running.trust = load_published(running.config.signing_keys)
    form = a_transmission(id=str(uuid.UUID(int=number)))
    answer = running.submit(form, door=door)
    assert answer.status == 200
    return answer.content


def test_a_running_gateway_takes_up_a_new_key(running):
    folder, first = running.config.signing_keys, kid_of(running)
    before = judged(running, 1)
    second = rotate(folder, running.clock.now())
    at_once = judged(running, 2)
    running.clock.advance(2 * HANDOVER)
    after = judged(running, 3)
    assert [proved(running, receipt) for receipt in (before, at_once, after)] == [
        first,
        second,
        second,
    ]
    assert running.request("GET", "/health/ready").status_code == 200


@pytest.mark.parametrize("door", DOORS)
def test_what_every_door_gives_after_the_handover_verifies(running, door):
    rotate(running.config.signing_keys, running.clock.now())
    running.clock.advance(2 * HANDOVER)
    proved(running, judged(running, 1, door=door))


def test_at_its_end_a_key_signs_no_more_until_there_is_another(running):
    running.clock.advance(END - NOW)
    assert running.request("GET", "/health/ready").status_code == 200
    running.clock.advance(timedelta(milliseconds=1))
    refused(running)
    second = rotate(running.config.signing_keys, running.clock.now())
    assert proved(running, judged(running, 1)) == second


def test_a_compromised_key_signs_no_more_until_there_is_another(running):
    folder = running.config.signing_keys
    before = judged(running, 1)
    running.clock.advance(timedelta(hours=1))
    mark_compromised(folder, kid_of(running), at=running.clock.now())
    refused(running)
    rotate(folder, running.clock.now())
    proved(running, judged(running, 2))
    proved(running, before)


def test_what_was_answered_is_replayed_without_a_key(running):
    receipt = judged(running, 1)
    mark_compromised(running.config.signing_keys, kid_of(running), at=NOW + timedelta(days=1))
    assert judged(running, 1) == receipt


def test_without_a_usable_key_a_gateway_does_not_start(running):
    mark_compromised(running.config.signing_keys, kid_of(running), at=NOW)
    with pytest.raises(ConfigurationFault, match="keys new"):
        Gateway(running.config, clock=running.clock)


@pytest.mark.parametrize("spoil", ["unlink", "truncate"])
def test_a_register_that_cannot_be_read_signs_nothing(running, spoil):
    register = running.config.signing_keys / signing.keys.REGISTER
    octets = register.read_bytes()
    register.unlink() if spoil == "unlink" else register.write_bytes(octets[:99])
    refused(running)
    register.write_bytes(octets)
    proved(running, judged(running, 1))


def test_while_a_new_key_cannot_be_read_the_former_signs_and_readiness_says_so(running):
    folder, first = running.config.signing_keys, kid_of(running)
    second = rotate(folder, NOW)
    file = folder / f"{second}.key.pem"
    file.chmod(0o640)
    assert proved(running, judged(running, 1)) == first
    ready = running.request("GET", "/health/ready")
    assert (ready.status_code, ready.json()) == (
        200,
        {"status": "degraded", "warnings": ["signing-key-former"]},
    )
    running.clock.advance(HANDOVER + timedelta(seconds=1))
    refused(running)
    file.chmod(0o600)
    assert proved(running, judged(running, 2)) == second
    assert running.request("GET", "/health/ready").json() == {"status": "ok"}


def test_forty_days_before_its_end_readiness_warns_of_a_key_and_still_takes(running):
    running.clock.advance(END - NOW - timedelta(days=40, milliseconds=1))
    assert running.request("GET", "/health/ready").json() == {"status": "ok"}
    running.clock.advance(timedelta(milliseconds=1))
    ready = running.request("GET", "/health/ready")
    assert (ready.status_code, ready.json()) == (
        200,
        {"status": "degraded", "warnings": ["signing-key-expires"]},
    )
    rotate(running.config.signing_keys, running.clock.now())
    assert running.request("GET", "/health/ready").json() == {"status": "ok"}


def test_what_was_decided_before_a_new_key_is_signed_by_the_former(tmp_path):
    first = rotate(tmp_path, NOW)
    second = rotate(tmp_path, NOW + timedelta(seconds=5))
    keys = SigningKeys(tmp_path)
    decided_at, now = NOW + timedelta(seconds=4), NOW + timedelta(seconds=6)
    assert keys.signer(decided_at=decided_at, now=now).kid == first
    assert keys.signer(decided_at=now, now=now).kid == second
    with pytest.raises(KeyUnusable, match="may not sign"):
        keys.signer(decided_at=decided_at, now=NOW + 2 * HANDOVER)
    with pytest.raises(KeyUnusable, match="no key may sign"):
        keys.signer(decided_at=NOW - HANDOVER, now=NOW)


def test_the_register_is_read_again_only_when_its_file_changed(tmp_path):
    rotate(tmp_path, NOW)
    current = CurrentRegister(tmp_path)
    first = current.read()
    assert current.read() is first
    os.utime(tmp_path / REGISTER, ns=(1, 1))
    second = current.read()
    assert second is not first
    assert current.read() is second == first


def test_a_private_key_is_read_once_while_the_register_stays(tmp_path):
    kid = rotate(tmp_path, NOW)
    keys = SigningKeys(tmp_path)
    first = keys.signer(decided_at=NOW, now=NOW)
    (tmp_path / f"{kid}.key.pem").unlink()
    assert keys.signer(decided_at=NOW, now=NOW) is first


def test_threads_sign_while_keys_change(tmp_path):
    rotate(tmp_path, NOW)
    keys = SigningKeys(tmp_path)

    def sign(_number):
        return keys.signer(decided_at=NOW, now=NOW).kid

    with ThreadPoolExecutor(8) as threads:
        found = threads.map(sign, range(400))
        made = [rotate(tmp_path, NOW) for _ in range(3)]
        assert set(found) <= {key.kid for key in load_published(tmp_path)}
    assert sign(0) == made[-1]


class Marked:
    """A signer that tells its kid, and nothing else."""

    def __init__(self, kid):
        self.kid = kid

    def sign_json(self, payload, *, typ=""):
        return f"{self.kid} {payload.decode()} {typ}".encode()

    def sign_xml(self, acknowledgement, *, signed_at):
        acknowledgement.append(f"{self.kid} {signed_at}")


def in_force(chosen, clock=None, look=None):
    """A signer of the moment over what a test chooses."""
    return SignerInForce(
        chosen=chosen,
        look=look or (lambda _now: None),
        clock=clock or FixedClock(NOW),
        unusable=(KeyUnusable,),
    )


class Away(Marked):
    """A signer whose key went: in a token, it does."""

    def sign_json(self, *_, **__):
        raise KeyUnusable("away")

    sign_xml = sign_json


class Paper:
    """A contract whose receipts are lists."""

    def receipt_element(self, _canonical, _digest):
        return [[]]


def test_both_renderings_are_of_one_key_though_each_choice_gives_another(monkeypatch):
    kids = iter("abc")
    asked = []

    def chosen(*instants):
        asked.append(instants)
        return Marked(next(kids))

    monkeypatch.setattr(
        "gateway.evidence.receipts.xml_bytes", lambda receipt: receipt[0][0].encode()
    )
    clock = FixedClock(NOW)
    receipts = Receipts(log=None, signer=in_force(chosen, clock), clock=clock, contract=Paper())
    decided_at = NOW - timedelta(seconds=3)
    json, xml = receipts.sign(b'{"decidedAt":"2026-11-20T08:59:57.000Z"}', "")
    assert asked == [(decided_at, NOW)]
    assert (json.kid, xml.kid) == ("a", "a")
    assert (json.content[:1], xml.content) == (b"a", f"a {NOW}".encode())


def test_a_signer_in_force_is_a_signer_of_the_moment():
    asked = []

    def chosen(*instants):
        asked.append(instants)
        return Marked("a")

    signer = in_force(chosen)
    element = []
    signer.sign_xml(element, signed_at=NOW - HANDOVER)
    assert element == [f"a {NOW - HANDOVER}"]
    assert signer.kid == "a"
    assert signer.sign_json(b"{}") == b"a {} siseri-ack+jws"
    assert signer.sign_json(b"{}", typ="pong") == b"a {} pong"
    assert asked == [(NOW - HANDOVER, NOW - HANDOVER)] + [(NOW, NOW)] * 3


def test_a_signer_without_a_key_says_so():
    def nothing(*_instants):
        raise KeyUnusable("no key")

    signer = in_force(nothing, look=nothing)
    assert (signer.can_sign(), signer.is_former(), signer.expires_soon()) == (False, False, False)
    with pytest.raises(Overloaded) as refusal:
        signer.sign_json(b"{}")
    assert refusal.value.retry_after_s == 30


def test_a_key_that_goes_away_between_choice_and_signature_is_no_internal_error():
    signer = in_force(lambda *_: Away("a"))
    with pytest.raises(Overloaded):
        signer.sign_json(b"{}")
    with pytest.raises(Overloaded):
        signer.sign_xml([], signed_at=NOW)
