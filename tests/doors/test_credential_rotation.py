"""Two slots overlap: the next credential is enrolled and the last revoked while all goes on."""

import base64
import hashlib
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Condition, Event

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing.authority import new_authority
from signing.held_key import Kind, new_key
from signing.partner_key import thumbprint_of
from tests import builders
from tests.enrolling import GATEWAY, enrol, invite, of_key, of_request, renewal, revocation, revoke
from tests.fakes import FixedClock
from tests.hostile.wss import envelopes
from tests.hostile.wss.credentials import Sender
from tests.hostile.wss.envelopes import Recipe
from tests.machines import Machine, in_rfc9440
from tests.postgresql import KINDS, new_database
from tests.running import NOW, THE_LABORATORY, THE_OPERATOR, Running

SENDERS = 4
ROTATIONS = 3
SUBMIT = "SubmitTransmission"


@pytest.fixture(scope="module", params=KINDS)
def certifying(request, tmp_path_factory, portal):
    home = tmp_path_factory.mktemp("home")
    with new_database(request.param, home) as address:
        running = Running(
            home,
            portal=portal,
            clock=FixedClock(NOW),
            database_url=address,
            trusted_proxies="127.0.0.1",
        )
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


class Rotated:
    """What a partner uses for a while, as the load sees it."""

    def __init__(self):
        self.in_flight = 0

    def end(self, running, *, by):
        statement = revocation(
            by.sender.key, by.thumbprint, self.thumbprint, now=running.clock.now()
        )
        assert revoke(running, statement).status_code == 200


class Slot(Rotated):
    """A certificate that the gateway issued, and its thumbprint: messages are signed by it."""

    def __init__(self, running, *, before=None):
        super().__init__()
        key = new_key(Kind.P256)
        by = opening(running, thumbprint_of(key.public_key()), before)
        answer = enrol(running, of_request(key), by=by)
        assert answer.status_code == 201, answer.text
        der = base64.b64decode(answer.json()["certificates"][0])
        self.sender = Sender(key=key, certificate=x509.load_der_x509_certificate(der))
        self.thumbprint = answer.json()["credential"]["thumbprint"]
        self.sha256 = hashlib.sha256(der).hexdigest()

    def submit(self, running):
        """The status of a new transmission signed by it, and the credential of its receipt."""
        answer = submit(running, self)
        if answer.status != 200 or answer.disposition != "ACCEPTED":
            return answer.status, None
        return 200, answer.acknowledgement["received"]["credential"]["sha256"]


class ShownSlot(Slot):
    """One that connections are opened with: the proxy shows it (RFC 9440)."""

    def submit(self, running):
        der = self.sender.certificate.public_bytes(Encoding.DER)
        return transmitted(running, ("client-cert", in_rfc9440(der)))


class KeySlot(Rotated):
    """A key of an OAuth client: an assertion gets a token, the token opens the door."""

    def __init__(self, running, *, before=None):
        super().__init__()
        self.sender = Machine("laboratory", issuer=GATEWAY, clock=running.clock)
        invitation = invite(running) if before is None else None
        by = invitation or opening(running, self.sender.kid, before)
        form = of_key(self.sender.key, invitation=invitation, now=running.clock.now())
        answer = enrol(running, form, by=by)
        assert answer.status_code == 201, answer.text
        self.thumbprint = self.sender.kid
        self.sha256 = base64.urlsafe_b64decode(self.thumbprint + "=").hex()

    def submit(self, running):
        headers = {"content-type": "application/x-www-form-urlencoded"}
        form = self.sender.form()
        given = running.request("POST", "/oauth/token", headers=headers, content=form)
        if given.status_code != 200:
            return given.status_code, None
        return transmitted(running, ("authorization", f"Bearer {given.json()['access_token']}"))


def opening(running, subject, before):
    """What opens enrolment: an invitation, or a statement of the one before."""
    if before is None:
        return invite(running)
    now = running.clock.now()
    return renewal(before.sender.key, before.thumbprint, subject, now=now)


def transmitted(running, proof):
    """The status of a new transmission under that header, and the credential of its receipt."""
    form = builders.a_transmission(id=str(uuid.uuid4()), test=True)
    headers = dict([("content-type", "application/json"), proof])
    content = builders.in_json(form)
    response = running.request("POST", "/v1/transmissions", headers=headers, content=content)
    answer = running.read(response)
    if answer.status != 200 or answer.disposition != "ACCEPTED":
        return answer.status, None
    return 200, answer.acknowledgement["received"]["credential"]["sha256"]


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
    """Senders that submit without a pause, each by what is in use."""

    def __init__(self, running, first):
        self.running, self.slot = running, first
        self.stopped, self.changed = Event(), Condition()
        self.answers = []

    def go_on(self):
        while not self.stopped.is_set():
            with self.changed:
                slot = self.slot
                slot.in_flight += 1
            answer = None
            try:
                answer = slot.submit(self.running)
            finally:
                with self.changed:
                    slot.in_flight -= 1
                    self.answers.append((slot.sha256, answer))
                    self.changed.notify_all()

    def wait_for(self, count):
        """Until that many more were answered."""
        with self.changed:
            wanted = len(self.answers) + count
            assert self.changed.wait_for(lambda: len(self.answers) >= wanted, timeout=120)

    def change_to(self, slot):
        """Use that one from now on; return when all that the last one began is answered."""
        with self.changed:
            last, self.slot = self.slot, slot
            assert self.changed.wait_for(lambda: not last.in_flight, timeout=120)


@pytest.mark.parametrize("kind", [Slot, ShownSlot, KeySlot], ids=["soap", "mtls", "oauth"])
def test_rotation_under_load_fails_no_request(home, kind):
    slots = [kind(home)]
    sending = Sending(home, slots[0])
    with ThreadPoolExecutor(SENDERS) as threads:
        workers = [threads.submit(sending.go_on) for _ in range(SENDERS)]
        try:
            for _ in range(ROTATIONS):
                sending.wait_for(2 * SENDERS)
                slots.append(kind(home, before=slots[-1]))
                sending.change_to(slots[-1])
                slots[-2].end(home, by=slots[-1])
            sending.wait_for(2 * SENDERS)
        finally:
            sending.stopped.set()
        for worker in workers:
            worker.result()
    assert [told for told in sending.answers if told[1] != (200, told[0])] == []
    assert {signed_by for signed_by, _ in sending.answers} == {slot.sha256 for slot in slots}
    for slot in slots[:-1]:
        assert slot.submit(home)[0] >= 400
    assert slots[-1].submit(home) == (200, slots[-1].sha256)


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
