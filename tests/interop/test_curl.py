"""A partner with nothing but curl submits in JSON and in XML, and reads its receipt again."""

import json
import subprocess

import pytest
from lxml import etree

from tests import builders

NAMESPACES = {"a": "urn:siseri:gateway:acknowledgement:1"}


@pytest.fixture
def ask(curl, gateway, tmp_path):
    """One curl command: its status, and the body it saved."""

    def run(path, *flags, body=None):
        saved = tmp_path / "answer"
        if body is not None:
            (tmp_path / "body").write_bytes(body)
            flags = (*flags, "--data-binary", f"@{tmp_path / 'body'}")
        done = subprocess.run(
            [
                *(curl, "--silent", "--show-error", "--noproxy", "*", "--max-time", "30"),
                *("--header", f"Authorization: Bearer {gateway.token}", *flags),
                *("--output", saved, "--write-out", "%{http_code}", gateway.address + path),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        return int(done.stdout), saved.read_bytes()

    return run


def test_a_json_transmission_is_submitted_and_its_receipt_read_again(ask, gateway):
    body = builders.in_json(gateway.half_good())
    status, receipt = ask("/v1/transmissions", "-H", "Content-Type: application/json", body=body)
    assert status == 200, receipt
    acknowledgement = json.loads(receipt)["acknowledgement"]
    assert acknowledgement["disposition"] == "PARTLY_ACCEPTED"
    assert ask(f"/v1/receipts/{acknowledgement['id']}") == (200, receipt)


def test_an_xml_transmission_is_submitted_and_its_receipt_read_again(ask, gateway):
    body = builders.in_xml(gateway.half_good())
    status, receipt = ask("/v1/transmissions", "-H", "Content-Type: application/xml", body=body)
    assert status == 200, receipt
    root = etree.fromstring(receipt)
    assert root.findtext(".//a:disposition", None, NAMESPACES) == "PARTLY_ACCEPTED"
    receipt_id = root.findtext("a:acknowledgement/a:id", None, NAMESPACES)
    again = ask(f"/v1/receipts/{receipt_id}", "-H", "Accept: application/xml")
    assert again == (200, receipt)


def test_chunked_and_continued_uploads_are_read(ask, gateway):
    body = builders.in_json(gateway.half_good())
    status, receipt = ask(
        "/v1/transmissions",
        *("-H", "Content-Type: application/json", "-H", "Transfer-Encoding: chunked"),
        *("-H", "Expect: 100-continue"),
        body=body,
    )
    assert status == 200, receipt
