"""What one line may hold and repeat: numbers in references, lists, and what a crowd costs."""

import hashlib
import json
import time

import pytest
import rfc8785

from tests import builders
from tests.builders import a_line, a_measurement, a_transmission, a_worker, in_xml

DOORS = ("json", "xml", "soap11", "soap12")
NIR = builders.nir_of(5)
WRONG_KEY = NIR[:13] + f"{(int(NIR[13:]) % 97) + 1:02d}"

A_BAD_MEASUREMENT = {"quantity": "HP3", "value": "99999.999"}
"""Off the step, beyond a dose, and not of where the dosimeter is worn."""


def _codes(line):
    return [finding["code"] for finding in line["findings"]]


@pytest.mark.parametrize(
    ("stated", "also"), [(WRONG_KEY, "I002"), (NIR[:14], "I001"), ("71" + NIR[2:], "I003")]
)
@pytest.mark.parametrize("door", DOORS)
def test_a_reference_that_repeats_a_number_is_not_echoed_even_if_the_number_is_wrong(
    gateway, door, stated, also
):
    line = a_line(ref=f"DOS-{stated[:13]}", worker=a_worker(5, nir=stated))
    answer = gateway.submit(a_transmission(results=[line]), door=door)
    (said,) = answer.acknowledgement["lines"]
    assert "T010" in _codes(said)
    assert also in _codes(said)
    assert "ref" not in said
    assert stated[:13] not in answer.content.decode()


@pytest.mark.parametrize("door", DOORS)
def test_a_reference_does_not_repeat_the_number_of_an_unreadable_line(gateway, door):
    unreadable = a_line(ref="U-1", operation="UNHEARD_OF", worker=a_worker(5))
    line = a_line(ref=f"X/{NIR[:13]}")
    answer = gateway.submit(a_transmission(results=[line, unreadable]), door=door)
    said = {entry["index"]: entry for entry in answer.acknowledgement["lines"]}
    assert _codes(said[1]) == ["T010"]
    assert NIR[:13] not in answer.content.decode()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("count", "is_readable"), [(64, True), (65, False)])
def test_a_line_holds_at_most_64_measurements(gateway, door, count, is_readable):
    line = a_line(measurements=[a_measurement() for _ in range(count)])
    answer = gateway.submit(a_transmission(results=[line]), door=door)
    (said,) = answer.acknowledgement["lines"]
    assert ("S002" in _codes(said)) is not is_readable


@pytest.mark.parametrize("door", DOORS)
def test_of_a_line_of_64_bad_measurements_16_findings_are_stated_wherever_it_is_told(gateway, door):
    line = a_line(measurements=[a_measurement(**A_BAD_MEASUREMENT) for _ in range(64)])
    answer = gateway.submit(a_transmission(results=[line, a_line(ref="P-2")]), door=door)
    (said,) = answer.acknowledgement["lines"]
    assert said["verdict"] == "REJECTED"
    assert len(said["findings"]) == 16
    assert {entry["code"] for entry in answer.acknowledgement["codes"]} == set(_codes(said))
    assert answer.acknowledgement["counts"]["findings"] == 16
    name = answer.acknowledgement["id"]
    lines = gateway.get(f"/v1/receipts/{name}/lines").content
    assert json.loads(lines)["lines"] == [said]
    joined = b"\n".join(rfc8785.dumps(entry) for entry in [said])
    assert answer.acknowledgement["linesSha256"] == hashlib.sha256(joined).hexdigest()


@pytest.mark.parametrize("door", DOORS)
def test_the_answer_to_lines_of_bad_measurements_is_in_proportion_to_their_number(gateway, door):
    measurements = [a_measurement(**A_BAD_MEASUREMENT) for _ in range(64)]
    lines = [a_line(ref=f"P-{number}", measurements=measurements) for number in range(100)]
    answer = gateway.submit(a_transmission(results=lines), door=door)
    assert len(answer.acknowledgement["lines"]) == 100
    assert len(answer.content) < 100 * 16 * 200 + 30_000, "with every finding it took 10 times that"


def test_a_crowded_header_costs_little(gateway):
    names = " ".join(f'xmlns:a{number}="urn:a{number}"' for number in range(8000))
    crowd = f"<totals {names}>" + "<a/>" * 200_000 + "</totals>"
    body = in_xml(a_transmission())
    body = body.decode() if isinstance(body, bytes) else body
    start, end = body.index("<totals>"), body.index("</totals>") + len("</totals>")
    spent = time.process_time()
    crowded = (body[:start] + crowd + body[end:]).encode()
    answer = gateway.post(crowded, door="xml", headers=[("Content-Type", "application/xml")])
    spent = time.process_time() - spent
    assert answer.status == 422
    assert [f["code"] for f in answer.acknowledgement["findings"]] == ["T005"]
    assert spent < 2.0, "copying the crowd took 20 s"


def test_another_senders_transmission_has_one_answer_whatever_the_door_and_is_found(gateway):
    form = a_transmission(sender__siret="26750045200011")
    answers = [gateway.submit(form, door=door) for door in DOORS]
    assert {answer.acknowledgement["id"] for answer in answers} == {
        answers[0].acknowledgement["id"]
    }
    found = gateway.get(f"/v1/transmissions/{form['id']}")
    assert found.status == 200
    assert found.form["receipt"]["acknowledgement"] == answers[0].acknowledgement


@pytest.mark.parametrize("door", DOORS)
def test_a_sender_of_another_type_is_told_that_its_type_is_wrong(gateway, door):
    answer = gateway.submit(a_transmission(sender__type="OPERATOR"), door=door)
    assert answer.acknowledgement["findings"] == [{"code": "H003", "pointer": "/sender/type"}]
