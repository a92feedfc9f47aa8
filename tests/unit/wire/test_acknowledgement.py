"""The acknowledgement as bytes: one canonical form, and XML that says the same to the last byte."""

import hashlib
import json

import msgspec
import orjson
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

import specs
from gateway.model.acknowledgement import (
    AboutTransmission,
    Acknowledgement,
    AcknowledgementRef,
    BilingualText,
    CodeEntry,
    Counts,
    Disposition,
    FindingEntry,
    Issuer,
    LineEntry,
    NamedParty,
    Received,
    Reference,
    RuleSet,
    Stage,
    StatedParty,
    StatedSender,
    StepReport,
)
from gateway.model.verdict import Action, Actor, Level, Step, Verdict
from gateway.wire import leaves, soap, xml
from gateway.wire.canonical import jcs, sha256_hex
from gateway.wire.v1.acknowledgement import (
    NAMESPACE,
    AcknowledgementContract,
    canonical,
    json_receipt,
    xml_bytes,
)

CONTRACT = AcknowledgementContract()
SCHEMA = xml.schema(specs.path("xsd/acknowledgement/1.0/acknowledgement.xsd"))
EXAMPLES = sorted(specs.path("examples/acknowledgement").glob("*.json"))
TAG = f"{{{NAMESPACE}}}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"


def _is_text(value):
    try:
        return leaves.text(value) == value
    except leaves.Misread:
        return False


texts = st.one_of(
    st.sampled_from(
        ("Autorité", "L'Œuvre & <Cie>", '"a"', "]]>", "a\u00a0b", "😀", "\u202ea", "é ü")
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=24).filter(
        _is_text
    ),
)
uuids = st.uuids().map(str)
digests = st.binary(max_size=4).map(lambda b: hashlib.sha256(b).hexdigest())
instants = st.datetimes().map(lambda d: d.isoformat(timespec="milliseconds") + "Z")
sirets = st.sampled_from(("90000001900019", "35600000000048"))
codes = st.sampled_from(("I002", "S006", "R001", "T010"))
counts = st.sampled_from((0, 1, 999_999_999_999)) | st.integers(0, 10**12 - 1)
pointers = st.sampled_from(("", "/id", "/results/3", "/results/12/worker/nir", "/totals/sumMsv"))
refs = st.from_regex(r"[A-Za-z0-9._:/-]{1,64}", fullmatch=True)
environments = st.from_regex(r"[0-9A-Za-z._-]{1,32}", fullmatch=True)


def maybe(strategy):
    return st.none() | strategy


def several(strategy, *, at_least=0):
    return st.lists(strategy, min_size=at_least, max_size=4).map(tuple)


references = st.builds(Reference, name=texts, version=maybe(texts), date=maybe(st.dates().map(str)))
line_entries = st.builds(
    LineEntry,
    index=counts,
    ref=maybe(refs),
    verdict=st.sampled_from([v for v in Verdict if v is not Verdict.ACCEPTED]),
    held_until=maybe(instants),
    findings=several(st.builds(FindingEntry, code=codes, pointer=pointers), at_least=1),
)
acknowledgement_refs = st.builds(AcknowledgementRef, id=uuids, canonical_sha256=digests)
acknowledgements = st.builds(
    Acknowledgement,
    id=uuids,
    version=st.just("1.0"),
    stage=st.sampled_from(Stage),
    test=maybe(st.booleans()),
    environment=environments,
    disposition=st.sampled_from(Disposition),
    return_code=maybe(st.integers(0, 3)),
    issuer=st.builds(
        Issuer, name=texts, siret=sirets, service=texts, address=texts, email=texts, phone=texts
    ),
    submitter=st.builds(NamedParty, name=texts, siret=sirets),
    sender=maybe(
        st.builds(
            StatedSender,
            type=st.sampled_from(("OA", "OPERATOR")),
            siret=sirets,
            on_behalf_of=maybe(st.builds(StatedParty, siret=sirets)),
        )
    ),
    transmission=st.builds(AboutTransmission, id=maybe(uuids), content_sha256=maybe(digests)),
    received=st.builds(
        Received,
        door=st.sampled_from(("REST", "SOAP")),
        media_type=st.sampled_from(("application/json", "application/soap+xml")),
        sha256=digests,
        size=counts,
        at=instants,
    ),
    decided_at=instants,
    deadline=maybe(instants),
    rules=st.builds(RuleSet, version=texts, sha256=digests),
    references=several(references),
    steps=several(
        st.builds(
            StepReport,
            name=st.sampled_from(Step),
            verdict=st.sampled_from(("PASSED", "FAILED", "NOT_RUN")),
            errors=counts,
            warnings=counts,
        ),
        at_least=1,
    ),
    counts=maybe(
        st.builds(
            Counts,
            **dict.fromkeys(
                ("results", "accepted", "with_warnings", "rejected", "held", "findings"), counts
            ),
        )
    ),
    findings=several(st.builds(FindingEntry, code=codes, pointer=maybe(pointers))),
    codes=several(
        st.builds(
            CodeEntry,
            code=codes,
            level=st.sampled_from(Level),
            actor=st.sampled_from(Actor),
            action=st.sampled_from(Action),
            text=st.builds(BilingualText, fr=texts, en=texts),
            rule=codes.map("/v1/rules/{}".format),
        )
    ),
    lines=several(line_entries),
    lines_total=maybe(counts),
    lines_sha256=maybe(digests),
    supersedes=maybe(acknowledgement_refs),
    standing=maybe(acknowledgement_refs),
)
drawn = settings(max_examples=60, deadline=None)


def receipt_of(canonical_form):
    return CONTRACT.receipt_element(canonical_form, sha256_hex(canonical_form))


# ---------- the canonical form


@drawn
@given(acknowledgements)
def test_the_canonical_form_is_that_of_rfc_8785(statement):
    assert canonical(statement) == rfc8785.dumps(msgspec.to_builtins(statement))


@given(line_entries)
def test_a_line_entry_alone_is_canonical_too(entry):
    assert canonical(entry) == rfc8785.dumps(msgspec.to_builtins(entry))


json_values = st.recursive(
    st.booleans() | st.integers(0, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.from_regex(r"[a-zA-Z0-9]{1,9}", fullmatch=True), inner, max_size=5)
    ),
    max_leaves=15,
)


@given(json_values)
def test_jcs_is_that_of_rfc_8785_for_every_value_of_the_contract(value):
    assert jcs(value) == rfc8785.dumps(value)


def test_what_has_no_value_is_left_out():
    example = orjson.loads(EXAMPLES[0].read_bytes())["acknowledgement"]
    statement = msgspec.convert(example, Acknowledgement)
    assert json.loads(canonical(statement)) == example
    assert b"null" not in canonical(statement)
    assert b"[]" not in canonical(statement)


# ---------- JSON → XML → JSON


@drawn
@given(acknowledgements)
def test_xml_gives_back_the_canonical_form_to_the_byte(statement):
    form = canonical(statement)
    wire = xml_bytes(receipt_of(form))
    again = xml.read(wire)
    assert CONTRACT.canonical_of(again[0]) == form
    assert again.findtext(f"{TAG}canonicalSha256") == hashlib.sha256(form).hexdigest()


@drawn
@given(acknowledgements)
def test_xml_is_valid(statement):
    receipt = xml.read(xml_bytes(receipt_of(canonical(statement))))
    issuer = receipt.find(f".//{TAG}phone")
    if len(issuer.text) <= 32:
        assert SCHEMA.validate(receipt), SCHEMA.error_log


@drawn
@given(acknowledgements)
def test_the_wire_form_of_a_receipt_is_its_own_exclusive_c14n(statement):
    receipt = receipt_of(canonical(statement))
    etree.SubElement(receipt[0], SIGNATURE).text = "a mark"
    wire = xml_bytes(receipt)
    assert xml.exclusive_c14n(xml.read(wire)) == wire
    for version in (soap.SOAP_11, soap.SOAP_12):
        answer = soap.response(wire, operation="SubmitTransmission", version=version)
        inside = xml.read(answer)[0][0][0]
        assert xml.exclusive_c14n(inside) == wire


def test_signature_and_attributes_are_not_of_the_json_form():
    form = orjson.dumps(orjson.loads(EXAMPLES[0].read_bytes())["acknowledgement"])
    receipt = receipt_of(form)
    before = CONTRACT.canonical_of(receipt[0])
    etree.SubElement(receipt[0], SIGNATURE)
    receipt[0].set("other", "1")
    assert CONTRACT.canonical_of(receipt[0]) == before


def test_the_signed_element_is_named_by_its_id():
    form = orjson.loads(EXAMPLES[0].read_bytes())["acknowledgement"]
    assert receipt_of(jcs(form))[0].get("Id") == f"ack-{form['id']}"


@pytest.mark.parametrize("file", EXAMPLES, ids=[file.stem for file in EXAMPLES])
def test_published_examples_survive_the_way_through_xml(file):
    form = orjson.loads(file.read_bytes())["acknowledgement"]
    statement = msgspec.convert(form, Acknowledgement)
    assert canonical(statement) == rfc8785.dumps(form)
    receipt = xml.read(xml_bytes(receipt_of(canonical(statement))))
    assert CONTRACT.canonical_of(receipt[0]) == canonical(statement)
    assert SCHEMA.validate(receipt), SCHEMA.error_log
    published = xml.read_trusted(file.with_suffix(".xml"))
    assert CONTRACT.canonical_of(published.find(f"{TAG}acknowledgement")) == canonical(statement)


# ---------- the JSON receipt


@given(acknowledgements)
@settings(max_examples=30, deadline=None)
def test_the_json_receipt_holds_the_signed_bytes_and_is_canonical(statement):
    form = canonical(statement)
    wire = json_receipt(form, sha256_hex(form), "a.jws.x")
    assert form in wire
    assert rfc8785.dumps(json.loads(wire)) == wire
    assert json.loads(wire) == {
        "acknowledgement": json.loads(form),
        "canonicalSha256": hashlib.sha256(form).hexdigest(),
        "signature": "a.jws.x",
    }
