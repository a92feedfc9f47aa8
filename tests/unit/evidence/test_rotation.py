"""A key of any form takes over under load: no request fails, and every receipt verifies."""

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from signing.encoding import to_base64
from signing.keys import (
    HANDOVER,
    KeyAccess,
    import_pkcs12,
    load_published,
    mark_compromised,
    new_signing_key,
)
from signing.verify import verify_json
from tests import builders
from tests.authority import Authority
from tests.builders import a_transmission
from tests.doors.reading import prove
from tests.fakes import FixedClock
from tests.running import NOW, Running, loop
from tests.softhsm import PIN, softhsm  # noqa: F401 - a fixture

EACH = 105
"""Submissions around each new key: some before it for sure, some after it, the others at once."""
THREADS = 4
PASSWORD = "mot de passe d'essai"  # noqa: S105


@pytest.fixture(scope="module")
def portal():
    with loop() as running:
        yield running


def to_pem(folder, now=NOW, token=None):
    return new_signing_key(folder, common_name="A", organisation="A", now=now, token=token)


def to_pkcs12(folder, now=NOW):
    authority, key = Authority("Autorité"), ec.generate_private_key(ec.SECP256R1())
    octets = serialize_key_and_certificates(
        b"essai", key, authority.issue(key.public_key()), [authority.certificate],
        BestAvailableEncryption(PASSWORD.encode()),
    )  # fmt: skip
    return import_pkcs12(folder, octets, password=PASSWORD, now=now)


def body_of(number):
    """A transmission of its own, in JSON and in XML by turns, and its media type."""
    form = a_transmission(id=str(uuid.UUID(int=number + 1)), test=True)
    if number % 2:
        return builders.in_xml(form), "application/xml"
    return builders.in_json(form), "application/json"


def answers_while(running, take_over, *, start):
    """The answers to many submissions, and the key that took over in their midst."""
    answered, taken_over = threading.Semaphore(0), threading.Event()

    def submit(number):
        if number >= start + 2 * EACH // 3:
            assert taken_over.wait(timeout=60)
        body, media_type = body_of(number)
        headers = {"content-type": media_type}
        path = "/v1/transmissions"
        answer = running.request("POST", path, by="laboratory", headers=headers, content=body)
        answered.release()
        return answer

    with ThreadPoolExecutor(THREADS) as threads:
        answers = [threads.submit(submit, number) for number in range(start, start + EACH)]
        for _ in range(EACH // 3):
            assert answered.acquire(timeout=60)
        kid = take_over()
        taken_over.set()
        return kid, [answer.result() for answer in answers]


def demand_no_request_failed(running, take_over, *, start=0):
    former = load_published(running.config.signing_keys)[-1].kid
    kid, answers = answers_while(running, take_over, start=start)
    assert {answer.status_code for answer in answers} == {200}
    trust = load_published(running.config.signing_keys)
    assert {proved(answer.content, trust) for answer in answers} == {former, kid}
    assert [key.kid for key in trust][-2:] == [former, kid]
    assert trust[-2].valid_to == NOW + HANDOVER


def proved(content, trust):
    """The key whose signature proves a receipt."""
    prove(content, trust)
    if content.startswith(b"{"):
        return verify_json(content, trust=trust).kid
    return next(key.kid for key in trust if to_base64(key.certificate_der).encode() in content)


@pytest.fixture
def running(tmp_path, portal):
    started = Running(tmp_path, portal=portal, clock=FixedClock(NOW), pkcs12_password=PASSWORD)
    yield started
    started.close()


@pytest.fixture
def with_a_token(tmp_path, portal, softhsm):  # noqa: F811 - the fixture of that name
    settings = {"pkcs11_module": softhsm.module, "pkcs11_pin": PIN}
    started = Running(tmp_path, portal=portal, clock=FixedClock(NOW), **settings)
    yield started
    started.close()


def in_token(running, hsm):
    access = KeyAccess(pkcs11_module=hsm.module, pkcs11_pin=PIN)
    token = access.token(hsm.new_token(), may_write=True)
    return to_pem(running.config.signing_keys, token=token)


def test_a_pem_key_and_then_a_pkcs12_key_take_over_under_load(running):
    folder = running.config.signing_keys
    demand_no_request_failed(running, lambda: to_pem(folder))
    demand_no_request_failed(running, lambda: to_pkcs12(folder), start=EACH)
    published = running.request("GET", "/.well-known/siseri-signing-keys.json").json()["keys"]
    assert [len(key["x5c"]) for key in published] == [1, 1, 2]


def test_a_key_in_a_token_takes_over_under_load(with_a_token, softhsm):  # noqa: F811
    demand_no_request_failed(with_a_token, lambda: in_token(with_a_token, softhsm))


def test_while_its_token_is_away_a_gateway_refuses_and_says_so(with_a_token, softhsm):  # noqa: F811
    in_token(with_a_token, softhsm)
    body, media_type = body_of(1)
    sent = {"by": "laboratory", "headers": {"content-type": media_type}, "content": body}
    with softhsm.pulled_out():
        # a gateway that never reached the new key signs by the former one
        ready = with_a_token.request("GET", "/health/ready")
        assert ready.json() == {"status": "degraded", "warnings": ["signing-key-former"]}
    wait_for(with_a_token, {"status": "ok"})
    with softhsm.pulled_out():
        refused = with_a_token.request("POST", "/v1/transmissions", **sent)
        assert (refused.status_code, refused.json()["code"]) == (503, "B008")
        assert refused.headers["retry-after"] == "30"
        ready = with_a_token.request("GET", "/health/ready")
        assert ready.status_code == 503
        assert ready.json() == {"status": "unavailable", "failing": ["signing-key"]}
    wait_for(with_a_token, {"status": "ok"})
    assert with_a_token.request("POST", "/v1/transmissions", **sent).status_code == 200


def wait_for(running, state):
    """Until readiness says so: a token that was away is asked again after two seconds."""
    deadline = time.monotonic() + 60
    while running.request("GET", "/health/ready").json() != state:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_where_the_password_is_not_known_the_former_key_signs(tmp_path, portal):
    running = Running(tmp_path, portal=portal, clock=FixedClock(NOW))
    folder = running.config.signing_keys
    former = load_published(folder)[-1].kid
    to_pkcs12(folder)
    body, media_type = body_of(0)
    headers = {"content-type": media_type}
    path = "/v1/transmissions"
    answer = running.request("POST", path, by="laboratory", headers=headers, content=body)
    assert proved(answer.content, load_published(folder)) == former
    ready = running.request("GET", "/health/ready").json()
    assert ready == {"status": "degraded", "warnings": ["signing-key-former"]}
    running.close()


def test_a_newest_key_that_is_compromised_is_not_replaced_by_the_former(running):
    folder = running.config.signing_keys
    mark_compromised(folder, to_pem(folder), at=NOW)
    body, media_type = body_of(0)
    headers = {"content-type": media_type}
    path = "/v1/transmissions"
    answer = running.request("POST", path, by="laboratory", headers=headers, content=body)
    assert answer.status_code == 503
