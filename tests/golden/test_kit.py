"""The committed kit is what the gateway answers today, through every door; else: `make golden`."""

import json
from functools import lru_cache

import jsonschema_rs
import pytest
import yaml
from lxml import etree

import specs
from gateway.__main__ import main
from gateway.rules.catalogue import CATALOGUE
from gateway.rules.example import ABSENT
from tests.doors.reading import ACKNOWLEDGEMENT, form_of
from tests.golden.further import FURTHER
from tests.golden.judging import VARYING, expected
from tests.golden.kit import material
from tests.golden.names import DEFECTS

ROOT = specs.path("examples")
CASES = {case.name: case for case in material().cases}
IN_BOTH = [name for name, case in CASES.items() if len(case.forms) == 2]
INDEX = json.loads((ROOT / "index.json").read_bytes())
ENTRIES = {entry["name"]: entry for entry in INDEX["cases"]}
UNREADABLE = {"S001", "T003", "T004", "T005", "T006", "T007", "T008"}
"""Codes of what no schema can be asked about."""
MAX_BYTES = 3_000_000
OPENAPI = yaml.safe_load(specs.path("openapi/gateway.yaml").read_text("utf-8"))
XSD = {
    name: etree.XMLSchema(file=str(specs.path(f"xsd/{name}/1.0/{name}.xsd")))
    for name in ("transmission", "acknowledgement")
}
COMPLETE = {
    "id": "00000000-0000-0000-0000-000000000000",
    "decidedAt": "2026-11-20T09:00:00.000Z",
    "environment": "local",
    "received": {
        "door": "REST",
        "mediaType": "application/json",
        "sha256": "0" * 64,
        "size": 1,
        "at": "2026-11-20T09:00:00.000Z",
    },
    "issuer": dict.fromkeys(("name", "siret", "service", "address", "email", "phone"), "1"),
    "rules": {"version": "1", "sha256": "0" * 64},
}
"""Values for the members that are left out, so that a schema can judge the rest."""
ORDER = (
    *("id", "version", "stage", "test", "environment", "disposition", "returnCode", "issuer"),
    *("submitter", "sender", "transmission", "received", "decidedAt", "rules"),
)


def _committed(path):
    return (ROOT / path).read_bytes()


@lru_cache
def _schema(name):
    return jsonschema_rs.validator_for(
        {"$ref": f"#/components/schemas/{name}", "components": OPENAPI["components"]}
    )


def _codes(name):
    return {finding["code"] for finding in ENTRIES[name]["findings"]}


def test_every_generated_file_is_committed_and_no_other(written):
    committed = {str(path.relative_to(ROOT)) for path in (ROOT / "cases").rglob("*.*")}
    generated = {path for path in written if path.startswith("cases/")}
    assert committed == generated, "run `make golden`"
    assert sum(map(len, written.values())) < MAX_BYTES


@pytest.mark.parametrize("path", ["index.json", "cases/README.md"])
def test_the_index_is_what_was_answered(written, path):
    assert _committed(path) == written[path], "run `make golden`"


@pytest.mark.parametrize("name", CASES)
def test_the_case_is_answered_as_committed(written, name):
    case = CASES[name]
    files = [
        case.directory,
        *filter(None, [case.decisions]),
        *(case.acknowledgement(form) for form in case.forms),
    ]
    for message in (*case.before, case.message):
        if message.path.startswith("cases/"):
            files += [message.file(form) for form in message.bodies]
    for path in files:
        assert _committed(path) == written[path], f"{path} differs: run `make golden`"


@pytest.mark.parametrize(("place", "name"), list(enumerate(IN_BOTH)), ids=IN_BOTH)
def test_soap_answers_the_same(judge, place, name):
    case = CASES[name]
    answer = judge.answer(case, ("soap11", "soap12")[place % 2])
    assert answer.status == 200
    assert expected(answer) == _committed(case.acknowledgement("xml"))


@pytest.mark.parametrize("name", CASES)
def test_what_varies_is_left_out_and_the_forms_say_the_same(name):
    case = CASES[name]
    forms = {
        form: form_of(etree.fromstring(content)) if form == "xml" else json.loads(content)
        for form in case.forms
        for content in [_committed(case.acknowledgement(form))]
    }
    for form in forms.values():
        assert not form.keys() & VARYING.keys()
        if _codes(name) & {"S002", "S003"}:  # the digest is then that of the bytes or of the XML
            form["transmission"].pop("contentSha256", None)
    first, *others = forms.values()
    assert all(other == first for other in others)


@pytest.mark.parametrize("name", CASES)
def test_a_transmission_is_valid_unless_its_verdict_says_otherwise(name):
    codes = _codes(name)
    if codes & UNREADABLE:
        return
    bodies = CASES[name].message.bodies
    is_valid = "S002" not in codes
    if "xml" in bodies:
        assert XSD["transmission"].validate(etree.fromstring(bodies["xml"])) is is_valid
    if "json" in bodies:
        assert _schema("Transmission").is_valid(json.loads(bodies["json"])) is is_valid


@pytest.mark.parametrize("name", CASES)
def test_an_acknowledgement_is_valid_but_for_what_is_left_out(name):
    case = CASES[name]
    if "json" in case.forms:
        _schema("Acknowledgement").validate(
            COMPLETE | json.loads(_committed(case.acknowledgement("json")))
        )
    if "xml" in case.forms:
        XSD["acknowledgement"].assertValid(_completed(_committed(case.acknowledgement("xml"))))


def _completed(content):
    kept = etree.fromstring(content)
    made = etree.Element(kept.tag, Id="A", nsmap=kept.nsmap)
    stated = {etree.QName(child).localname: child for child in kept}
    for name in (*ORDER, *(name for name in stated if name not in ORDER)):
        if name in stated:
            made.append(stated[name])
        elif name in COMPLETE:
            _member(made, name, COMPLETE[name])
    return made


def _member(parent, name, value):
    node = etree.SubElement(parent, f"{{{ACKNOWLEDGEMENT}}}{name}")
    if isinstance(value, dict):
        for inside, given in value.items():
            _member(node, inside, given)
    else:
        node.text = str(value)


@pytest.mark.parametrize("code", [rule.code for rule in CATALOGUE])
def test_every_code_has_a_defect_that_brings_it_and_a_twin_that_does_not(code):
    folders = {name.partition("/")[0] for name in ENTRIES if name.startswith(f"{code}-")}
    assert folders
    for folder in folders:
        assert code in _codes(f"{folder}/defect")
        assert code not in _codes(f"{folder}/benign")


def test_names_are_those_of_codes():
    codes = {rule.code for rule in CATALOGUE}
    assert DEFECTS.keys() <= codes, "tests/golden/names.py names a code that is no more"
    assert {folder[:4] for folder in FURTHER} <= codes


def _differences(one, other, at=""):
    """Where two JSON forms differ, as pointers."""
    if isinstance(one, dict) and isinstance(other, dict):
        names = [*one, *(name for name in other if name not in one)]
        for name in names:
            yield from _differences(one.get(name, ABSENT), other.get(name, ABSENT), f"{at}/{name}")
    elif isinstance(one, list) and isinstance(other, list):
        for place in range(max(len(one), len(other))):
            sides = (side[place] if place < len(side) else ABSENT for side in (one, other))
            yield from _differences(*sides, f"{at}/{place}")
    elif one != other:
        yield at


@pytest.mark.parametrize(
    "name", [n for n in IN_BOTH if CASES[n].says == "benign" and CASES[n].differs_at[0] == "/"]
)
def test_twins_differ_in_one_member(name):
    benign, defect = CASES[name], CASES[name.replace("/benign", "/defect")]
    pointer = benign.differs_at
    for at in _differences(benign.form, defect.form):
        assert at == pointer or at.startswith((f"{pointer}/", "/totals/")) or at == "/id"
    assert (benign.directory, benign.received_at) == (defect.directory, defect.received_at)
    assert benign.message.by == defect.message.by


def test_the_check_of_a_vendor_says_what_the_index_says(capsys):
    named = [
        entry
        for entry in INDEX["cases"]
        if entry["receivedAt"].startswith("2026-11-20")
        and entry["submitter"]["siret"] == "90000001900019"
    ]
    files = [str(ROOT / next(iter(entry["transmission"].values()))) for entry in named]
    main(["check", "--json", "--day", "2026-11-20", "--sender", "90000001900019", *files])
    told = json.loads(capsys.readouterr().out)["files"]
    for entry, said in zip(named, told, strict=True):
        codes = sorted({finding["code"] for finding in said["findings"]})
        assert entry["offline"] == {"exitCode": said["exitCode"], "codes": codes}
    assert len(named) > 50
