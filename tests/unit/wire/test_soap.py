"""The envelope: read strictly, answered around bytes that stay as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway.errors import UnreadableEnvelope
from gateway.wire.soap import SOAP_11, SOAP_12, MustUnderstand, read_envelope, response
from gateway.wire.xml import exclusive_c14n
from tests import builders

VERSIONS = {"1.1": SOAP_11, "1.2": SOAP_12}
both = pytest.mark.parametrize("version", VERSIONS)
PING = f'<s:Ping xmlns:s="{builders.SERVICE}"/>'


def envelope(body, *, version="1.1", header="", root="Envelope", before=""):
    namespace = VERSIONS.get(version, version)
    inside = f"{header}{body}"
    return f'{before}<e:{root} xmlns:e="{namespace}">{inside}</e:{root}>'.encode()


def code_of(content, *, version="1.1"):
    """The code of the refusal, or None where there is none."""
    try:
        read_envelope(content, version=VERSIONS[version])
    except UnreadableEnvelope as refused:
        assert not isinstance(refused, MustUnderstand)  # noqa: PT017 - has tests of its own
        return refused.code
    return None


@both
@pytest.mark.parametrize(
    "operation", ["SubmitTransmission", "CheckTransmission", "Ping", "UnheardOf"]
)
def test_the_operation_is_the_one_element_in_the_body(version, operation):
    content = builders.in_soap("<x/>", version=version, operation=operation)
    read = read_envelope(content, version=VERSIONS[version])
    assert (read.version, read.operation) == (VERSIONS[version], operation)
    assert [child.tag for child in read.payload] == ["x"]


@both
def test_the_version_is_that_of_the_media_type(version):
    other = {"1.1": "1.2", "1.2": "1.1"}[version]
    assert code_of(envelope(f"<e:Body>{PING}</e:Body>", version=version), version=version) is None
    assert code_of(envelope(f"<e:Body>{PING}</e:Body>", version=version), version=other) == "S001"


@both
@pytest.mark.parametrize(
    "body",
    [
        *("", "<e:Body/>", "<e:Body></e:Body><e:Body></e:Body>", f"<Body>{PING}</Body>", PING),
        *(f"<e:Body>{PING}{PING}</e:Body>", f"<e:Body>{PING}<x/></e:Body>", "<e:Body>t</e:Body>"),
        *(f"<e:Body>{PING}</e:Body><e:Body>{PING}</e:Body>", f"<e:Body>{PING}</e:Body><x/>"),
        *(f"<x/><e:Body>{PING}</e:Body>", f"<e:Body>{PING}</e:Body><e:Header/>"),
        *("<e:Header/>", f"<e:Header/><e:Header/><e:Body>{PING}</e:Body>"),
        *("<e:Body><Ping/></e:Body>", '<e:Body><Ping xmlns="urn:other"/></e:Body>'),
        *("<e:Body><e:Fault/></e:Body>", f'<b:Body xmlns:b="urn:other">{PING}</b:Body>'),
    ],
)  # fmt: skip
def test_another_content_of_the_envelope_is_refused(version, body):
    assert code_of(envelope(body, version=version), version=version) == "S001"


@both
@pytest.mark.parametrize(
    "body",
    [
        *(
            f"<e:Body>text{PING}</e:Body>",
            f"<e:Body>{PING}text</e:Body>",
            f"t<e:Body>{PING}</e:Body>",
        ),
        *(f"<e:Body>{PING}</e:Body>t", f"<e:Header/>t<e:Body>{PING}</e:Body>"),
        *(f"<e:Body>{PING.replace('/>', '>t</s:Ping>')}</e:Body>",),
        *(f"<e:Body>{PING.replace('/>', '><x/>t</s:Ping>')}</e:Body>",),
        *(f"<e:Body>{PING.replace('/>', '>t<x/></s:Ping>')}</e:Body>",),
    ],
)
def test_text_beside_elements_is_refused(version, body):
    assert code_of(envelope(body, version=version), version=version) == "S001"


@both
def test_blanks_between_elements_are_not_text(version):
    body = f"\n <e:Header>\n </e:Header>\r\n\t<e:Body>\n  {PING}\n </e:Body>\n"
    assert code_of(envelope(body, version=version), version=version) is None


@pytest.mark.parametrize("root", ["envelope", "Envelop", "Body"])
def test_another_root_is_refused(root):
    assert code_of(envelope(f"<e:Body>{PING}</e:Body>", root=root)) == "S001"
    assert code_of(builders.in_xml(builders.a_transmission())) == "S001"


@pytest.mark.parametrize("namespace", ["http://www.w3.org/2001/12/soap-envelope", "", "urn:x"])
def test_another_namespace_than_soap_s_is_refused(namespace):
    content = f'<Envelope xmlns="{namespace}"><Body>{PING}</Body></Envelope>'
    assert code_of(content.encode()) == "S001"


# ---------- headers


@both
@pytest.mark.parametrize(
    "header",
    [
        *("<e:Header/>", "<e:Header><x/></e:Header>", "<e:Header><x/><y><z/></y></e:Header>"),
        *('<e:Header><x e:mustUnderstand="0"/></e:Header>',),
        *('<e:Header><x e:mustUnderstand="false"/></e:Header>',),
        *('<e:Header><x mustUnderstand="1"/></e:Header>',),
        *('<e:Header><w xmlns="urn:x"><Security/></w></e:Header>',),
    ],
)
def test_header_blocks_that_need_not_be_understood_are_ignored(version, header):
    content = envelope(f"<e:Body>{PING}</e:Body>", header=header, version=version)
    assert code_of(content, version=version) is None


@both
@pytest.mark.parametrize("value", ["1", "true", " 1 ", "\ttrue\n"])
def test_a_header_block_that_must_be_understood_is_not(version, value):
    for header in (
        f'<x e:mustUnderstand="{value}"/>',
        f'<y/><x e:mustUnderstand="{value}"><z/></x>',
    ):
        content = envelope(
            f"<e:Body>{PING}</e:Body>", header=f"<e:Header>{header}</e:Header>", version=version
        )
        with pytest.raises(MustUnderstand):
            read_envelope(content, version=VERSIONS[version])


# ---------- markup


@both
@pytest.mark.parametrize(
    ("before", "code"),
    [
        *(("<!DOCTYPE e>", "T003"), ("<!-- c -->", "T003"), ("<?p?>", "T003"), ("x", "S001")),
        ('<?xml version="1.0" encoding="ISO-8859-1"?>', "T004"),
    ],
)
def test_markup_is_refused_with_the_codes_of_a_plain_message(version, before, code):
    content = envelope(f"<e:Body>{PING}</e:Body>", version=version, before=before)
    assert code_of(content, version=version) == code


@both
@pytest.mark.parametrize(
    ("content", "code"), [(b"", "S001"), (b"{}", "S001"), (b"\xff\xfe<", "T004"), (b"<a", "S001")]
)
def test_what_is_no_envelope_is_refused(version, content, code):
    assert code_of(content, version=version) == code


# ---------- answers


@both
@given(
    st.from_regex(r"<a( b=\"[é ]{0,5}\")?>[ \n\tx]{0,9}(<c></c>|&amp;|\u00a0)?</a>", fullmatch=True)
)
def test_the_content_of_an_answer_stands_byte_for_byte(version, content):
    content = content.encode()
    answer = response(content, operation="Ping", version=VERSIONS[version])
    assert answer.count(content) == 1
    root = etree.fromstring(answer)
    assert root.tag == f"{{{VERSIONS[version]}}}Envelope"
    inside = root[0][0]
    assert inside.tag == f"{{{builders.SERVICE}}}PingResponse"
    assert exclusive_c14n(inside[0]) == exclusive_c14n(etree.fromstring(content))
    before, after = answer.split(content)
    assert etree.fromstring(before + after)[0][0].text is None
