"""Submit by SOAP with zeep, each request signed with your certificate (WS-Security X.509).

    pip install zeep xmlsec
    python soap_zeep.py https://GATEWAY/soap/v1?wsdl key.pem certificate.pem transmission.json

Writes the receipt to receipt.xml: `siseri-gateway verify` proves it offline. The profile of the
signature: docs/soap-security.md.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import xmlsec
import zeep
from lxml import etree
from zeep.wsse.signature import BinarySignature
from zeep.wsse.utils import WSU, get_security_header

RECEIPT = "{urn:siseri:gateway:acknowledgement:1}receipt"
MEMBERS = {
    "results": "result",
    "measurements": "measurement",
    "otherExposures": "otherExposure",
    "activities": "activity",
    "radionuclides": "radionuclide",
    "basedOn": "result",
}
"""A list of the JSON form is an element with children in XML."""


class SignedRequests(BinarySignature):
    """zeep's own signature of Body and Timestamp, by the algorithms of the gateway's profile."""

    def __init__(self, key_file, certificate_file, password=None):
        super().__init__(
            key_file,
            certificate_file,
            password,
            signature_method=xmlsec.Transform.ECDSA_SHA256,
            digest_method=xmlsec.Transform.SHA256,
        )

    def apply(self, envelope, headers):
        """Add a Timestamp of five minutes; zeep signs it because it is there."""
        created = datetime.now(UTC)
        expires = created + timedelta(minutes=5)
        timestamp = WSU.Timestamp(WSU.Created(_instant(created)), WSU.Expires(_instant(expires)))
        get_security_header(envelope).append(timestamp)
        return super().apply(envelope, headers)

    def verify(self, envelope):
        """Take the answer as it is: the receipt in it is signed, its envelope is not."""
        return envelope


def _instant(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def connect(wsdl, key_file, certificate_file, session=None):
    """A client whose requests are signed."""
    return zeep.Client(
        wsdl,
        wsse=SignedRequests(key_file, certificate_file),
        transport=zeep.Transport(session=session, timeout=30, operation_timeout=60),
        settings=zeep.Settings(forbid_dtd=True),
    )


def as_zeep(value):
    """The JSON form of the contract as zeep takes it."""
    if not isinstance(value, dict):
        return value
    return {
        name: {MEMBERS[name]: [as_zeep(one) for one in entry]}
        if isinstance(entry, list)
        else as_zeep(entry)
        for name, entry in value.items()
    }


def submit(client, transmission):
    """The receipt of a transmission in JSON form, as the bytes that verify offline."""
    with client.settings(raw_response=True):
        answer = client.service.SubmitTransmission(transmission=as_zeep(transmission))
    receipt = next(etree.fromstring(answer.content).iter(RECEIPT), None)
    if receipt is None:
        raise SystemExit(answer.text)  # a fault: nothing was recorded, and it says what to do
    return etree.tostring(receipt, method="c14n", exclusive=True, with_comments=False)


def main(wsdl, key_file, certificate_file, file):
    transmission = json.loads(Path(file).read_text("utf-8"))
    receipt = submit(connect(wsdl, key_file, certificate_file), transmission)
    Path("receipt.xml").write_bytes(receipt)


if __name__ == "__main__":
    main(*sys.argv[1:])
