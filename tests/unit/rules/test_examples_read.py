"""The examples, read by the gateway's own readers of both formats, mean what this suite judges."""

import hashlib

import orjson
import pytest

from gateway.errors import Inadmissible
from gateway.rules.catalogue import CATALOGUE
from gateway.rules.examples import example_transmissions
from gateway.rules.rawexamples import xml
from gateway.steps.parse import parse
from gateway.steps.validate import validate
from gateway.wire.submission import Submission
from gateway.wire.v1.contract import TransmissionContract
from tests.unit.rules.support import RECEIVED_AT, read

CONTRACT = TransmissionContract()
RAW = [rule.code for rule in CATALOGUE if example_transmissions(rule)[0].raw is not None]
FORMS = [rule.code for rule in CATALOGUE if rule.code not in {*RAW, "S003"}]


def understood(body, media_type):
    submission = Submission(
        door="REST",
        media_type=media_type,
        body=body,
        sha256=hashlib.sha256(body).hexdigest(),
        received_at=RECEIVED_AT,
    )
    return validate(parse(submission, CONTRACT))


@pytest.mark.parametrize("code", FORMS)
def test_both_formats_of_an_example_say_what_the_independent_reader_reads(code):
    for case in example_transmissions(CATALOGUE.rule(code)):
        for form in case.submissions:
            expected = read(form)
            from_json = understood(orjson.dumps(form), "application/json")
            from_xml = understood(xml(form).encode(), "application/xml")
            assert from_json.header == from_xml.header == expected.header
            assert from_json.lines == from_xml.lines == expected.lines
            assert len(from_json.unreadable) == len(from_xml.unreadable) == len(expected.unreadable)


@pytest.mark.parametrize("code", [code for code in RAW if code != "S011"])
def test_the_bytes_of_a_failing_example_are_refused_under_its_code(code):
    passing, failing = example_transmissions(CATALOGUE.rule(code))
    assert understood(passing.raw.body, passing.raw.media_type).lines
    with pytest.raises(Inadmissible) as refused:
        understood(failing.raw.body, failing.raw.media_type)
    assert refused.value.code == code


def test_a_version_that_does_not_exist_is_refused_under_its_code():
    _, failing = example_transmissions(CATALOGUE.rule("S003"))
    with pytest.raises(Inadmissible) as refused:
        understood(orjson.dumps(failing.submissions[-1]), "application/json")
    assert refused.value.code == "S003"
