"""Two slots overlap: the next certificate is enrolled and the last revoked while all goes on."""

import base64
import hashlib
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Lock

import pytest
from cryptography import x509

from signing.authority import new_authority
from signing.held_key import Kind, new_key
from signing.partner_key import thumbprint_of
from tests import builders
from tests.enrolling import enrol, invite, of_request, renewal, revocation, revoke
from tests.fakes import FixedClock
from tests.hostile.wss import envelopes
from tests.hostile.wss.credentials import Sender
from tests.hostile.wss.envelopes import Recipe
from tests.postgresql import KINDS, new_database
from tests.running import NOW, THE_LABORATORY, THE_OPERATOR, Running

SENDERS = 4
ROTATIONS = 3
SUBMIT = "SubmitTransmission"


@pytest.fixture(scope="module", params=KINDS)
def certifying(request, tmp_path_factory, portal):
    home = tmp_path_factory.mktemp("home")
    with new_database(request.param, home) as address:
        running = Running(home, portal=portal, clock=FixedClock(NOW), database_url=address)
        new_authority(
            running.config.authority_keys, common_name="Partenaires", organisation="Essai", now=NOW
        )
        yield running
        running.close()


@pytest.fixture
def home(certifying):
    certifying.forget(partners=(THE_LABORATORY, THE_OPERATOR), keeps_directory=True)
    certifying.clock.advance(NOW - certifying.clock.now())
    return certifying


class Slot:
    """A certificate that the gateway issued, and its thumbprint."""

    def __init__(self, running, *, before=None):
        key = new_key(Kind.P256)
        by = (
            invite(running)
            if before is None
            else renewal(
                before.sender.key,
                before.thumbprint,
                thumbprint_of(key.public_key()),
                now=running.clock.now(),
            )
        )
        answer = enrol(running, of_request(key), by=by)
        assert answer.status_code == 201, answer.text
        der = base64.b64decode(answer.json()["certificates"][0])
        self.sender = Sender(key=key, certificate=x509.load_der_x509_certificate(der))
        self.thumbprint = answer.json()["credential"]["thumbprint"]
        self.sha256 = hashlib.sha256(der).hexdigest()

    def end(self, running, *, by):
        statement = revocation(
            by.sender.key, by.thumbprint, self.thumbprint, now=running.clock.now()
        )
        assert revoke(running, statement).status_code == 200


def submit(running, slot):
    """A new transmission signed by that certificate; what is answered."""
    form = builders.a_transmission(id=str(uuid.uuid4()), test=True)
    inside = f'<s:{SUBMIT} xmlns:s="{builders.SERVICE}">{builders.element(form)}</s:{SUBMIT}>'
    now = running.clock.now()
    recipe = Recipe(
        body=inside,
        sender=slot.sender,
        created=now - timedelta(seconds=10),
        expires=now + timedelta(seconds=290),
    )
    response = running.request(
        "POST",
        "/soap/v1",
        headers=builders.soap_headers(version="1.2", operation=SUBMIT),
        content=envelopes.octets(envelopes.signed(recipe)),
    )
    return running.read(response, path="/soap/v1")


class Sending:
    """Senders that submit without a pause, each by the certificate that is in use."""

    def __init__(self, running, first):
        self.running, self.slot = running, first
        self.stopped, self.lock = Event(), Lock()
        self.answers = []

    def go_on(self):
        while not self.stopped.is_set():
            slot = self.slot
            answer = submit(self.running, slot)
            with self.lock:
                self.answers.append((slot.sha256, answer))

    def wait_for(self, count):
        """Until that many more were answered."""
        with self.lock:
            wanted = len(self.answers) + count
        while len(self.answers) < wanted and not self.stopped.wait(0.01):
            pass


def test_rotation_under_load_fails_no_request(home):
    slots = [Slot(home)]
    sending = Sending(home, slots[0])
    with ThreadPoolExecutor(SENDERS) as threads:
        workers = [threads.submit(sending.go_on) for _ in range(SENDERS)]
        try:
            for _ in range(ROTATIONS):
                sending.wait_for(2 * SENDERS)
                slots.append(Slot(home, before=slots[-1]))
                sending.slot = slots[-1]
                sending.wait_for(2 * SENDERS)  # what the last one signed is answered
                slots[-2].end(home, by=slots[-1])
            sending.wait_for(2 * SENDERS)
        finally:
            sending.stopped.set()
        for worker in workers:
            worker.result()
    assert {answer.status for _, answer in sending.answers} == {200}
    assert {answer.disposition for _, answer in sending.answers} == {"ACCEPTED"}
    proven = [
        (signed_by, answer.acknowledgement["received"]["credential"]["sha256"])
        for signed_by, answer in sending.answers
    ]
    assert all(signed_by == stated for signed_by, stated in proven)
    assert {signed_by for signed_by, _ in proven} == {slot.sha256 for slot in slots}
    for slot in slots[:-1]:
        assert submit(home, slot).status >= 400
    assert submit(home, slots[-1]).status == 200


def test_nine_years_of_certificates_leave_no_day_without_one(home):
    """Each is renewed by the one before, forty days ahead of its end, when the first notice comes.

    An authority of ten years certifies for its first seven; then a new one takes over.
    """
    slots = [Slot(home)]
    for renewals in (1, 2, 3):
        ends = slots[-1].sender.certificate.not_valid_after_utc
        home.clock.advance(ends - timedelta(days=40) - home.clock.now())
        if renewals == 3:
            folder, now = home.config.authority_keys, home.clock.now()
            new_authority(folder, common_name="Deux", organisation="Essai", now=now)
        slots.append(Slot(home, before=slots[-1]))
        home.clock.advance(timedelta(days=39))
        assert live(home) == {slot.thumbprint for slot in slots[-2:]}
        home.clock.advance(timedelta(days=2))
        assert live(home) == {slots[-1].thumbprint}
    assert home.clock.now() - NOW > timedelta(days=8 * 365)


def live(running):
    """What opens anything now."""
    enrolled = running.store.credentials.credentials_of("laboratory")
    return {one.thumbprint for one in enrolled if one.opens_at(running.clock.now())}
