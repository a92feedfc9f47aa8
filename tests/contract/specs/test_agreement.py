"""XSD and OpenAPI say the same, type by type. Generic, so that neither can move alone."""

import itertools
from typing import Any

import jsonschema_rs
import pytest
import yaml
from lxml import etree

import specs

XS = "{http://www.w3.org/2001/XMLSchema}"
FILES = (
    "xsd/transmission/1.0/transmission.xsd",
    "xsd/acknowledgement/1.0/acknowledgement.xsd",
)
# What XML has no use for: problems, keys, health, notices, enrolment, contacts; where JSON puts
# a signature.
JSON_ONLY = {
    *("Endpoints", "Enrolled", "EnrolledCredential", "EnrolledPartner", "Enrolment", "Offer"),
    *("OfferedCertificate", "OfferedKey", "OfferedRequest", "PublicJwk", "RevokedCredential"),
    *("RootOfTrust", "Statement", "Thumbprint"),
    *("EstablishmentContact", "EstablishmentContacts"),
    *("EstablishmentState", "VerifiedSource", "WorkerQuestion", "WorkerTraits"),
    "WorkerVerification",
    "Health",
    "Jws",
    "Me",
    "NoticePage",
    "NoticeSheet",
    "PartnerNotice",
    "StandingMandate",
    "PingReply",
    "Problem",
    "Rule",
    "RuleExamples",
    "RuleList",
    "SigningKey",
    "Checkpoint",
    "EvidenceLogKey",
    "EvidenceLogKeys",
    "TimestampingRoots",
    "SigningKeys",
    "TokenRequest",
    "AccessToken",
    "TokenRefusal",
    "ServerMetadata",
    "TokenKeys",
    "TokenKey",
}
JSON_ONLY_MEMBERS = {"Receipt": {"signature": "Jws"}}
INTEGER = {"type": "integer", "minimum": 0, "maximum": 999999999999}

OPENAPI = yaml.safe_load(specs.path("openapi/gateway.yaml").read_text("utf-8"))
SCHEMAS: dict[str, Any] = OPENAPI["components"]["schemas"]
ROOTS = [etree.parse(str(specs.path(name))).getroot() for name in FILES]


def _types(tag: str) -> dict[str, etree._Element]:
    return {node.get("name"): node for root in ROOTS for node in root.findall(XS + tag)}


UNIQUE = {
    node.getparent().get("type").rpartition(":")[2]
    for root in ROOTS
    for node in root.iter(XS + "unique")
}
"""Lists whose items must differ, by the element that has them."""
SIMPLE, COMPLEX, GROUPS = _types("simpleType"), _types("complexType"), _types("group")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _members(node: etree._Element) -> list[etree._Element]:
    """The elements of a content model, groups followed, signatures left out."""
    found: list[etree._Element] = []
    for child in node:
        if child.tag == XS + "element":
            if child.get("ref") != "ds:Signature":
                found.append(child)
        elif child.tag == XS + "group":
            found += _members(GROUPS[_local(child.get("ref"))])
        elif child.tag in {XS + "sequence", XS + "choice"}:
            found += _members(child)
    return found


def _choices(node: etree._Element) -> list[etree._Element]:
    found = list(node.iter(XS + "choice"))
    for group in node.iter(XS + "group"):
        if group.get("ref"):
            found += _choices(GROUPS[_local(group.get("ref"))])
    return found


def _without_words(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "description"}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _has_top_level_alternative(pattern: str) -> bool:
    depth, escaped, in_class = 0, False, False
    for char in pattern:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif in_class:
            in_class = char != "]"
        elif char == "[":
            in_class = True
        elif char in "()":
            depth += 1 if char == "(" else -1
        elif char == "|" and depth == 0:
            return True
    return False


def test_every_type_stands_in_both() -> None:
    names = SIMPLE.keys() | COMPLEX.keys() | {"TransmissionHeader"}
    assert names | JSON_ONLY == SCHEMAS.keys()
    assert not names & JSON_ONLY


@pytest.mark.parametrize("name", sorted(SIMPLE))
def test_scalar_agrees(name: str) -> None:
    if name == "Boolean":
        assert _without_words(SCHEMAS[name]) == {"type": "boolean"}
        return
    if name == "Count":
        assert _without_words(SCHEMAS[name]) == INTEGER
        return
    expected: dict[str, Any] = {"type": "string"}
    for facet in SIMPLE[name].find(XS + "restriction"):
        kind, value = _local(facet.tag.replace("}", ":")), facet.get("value")
        if kind == "enumeration":
            expected.setdefault("enum", []).append(value)
        elif kind == "pattern":
            body = f"({value})" if _has_top_level_alternative(value) else value
            expected["pattern"] = f"^{body}$"
        else:
            expected[kind] = int(value)
    assert _without_words(SCHEMAS[name]) == expected


def _agree(name: str, node: etree._Element, schema: dict[str, Any]) -> None:
    members = _members(node)
    if len(members) == 1 and members[0].get("maxOccurs", "1") != "1":
        most = members[0].get("maxOccurs", "1")
        assert _without_words(schema) == {
            "type": "array",
            "minItems": 1,
            **({} if most == "unbounded" else {"maxItems": int(most)}),
            **({"uniqueItems": True} if name in UNIQUE else {}),
            "items": _ref(_local(members[0].get("type"))),
        }
        return
    assert all(member.get("maxOccurs") is None for member in members)
    properties = {m.get("name"): _ref(_local(m.get("type"))) for m in members}
    extra = JSON_ONLY_MEMBERS.get(name, {})
    properties |= {member: _ref(kind) for member, kind in extra.items()}
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert schema["properties"] == properties

    chosen = {e.get("name") for choice in _choices(node) for e in choice.iter(XS + "element")}
    required = {m.get("name") for m in members if m.get("minOccurs") != "0"} - chosen
    assert set(schema.get("required", [])) == required | extra.keys()
    assert len(_choices(node)) <= 1
    assert bool(_choices(node)) == ("oneOf" in schema)
    # The choice of one and the oneOf of the other allow the same sets of members: try them all.
    for choice in _choices(node):
        allowed = [
            {e.get("name") for e in [branch, *branch.iter(XS + "element")]} - {None}
            for branch in choice
        ]
        one_of = jsonschema_rs.validator_for({"oneOf": schema["oneOf"]})
        for size in range(len(chosen) + 1):
            for some in itertools.combinations(sorted(chosen), size):
                assert one_of.is_valid(dict.fromkeys(some, "")) == (set(some) in allowed), some
    assert _without_words(schema).keys() <= {
        "type",
        "additionalProperties",
        "properties",
        "required",
        "oneOf",
    }


@pytest.mark.parametrize("name", sorted(COMPLEX))
def test_structure_agrees(name: str) -> None:
    _agree(name, COMPLEX[name], SCHEMAS[name])


def test_header_agrees() -> None:
    _agree("TransmissionHeader", GROUPS["Header"], SCHEMAS["TransmissionHeader"])


def test_a_check_reports_what_the_acknowledgement_would_say_but_its_id() -> None:
    def shape(name: str) -> list[tuple[str | None, ...]]:
        attributes = ("name", "type", "minOccurs")
        return [tuple(map(member.get, attributes)) for member in _members(COMPLEX[name])]

    assert shape("CheckReport")[:-1] == shape("Acknowledgement")[1:]


def test_integers_and_booleans_stand_where_the_contract_says_and_nowhere_else() -> None:
    integers, booleans = set(), set()
    for name, node in COMPLEX.items():
        for member in _members(node):
            place = f"{name}.{member.get('name')}"
            if _local(member.get("type")) == "Count":
                integers.add(place)
            if _local(member.get("type")) == "Boolean":
                booleans.add(place)
    assert integers == {
        "Totals.results",
        "Totals.measurements",
        "Counts.results",
        "Counts.accepted",
        "Counts.withWarnings",
        "Counts.rejected",
        "Counts.held",
        "Counts.findings",
        "Received.size",
        "Line.index",
        "Step.errors",
        "Step.warnings",
        "Acknowledgement.returnCode",
        "Acknowledgement.linesTotal",
        "CheckReport.returnCode",
        "CheckReport.linesTotal",
        "ReceiptSummary.returnCode",
        "ReceiptLines.linesTotal",
        "Detail.index",
        "Proof.index",
        "Proof.size",
        "Fault.retryAfterS",
    }
    assert booleans == {
        "Transmission.test",
        "Activity.belowLimit",
        "Acknowledgement.test",
        "CheckReport.test",
        "ReceiptSummary.test",
        "TransmissionStatus.test",
    }


# Those of contract §0; `details`, `entries`, `receipts`, `rights` and `flows` are of other answers.
LISTS = {
    "results/result", "otherExposures/otherExposure", "measurements/measurement",
    "activities/activity", "radionuclides/radionuclide", "basedOn/result", "references/reference",
    "steps/step", "codes/entry", "lines/line", "findings/finding",
    "details/detail", "entries/entry", "receipts/entry", "rights/right", "flows/flow",
}  # fmt: skip


def test_lists_are_those_of_the_contract() -> None:
    found = set()
    for node in COMPLEX.values():
        for member in _members(node):
            wrapped = COMPLEX.get(_local(member.get("type")))
            items = _members(wrapped) if wrapped is not None else []
            if len(items) == 1 and items[0].get("maxOccurs", "1") != "1":
                found.add(f"{member.get('name')}/{items[0].get('name')}")
    assert found == LISTS
