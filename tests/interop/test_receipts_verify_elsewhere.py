"""Receipts from the doors verify with tools that are not ours and the keys that we publish."""

import base64
import hashlib
import json
import ssl
import subprocess

import pytest
import xmlsec
from joserfc import jws as joserfc_jws
from joserfc.jwk import ECKey
from jwcrypto import jwk, jws
from lxml import etree

ACKNOWLEDGEMENT = "{urn:siseri:gateway:acknowledgement:1}acknowledgement"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}SignedProperties"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
XML_FORMS = ["xml", "cut_out"]
TYPE = "siseri-ack+jws"


@pytest.fixture
def certificate(fetched, tmp_path):
    """The PEM of the published key that signed, as a receiver saves it."""
    kid = json.loads(_segment(fetched.jws.decode(), 0))["kid"]
    (key,) = [key for key in json.loads(fetched.published)["keys"] if key["kid"] == kid]
    path = tmp_path / "certificate.pem"
    path.write_text(ssl.DER_cert_to_PEM_cert(base64.b64decode(key["x5c"][0])))
    return path


def _segment(compact, number):
    part = compact.split(".")[number]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _jwks(fetched):
    return json.loads(fetched.published)


def _by_command(xmlsec1, certificate, octets):
    path = certificate.with_name("receipt.xml")
    path.write_bytes(octets)
    ids = (ACKNOWLEDGEMENT, XADES)
    flags = [part for tag in ids for part in ("--id-attr:Id", tag[1:].replace("}", ":"))]
    return subprocess.run(
        [
            *(xmlsec1, "--verify", "--pubkey-cert-pem", certificate),
            *("--enabled-reference-uris", "same-doc", *flags, path),
        ],
        capture_output=True,
        text=True,
        check=False,
    )


def _by_library(certificate, octets):
    root = etree.fromstring(octets)
    context = xmlsec.SignatureContext()
    for tag in (ACKNOWLEDGEMENT, XADES):
        context.register_id(next(root.iter(tag)), "Id")
    context.key = xmlsec.Key.from_file(str(certificate), xmlsec.constants.KeyDataFormatCertPem)
    context.verify(next(root.iter(SIGNATURE)))


@pytest.mark.parametrize("form", XML_FORMS)
def test_the_xmlsec1_command_verifies_the_receipt(fetched, form, xmlsec1, certificate):
    done = _by_command(xmlsec1, certificate, getattr(fetched, form))
    assert done.returncode == 0, done.stderr
    assert "SignedInfo References (ok/all): 2/2" in done.stdout + done.stderr


def test_the_xmlsec1_command_refuses_another_verdict(fetched, xmlsec1, certificate):
    changed = fetched.xml.replace(b"PARTLY_ACCEPTED", b"ACCEPTED")
    assert changed != fetched.xml
    assert _by_command(xmlsec1, certificate, changed).returncode != 0


@pytest.mark.parametrize("form", [*XML_FORMS, "soap"])
def test_python_xmlsec_verifies_the_receipt(fetched, form, certificate):
    _by_library(certificate, getattr(fetched, form))


def test_python_xmlsec_refuses_another_verdict(fetched, certificate):
    changed = fetched.xml.replace(b"PARTLY_ACCEPTED", b"ACCEPTED")
    with pytest.raises(xmlsec.Error):
        _by_library(certificate, changed)


def test_the_receipt_cut_out_of_a_soap_answer_is_that_of_the_rest_door(fetched):
    assert fetched.cut_out == fetched.xml


def test_jwcrypto_verifies_the_jws_with_the_published_keys(fetched):
    token = jws.JWS()
    token.allowed_algs = ["ES256"]
    token.deserialize(json.loads(fetched.json)["signature"])
    keys = jwk.JWKSet.from_json(fetched.published.decode())
    token.verify(keys.get_key(token.jose_header["kid"]))
    assert token.jose_header["typ"] == TYPE
    assert json.loads(token.payload) == fetched.acknowledgement
    digest = hashlib.sha256(token.payload).hexdigest()
    assert digest == json.loads(fetched.json)["canonicalSha256"]


def test_joserfc_verifies_the_bare_jws(fetched):
    keys = {key["kid"]: key for key in _jwks(fetched)["keys"]}
    kid = json.loads(_segment(fetched.jws.decode(), 0))["kid"]
    registry = joserfc_jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    token = joserfc_jws.deserialize_compact(
        fetched.jws, ECKey.import_key(keys[kid]), registry=registry
    )
    assert json.loads(token.payload) == fetched.acknowledgement


def test_node_verifies_the_jws_without_any_library(fetched, node):
    said = node("verify-jws.cjs", jws=fetched.jws.decode(), jwks=_jwks(fetched))
    assert said["verified"] is True
    assert said["header"]["typ"] == TYPE
    assert json.loads(said["payload"]) == fetched.acknowledgement


def test_node_refuses_another_verdict(fetched, node):
    head, payload, mark = fetched.jws.decode().split(".")
    changed = _segment(fetched.jws.decode(), 1).replace(b"PARTLY_ACCEPTED", b"ACCEPTED")
    other = base64.urlsafe_b64encode(changed).decode().rstrip("=")
    assert other != payload
    said = node("verify-jws.cjs", jws=f"{head}.{other}.{mark}", jwks=_jwks(fetched))
    assert said["verified"] is False


def test_the_jws_alone_is_the_signature_of_the_json_receipt(fetched):
    assert json.loads(fetched.json)["signature"] == fetched.jws.decode()
