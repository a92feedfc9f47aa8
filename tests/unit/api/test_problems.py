"""From what stops us to what a caller is told: one table, and nothing of the request in it."""

import json
import re

import pytest
from lxml import etree

import specs
from gateway import errors
from gateway.api.enrolment_texts import ENROLMENT_REFUSALS
from gateway.api.exchange import Exchange
from gateway.api.faults import fault_response
from gateway.api.limits import challenge
from gateway.api.problems import INTERNAL, REFUSALS, problem_of, problem_of_code
from gateway.errors import (
    ConfigurationFault,
    GatewayError,
    Inadmissible,
    MessageRefused,
    Overloaded,
    PortalNotRegistered,
    Refusal,
    UnreadableEnvelope,
)
from gateway.wire import xml
from gateway.wire.soap import SOAP_11, SOAP_12

A_NIR = "275126322074974"


def classes(root):
    yield root
    for child in root.__subclasses__():
        yield from classes(child)


KINDS = sorted(set(classes(GatewayError)), key=lambda kind: kind.__name__)
REFUSED = [kind for kind in KINDS if issubclass(kind, Refusal) and kind is not Refusal]
INSIDE = [kind for kind in KINDS if not issubclass(kind, Refusal) and kind is not Inadmissible]
ENVELOPE_CODES = ("S001", "S002", "T003", "T004", "T005")
MESSAGE_CODES = {"W002": 401, "W003": 401, "W004": 400}
"""Beside W001, that of the class."""


def test_the_tree_is_that_of_its_page():
    named = {kind.__name__ for kind in KINDS if kind.__module__ == "gateway.errors"}
    assert all(f"{name}" in errors.__doc__ for name in named)


@pytest.mark.parametrize("kind", REFUSED, ids=lambda kind: kind.__name__)
def test_every_refusal_has_an_entry_of_its_own_code(kind):
    said = problem_of(kind(A_NIR))
    assert said.code == kind.code
    assert 400 <= said.status < 500 or said.status == 503
    assert said.fr
    assert said.en
    assert said.fr != said.en
    assert A_NIR not in repr(said)


@pytest.mark.parametrize("kind", INSIDE, ids=lambda kind: kind.__name__)
def test_what_is_ours_alone_is_an_internal_error(kind):
    in_both = {ConfigurationFault, PortalNotRegistered}
    texts = [A_NIR, A_NIR] if kind in in_both else [A_NIR]
    problem = problem_of(kind(*texts))
    assert (problem.code, problem.status) == (INTERNAL, 500)


@pytest.mark.parametrize(
    "error", [ValueError(A_NIR), KeyError(A_NIR), Inadmissible("T006", A_NIR), MemoryError()]
)
def test_of_an_error_that_we_do_not_know_nothing_is_told(error):
    said = problem_of(error)
    assert (said.code, said.status, said.retry_after_s) == (INTERNAL, 500, None)
    assert A_NIR not in repr(said)


@pytest.mark.parametrize("code", ENVELOPE_CODES)
def test_every_defect_of_an_envelope_has_its_entry(code):
    assert (problem_of(UnreadableEnvelope(code=code)).code, REFUSALS[code].status) == (code, 400)


@pytest.mark.parametrize("code", MESSAGE_CODES)
def test_every_defect_of_a_signed_or_addressed_message_has_its_entry(code):
    said = problem_of(MessageRefused(A_NIR, code=code))
    assert (said.code, said.status) == (code, MESSAGE_CODES[code])
    assert A_NIR not in repr(said)


def test_two_kinds_of_refusal_do_not_share_a_code():
    own = [kind.code for kind in REFUSED if kind.__module__ == "gateway.errors"]
    assert len(own) == len(set(own))
    several = {*ENVELOPE_CODES, *MESSAGE_CODES, *ENROLMENT_REFUSALS}
    assert set(REFUSALS) == {*own, *several, INTERNAL, "B011"}


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_a_problem_is_that_of_rfc_9457_in_the_language_asked(code):
    problem = problem_of_code(code)
    for language, text in (("fr", problem.fr), ("en", problem.en), ("de", problem.fr)):
        form = json.loads(problem.json(language))
        assert form.pop("type") in {f"/v1/rules/{code}", f"/docs/errors#{code}"}
        assert form == {
            "title": text,
            "detail": text,
            "status": problem.status,
            "code": code,
            "text": {"fr": problem.fr, "en": problem.en},
        }


def test_how_long_to_wait_is_told_in_the_body_and_in_the_header():
    problem = problem_of(Overloaded(retry_after_s=5))
    assert json.loads(problem.json("fr"))["retryAfterS"] == 5
    assert challenge(problem) == [(b"retry-after", b"5")]


def test_a_stranger_is_told_how_to_present_a_credential():
    assert challenge(problem_of_code("A001")) == [(b"www-authenticate", b'Bearer realm="siseri"')]
    assert challenge(problem_of_code("A003")) == []


# ---------- the same as faults


async def _nothing():
    raise AssertionError


def an_exchange(media_type):
    return Exchange(headers=[(b"content-type", media_type.encode())], receive=_nothing)


FAULTS = xml.schema(specs.path("xsd/acknowledgement/1.0/acknowledgement.xsd"))
ENVELOPES = {
    SOAP_11: xml.schema(specs.path("xsd/vendor/soap-envelope-1.1.xsd")),
    SOAP_12: xml.schema(specs.path("xsd/vendor/soap-envelope-1.2.xsd")),
}


@pytest.mark.parametrize("code", sorted(REFUSALS))
@pytest.mark.parametrize(
    ("asked", "version", "answered"),
    [
        ("text/xml; charset=utf-8", SOAP_11, "text/xml"),
        ("application/soap+xml", SOAP_12, "application/soap+xml"),
        ('Application/SOAP+XML;action="x"', SOAP_12, "application/soap+xml"),
        ("application/json", SOAP_11, "text/xml"),
        ("", SOAP_11, "text/xml"),
    ],
)
def test_a_fault_is_of_the_version_asked_with_the_same_code_and_texts(
    code, asked, version, answered
):
    problem = problem_of_code(code)
    status, media_type, body = fault_response(problem, an_exchange(asked))
    is_ours = problem.status >= 500
    assert media_type == answered
    assert status == (500 if version == SOAP_11 or is_ours else 400)
    envelope = etree.fromstring(body)
    assert envelope.tag == f"{{{version}}}Envelope"
    assert ENVELOPES[version].validate(envelope), ENVELOPES[version].error_log
    detail = next(envelope.iter("{urn:siseri:gateway:acknowledgement:1}fault"))
    assert FAULTS.validate(detail), FAULTS.error_log
    assert [node.text for node in detail.iter() if node.text] == [code, problem.fr, problem.en]
    blamed = re.search(rb"soap:(Client|Sender|Server|Receiver)<", body)[1].decode()
    assert blamed in ({"Server", "Receiver"} if is_ours else {"Client", "Sender"})


def test_a_fault_tells_how_long_to_wait():
    problem = problem_of(Overloaded(retry_after_s=5))
    _, _, body = fault_response(problem, an_exchange("text/xml"))
    detail = next(etree.fromstring(body).iter("{urn:siseri:gateway:acknowledgement:1}fault"))
    assert FAULTS.validate(detail), FAULTS.error_log
    assert detail[-1].text == "5"
