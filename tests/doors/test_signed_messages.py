"""A signed SOAP message submits like any other: proven by its signature, once, for ever."""

import hashlib
from base64 import b64encode
from datetime import timedelta

import pytest
from lxml import etree

from gateway.api.exchange import Exchange
from gateway.api.lanes import Admission, Lanes, Shares
from gateway.api.soap_messages import SoapMessages
from gateway.errors import TooManyRequests
from gateway.partners.quotas import Quota
from gateway.wire.soap import read_signed, transmission_in
from gateway.wire.xml import exclusive_c14n
from tests import builders
from tests.builders import SOAP
from tests.enrolled import put
from tests.hostile.wss import credentials, door, envelopes
from tests.hostile.wss.attack import at
from tests.hostile.wss.envelopes import NOW, Recipe, to_us
from tests.running import a_row
from tests.statements import asked_of

SUBMIT = "SubmitTransmission"
BOTH = pytest.mark.parametrize("version", ["1.1", "1.2"])


@pytest.fixture
def enrolled(gateway):
    """Laboratory and operator, each with a certificate."""
    for name in door.OWNERS:
        put(gateway.store.credentials, door.credential_of(name))
    yield gateway
    gateway.clock.advance(NOW - gateway.clock.now())  # the gateway is shared


def submission(form, **changes):
    """A signed envelope that submits `form`."""
    inside = f'<s:{SUBMIT} xmlns:s="{builders.SERVICE}">{builders.element(form)}</s:{SUBMIT}>'
    return envelopes.octets(envelopes.signed(Recipe(body=inside, **changes)))


def submit(gateway, form, *, by=None, version="1.2", octets=None, **changes):
    """What is answered to it; `by` is a partner whose bearer token goes with it."""
    octets = octets or submission(form, version=version, **changes)
    stated = builders.soap_headers(version=version, operation=SUBMIT)
    path = "/soap/v1"
    response = gateway.request("POST", path, by=by, headers=stated, content=octets)
    return gateway.read(response, path=path)


@BOTH
def test_a_signed_submission_is_recorded_and_its_receipt_says_by_what_it_was_proven(
    enrolled, version
):
    answer = submit(enrolled, builders.a_transmission(), version=version)
    assert (answer.status, answer.disposition) == (200, "ACCEPTED")
    proof = answer.acknowledgement["received"]["credential"]
    assert proof["kind"] == "MESSAGE_SIGNATURE"
    assert proof["sha256"] == hashlib.sha256(credentials.sender("laboratory").der).hexdigest()
    credential = enrolled.store.credentials.credential(door.credential_of("laboratory").thumbprint)
    assert credential.last_used_at == NOW


def test_what_was_received_is_the_envelope_as_it_came(enrolled):
    form = builders.a_transmission()
    octets = submission(form)
    received = submit(enrolled, form, octets=octets).acknowledgement["received"]
    assert (received["sha256"], received["size"]) == (
        hashlib.sha256(octets).hexdigest(),
        len(octets),
    )


def test_a_stale_message_is_not_recorded_and_signed_again_gets_its_receipt(enrolled):
    form = builders.a_transmission()
    octets = submission(form)
    enrolled.clock.advance(timedelta(minutes=10))
    assert submit(enrolled, form, octets=octets).fault_code == "W003"
    assert enrolled.counted("transmissions") == 0
    now = enrolled.clock.now()
    later = {"created": now, "expires": now + timedelta(minutes=5)}
    first = submit(enrolled, form, **later)
    assert first.disposition == "ACCEPTED"
    again = submit(enrolled, form, **later, addressing=to_us(SUBMIT))
    assert again.content == first.content
    assert enrolled.counted("acknowledgements") == 1


def test_a_message_that_comes_twice_gets_the_same_receipt(enrolled):
    form = builders.a_transmission()
    octets = submission(form, addressing=to_us(SUBMIT))
    first, second = (submit(enrolled, form, octets=octets) for _ in range(2))
    assert first.content == second.content
    assert enrolled.counted("acknowledgements") == 1


def test_a_message_id_is_no_key_the_transmission_s_own_id_is(enrolled):
    addressing = to_us(SUBMIT)
    first = submit(enrolled, builders.a_transmission(), addressing=addressing)
    other = builders.a_transmission(results=[builders.a_line(worker=builders.a_worker(2))])
    second = submit(enrolled, other, addressing=addressing)
    assert (first.disposition, second.disposition) == ("ACCEPTED", "ACCEPTED")


@pytest.mark.parametrize("nir", [builders.nir_of(1), "1 2"])
def test_content_is_the_same_signed_or_not_also_where_a_line_cannot_be_read(enrolled, nir):
    form = builders.a_transmission(results=[builders.a_line(worker__nir=nir)])
    unsigned = enrolled.submit(form, door="soap12")
    signed = submit(enrolled, form)
    assert signed.content == unsigned.content
    assert enrolled.counted("acknowledgements") == 1


def test_a_token_and_a_signature_must_be_of_one_partner(enrolled):
    form = builders.a_transmission()
    assert submit(enrolled, form, by="operator").fault_code == "A001"
    assert submit(enrolled, form, by="x" * 43).fault_code == "A001"
    assert enrolled.counted("transmissions") == 0
    both = submit(enrolled, form, by="laboratory")
    kind = both.acknowledgement["received"]["credential"]["kind"]
    assert (both.disposition, kind) == ("ACCEPTED", "MESSAGE_SIGNATURE")


def test_a_token_does_not_save_a_signature_that_does_not_hold(enrolled):
    octets = submission(builders.a_transmission()).replace(b"0.15", b"0.16")
    assert submit(enrolled, None, octets=octets, by="laboratory").fault_code == "W002"
    assert enrolled.counted("transmissions") == 0


def test_who_signs_speaks_for_itself_alone(enrolled):
    answer = submit(enrolled, builders.a_transmission(), sender="mail")
    assert (answer.status, answer.codes) == (200, {"H003"})


@BOTH
def test_an_envelope_that_nothing_proves_is_a_strangers(enrolled, version):
    body = builders.in_soap("", version=version, operation="Ping")
    headers = builders.soap_headers(version=version, operation="Ping")
    answer = enrolled.post(body, door="soap", by=None, headers=headers)
    assert answer.fault_code == "A001"


def test_a_certificate_that_is_revoked_or_whose_partner_is_disabled_opens_nothing(enrolled):
    form = builders.a_transmission()
    enrolled.store.register.disable("operator")
    assert submit(enrolled, form, sender="mail").fault_code == "A001"
    thumbprint = door.credential_of("laboratory").thumbprint
    enrolled.store.credentials.revoke("laboratory", thumbprint, NOW)
    assert submit(enrolled, form).fault_code == "A001"


def test_a_held_line_of_a_signed_message_is_judged_again_from_what_was_signed(enrolled):
    form = builders.a_transmission(results=[builders.a_line(worker=builders.a_worker(9))])
    octets = submission(form, prefixes={"BODY": "w a"}, addressing=to_us(SUBMIT))
    assert submit(enrolled, form, octets=octets).disposition == "HELD"
    enrolled.know([a_row(9)], version="test-2")
    (report,) = enrolled.judge_again()
    assert (report.accepted, report.held) == (1, 0)


@BOTH
def test_what_judging_again_reads_is_what_was_signed(version):
    """The record keeps the envelope as it came; its transmission is that of the signed octets."""
    prefixes = {"BODY": "w a #default"}
    octets = submission(builders.a_transmission(), version=version, prefixes=prefixes)
    signed = read_signed(
        envelopes.canonical(etree.fromstring(octets)[1]), (), version=SOAP[version]
    )
    assert exclusive_c14n(transmission_in(octets)) == exclusive_c14n(signed.payload[0])


@pytest.mark.parametrize("named", ["token", "ski"])
def test_a_refusal_asks_the_database_the_same_whether_a_certificate_is_enrolled(enrolled, named):
    form, seen = builders.a_transmission(), []
    submit(enrolled, form, named=named, sender="stranger")  # names are read once
    for octets in (
        _without_its_signature(submission(form, named=named)),
        _without_its_signature(submission(form, named=named, sender="stranger")),
    ):
        with asked_of(enrolled.store.engine) as asked:
            assert submit(enrolled, form, octets=octets).fault_code == "A001"
        seen.append([statement for statement, _ in asked if statement.startswith("SELECT")])
    assert seen[0] == seen[1] != []


def _without_its_signature(octets):
    """With the signature value of nobody."""
    root = etree.fromstring(octets)
    at(root, "SignatureValue").text = b64encode(bytes(range(64))).decode()
    return etree.tostring(root)


def test_strangers_have_places_of_their_own(portal):
    async def nothing():
        raise AssertionError("the body of a stranger beyond the bound is read")

    class Nothing:
        def is_shown(self, _facts):
            return False

    messages = SoapMessages(
        authentication=Nothing(),
        ws_security=None,
        lanes=Lanes(threads=1, queue=1),
        admission=Admission(shares=Shares(each=1), quota=Quota(limit=1_000, window_s=60)),
        unproven=Shares(each=0),
    )
    exchange = Exchange(headers=[], receive=nothing)
    with pytest.raises(TooManyRequests):
        portal.call(lambda: messages.receive(exchange, version=SOAP["1.2"]))


@BOTH
def test_blanks_in_a_signed_body_are_no_content(enrolled, version):
    recipe = Recipe(version=version, body=f"\n  {envelopes.PING}\n")
    told = door.post(enrolled, envelopes.octets(envelopes.signed(recipe)), version=version)
    assert (told.status, told.code) == (200, None)
