"""Every published transmission, read into the model from both formats."""

import json
from datetime import date

import pytest

import specs
from gateway.identifiers import InvalidIdentifier, Rpps
from gateway.model.transmission import DoseResult
from gateway.rules.examples import change
from gateway.steps.parse import parse
from gateway.steps.validate import validate
from gateway.wire.v1.contract import TransmissionContract
from tests.unit.rules.support import read
from tests.unit.wire.submissions import a_submission

CONTRACT = TransmissionContract()
EXAMPLES = sorted(specs.path("examples/transmission").glob("*.json"))


def understood(body):
    return validate(parse(a_submission(body), CONTRACT))


def form_of(name):
    return json.loads(specs.path(f"examples/transmission/{name}.json").read_bytes())


def line_of(name, *changes):
    form = form_of(name)
    for pointer, value in changes:
        change(form, f"/results/0{pointer}", value)
    return understood(json.dumps(form).encode()).lines[0]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_both_formats_of_a_published_transmission_say_the_same(path):
    expected = read(json.loads(path.read_bytes()))
    from_json = understood(path.read_bytes())
    from_xml = understood(path.with_suffix(".xml").read_bytes())
    assert from_json.lines == from_xml.lines == expected.lines
    assert not from_json.unreadable


def test_an_activity_keeps_its_nine_decimals():
    activity = "/examination/activities/0"
    line = line_of(
        "radiotoxicology-initial",
        (f"{activity}/value", "999999999999.000000001"),
        (f"{activity}/detectionLimit", "0.5"),
    )
    found = line.examination.activities[0]
    assert found.value_nano == 999_999_999_999_000_000_001
    assert found.detection_limit_nano == 500_000_000


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("radiotoxicology-initial", date(2026, 9, 21), date(2026, 9, 22)),
        ("body_counting-initial", date(2026, 10, 6), date(2026, 10, 6)),
        ("committed_dose-initial", date(2026, 9, 18), date(2026, 9, 18)),
        ("radon-cancellation", None, None),
    ],
)
def test_a_line_speaks_of_the_days_of_its_examination_or_intake(name, first, last):
    line = line_of(name)
    assert (line.first_day, line.last_day) == (first, last)


def test_a_number_of_a_physician_that_cannot_exist_is_kept_as_its_defect():
    place = "/examination/prescriber/rpps"
    assert line_of("radiotoxicology-initial").examination.prescriber == Rpps.parse("10000000017")
    line = line_of("radiotoxicology-initial", (place, "10000000018"))
    assert line.examination.prescriber == InvalidIdentifier("I004")


def test_what_is_said_of_a_person_does_not_print():
    for name in ("radiotoxicology-initial", "committed_dose-initial", "body_counting-correction"):
        line = line_of(name)
        parts = (line, line.examination, line.committed, line.corrects)
        for part in filter(None, parts):
            assert repr(part) == f"{type(part).__name__}(…)"
    assert isinstance(line, DoseResult)
