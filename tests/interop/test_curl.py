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


def test_a_check_gives_the_verdict_and_leaves_nothing_to_read(ask, gateway):
    form = gateway.half_good()
    status, report = ask(
        "/v1/checks", "-H", "Content-Type: application/json", body=builders.in_json(form)
    )
    assert status == 200, report
    assert json.loads(report)["disposition"] == "PARTLY_ACCEPTED"
    assert ask(f"/v1/transmissions/{form['id']}")[0] == 404


def test_the_standing_the_lines_and_the_list_of_what_was_sent_are_read(ask, gateway):
    form = gateway.half_good()
    status, receipt = ask(
        "/v1/transmissions", "-H", "Content-Type: application/json", body=builders.in_json(form)
    )
    assert status == 200, receipt
    receipt_id = json.loads(receipt)["acknowledgement"]["id"]
    status, standing = ask(f"/v1/transmissions/{form['id']}")
    assert status == 200, standing
    assert json.loads(standing)["receipt"] == json.loads(receipt)
    status, lines = ask(f"/v1/receipts/{receipt_id}/lines", "-H", "Accept: text/csv")
    assert status == 200, lines
    assert lines.decode().splitlines()[1].startswith("2;misplaced;REJECTED;;D004;")
    listed, after = [], "0"
    while entries := (page := json.loads(ask(f"/v1/transmissions?after={after}")[1])).get(
        "entries"
    ):
        listed += entries
        after = page["next"]
    assert receipt_id in [entry["acknowledgement"]["id"] for entry in listed]


def test_rights_rules_and_a_signed_pong_are_read(ask):
    me = json.loads(ask("/v1/me")[1])
    pong = json.loads(ask("/v1/ping", "-X", "POST")[1])
    assert me["submitter"] == pong["pong"]["submitter"]
    assert me["submitter"]["siret"] == builders.LABORATORY
    assert pong["signature"].count(".") == 2
    rules = json.loads(ask("/v1/rules")[1])["rules"]
    assert "D004" in {rule["code"] for rule in rules}
    assert json.loads(ask("/v1/rules/D004")[1]) in rules


@pytest.mark.parametrize(
    "path", ["/.well-known/siseri-signing-keys.json", "/health/live", "/health/ready"]
)
def test_what_is_public_needs_no_credential(curl, gateway, path):
    done = subprocess.run(
        [curl, "--silent", "--noproxy", "*", "--max-time", "30", "--fail", gateway.address + path],
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout)
