"""Hand-made acknowledgements, signed by keys made for the test, in every form that travels."""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import orjson
import pytest
from lxml import etree

from signing.canonical import exclusive_c14n, jcs
from signing.keys import PublishedKey, load_published, load_signer, new_signing_key
from signing.signer import AcknowledgementSigner
from signing.xades import SIGNATURE

NAMESPACE = "urn:siseri:gateway:acknowledgement:1"
KEY_MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)
DECIDED_AT = datetime(2026, 3, 2, 10, 20, 30, 456000, tzinfo=UTC)

ACKNOWLEDGEMENT: dict[str, object] = {
    "id": "7f6f9f0e-6f0e-4a51-8c55-6c0f4a3a5a11",
    "version": "1",
    "stage": "EXECUTION",
    "test": True,
    "environment": "integration",
    "disposition": "PARTLY_ACCEPTED",
    "returnCode": 2,
    "issuer": {"name": 'Registre d\'essai & "démonstration" <1>', "siret": "00000000000000"},
    "transmission": {"id": "0f6f9f0e-6f0e-4a51-8c55-6c0f4a3a5a22", "contentSha256": "ab" * 32},
    "decidedAt": "2026-03-02T10:20:30.456Z",
    "counts": {"results": 3, "accepted": 2, "rejected": 1},
    "lines": [{"index": 3, "verdict": "REJECTED"}, {"index": 4, "verdict": "HELD"}],
}
INCLUSION = {"leafIndex": "41", "path": ["q83vEjRWeJCrze8SNFZ4kA", "EjRWeJCrze8SNFZ4kKvN7w"]}
_CHILD = {"lines": "line", "path": "node"}
_INTEGERS = {"returnCode", "results", "accepted", "rejected", "index"}


@dataclass(frozen=True)
class Signed:
    """One acknowledgement in every form, with what is needed to check it."""

    folder: Path
    signer: AcknowledgementSigner
    trust: tuple[PublishedKey, ...]
    canonical: bytes
    json: bytes
    json_with_proof: bytes
    jws: bytes
    xml: bytes
    xml_with_proof: bytes


def element_of(name: str, value: object) -> etree._Element:
    element = etree.Element(f"{{{NAMESPACE}}}{name}", nsmap={None: NAMESPACE})
    if isinstance(value, Mapping):
        element.extend([element_of(str(member), inner) for member, inner in value.items()])
    elif isinstance(value, list):
        element.extend([element_of(_CHILD[name], inner) for inner in value])
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    else:
        element.text = str(value)
    return element


def value_of(element: etree._Element) -> object:
    name = etree.QName(element).localname
    children = [child for child in element if child.tag != SIGNATURE]
    if name in _CHILD:
        return [value_of(child) for child in children]
    if children:
        return {etree.QName(child).localname: value_of(child) for child in children}
    text = element.text or ""
    if name == "test":
        return {"true": True, "false": False}[text]
    return int(text) if name in _INTEGERS else text


def canonical_form_of(element: etree._Element) -> bytes:
    return jcs(value_of(element))


def json_receipt(signer: AcknowledgementSigner, canonical: bytes, **more: object) -> bytes:
    members: dict[str, object] = {
        "acknowledgement": orjson.loads(canonical),
        "canonicalSha256": sha256(canonical).hexdigest(),
        "signature": signer.sign_json(canonical).decode("ascii"),
    }
    return jcs(members | more)


def xml_receipt(
    signer: AcknowledgementSigner,
    acknowledgement: Mapping[str, object],
    *,
    inclusion: object = None,
    signed_at: datetime = DECIDED_AT,
) -> bytes:
    root = etree.Element(f"{{{NAMESPACE}}}receipt", nsmap={None: NAMESPACE})
    inner = element_of("acknowledgement", acknowledgement)
    inner.set("Id", "ack-7f6f9f0e")
    root.append(inner)
    digest = sha256(jcs(acknowledgement)).hexdigest()
    root.append(element_of("canonicalSha256", digest))
    signer.sign_xml(inner, signed_at=signed_at)
    if inclusion is not None:
        root.append(element_of("proof", inclusion))
    return exclusive_c14n(root)


@pytest.fixture(scope="session")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Signed:
    folder = tmp_path_factory.mktemp("keys")
    new_signing_key(folder, common_name="Essai", organisation="Registre d'essai", now=KEY_MADE_AT)
    signer = load_signer(folder, now=DECIDED_AT)
    canonical = jcs(ACKNOWLEDGEMENT)
    return Signed(
        folder=folder,
        signer=signer,
        trust=load_published(folder),
        canonical=canonical,
        json=json_receipt(signer, canonical),
        json_with_proof=json_receipt(signer, canonical, proof=INCLUSION),
        jws=signer.sign_json(canonical),
        xml=xml_receipt(signer, ACKNOWLEDGEMENT),
        xml_with_proof=xml_receipt(signer, ACKNOWLEDGEMENT, inclusion=INCLUSION),
    )


@pytest.fixture(scope="session")
def canonical_form() -> Callable[[etree._Element], bytes]:
    return canonical_form_of


@pytest.fixture(scope="session")
def make_json() -> Callable[..., bytes]:
    return json_receipt


@pytest.fixture(scope="session")
def make_xml() -> Callable[..., bytes]:
    return xml_receipt


@pytest.fixture(scope="session")
def acknowledgement() -> dict[str, object]:
    return dict(ACKNOWLEDGEMENT)


@pytest.fixture(scope="session")
def xmlsec1() -> str:
    binary = shutil.which("xmlsec1")
    if binary is None:
        reason = "the xmlsec1 command is not installed (apt-get install xmlsec1)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return binary
