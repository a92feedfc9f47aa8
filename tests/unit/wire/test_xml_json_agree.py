"""The same content as XML and as JSON: the same verdict, the same normal form, the same digest."""

import hashlib
import json

import pytest
import rfc8785
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

import specs
from gateway.errors import Inadmissible
from gateway.steps.parse import parse
from gateway.steps.validate import validate
from gateway.wire.canonical import jcs
from gateway.wire.v1.contract import TransmissionContract
from gateway.wire.v1.document import Unreadable
from tests import builders
from tests.unit.wire import contents
from tests.unit.wire.submissions import a_submission

CONTRACT = TransmissionContract()
EXAMPLES = sorted(specs.path("examples/transmission").glob("*.json"))
SLOW = [HealthCheck.too_slow]
drawn = settings(max_examples=200, deadline=None, suppress_health_check=SLOW)


def read(body):
    """All that the reader tells of a body: normal forms, what it refuses and where."""
    try:
        document = parse(a_submission(body), CONTRACT)
        header = document.header()
    except Inadmissible as refused:
        return refused.code, refused.pointer
    lines = [
        f"S002 {line.member}" if isinstance(line, Unreadable) else line
        for line in document.lines(with_member=True)
    ]
    return header, lines


def both(form):
    return read(json.dumps(form).encode()), read(contents.in_xml(form))


def has_defect(reading):
    header, lines = reading
    return isinstance(header, str) or any(isinstance(line, str) for line in lines)


@drawn
@given(contents.lines())
def test_a_line_is_read_alike(line):
    as_json, as_xml = both({**builders.a_transmission(), "results": [line]})
    assert as_json == as_xml
    event("refused" if has_defect(as_json) else "accepted")
    assert jcs(as_json[0]) == jcs(as_xml[0])


@drawn
@given(contents.lines(odds=8))
def test_a_line_with_many_defects_is_read_alike(line):
    as_json, as_xml = both({**builders.a_transmission(), "results": [line]})
    assert as_json == as_xml


@drawn
@given(contents.headers(odds=15))
def test_a_header_is_read_alike(header):
    as_json, as_xml = both({**header, "results": builders.a_transmission()["results"]})
    assert as_json == as_xml
    event("refused" if has_defect(as_json) else "accepted")


@settings(drawn, max_examples=60)
@given(st.lists(contents.lines(odds=10**6), min_size=1, max_size=3), st.data())
def test_content_without_defect_has_one_digest_by_its_definition(lines, data):
    form = {**builders.a_transmission(), "results": lines}
    as_json, as_xml = json.dumps(form).encode(), contents.in_xml(form)
    header, read_lines = read(as_json)
    if has_defect((header, read_lines)):  # a drawn text at its longest may still be refused
        return
    digests = {
        validate(parse(a_submission(body), CONTRACT)).content_sha256 for body in (as_json, as_xml)
    }
    parts = [header, *read_lines]
    assert digests == {hashlib.sha256(b"\n".join(map(rfc8785.dumps, parts))).hexdigest()}
    again = {**header, "results": read_lines}
    assert read(json.dumps(again).encode()) == (header, read_lines), "the normal form is final"
    dice = data.draw(st.randoms(use_true_random=False))
    assert read(builders.in_json(builders.shuffled(form, dice))) == (header, read_lines)


@pytest.mark.parametrize(
    "member",
    [
        *("ref", "operation", "worker__nir", "worker__birthName", "worker__birthDate"),
        *("employer__siret", "period__start", "dosimeter__type", "dosimeter__serial"),
        *("monitoring__category", "site__inb", "site__work", "exposureTime__startAt"),
    ],
)
def test_every_wrong_value_is_judged_alike_everywhere(member):
    for wrong in contents.WRONG:
        line = builders.a_line(
            site={"siret": builders.OPERATOR},
            exposureTime={"startAt": "2026-11-17T08:00:00Z", "endAt": "2026-11-17T09:00:00Z"},
        )
        builders.changed(line, {member: wrong})
        as_json, as_xml = both({**builders.a_transmission(), "results": [line]})
        assert as_json == as_xml, wrong


def test_a_ground_of_monitoring_stated_twice_is_refused_alike():
    once = builders.a_line(monitoring={"type": "SDI", "otherExposures": ["RADON", "COSMIC"]})
    twice = builders.a_line(monitoring={"type": "SDI", "otherExposures": ["RADON", "RADON"]})
    as_json, as_xml = both({**builders.a_transmission(), "results": [once, twice]})
    assert as_json == as_xml
    assert not isinstance(as_json[1][0], str)
    assert as_json[1][1] == "S002 /monitoring/otherExposures"


@pytest.mark.parametrize(
    "member",
    [
        *("id", "flow", "issuedAt", "sender__siret", "sender__accreditation", "totals__sumMsv"),
        "version",
    ],
)
def test_every_wrong_value_of_a_header_is_judged_alike(member):
    for wrong in contents.WRONG:
        as_json, as_xml = both(builders.changed(builders.a_transmission(), {member: wrong}))
        assert as_json == as_xml, wrong


@pytest.mark.parametrize("file", EXAMPLES, ids=[file.stem for file in EXAMPLES])
def test_published_examples_are_read_alike_and_by_the_writer_here(file):
    form = json.loads(file.read_text())
    as_json, as_xml = both(form)
    assert as_json == as_xml == read(file.with_suffix(".xml").read_bytes())
    assert not has_defect(as_json)
    header, lines = as_json
    parts = [header, *lines]
    digest = hashlib.sha256(b"\n".join(map(rfc8785.dumps, parts))).hexdigest()
    transmission = validate(parse(a_submission(file.read_bytes()), CONTRACT))
    assert transmission.content_sha256 == digest


@pytest.mark.parametrize(
    "written",
    [
        *("2026-10-01T24:00:00Z", "2026-10-01T08:00:60Z", "2026-10-01T08:00:00.1234Z"),
        *("2026-10-01T08:00Z", "2026-10-01T08:00:00,1Z", "2026-10-01T08:00:00.Z", "2026-W40-4"),
        *("20261001T080000Z", "2026-10-01T08:00:00+0100", "2026-10-01T08:00:00+01", "2026-10-01"),
    ],
)
def test_an_instant_outside_the_contract_is_refused_by_every_door(written):
    form = builders.a_transmission(issuedAt=written)
    assert both(form) == (("S002", "/issuedAt"),) * 2
