"""The proof of an XML receipt: wrapping, canonicalisation and algorithm attacks find no place."""

import time
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from signing.canonical import exclusive_c14n, jcs
from signing.encoding import to_base64
from signing.errors import KeyUnusable, SignatureInvalid, SigningError
from signing.keys import load_published, load_signer, mark_compromised, new_signing_key
from signing.proof import MAX_RECEIPT_BYTES
from signing.verify import verify_xml
from signing.xades import DS, SIGNATURE, XADES

NAMESPACE = "urn:siseri:gateway:acknowledgement:1"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def refused(signed, canonical_form):
    def verify(octets, trust=None) -> SignatureInvalid:
        with pytest.raises(SignatureInvalid) as caught:
            verify_xml(octets, trust=trust or signed.trust, canonical_form=canonical_form)
        return caught.value

    return verify


@pytest.mark.parametrize("form", ["xml", "xml_with_proof"])
def test_a_true_receipt_is_proved_in_eleven_numbered_steps(signed, canonical_form, form):
    proof = verify_xml(getattr(signed, form), trust=signed.trust, canonical_form=canonical_form)
    assert [step.number for step in proof.steps] == list(range(1, 12))
    assert all(step.name and step.found for step in proof.steps)
    assert proof.acknowledgement == signed.canonical
    assert (proof.kid, proof.certificate) == (signed.signer.kid, signed.signer.certificate)


def _parts(octets):
    root = etree.fromstring(octets)
    genuine = root[0]
    evil = deepcopy(genuine)
    evil.remove(evil[-1])
    evil.find(f"{{{NAMESPACE}}}returnCode").text = "0"
    return root, genuine, genuine[-1], evil


def _object(mark, child):
    holder = etree.SubElement(mark, f"{{{DS}}}Object")
    holder.append(child)


def _xsw1(root, genuine, mark, evil):
    """The forged one first, the genuine one inside the Signature, which stays with the forged."""
    evil.append(mark)
    root[0] = evil
    _object(mark, genuine)


def _xsw2(root, genuine, mark, evil):
    """The forged one first, then the Signature detached beside the genuine one."""
    root[0] = evil
    evil.append(genuine)
    evil.append(mark)


def _xsw3(root, genuine, mark, evil):
    """The forged one as an elder brother of the genuine one."""
    del root, mark
    genuine.addprevious(evil)


def _xsw4(root, genuine, mark, evil):
    """The genuine one, signature and all, as the last child of the forged one."""
    del mark
    root[0] = evil
    evil.append(genuine)


def _xsw5(root, genuine, mark, evil):
    """The forged one carries the Signature; the genuine one stands at the document's end."""
    root[0] = evil
    evil.append(mark)
    root.append(genuine)


def _xsw6(root, genuine, mark, evil):
    """The Signature in the forged one, the genuine one inside its KeyInfo."""
    root[0] = evil
    evil.append(mark)
    mark.find(f"{{{DS}}}KeyInfo").append(genuine)


def _xsw7(root, genuine, mark, evil):
    """The forged one hides in the part that nobody signs."""
    del mark, genuine
    proof = etree.SubElement(root, f"{{{NAMESPACE}}}proof")
    proof.append(evil)
    root.insert(0, proof)


def _xsw8(root, genuine, mark, evil):
    """The genuine one, in the Signature's own Object, as XAdES properties stand there."""
    root[0] = evil
    evil.append(mark)
    mark.find(f"{{{DS}}}Object")[0].append(genuine)


@pytest.mark.parametrize("same_id", [True, False], ids=["same Id", "other Id"])
@pytest.mark.parametrize("wrap", [_xsw1, _xsw2, _xsw3, _xsw4, _xsw5, _xsw6, _xsw7, _xsw8])
def test_signature_wrapping_is_refused(signed, refused, wrap, same_id):
    root, genuine, mark, evil = _parts(signed.xml)
    if not same_id:
        evil.set("Id", "evil")
    wrap(root, genuine, mark, evil)
    assert refused(exclusive_c14n(root)).step in (3, 4)


def test_a_second_signature_is_refused_wherever_it_stands(signed, refused):
    for place in (
        lambda root, mark: root[0].append(mark),
        lambda root, mark: root[0].insert(0, mark),
        lambda root, mark: root.append(mark),
        lambda root, mark: root[0][-1].append(mark),
        lambda root, mark: root[0][-1][-1].append(mark),
    ):
        root, _, mark, _ = _parts(signed.xml)
        place(root, deepcopy(mark))
        assert refused(exclusive_c14n(root)).step == 3


def test_a_receipt_without_signature_or_with_it_elsewhere_is_refused(signed, refused):
    root, genuine, mark, _ = _parts(signed.xml)
    genuine.remove(mark)
    assert refused(exclusive_c14n(root)).step == 3
    for place in (lambda: root.append(mark), lambda: genuine.insert(3, mark)):
        place()
        assert refused(exclusive_c14n(root)).step == 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"),
        ("http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        ("http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/2006/12/xml-c14n11"),
        (f"{DS}enveloped-signature", "http://www.w3.org/TR/1999/REC-xslt-19991116"),
        (f"{DS}enveloped-signature", "http://www.w3.org/TR/1999/REC-xpath-19991116"),
        (f"{DS}enveloped-signature", f"{DS}base64"),
        ("http://www.w3.org/2001/04/xmlenc#sha256", f"{DS}sha1"),
        ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
        ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", f"{DS}rsa-sha1"),
        ('URI="#ack-7f6f9f0e"', 'URI=""'),
        ('URI="#ack-7f6f9f0e"', 'URI="https://attacker.example/"'),
        ('URI="#ack-7f6f9f0e"', 'URI="file:///etc/passwd"'),
        ('URI="#ack-7f6f9f0e"', 'URI="#ack-7f6f9f0e-signed-properties"'),
        ("01903#SignedProperties", "01903#Other"),
        ("application/xml", "text/plain"),
        ("-signature", "-other"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("every", [1, -1], ids=["first", "all"])
def test_an_algorithm_or_reference_beyond_the_profile_is_refused(signed, refused, old, new, every):
    mark = signed.xml.index(b"<ds:Signature ")
    changed = signed.xml[:mark] + signed.xml[mark:].replace(old.encode(), new.encode(), every)
    assert changed != signed.xml
    assert refused(exclusive_c14n(etree.fromstring(changed))).step == 4


@pytest.mark.parametrize(
    ("path", "addition"),
    [
        (f".//{{{DS}}}SignedInfo", f"{{{DS}}}Reference"),
        (f".//{{{DS}}}Transforms", f"{{{DS}}}Transform"),
        (f".//{{{DS}}}KeyInfo", f"{{{DS}}}KeyValue"),
        (f".//{{{DS}}}KeyInfo", f"{{{DS}}}RetrievalMethod"),
        (f".//{{{DS}}}X509Data", f"{{{DS}}}X509Certificate"),
        (f".//{{{DS}}}Object", f"{{{DS}}}Manifest"),
        (f".//{{{XADES}}}QualifyingProperties", f"{{{XADES}}}UnsignedProperties"),
        (SIGNATURE, f"{{{DS}}}Object"),
        (f".//{{{DS}}}CanonicalizationMethod", "{http://www.w3.org/2001/10/xml-exc-c14n#}InclusiveNamespaces"),
    ],
)  # fmt: skip
def test_an_element_beyond_the_profile_is_refused(signed, refused, path, addition):
    root, genuine, mark, _ = _parts(signed.xml)
    holder = mark if path == SIGNATURE else genuine.find(path)
    etree.SubElement(holder, addition)
    assert refused(exclusive_c14n(root)).step == 4


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        (b"<returnCode>2<", b"<returnCode>0<", 8),
        (b"<test>true<", b"<test>false<", 8),
        (b'Id="ack-7f6f9f0e">', b'Id="ack-7f6f9f0f">', 4),
        (b"2026-03-02T10:20:30.456Z</xades", b"2026-03-02T10:20:31.456Z</xades", 4),
        (b"<id>", b"<id><x></x>", 8),
        (b"<id>", b'<id Id="a">', 3),
        (b"<proof>", b'<proof Id="ack-7f6f9f0e">', 3),
        (b"<proof>", b"t<proof>", 3),
        (b"<proof>", b'<proof><x xmlns="urn:other"></x>', 3),
        (b"<proof>", b'<proof><x:node xmlns:x="' + NAMESPACE.encode() + b'"></x:node>', 3),
        (b"</ds:Signature>", b"</ds:Signature>t", 3),
        (b"<version>", b"t<version>", 8),
        (b"</receipt>", b"<more></more></receipt>", 3),
        (b"<canonicalSha256>", b"<canonicalSha256>0", 10),
        (b"<ds:SignatureValue>", b"<ds:SignatureValue> ", 4),
        (b"</ds:X509Certificate>", b"\n</ds:X509Certificate>", 4),
        (b"==</ds:SignatureValue>", b"</ds:SignatureValue>", 4),
    ],
)
def test_a_changed_receipt_is_refused_at_the_step_that_it_breaks(signed, refused, old, new, step):
    assert old in signed.xml_with_proof
    changed = signed.xml_with_proof.replace(old, new, 1)
    assert changed == exclusive_c14n(etree.fromstring(changed))
    assert refused(changed).step == step


@pytest.mark.parametrize(
    ("respell", "step"),
    [
        (lambda octets: b'<?xml version="1.0"?>' + octets, 1),
        (lambda octets: b'<!DOCTYPE receipt [<!ENTITY a "b">]>' + octets, 1),
        (lambda octets: octets.replace(b"<test>true", b"<test>tr<!-- -->ue"), 1),
        (lambda octets: octets.replace(b"<test>true", b"<test>tr<?x?>ue"), 1),
        (lambda octets: octets.replace(b"<test>true", b"<test><![CDATA[true]]>"), 1),
        (lambda octets: octets.replace(b"<test>true", b"<test>&undeclared;"), 1),
        (lambda octets: octets.replace(b"<test>", b"<x:test>").replace(b"</test", b"</x:test"), 1),
        (lambda octets: octets.replace(b"<test>true", b"<test>\xff"), 1),
        (lambda octets: octets.replace(b"<test>true", b"<test>\x00"), 1),
        (lambda octets: octets[:-1], 1),
        (lambda octets: octets.decode().encode("utf-16"), 1),
        (lambda _: b"", 1),
        (lambda _: b" " * (MAX_RECEIPT_BYTES + 1), 1),
        (lambda _: b"<a>" * 5000 + b"</a>" * 5000, 1),
        (lambda octets: octets.replace(b"<test>true", b"<test>&#116;rue"), 2),
        (lambda octets: octets.replace(b"<test>", b"<test >"), 2),
        (lambda octets: octets + b"\n", 2),
        (lambda octets: octets.replace(b"<receipt ", b'<receipt xmlns:unused="urn:u" '), 2),
        (lambda octets: octets.replace(b"<version>", b"\r\n<version>"), 2),
        (lambda octets: octets.replace(b"<test>", b'<test xmlns="relative">'), 2),
        (lambda octets: b"\xef\xbb\xbf" + octets, 2),
        (lambda _: b"<receipt></receipt>", 3),
        (lambda _: f'<receipt xmlns="{NAMESPACE}"></receipt>'.encode(), 3),
        (lambda octets: octets.replace(b"receipt", b"recipe"), 3),
    ],
)  # fmt: skip
def test_bytes_of_another_shape_are_refused_first(signed, refused, respell, step):
    assert refused(respell(signed.xml)).step == step


def test_a_signature_value_with_stray_bits_is_refused(signed, refused):
    value = etree.fromstring(signed.xml).findtext(f".//{{{DS}}}SignatureValue")
    stray = value[:-3] + chr(ord(value[-3]) + 1) + "=="
    assert refused(signed.xml.replace(value.encode(), stray.encode())).step == 4


def test_an_oversized_receipt_is_refused_unread(refused):
    assert "longer" in refused(b"<" * (MAX_RECEIPT_BYTES + 1)).reason


def test_a_canonicalisation_bomb_is_refused_fast(refused):
    names = " ".join(f'xmlns:n{i}="urn:n:{i}"' for i in range(4000))
    children = "".join(f'<n{i}:a n{i}:b="1"/>' for i in range(4000))
    bomb = f"<receipt {names}>{children}</receipt>".encode()
    attributes = "".join(f' a{i:06}="{i}"' for i in range(100_000))
    crowded = f'<receipt xmlns="{NAMESPACE}"><acknowledgement{attributes}/></receipt>'.encode()
    wide = f'<receipt xmlns="{NAMESPACE}">{"<a></a>" * 300_000}</receipt>'.encode()
    for hostile in (bomb, crowded, crowded.replace(b'"', b"'"), wide):
        begin = time.process_time()
        assert refused(hostile).step in (1, 2, 3)
        assert time.process_time() - begin < 2


def test_the_certificate_of_another_trusted_key_is_refused(signed, refused, tmp_path):
    other = _made(tmp_path)
    old, new = signed.trust[0], other[0]
    swapped = _swap_certificate(signed.xml, old, new)
    assert refused(swapped, trust=(old, new)).step == 7
    assert refused(swapped).step == 6
    assert refused(signed.xml, trust=other).step == 6


def test_trusting_nobody_is_an_error_of_the_caller(signed, canonical_form):
    with pytest.raises(KeyUnusable):
        verify_xml(signed.xml, trust=(), canonical_form=canonical_form)


def test_the_signature_of_another_receipt_is_refused(signed, refused, make_xml, acknowledgement):
    root, genuine, mark, _ = _parts(signed.xml)
    other = etree.fromstring(make_xml(signed.signer, acknowledgement | {"returnCode": 0}))
    genuine.replace(mark, other[0][-1])
    assert refused(exclusive_c14n(root)).step == 8


def test_a_void_or_exchanged_signature_value_is_refused(signed, refused, make_xml, acknowledgement):
    other = etree.fromstring(make_xml(signed.signer, acknowledgement | {"returnCode": 0}))
    path = f".//{{{DS}}}SignatureValue"
    for value in (other.findtext(path), "A" * 86 + "==", "AAAA"):
        root = etree.fromstring(signed.xml)
        root.find(path).text = value
        assert refused(exclusive_c14n(root)).step == 9


def test_decision_and_signature_must_fall_before_the_compromise(
    tmp_path, canonical_form, make_xml, acknowledgement, refused
):
    _made(tmp_path)
    signer = load_signer(tmp_path, now=NOW)
    decided_at = datetime(2026, 3, 2, 10, 20, 30, 456000, tzinfo=UTC)
    mark_compromised(tmp_path, signer.kid, at=decided_at + timedelta(days=1))
    trust = load_published(tmp_path)
    receipt = make_xml(signer, acknowledgement)
    assert verify_xml(receipt, trust=trust, canonical_form=canonical_form)
    late = make_xml(signer, acknowledgement, signed_at=decided_at + timedelta(days=2))
    assert refused(late, trust=trust).step == 11
    decided_late = acknowledgement | {"decidedAt": "2026-03-09T00:00:00.000Z"}
    assert refused(make_xml(signer, decided_late), trust=trust).step == 11
    early = make_xml(signer, acknowledgement, signed_at=NOW - timedelta(days=2))
    assert refused(early, trust=trust).step == 11


@pytest.mark.parametrize(
    "form", [lambda _: b"[]", lambda _: b'{"a": 1}', lambda _: 1 / 0, lambda _: None]
)
def test_a_canonical_form_that_fails_proves_nothing(signed, form):
    with pytest.raises(SignatureInvalid) as caught:
        verify_xml(signed.xml, trust=signed.trust, canonical_form=form)
    assert caught.value.step == 10


def test_the_canonical_form_is_taken_of_the_digested_bytes_without_signature(signed):
    seen = []

    def form(element):
        seen.append(element)
        return signed.canonical

    assert verify_xml(signed.xml, trust=signed.trust, canonical_form=form)
    (element,) = seen
    assert element.getparent() is None
    assert element.find(SIGNATURE) is None


@pytest.mark.parametrize("name", [None, "", "7f6f9f0e", "a b", 'a"b', "é", "a" * 129])
def test_an_id_that_is_no_plain_name_is_not_signed(signed, name):
    element = etree.Element("acknowledgement")
    if name is not None:
        element.set("Id", name)
    with pytest.raises(SigningError):
        signed.signer.sign_xml(element, signed_at=NOW)
    assert len(element) == 0


def test_an_instant_without_zone_or_a_second_signature_is_not_signed(signed):
    element = etree.Element("acknowledgement", Id="a")
    with pytest.raises(SigningError):
        signed.signer.sign_xml(element, signed_at=datetime(2026, 1, 1))  # noqa: DTZ001
    signed.signer.sign_xml(element, signed_at=NOW)
    with pytest.raises(SigningError):
        signed.signer.sign_xml(element, signed_at=NOW)


def test_signing_does_not_depend_on_where_the_acknowledgement_stands(
    signed, canonical_form, acknowledgement, make_xml
):
    root = etree.fromstring(make_xml(signed.signer, acknowledgement))
    root[0].remove(root[0][-1])
    holder = etree.fromstring(b'<w xmlns="urn:w" xmlns:ds="urn:not-ds" xmlns:x="urn:x"></w>')
    holder.append(root)
    signed.signer.sign_xml(root[0], signed_at=NOW)
    assert verify_xml(exclusive_c14n(root), trust=signed.trust, canonical_form=canonical_form)


def _made(folder):
    new_signing_key(folder, common_name="Autre", organisation="Autre", now=NOW)
    return load_published(folder)


def _swap_certificate(octets, old, new):
    return octets.replace(
        to_base64(old.certificate_der).encode(), to_base64(new.certificate_der).encode()
    )


def test_the_sample_is_what_its_own_canonical_form_says(signed, acknowledgement):
    assert jcs(acknowledgement) == signed.canonical
