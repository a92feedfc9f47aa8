"""What `ports.Signer` promises, over every implementation; proofs are in tests/unit/signing."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from signing.keys import load_signer, new_signing_key
from tests.fakes import FakeSigner

NOW = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
NAMESPACE = "urn:siseri:gateway:acknowledgement:1"


@pytest.fixture(params=["fake", "real"])
def signer(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    if request.param == "fake":
        return FakeSigner()
    new_signing_key(tmp_path, common_name="Essai", organisation="Essai", now=NOW)
    return load_signer(tmp_path, now=NOW)


def test_the_kid_names_one_key_and_stays(signer: Any) -> None:
    assert isinstance(signer.kid, str)
    assert signer.kid
    assert signer.kid == signer.kid


def test_json_becomes_a_compact_jws_of_three_parts(signer: Any) -> None:
    compact = signer.sign_json(b'{"id":"1"}')
    assert isinstance(compact, bytes)
    assert compact.count(b".") == 2


def test_another_type_may_be_stated(signer: Any) -> None:
    assert signer.sign_json(b"{}", typ="siseri-pong+jws") != signer.sign_json(b"[]")


def test_xml_gets_its_signature_as_last_child(signer: Any) -> None:
    element = etree.Element(f"{{{NAMESPACE}}}acknowledgement", nsmap={None: NAMESPACE}, Id="ack-1")
    etree.SubElement(element, f"{{{NAMESPACE}}}id").text = "1"
    signer.sign_xml(element, signed_at=NOW)
    assert [etree.QName(child).localname for child in element] == ["id", "Signature"]
