"""What is read of a message: lines one by one, and the digest of what was said."""

import hashlib
import json

import pytest
from lxml import etree

from gateway.errors import Inadmissible
from gateway.identifiers import InvalidIdentifier, Nir
from gateway.steps.parse import parse
from gateway.steps.validate import validate
from gateway.steps.verify import verify
from tests import builders
from tests.fakes import MemoryWorkerDirectory
from tests.unit.steps import flow

CORE = flow.Core(workers=0)


def read(form, **changes):
    return validate(parse(CORE.submission(form, **changes), flow.CONTRACT), with_member=True)


def a_bad_line(**changes):
    return builders.a_line(worker__sex="X", **changes)


@pytest.mark.parametrize(
    "form",
    [
        builders.a_transmission(),
        builders.an_operational_transmission(),
        builders.a_transmission(test=True, results=[builders.a_line(ref=f"{n}") for n in range(5)]),
        builders.a_transmission(test=False, id="AA5BF11D-58A2-4F22-A7FB-C0E39C984D59"),
        builders.a_transmission(
            issuedAt="2026-11-20T09:00:00.5+01:00",
            results=[builders.a_line(worker__birthName="Le\u0301a", worker__idType="NIR")],
        ),
    ],
)
def test_the_digest_of_what_was_said_is_that_of_its_definition(form):
    assert read(form).content_sha256 == builders.content_sha256(form)
    assert read(builders.in_xml(form)).content_sha256 == builders.content_sha256(form)


def test_the_digest_by_hand():
    form = builders.a_transmission(id="aa5bf11d-58a2-4f22-a7fb-c0e39c984d59")
    header = (
        b'{"flow":"PASSIVE_EXTERNAL","id":"aa5bf11d-58a2-4f22-a7fb-c0e39c984d59",'
        b'"issuedAt":"2026-11-20T08:00:00.000Z","sender":{"accreditation":"1-0001",'
        b'"siret":"90000001900019","type":"OA"},"totals":{"measurements":1,"results":1,'
        b'"sumMsv":"0.15"},"version":"1.0"}'
    )
    line = (
        '{"dosimeter":{"location":"TRUNK","serial":"A-0001","type":"OSL"},'
        '"employer":{"siret":"90000003500015"},"measurements":[{"quantity":"HP10",'
        '"radiation":"PHOTON","recordingLevel":"0.1","status":"MEASURED","value":"0.15"}],'
        '"monitoring":{"category":"A","type":"SDI"},"operation":"INITIAL",'
        '"period":{"end":"2026-10-31","start":"2026-10-01"},"ref":"P-0001",'
        '"worker":{"birthDate":"1990-06-15","birthName":"Lefebvre","firstName":"Hélène",'
        f'"nir":"{builders.nir_of(1)}","sex":"F"}}}}'
    ).encode()
    assert read(form).content_sha256 == hashlib.sha256(header + b"\n" + line).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"test": True},
        {"issuedAt": "2026-11-20T08:00:00.001Z"},
        {"sender__accreditation": "1-0002"},
        {"results": [builders.a_line(ref="P-0002")]},
        {"results": [builders.a_line(), builders.a_line()]},
        {"results": [builders.a_line(worker__birthName="Lefebvrf")]},
    ],
)
def test_any_other_content_has_another_digest(change):
    form = builders.a_transmission()
    changed = builders.changed(json.loads(builders.in_json(form)), change)
    assert read(changed).content_sha256 != read(form).content_sha256


def test_with_an_unreadable_line_the_digest_is_of_the_body_or_of_the_canonical_xml():
    form = builders.a_transmission(results=[builders.a_line(), a_bad_line()])
    body = builders.in_json(form)
    assert read(body).content_sha256 == hashlib.sha256(body).hexdigest()
    body = builders.in_xml(form)
    canonical = etree.tostring(etree.fromstring(body), method="c14n", exclusive=True)
    assert read(body).content_sha256 == hashlib.sha256(canonical).hexdigest()
    reformatted = body.replace(b"<transmission ", b"<transmission\n  ").replace(b'"', b"'")
    assert read(reformatted).content_sha256 == read(body).content_sha256


def test_in_an_envelope_the_digest_is_of_the_transmission_alone():
    good, bad = builders.a_transmission(), builders.a_transmission(results=[a_bad_line()])
    for form in (good, bad):
        plain = read(builders.in_xml(form)).content_sha256
        envelope = builders.in_soap(builders.element(form), header="<e:Header><x/></e:Header>")
        element = etree.fromstring(envelope)[1][0][0]
        assert element.tag.endswith("transmission")
        told = read(envelope, door="SOAP", media_type="text/xml", element=element)
        assert told.content_sha256 == plain


def test_a_bad_line_never_costs_a_good_one():
    lines = [builders.a_line(ref="a"), a_bad_line(), {}, builders.a_line(ref="d")]
    for body in (builders.in_json, builders.in_xml):
        transmission = read(body(builders.a_transmission(results=lines)))
        assert [(line.index, line.ref) for line in transmission.lines] == [(0, "a"), (3, "d")]
        assert [line.index for line in transmission.unreadable] == [1, 2]
        assert transmission.unreadable[0].member == "/worker/sex"
        assert transmission.line_count == 4


def test_a_bad_header_costs_all():
    for body in (builders.in_json, builders.in_xml):
        with pytest.raises(Inadmissible) as refused:
            read(body(builders.a_transmission(sender__type="BAKER")))
        assert (refused.value.code, refused.value.pointer) == ("S002", "/sender/type")


def test_an_identifier_that_cannot_exist_is_kept_as_its_defect():
    lines = [builders.a_line(worker__nir="123", employer__siret="123")]
    (line,) = read(builders.a_transmission(results=lines)).lines
    assert (line.worker.nir, line.employer) == (
        InvalidIdentifier("I001"),
        InvalidIdentifier("E001"),
    )


def test_nothing_that_was_read_prints_who_it_is_about():
    transmission = read(builders.a_transmission(results=[builders.a_line(), a_bad_line()]))
    shown = repr(transmission) + repr(transmission.lines) + str(transmission.lines[0].worker)
    shown += repr(CORE.submission(builders.a_transmission()))
    assert not any(part in shown for part in ("Lefebvre", builders.nir_of(1), "0.15", "150"))


def test_each_number_is_asked_for_once():
    class Counting(MemoryWorkerDirectory):
        def look_up(self, nirs):
            asked.extend(nirs)
            return super().look_up(nirs)

    asked = []
    numbers = (1, 1, 2, 9)
    lines = [builders.a_line(worker=builders.a_worker(n), ref=f"{n}") for n in numbers]
    lines.append(builders.a_line(worker__nir="123"))
    directory = Counting()
    directory.put(Nir.parse(builders.nir_of(1)), flow.a_known_worker(1))
    known = verify(read(builders.a_transmission(results=lines)), directory)
    assert sorted(nir.reveal() for nir in asked) == [builders.nir_of(n) for n in (1, 2, 9)]
    assert list(known) == [Nir.parse(builders.nir_of(1))]
