"""zeep, generated from the WSDL that we serve, uses every operation of both bindings."""

import pytest
import requests
import zeep
from zeep.exceptions import Fault

from tests import builders
from tests.interop.conftest import wrapped

STRANGER = "not-a-token"
PORTS = ["GatewaySoap11", "GatewaySoap12"]
ACKNOWLEDGEMENT = "{urn:siseri:gateway:acknowledgement:1}"


@pytest.fixture(scope="session")
def connect(gateway):
    """A zeep service of one binding, with a token or another's."""
    clients = {}

    def service(port, token=None):
        token = token or gateway.token
        if token not in clients:
            session = requests.Session()
            session.trust_env = False
            session.headers["Authorization"] = f"Bearer {token}"
            clients[token] = zeep.Client(
                gateway.wsdl,
                transport=zeep.Transport(session=session, timeout=30, operation_timeout=30),
                settings=zeep.Settings(forbid_dtd=True),
            )
        return clients[token].bind("GatewayService", port)

    return service


@pytest.fixture(params=PORTS)
def service(request, connect):
    return connect(request.param)


def refused(acknowledgement):
    """(ref, code, pointer) of each finding on a line."""
    return [
        (line.ref, finding.code, finding.pointer)
        for line in acknowledgement.lines.line
        for finding in line.findings.finding
    ]


def test_a_submission_reads_its_partial_verdict(service, gateway):
    receipt = service.SubmitTransmission(transmission=wrapped(gateway.half_good()))
    acknowledgement = receipt.acknowledgement
    assert acknowledgement.disposition == "PARTLY_ACCEPTED"
    assert int(acknowledgement.returnCode) == 2
    assert acknowledgement.received.door == "SOAP"
    assert refused(acknowledgement) == [("misplaced", "D004", "/results/1/measurements/0/quantity")]
    (code,) = acknowledgement.codes.entry
    assert code.text.fr
    assert code.text.en
    assert acknowledgement.Signature is not None


def test_a_receipt_is_read_again_with_its_lines(service, gateway):
    receipt = service.SubmitTransmission(transmission=wrapped(gateway.half_good()))
    number = receipt.acknowledgement.id
    again = service.GetReceipt(acknowledgement=number)
    assert again.canonicalSha256 == receipt.canonicalSha256
    assert again.acknowledgement.id == number
    lines = service.GetLines(acknowledgement=number)
    assert refused(lines) == refused(again.acknowledgement)
    assert lines.linesSha256 == again.acknowledgement.linesSha256


def test_the_same_transmission_gets_the_same_receipt(service, gateway):
    transmission = wrapped(gateway.half_good())
    first = service.SubmitTransmission(transmission=transmission)
    second = service.SubmitTransmission(transmission=transmission)
    assert second.acknowledgement.id == first.acknowledgement.id
    assert second.canonicalSha256 == first.canonicalSha256


def test_the_list_comes_in_order_and_holds_what_was_sent(service, gateway):
    receipt = service.SubmitTransmission(transmission=wrapped(gateway.half_good()))
    listed, after = [], "0"
    while (page := service.ListTransmissions(after=after)).entries is not None:
        listed += page.entries.entry
        after = page.next
    assert listed[-1].acknowledgement.id == receipt.acknowledgement.id
    cursors = [int(entry.cursor) for entry in listed]
    assert cursors == sorted(set(cursors))


def test_a_check_gives_the_verdict_and_records_nothing(service, gateway):
    transmission = wrapped(gateway.half_good())
    report = service.CheckTransmission(transmission=transmission)
    assert report.disposition == "PARTLY_ACCEPTED"
    assert refused(report) == [("misplaced", "D004", "/results/1/measurements/0/quantity")]
    verdict = service.SubmitTransmission(transmission=transmission).acknowledgement
    assert verdict.disposition == "PARTLY_ACCEPTED"


def test_a_ping_proves_credentials_and_rights(service):
    pong = service.Ping()
    assert pong.submitter.siret == builders.LABORATORY
    assert pong.Signature is not None
    assert "PASSIVE_EXTERNAL" in pong.rights.right[0].flows.flow


@pytest.mark.parametrize("port", PORTS)
def test_a_stranger_gets_a_fault_with_a_typed_detail(connect, port):
    with pytest.raises(Fault) as caught:
        connect(port, token=STRANGER).Ping()
    detail = caught.value.detail.find(f"{ACKNOWLEDGEMENT}fault")
    assert detail.findtext(f"{ACKNOWLEDGEMENT}code") == "A001"
    assert detail.findtext(f"{ACKNOWLEDGEMENT}text/{ACKNOWLEDGEMENT}en")
    assert caught.value.message


def test_a_receipt_that_does_not_exist_is_a_fault(service):
    with pytest.raises(Fault) as caught:
        service.GetReceipt(acknowledgement="00000000-0000-4000-8000-000000000000")
    assert caught.value.detail.findtext(f"{ACKNOWLEDGEMENT}fault/{ACKNOWLEDGEMENT}code") == "A003"
