"""The XSD files by themselves: they compile offline and keep the discipline the code relies on."""

import hashlib
import re
from pathlib import Path

import pytest
import xmlschema
from lxml import etree

import specs

XS = "{http://www.w3.org/2001/XMLSchema}"
OURS = {
    "transmission": "xsd/transmission/1.0/transmission.xsd",
    "acknowledgement": "xsd/acknowledgement/1.0/acknowledgement.xsd",
    "service": "xsd/service/1.0/service.xsd",
}
VENDOR = sorted(p.name for p in specs.path("xsd/vendor").glob("*.xsd"))
EVERY = [*OURS.values(), *(f"xsd/vendor/{name}" for name in VENDOR)]


def _tree(name: str) -> etree._ElementTree:
    parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
    return etree.parse(str(specs.path(name)), parser)


@pytest.mark.parametrize("name", EVERY)
def test_schema_compiles_in_libxml2_without_network(name: str) -> None:
    etree.XMLSchema(_tree(name))


@pytest.mark.parametrize("name", EVERY)
def test_schema_compiles_in_xmlschema_with_local_files_only(name: str) -> None:
    schema = xmlschema.XMLSchema(str(specs.path(name)), allow="local", defuse="always")
    assert schema.built


@pytest.mark.parametrize("name", EVERY)
def test_schema_has_no_doctype_and_imports_by_relative_path(name: str) -> None:
    tree = _tree(name)
    assert tree.docinfo.internalDTD is None
    for node in tree.iter(f"{XS}import", f"{XS}include"):
        target = Path(specs.path(name)).parent / node.get("schemaLocation")
        assert target.is_file(), target


def test_vendor_schemas_are_those_of_the_provenance_page() -> None:
    page = specs.path("xsd/vendor/PROVENANCE.md").read_text("utf-8")
    for name in VENDOR:
        digest = hashlib.sha256(specs.path(f"xsd/vendor/{name}").read_bytes()).hexdigest()
        assert any(f"`{name}`" in row and digest in row for row in page.splitlines()), name


@pytest.mark.parametrize("name", OURS.values(), ids=OURS)
def test_every_type_is_named_and_every_leaf_restricts_string(name: str) -> None:
    root = _tree(name).getroot()
    for kind in ("simpleType", "complexType"):
        for node in root.iter(XS + kind):
            assert node.getparent() is root, f"anonymous {kind} at line {node.sourceline}"
    for node in root.iter(f"{XS}element"):
        assert node.get("type") or node.get("ref"), f"line {node.sourceline}"
        assert not (node.get("type") or "").startswith("xs:"), f"line {node.sourceline}"
        assert node.get("nillable") is None
        assert node.get("default") is None
        assert node.get("fixed") is None
    for node in root.iter(f"{XS}restriction"):
        assert node.get("base") == "xs:string"
    for node in root.iter(f"{XS}attribute"):
        assert (node.get("name"), node.get("type")) == ("Id", "xs:ID")
    assert not list(root.iter(f"{XS}any", f"{XS}anyAttribute", f"{XS}whiteSpace"))


@pytest.mark.parametrize("name", OURS.values(), ids=OURS)
def test_every_type_and_element_is_documented(name: str) -> None:
    root = _tree(name).getroot()
    kinds = ("element", "simpleType", "complexType", "group", "enumeration", "attribute")
    for node in root.iter(*(XS + kind for kind in kinds)):
        if node.get("ref") is not None:
            continue
        text = node.findtext(f"{XS}annotation/{XS}documentation")
        assert text, f"{node.tag} {node.get('name')} at line {node.sourceline}"
        assert text.strip()


@pytest.mark.parametrize("name", OURS.values(), ids=OURS)
def test_a_list_is_a_wrapper_with_a_single_repeated_child(name: str) -> None:
    for kind in _tree(name).getroot().iter(f"{XS}complexType"):
        children = list(kind.iter(f"{XS}element"))
        if any(child.get("maxOccurs") for child in children):
            assert len(children) == 1
            assert children[0].get("maxOccurs") in {"unbounded", "64", "4"}
            assert children[0].get("minOccurs") is None


def _leaves(name: str) -> dict[str, etree._Element]:
    return {node.get("name"): node for node in _tree(name).getroot().iter(f"{XS}simpleType")}


def test_scalars_of_the_same_name_are_the_same_in_both_schemas() -> None:
    def facets(node: etree._Element) -> list[tuple[str, str]]:
        return [(f.tag, f.get("value")) for f in node.find(f"{XS}restriction") if f.get("value")]

    ours = _leaves(OURS["transmission"])
    theirs = _leaves(OURS["acknowledgement"])
    assert {"Uuid", "DateTime", "Count", "Flow"} <= ours.keys() & theirs.keys()
    for name in ours.keys() & theirs.keys():
        assert facets(ours[name]) == facets(theirs[name]), name


def _patterns() -> list[tuple[str, str]]:
    return [
        (name, facet.get("value"))
        for file in OURS.values()
        for name, node in _leaves(file).items()
        for facet in node.iter(f"{XS}pattern")
    ]


@pytest.mark.parametrize(("name", "pattern"), _patterns())
def test_pattern_has_no_nested_quantifier_and_no_class_that_depends_on_the_engine(
    name: str, pattern: str
) -> None:
    # A group that may repeat must hold no quantifier; `(…)?` cannot repeat.
    depth: list[bool] = []
    plain = re.sub(r"\[(?:\\.|[^\]])*\]", "c", pattern.replace("\\.", "c"))
    for at, char in enumerate(plain):
        if char == "(":
            depth.append(False)
        elif char in "*+{":
            depth = [True] * len(depth)
        elif char == ")":
            quantified = depth.pop()
            repeats = plain[at + 1 : at + 2] in {"*", "+", "{"}
            assert not (quantified and repeats), name
    # `\d`, `\w`, `\s` and `.` mean other characters in other engines.
    assert not re.search(r"\\[dwsDWScipP]", pattern)
    assert "." not in plain


def _accepts(schema: etree.XMLSchema, namespace: str, name: str, text: str) -> bool:
    node = etree.Element(f"{{{namespace}}}{name}")
    node.text = text
    return bool(schema.validate(node))


# What contract §0 accepts and refuses, by type.
CASES = {
    "Msv": (
        ["0", "0.05", "1234567", "9999999.999", "1.500"],
        [
            "",
            "00",
            "01",
            "-0",
            "+1",
            "1.",
            ".5",
            "1e3",
            " 1",
            "1 ",
            "1,5",
            "0.1234",
            "12345678",
            "1\n",
            "٣",
        ],
    ),
    "SumMsv": (["0", "999999999999.999"], ["1000000000000", "1.0000", "1\n"]),
    "Amount": (["0", "999999999999.123456789"], ["1000000000000", "0.1234567890", "-1"]),
    "Count": (["0", "10", "999999999999"], ["", "00", "-1", "1.0", "1000000000000", "1\n"]),
    "Boolean": (["true", "false"], ["1", "0", "True", " true", "true\n", ""]),
    "Date": (["2026-02-31"], ["2026-13-01", "2026-00-10", "2026-1-1", "2026-01-01Z", "2026-01-32"]),
    "LunarDate": (["1980-00-00", "1980-05-00"], ["1980-13-00", "80-01-01", "1980-05-00\n"]),
    "DateTime": (
        ["2026-10-05T08:12:00Z", "2026-10-05T23:59:59.999+02:00", "2026-10-05T08:12:00-14:00"],
        [
            "2026-10-05T08:12:00",
            "2026-10-05T24:00:00Z",
            "2026-10-05T08:12:60Z",
            "2026-10-05T08:12:00.1234Z",
            "2026-10-05t08:12:00z",
            "2026-10-05T08:12:00+14:01",
            "2026-10-05T08:12:00Z\n",
            "2026-10-05 08:12:00Z",
        ],
    ),
    "Uuid": (
        ["00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000A"],
        ["{00000000-0000-4000-8000-00000000000a}", "00000000000040008000000000000000"],
    ),
    "Sha256": (["a" * 64, "A" * 64], ["a" * 63, "g" * 64]),
    "Nir": (["276091234644512", "2760912346445", "1992A"], ["", "1 85", "1" * 33, "é"]),
    "Identifier": (["55208131766522", "x"], ["", "1" * 33, "552 081 317"]),
    "Ref": (["A.b_c:d/e-1", "x" * 64], ["", "x" * 65, "a b", "é", "a\n"]),
    "Text80": (["é" * 80, "a"], ["", "a" * 81]),
    "Version": (["1.0", "2.0"], ["1", "v1.0", "1.0\n", ""]),
}


@pytest.fixture(scope="module")
def probe() -> etree.XMLSchema:
    location = specs.path(OURS["transmission"]).as_uri()
    elements = "".join(f'<xs:element name="{name}" type="t:{name}"/>' for name in CASES)
    text = (
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:probe" '
        'xmlns:t="urn:siseri:gateway:transmission:1">'
        f'<xs:import namespace="urn:siseri:gateway:transmission:1" schemaLocation="{location}"/>'
        f"{elements}</xs:schema>"
    )
    return etree.XMLSchema(etree.fromstring(text))


@pytest.mark.parametrize("name", CASES)
def test_scalar_accepts_and_refuses_what_the_contract_says(
    probe: etree.XMLSchema, name: str
) -> None:
    good, bad = CASES[name]
    assert [text for text in good if not _accepts(probe, "urn:probe", name, text)] == []
    assert [text for text in bad if _accepts(probe, "urn:probe", name, text)] == []
