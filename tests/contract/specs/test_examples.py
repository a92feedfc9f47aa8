"""Every example is valid in its own form, and says the same in XML and in JSON."""

import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import rfc8785
import xmlschema
import yaml
from lxml import etree
from stdnum import luhn
from stdnum.fr import nir as nir_number

import specs

OPENAPI = yaml.safe_load(specs.path("openapi/gateway.yaml").read_text("utf-8"))
XSD = {
    "transmission": "xsd/transmission/1.0/transmission.xsd",
    "acknowledgement": "xsd/acknowledgement/1.0/acknowledgement.xsd",
}
GATES = {k: etree.XMLSchema(etree.parse(str(specs.path(v)))) for k, v in XSD.items()}
TYPES = {k: xmlschema.XMLSchema(str(specs.path(v)), allow="local") for k, v in XSD.items()}
ROOT = {"transmission": "transmission", "acknowledgement": "receipt"}

LATE_FLOWS = {"PASSIVE_EXTERNAL", "RADON", "RADIOTOXICOLOGY", "BODY_COUNTING"}
FLOWS = LATE_FLOWS | {"OPERATIONAL", "AIRCREW", "COMMITTED_DOSE"}
PERMITTED = {
    f"{flow}-{operation}".lower()
    for flow in FLOWS
    for operation in ("INITIAL", "LATE", "CORRECTION", "CANCELLATION", "ABSENCE")
    if flow in LATE_FLOWS or operation not in {"LATE", "ABSENCE"}
}


def _files(kind: str, suffix: str) -> list[Path]:
    return sorted(specs.path(f"examples/{kind}").glob(f"*.{suffix}"))


EVERY = [(kind, path) for kind in XSD for path in _files(kind, "json")]
IDS = [f"{kind}-{path.stem}" for kind, path in EVERY]
TRANSMISSIONS = [path for kind, path in EVERY if kind == "transmission"]


def _validator(name: str) -> Any:
    return jsonschema_rs.validator_for(
        {"$ref": f"#/components/schemas/{name}", "components": OPENAPI["components"]}
    )


def _json(node: etree._Element, kind: Any) -> Any:
    """The JSON form by the types of the schema alone, read through another library than libxml2."""
    if not kind.is_complex():
        text = node.text or ""
        if kind.local_name == "Boolean":
            return {"true": True, "false": False}[text]
        return int(text) if kind.local_name == "Count" else text
    members = {element.name: element for element in kind.content.iter_elements()}
    children = [
        (etree.QName(child).localname, _json(child, members[child.tag].type))
        for child in node
        if child.tag != "{http://www.w3.org/2000/09/xmldsig#}Signature"
    ]
    if len(members) == 1 and next(iter(members.values())).max_occurs != 1:
        return [value for _, value in children]
    assert len(dict(children)) == len(children)
    return dict(children)


def test_every_flow_and_permitted_operation_has_its_pair() -> None:
    assert {path.stem for path in _files("transmission", "json")} == PERMITTED
    assert {path.stem for path in _files("transmission", "xml")} == PERMITTED
    receipts = {"accepted", "partly_accepted", "held", "inadmissible", "conflict"}
    assert {path.stem for path in _files("acknowledgement", "json")} == receipts
    assert {path.stem for path in _files("acknowledgement", "xml")} == receipts


@pytest.mark.parametrize(("kind", "path"), EVERY, ids=IDS)
def test_xml_is_valid_for_both_engines(kind: str, path: Path) -> None:
    tree = etree.parse(str(path.with_suffix(".xml")))
    GATES[kind].assertValid(tree)
    TYPES[kind].validate(str(path.with_suffix(".xml")))


@pytest.mark.parametrize("path", TRANSMISSIONS, ids=lambda path: path.stem)
def test_each_line_is_valid_by_itself(path: Path) -> None:
    tree = etree.parse(str(path.with_suffix(".xml")))
    lines = list(tree.iter("{urn:siseri:gateway:transmission:1}result"))
    lines = [line for line in lines if etree.QName(line.getparent()).localname == "results"]
    assert lines
    for line in lines:
        GATES["transmission"].assertValid(line)


@pytest.mark.parametrize(("kind", "path"), EVERY, ids=IDS)
def test_json_is_valid_and_has_the_content_of_the_xml(kind: str, path: Path) -> None:
    document = json.loads(path.read_bytes())
    _validator({"transmission": "Transmission", "acknowledgement": "Receipt"}[kind]).validate(
        document
    )
    node = etree.parse(str(path.with_suffix(".xml"))).getroot()
    converted = _json(node, TYPES[kind].elements[ROOT[kind]].type)
    if kind == "acknowledgement":
        # The one difference of the forms: in XML the signature is inside the acknowledgement.
        assert "PLACEHOLDER" in document.pop("signature")
        assert not list(node.iter("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    assert converted == document


@pytest.mark.parametrize("path", TRANSMISSIONS, ids=lambda path: path.stem)
def test_header_and_lines_are_valid_apart(path: Path) -> None:
    document = json.loads(path.read_bytes())
    results = document.pop("results")
    _validator("TransmissionHeader").validate(document)
    for result in results:
        _validator("Result").validate(result)


@pytest.mark.parametrize("path", TRANSMISSIONS, ids=lambda path: path.stem)
def test_transmission_is_what_its_name_says_and_its_totals_are_true(path: Path) -> None:
    document = json.loads(path.read_bytes())
    operations = {result["operation"] for result in document["results"]}
    assert {f"{document['flow']}-{operation}".lower() for operation in operations} == {path.stem}
    doses = [m for result in document["results"] for m in result.get("measurements", [])]
    assert document["totals"]["results"] == len(document["results"])
    assert document["totals"]["measurements"] == len(doses)
    total = sum((Decimal(dose["value"]) for dose in doses if "value" in dose), Decimal(0))
    assert Decimal(document["totals"]["sumMsv"]) == total
    for result in document["results"]:
        assert ("corrects" in result) == (result["operation"] in {"CORRECTION", "CANCELLATION"})


@pytest.mark.parametrize("path", TRANSMISSIONS, ids=lambda path: path.stem)
def test_numbers_have_valid_keys_and_no_person_exists(path: Path) -> None:
    document = json.loads(path.read_bytes())
    for result in document["results"]:
        nir = result["worker"]["nir"]
        assert nir_number.is_valid(nir)
        assert nir[7:10] == "999"
        for place in (result["employer"], result.get("site", {}), document["sender"]):
            assert luhn.is_valid(place.get("siret", "0"))
        prescriber = result.get("examination", {}).get("prescriber", {})
        physician = result.get("committed", {}).get("physician", prescriber)
        assert luhn.is_valid(physician.get("rpps", "0"))


def test_what_examples_aim_at_exists_or_is_older_than_the_gateway() -> None:
    lines: dict[tuple[str, str], dict[str, Any]] = {}
    for path in TRANSMISSIONS:
        document = json.loads(path.read_bytes())
        lines |= {(document["id"], result["ref"]): result for result in document["results"]}
    for result in lines.values():
        corrects = result.get("corrects", {})
        if "transmission" in corrects:
            target = lines[corrects["transmission"], corrects["ref"]]
            assert target["worker"] == result["worker"]
        for based in result.get("committed", {}).get("basedOn", []):
            assert (based["transmission"], based["ref"]) in lines


def test_digests_of_the_receipts_are_true() -> None:
    for path in _files("acknowledgement", "json"):
        receipt = json.loads(path.read_bytes())
        acknowledgement = receipt["acknowledgement"]
        canonical = hashlib.sha256(rfc8785.dumps(acknowledgement)).hexdigest()
        assert receipt["canonicalSha256"] == canonical
        lines = acknowledgement.get("lines", [])
        assert acknowledgement.get("linesTotal", 0) == len(lines)
        if lines:
            joined = b"\n".join(rfc8785.dumps(line) for line in lines)
            assert acknowledgement["linesSha256"] == hashlib.sha256(joined).hexdigest()


def test_content_digest_of_the_accepted_receipt_is_that_of_its_transmission() -> None:
    accepted = specs.path("examples/acknowledgement/accepted.json").read_bytes()
    acknowledgement = json.loads(accepted)["acknowledgement"]
    body = specs.path("examples/transmission/passive_external-initial.json").read_bytes()
    transmission = json.loads(body)  # written in normal form
    results = transmission.pop("results")
    parts = [rfc8785.dumps(part) for part in (transmission, *results)]
    digest = hashlib.sha256(b"\n".join(parts)).hexdigest()
    assert acknowledgement["transmission"]["contentSha256"] == digest
    assert acknowledgement["received"]["sha256"] == hashlib.sha256(body).hexdigest()
    assert acknowledgement["received"]["size"] == len(body)


def test_lists_of_codes_are_dated_and_hold_what_the_examples_use() -> None:
    lists = {}
    for name in sorted(path.stem for path in specs.path("codelists").glob("*.json")):
        document = json.loads(specs.path(f"codelists/{name}.json").read_bytes())
        assert document["name"] == name
        assert document["version"]
        assert document["date"]
        codes = [entry["code"] for entry in document["codes"]]
        assert len(codes) == len(set(codes))
        assert all(0 < len(code) <= 32 for code in codes)
        assert all({"code", "fr", "en", "validFrom"} <= entry.keys() for entry in document["codes"])
        lists[name] = set(codes)
    assert lists.keys() >= {"sectors", "trades", "contracts", "exposure-natures"}
    radionuclide = _validator("Radionuclide")
    assert all(radionuclide.is_valid(code) for code in lists["radionuclides"])
    for path in TRANSMISSIONS:
        for result in json.loads(path.read_bytes())["results"]:
            activities = result.get("examination", {}).get("activities", [])
            committed = result.get("committed", {})
            used = {activity["radionuclide"] for activity in activities}
            assert used | set(committed.get("radionuclides", [])) <= lists["radionuclides"]
            assert {committed.get("organ", "LUNG")} <= lists["organs"]
            if "dosimeter" in result:
                assert result["dosimeter"]["type"] in lists["dosimeter-types"]
