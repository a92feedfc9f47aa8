"""Reading back: one's own receipts, lines and list; another's are not found."""

import base64
import csv
import hashlib
import io
import json
import threading
import time
import uuid

import pytest
import rfc8785

from gateway.model.transmission import Flow
from signing.errors import SignatureInvalid
from signing.verify import verify_json
from tests import builders
from tests.builders import a_line, a_transmission, an_operational_transmission
from tests.doors.reading import form_of, parsed, prove

A_REFUSED_LINE = {"worker__nir": "123"}


@pytest.fixture
def partly(gateway):
    """A transmission with a line accepted, one refused, one held, one warned, one twice wrong."""
    return gateway.submit(
        a_transmission(
            results=[
                a_line(),
                a_line(ref="P-2", **A_REFUSED_LINE),
                a_line(ref="P-3", worker=builders.a_worker(9)),
                a_line(ref="P-4", worker=builders.a_worker(2), monitoring__category="B"),
                a_line(ref="-5", worker__nir="123", employer__siret="123"),
                a_line(ref="P-6", operation="UNHEARD_OF"),
            ]
        )
    )


def test_lines_are_the_same_in_json_xml_csv_and_soap_and_as_signed(gateway, partly):
    signed = partly.acknowledgement
    address = f"/v1/receipts/{signed['id']}/lines"
    in_json = gateway.get(address).form
    in_xml = gateway.get(address, accept="application/xml")
    assert in_xml.form == in_json
    asked = f'<o:acknowledgement xmlns:o="{builders.SERVICE}">{signed["id"]}</o:acknowledgement>'
    for version in builders.SOAP:
        assert gateway.soap("GetLines", asked, version=version).form == in_json
    assert in_json["lines"] == signed["lines"]
    assert [line["verdict"] for line in in_json["lines"]] == [
        *("REJECTED", "HELD", "ACCEPTED_WITH_WARNINGS", "REJECTED", "REJECTED"),
    ]
    joined = b"\n".join(map(rfc8785.dumps, in_json["lines"]))
    assert hashlib.sha256(joined).hexdigest() == in_json["linesSha256"] == signed["linesSha256"]
    assert in_json["linesTotal"] == signed["linesTotal"] == 5


def test_the_csv_of_lines_has_a_row_a_finding_and_no_formula(gateway, partly):
    address = f"/v1/receipts/{partly.acknowledgement['id']}/lines"
    response = gateway.get(address, accept="text/csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    head, *rows = csv.reader(io.StringIO(response.content.decode()), delimiter=";")
    assert head == ["index", "ref", "verdict", "heldUntil", "code", "pointer", "text"]
    expected = [
        [
            str(line["index"]),
            line.get("ref", "").replace("-5", "'-5"),
            line["verdict"],
            line.get("heldUntil", ""),
            finding["code"],
            finding["pointer"],
        ]
        for line in partly.acknowledgement["lines"]
        for finding in line["findings"]
    ]
    assert [row[:6] for row in rows] == expected
    assert all(row[6] for row in rows)


def test_beyond_a_thousand_lines_the_receipt_shows_the_first_and_covers_all(gateway):
    lines = [a_line(ref=f"P-{n}", **A_REFUSED_LINE) for n in range(1_003)]
    signed = gateway.submit(a_transmission(results=lines)).acknowledgement
    every = gateway.get(f"/v1/receipts/{signed['id']}/lines").form
    assert [line["index"] for line in signed["lines"]] == list(range(1, 1_001))
    assert [line["index"] for line in every["lines"]] == list(range(1, 1_004))
    assert signed["linesTotal"] == every["linesTotal"] == 1_003
    joined = b"\n".join(map(rfc8785.dumps, every["lines"]))
    assert hashlib.sha256(joined).hexdigest() == signed["linesSha256"]


def test_a_receipt_without_such_lines_has_an_empty_list(gateway):
    signed = gateway.submit(a_transmission()).acknowledgement
    every = gateway.get(f"/v1/receipts/{signed['id']}/lines").form
    assert every["linesTotal"] == signed["linesTotal"] == 0
    assert not {"lines", "linesSha256"} & (every.keys() | signed.keys())


@pytest.mark.parametrize("suffix", ["", "/lines"])
@pytest.mark.parametrize("accept", ["application/json", "application/xml", "text/csv"])
def test_a_receipt_of_another_partner_is_not_found(gateway, partly, suffix, accept):
    address = f"/v1/receipts/{partly.acknowledgement['id']}{suffix}"
    theirs = gateway.get(address, by="operator", accept=accept)
    nobody_s = gateway.get(f"/v1/receipts/{uuid.uuid4()}{suffix}", by="operator", accept=accept)
    if accept != "text/csv" or suffix:
        assert theirs.status == 404
        assert theirs.fault_code == "A003"
    assert theirs.content == nobody_s.content
    assert theirs.status == nobody_s.status


def test_a_receipt_of_another_partner_is_not_found_by_soap(gateway, partly):
    asked = '<o:acknowledgement xmlns:o="{}">{}</o:acknowledgement>'
    for operation in ("GetReceipt", "GetLines"):
        for name in (partly.acknowledgement["id"], str(uuid.uuid4())):
            answer = gateway.soap(
                operation, asked.format(builders.SERVICE, name), by="operator", version="1.2"
            )
            assert (answer.status, answer.fault_code) == (400, "A003")


def test_get_receipt_by_soap_is_the_receipt(gateway, partly):
    name = partly.acknowledgement["id"]
    asked = f'<o:acknowledgement xmlns:o="{builders.SERVICE}">{name}</o:acknowledgement>'
    by_rest = gateway.get(f"/v1/receipts/{name}", accept="text/xml")
    assert gateway.soap("GetReceipt", asked).content == by_rest.content


def test_the_list_is_in_commit_order_ascending_and_without_a_gap(gateway):
    expected, cursor, seen = [], "0", []
    for number in range(7):
        form = a_transmission(test=number == 3)
        expected.append(gateway.submit(form).acknowledgement["id"])
        gateway.submit(an_operational_transmission())
    while True:
        page = gateway.get(f"/v1/transmissions?after={cursor}").form
        if "entries" not in page:
            break
        seen += page["entries"]
        assert page["next"] == page["entries"][-1]["cursor"]
        cursor = page["next"]
    assert [entry["acknowledgement"]["id"] for entry in seen] == expected
    cursors = [int(entry["cursor"]) for entry in seen]
    assert cursors == sorted(set(cursors))
    assert page["next"] == cursor
    assert [entry.get("test") for entry in seen] == [True if n == 3 else None for n in range(7)]


def test_the_list_is_the_same_in_json_xml_and_soap(gateway, partly):
    in_json = gateway.get("/v1/transmissions").form
    assert gateway.get("/v1/transmissions", accept="application/xml").form == in_json
    assert gateway.soap("ListTransmissions").form == in_json
    assert in_json["entries"][0]["acknowledgement"] == {
        "id": partly.acknowledgement["id"],
        "canonicalSha256": partly.form["canonicalSha256"],
    }


def test_a_list_read_while_others_write_misses_nothing(gateway):
    forms = [a_transmission() for _ in range(24)]
    writer = threading.Thread(target=lambda: [gateway.submit(form) for form in forms])
    writer.start()
    cursor, seen, deadline = "0", [], time.monotonic() + 120
    while len(seen) < len(forms) and time.monotonic() < deadline:
        page = gateway.get(f"/v1/transmissions?after={cursor}").form
        seen += [entry["transmission"]["id"] for entry in page.get("entries", ())]
        cursor = page["next"]
    writer.join()
    assert seen == [form["id"] for form in forms]


def test_a_list_may_wait_for_something_new(gateway):
    late = threading.Timer(0.4, lambda: gateway.submit(a_transmission()))
    started = time.monotonic()
    late.start()
    headers = {"prefer": "wait=20"}
    page = gateway.request("GET", "/v1/transmissions", by="laboratory", headers=headers).json()
    taken_s = time.monotonic() - started
    late.join()
    assert len(page["entries"]) == 1
    assert 0.4 <= taken_s < 15, "neither at once nor the whole time"


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "1" * 19, "%0A1", "1%0A"])
def test_a_cursor_that_is_not_one_is_refused(gateway, after):
    refused = gateway.get(f"/v1/transmissions?after={after}")
    assert (refused.status, refused.fault_code) == (400, "B001")


def test_what_stands_is_read_back_with_every_receipt_given(gateway):
    form = a_transmission()
    inadmissible = gateway.submit({**form, "flow": "RADON"})
    stands = gateway.submit(form)
    conflict = gateway.submit({**form, "issuedAt": "2026-11-20T08:00:01Z"})
    address = f"/v1/transmissions/{form['id'].upper()}"
    status = gateway.get(address).form
    assert status["receipt"]["acknowledgement"] == stands.acknowledgement
    prove(rfc8785.dumps(status["receipt"]), gateway.trust)
    given = [entry["acknowledgement"]["id"] for entry in status["receipts"]]
    assert given == [a.acknowledgement["id"] for a in (inadmissible, stands, conflict)]
    in_xml = gateway.get(address, accept="application/xml")
    assert in_xml.form["receipts"] == status["receipts"]
    assert in_xml.form["receipt"]["acknowledgement"] == stands.acknowledgement


def test_a_transmission_of_another_is_not_found(gateway):
    form = a_transmission()
    gateway.submit(form)
    address = f"/v1/transmissions/{form['id']}"
    assert gateway.get(address, by="operator").status == 404
    assert gateway.get(f"{address}?sender={builders.LABORATORY}", by="operator").status == 404
    assert gateway.get(f"{address}?sender={builders.LABORATORY}").status == 200
    assert gateway.get(f"{address}?sender={builders.OPERATOR}").status == 404


def test_a_check_says_what_a_submission_would_and_records_nothing(gateway):
    form = a_transmission(results=[a_line(), a_line(ref="P-2", **A_REFUSED_LINE)])
    headers = {"content-type": "application/json"}
    report = gateway.post(builders.in_json(form), headers=headers, path="/v1/checks")
    by_soap = gateway.submit(form, door="soap11", verb="CheckTransmission")
    assert gateway.counted("transmissions") == 0
    signed = gateway.submit(form).acknowledgement
    for name in ("disposition", "counts", "lines", "linesSha256", "codes", "steps", "transmission"):
        assert report.form[name] == by_soap.form[name] == signed[name]
    assert "id" not in report.form
    assert "signature" not in report.content.decode()


def test_a_ping_is_signed_and_tells_rights(gateway):
    for response in (
        gateway.request("POST", "/v1/ping", by="operator").json(),
        gateway.request("POST", "/v1/ping", by="operator", headers={"accept": "*/*"}).json(),
    ):
        pong = response["pong"]
        assert pong["at"] == "2026-11-20T09:00:00.000Z"
        assert pong["rights"] == [
            {"sender": builders.OPERATOR, "type": "OPERATOR", "flows": [Flow.OPERATIONAL.value]}
        ]
        header = response["signature"].split(".")[0]
        assert json.loads(_from_base64url(header))["typ"] == "siseri-pong+jws"
        with pytest.raises(SignatureInvalid):
            verify_json(response["signature"].encode(), trust=gateway.trust)
    in_soap = gateway.soap("Ping", by="operator")
    assert form_of(parsed(in_soap.content))["at"] == "2026-11-20T09:00:00.000Z"
    assert in_soap.content.count(b"<ds:Signature ") == 1


def _from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
