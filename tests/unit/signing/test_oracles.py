"""Independent software verifies what we sign: xmlsec, the xmlsec1 command, jwcrypto, joserfc."""

import json
from pathlib import Path

import pytest
import xmlsec
from joserfc import jws as joserfc_jws
from joserfc.jwk import ECKey
from jwcrypto import jwk, jws
from lxml import etree

from signing.canonical import exclusive_c14n, jcs
from signing.keys import published_document
from signing.xades import DS, SIGNATURE, XADES

NAMESPACE = "urn:siseri:gateway:acknowledgement:1"


def _xmlsec_verifies(receipt: bytes, pem: bytes) -> None:
    root = etree.fromstring(receipt)
    context = xmlsec.SignatureContext()
    for name in (f"{{{NAMESPACE}}}acknowledgement", f"{{{XADES}}}SignedProperties"):
        context.register_id(next(root.iter(name)), "Id")
    for transform in (
        xmlsec.constants.TransformEnveloped,
        xmlsec.constants.TransformExclC14N,
        xmlsec.constants.TransformSha256,
    ):
        context.enable_reference_transform(transform)
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatCertPem)
    context.verify(next(root.iter(SIGNATURE)))


def _certificate(signed) -> bytes:
    return (signed.folder / f"{signed.signer.kid}.cert.pem").read_bytes()


@pytest.mark.parametrize("form", ["xml", "xml_with_proof"])
def test_python_xmlsec_verifies_the_xml_receipt(signed, form):
    _xmlsec_verifies(getattr(signed, form), _certificate(signed))


def test_python_xmlsec_verifies_the_receipt_inside_a_soap_envelope(signed):
    envelope = etree.fromstring(
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:x="urn:x" '
        b'xmlns="urn:other"><s:Body x:a="1"></s:Body></s:Envelope>'
    )
    envelope[0].append(etree.fromstring(signed.xml))
    _xmlsec_verifies(etree.tostring(envelope), _certificate(signed))


def test_python_xmlsec_refuses_a_changed_receipt(signed):
    changed = signed.xml.replace(b"<returnCode>2<", b"<returnCode>0<")
    with pytest.raises(xmlsec.Error):
        _xmlsec_verifies(changed, _certificate(signed))


def test_a_receipt_taken_from_a_soap_answer_is_saved_as_the_same_bytes(signed):
    envelope = etree.fromstring(
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:x="urn:x">'
        b"<s:Body>" + signed.xml + b"</s:Body></s:Envelope>"
    )
    assert exclusive_c14n(envelope[0][0]) == signed.xml


@pytest.mark.parametrize("form", ["json", "jws"])
def test_jwcrypto_verifies_the_jws_with_the_published_jwk(signed, form):
    octets = getattr(signed, form)
    compact = json.loads(octets)["signature"] if form == "json" else octets.decode()
    published = published_document(signed.trust)["keys"][0]
    token = jws.JWS()
    token.allowed_algs = ["ES256"]
    token.deserialize(compact, jwk.JWK(**published))
    assert token.payload == signed.canonical
    assert token.jose_header["kid"] == published["kid"] == signed.signer.kid


def test_joserfc_verifies_the_jws_with_the_published_jwk(signed):
    published = published_document(signed.trust)["keys"][0]
    registry = joserfc_jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    token = joserfc_jws.deserialize_compact(
        signed.jws, ECKey.import_key(published), registry=registry
    )
    assert token.payload == signed.canonical


def test_the_protected_header_has_exactly_four_members(signed):
    token = joserfc_jws.extract_compact(signed.jws)
    assert list(token.headers()) == ["alg", "typ", "kid", "x5t#S256"]


def test_an_acknowledgement_beyond_the_usual_limit_of_jose_libraries_is_signed(signed):
    payload = jcs({"lines": ["x" * 1000] * 1000})
    token = jws.JWS()
    token.deserialize(
        signed.signer.sign_json(payload).decode(),
        jwk.JWK(**published_document(signed.trust)["keys"][0]),
    )
    assert token.payload == payload


def test_the_signature_is_written_in_the_canonical_form_that_lxml_gives(signed):
    mark = next(etree.fromstring(signed.xml).iter(SIGNATURE))
    for name, namespace in (("SignedInfo", DS), ("SignedProperties", XADES)):
        node = next(mark.iter(f"{{{namespace}}}{name}"))
        assert exclusive_c14n(etree.fromstring(exclusive_c14n(node))) == exclusive_c14n(node)


def test_the_signature_is_valid_by_the_schemas_of_the_w3c_and_of_etsi(signed):
    vendor = Path(__file__).parents[3] / "specs" / "xsd" / "vendor"
    for file, name in (
        ("xmldsig-core-schema.xsd", SIGNATURE),
        ("XAdES01903v132-201601.xsd", f"{{{XADES}}}QualifyingProperties"),
    ):
        schema = etree.XMLSchema(etree.parse(vendor / file))
        node = next(etree.fromstring(signed.xml).iter(name))
        schema.assertValid(etree.fromstring(exclusive_c14n(node)))
