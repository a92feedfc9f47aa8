import copy
import itertools
import json
import random
import re
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from lxml import etree

import specs
from gateway.__main__ import main
from gateway.api.problems import REFUSALS
from gateway.commands.checking.entries import entry_of
from gateway.commands.checking.inspection import Inspector
from gateway.commands.checking.places import place_of_byte, xpath_of
from gateway.commands.samples.defects import DEFECTS
from gateway.commands.samples.files import as_json, as_xml
from gateway.commands.samples.transmissions import DEFAULT_SENDERS, Wanted, sample
from gateway.model.acknowledgement import Disposition
from gateway.model.transmission import Flow
from gateway.model.verdict import Verdict
from gateway.rules.catalogue import CATALOGUE
from gateway.rules.rule import Scope
from gateway.wire.codelists import CodeLists
from gateway.wire.v1.contract import TransmissionContract
from tests.unit.commands.test_samples import judged

DAY = date(2026, 11, 20)
FLOWS = (Flow.PASSIVE_EXTERNAL, Flow.OPERATIONAL)
OFFLINE = {Scope.LINE, Scope.WHOLE, Scope.ELSEWHERE, Scope.HEADER, Scope.SENDER}
NAMESPACES = {"t": "urn:siseri:gateway:transmission:1"}


@pytest.fixture(scope="module")
def contract():
    return TransmissionContract()


@pytest.fixture(scope="module")
def inspector(contract):
    return Inspector(
        contract=contract,
        code_lists=CodeLists.load(),
        received_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
    )


def made(flow, **changes):
    stated = {"flow": flow, "lines": 12, "seed": 1, "day": DAY, "sender": DEFAULT_SENDERS[flow],
              "accreditation": "COFRAC 1-0000"}  # fmt: skip
    return sample(Wanted(**{**stated, **changes}))


def inspected(inspector, content, name="lot"):
    is_json = not content.startswith(b"<")
    file = Path(f"{name}.{'json' if is_json else 'xml'}")
    return inspector.inspect(file, content, is_json=is_json)


def changed_somewhere(form, draw):
    """The form with one member of it made wrong, in one of the ways that files go wrong."""
    form = copy.deepcopy(form)
    line = draw.choice(form["results"])
    ways = (
        lambda: line["worker"].pop(draw.choice(("nir", "birthName", "sex", "birthDate"))),
        lambda: line.update(operation=draw.choice(("LATE", "ABSENCE", "CORRECTION", "NONE"))),
        lambda: line.pop(draw.choice(("employer", "measurements", "dosimeter", "monitoring"))),
        lambda: line.update(ref=draw.choice(form["results"])["ref"]),
        lambda: line.update(ref=line["worker"]["nir"]),
        lambda: form["totals"].update(sumMsv="999.999"),
        lambda: form["totals"].update(results=len(form["results"]) + 1),
        lambda: form.update(flow=draw.choice(("RADON", "AIRCREW", "COMMITTED_DOSE", "X"))),
        lambda: form["sender"].update(siret="12345678901234"),
        lambda: form["sender"].update(onBehalfOf={"siret": DEFAULT_SENDERS[FLOWS[0]]}),
        lambda: line["measurements"][0].update(value=draw.choice(("0,15", "1.2345", "-1", " 1"))),
        lambda: line["worker"].update(birthName=draw.choice((" X", "X\u0007", "", "É" * 90))),
        lambda: line["monitoring"].update(type="SR"),
        lambda: form.update(version="9.9"),
        lambda: line.update(period={"start": "2026-02-30", "end": "2026-10-31"}),
        lambda: None,
    )
    draw.choice(ways)()
    return form


def agrees(checked, read):
    """What the server said, but for what it drew from the register, is what the check says."""
    whole = sorted(
        (f.entry.code, f.pointer)
        for f in checked.found
        if f.index is None and f.entry.code not in REFUSALS.keys() - {"S001", "S002"}
    )
    told = sorted((finding.code, finding.pointer) for finding in read.findings)
    if checked.is_inadmissible:
        assert read.disposition is Disposition.INADMISSIBLE
        assert set(told) <= set(whole)
        return
    if {code for code, _ in told} - {code for code, _ in whole} == {"H002"}:
        return  # the enrolment, which no file tells
    assert read.disposition is not Disposition.INADMISSIBLE
    assert whole == told
    offline = {
        line.index: [(f.code, f.pointer) for f in line.findings
                     if CATALOGUE.rule(f.code).scope in OFFLINE]
        for line in read.lines
    }  # fmt: skip
    found: dict = {}
    for one in checked.found:
        if one.index is not None:
            found.setdefault(one.index, []).append((one.entry.code, one.pointer))
    assert found == {index: codes for index, codes in offline.items() if codes}
    verdicts = {line.index: line.verdict for line in read.lines}
    refs = {line.index: line.ref for line in read.lines}
    for index, verdict in checked.verdicts.items():
        assert checked.refs[index - 1] == refs[index]
        if verdict is Verdict.REJECTED:
            assert verdicts[index] is Verdict.REJECTED


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("block", range(8))
def test_check_and_server_agree_on_hundreds_of_samples(flow, block, inspector, contract):
    draw = random.Random(f"{flow}/{block}")
    for seed in range(block * 25, block * 25 + 25):
        one = made(flow, seed=seed, lines=draw.randint(1, 14), defects=draw.randint(0, 6))
        form = changed_somewhere(one.form, draw) if seed % 2 else one.form
        try:
            content = as_xml(form) if seed % 3 == 0 else as_json(form)
        except (ValueError, AttributeError):  # what no XML can hold
            content = as_json(form)
        agrees(inspected(inspector, content), judged(one, flow, contract, body=content))


@pytest.mark.parametrize(
    ("flow", "defect"),
    [(flow, defect) for flow in FLOWS for defect in DEFECTS if flow in defect.flows],
    ids=lambda value: getattr(value, "name", value),
)
def test_each_defect_that_needs_no_register_is_found_offline(flow, defect, inspector):
    one = made(flow, defects=1, defect_names=(defect.name,))
    checked = inspected(inspector, as_json(one.form))
    codes = {found.entry.code for found in checked.found}
    if CATALOGUE.rule(defect.code).scope in OFFLINE:
        assert defect.code in codes
    else:
        assert not codes
        assert defect.code in checked.not_judged.register


@pytest.mark.parametrize(
    "file",
    sorted(specs.path("examples/transmission").glob("*.[jx]*")),
    ids=lambda file: file.name,
)
def test_nothing_is_to_be_corrected_in_a_published_transmission(file, inspector):
    checked = inspector.inspect(file, file.read_bytes(), is_json=file.suffix == ".json")
    assert checked.exit_code == 0
    assert checked.line_count > 0
    assert all(one.place.line > 1 for one in checked.found)


# ---------- places


def value_at(form, pointer):
    for step in pointer.split("/")[1:]:
        form = form[int(step)] if isinstance(form, list) else form[step]
    return form


def pointers(form, at=""):
    yield at
    inside = form.items() if isinstance(form, dict) else enumerate(form) if isinstance(
        form, list) else ()  # fmt: skip
    for step, value in inside:
        yield from pointers(value, f"{at}/{step}")


def test_every_member_of_a_json_file_is_found_at_its_line_and_column():
    from gateway.commands.checking.json_places import JsonPlaces  # noqa: PLC0415

    one = made(FLOWS[1], lines=6)
    for indent in (None, 1, 4):
        text = json.dumps(one.form, indent=indent, ensure_ascii=False)
        places, lines = JsonPlaces(text), text.split("\n")
        decoder = json.JSONDecoder()
        for pointer in pointers(one.form):
            place = places.of(pointer)
            rest = "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])
            assert decoder.raw_decode(rest)[0] == value_at(one.form, pointer)


def test_every_member_of_an_xml_file_is_found_at_its_line_and_by_its_xpath(contract):
    from gateway.commands.checking.xml_places import XmlPlaces  # noqa: PLC0415

    one = made(FLOWS[1], lines=6)
    content = as_xml(one.form)
    places = XmlPlaces(content, contract, range(6))
    tree, lines = etree.fromstring(content), content.decode().split("\n")
    for pointer in pointers(one.form):
        (element,) = tree.xpath(xpath_of(pointer, contract), namespaces=NAMESPACES)
        place = places.of(pointer)
        assert place.line == element.sourceline
        name = etree.QName(element).localname
        assert lines[place.line - 1][place.column - 1 :].startswith(f"<{name}")


def test_a_missing_member_is_placed_where_it_should_be(inspector):
    one = made(FLOWS[0])
    del one.form["results"][3]["period"]
    text = as_json(one.form).decode()
    (found,) = inspected(inspector, text.encode()).found
    assert (found.entry.code, found.pointer) == ("S010", "/results/3/period")
    line = text.split("\n").index(f'      "ref": "{one.form["results"][3]["ref"]}",')
    assert (found.place.line, found.place.column) == (line, 5)


def broken(way):
    good = as_json(made(FLOWS[0]).form)
    initial = b'"operation": "INITIAL"'
    return {
        "truncated": good[:900],
        "twice": good.replace(initial, b'"operation": "LATE", "operation": "X"', 1),
        "nan": good.replace(initial, b'"operation": NaN', 1),
        "half": good.replace(initial, b'"operation": "\\ud800"', 1),
        "long": good.replace(initial, b'"operation": ' + b"1" * 40, 1),
        "deep": good.replace(initial, b'"operation": ' + b"[" * 9000 + b"]" * 9000, 1),
        "latin-1": good.replace(initial, b'"operation": "\xe9"', 1),
        "bom": b"\xef\xbb\xbf" + good,
        "list": b"[]",
        "xml-truncated": as_xml(made(FLOWS[0]).form)[:900],
        "comment": as_xml(made(FLOWS[0]).form).replace(b"<flow>", b"<!-- x --><flow>"),
        "xml-latin-1": as_xml(made(FLOWS[0]).form).replace(b"INITIAL", b"\xe9", 1),
        "doctype": b'<?xml version="1.0"?>\n<!DOCTYPE a><a/>',
        "root": b"<a/>",
    }[way]


@pytest.mark.parametrize(
    ("way", "code", "where"),
    [
        ("truncated", "S001", None),
        ("twice", "T006", b'"operation": "X"'),
        ("nan", "T008", b"NaN"),
        ("half", "T007", b'"\\ud800"'),
        ("long", "T005", b"1" * 40),
        ("deep", "T005", None),
        ("latin-1", "T004", b"\xe9"),
        ("bom", "T004", b"\xef"),
        ("list", "S001", b"["),
        ("xml-truncated", "S001", None),
        ("comment", "T003", b"<!--"),
        ("xml-latin-1", "T004", b"\xe9"),
        ("doctype", "T003", b"<!DOCTYPE"),
        ("root", "S001", b"<a/>"),
    ],
)
def test_a_fault_that_inadmits_the_whole_has_its_place(way, code, where, inspector):
    content = broken(way)
    checked = inspected(inspector, content)
    (found,) = checked.found
    assert found.entry.code == code
    assert checked.exit_code == 2
    if where is None:
        assert found.place.line > 1
    else:
        assert found.place == place_of_byte(content, content.index(where))


@pytest.mark.parametrize("write", [as_json, as_xml])
def test_an_unreadable_line_names_every_member_and_what_is_expected(write, inspector):
    form = made(FLOWS[0]).form
    line = form["results"][2]
    line["operation"] = "FOO"
    line["worker"]["nir"] = ""
    line["period"]["start"] = "15/09/2026"
    checked = inspected(inspector, write(form))
    (found,) = [one for one in checked.found if one.entry.code == "S002"]
    assert found.pointer == "/results/2"
    assert found.index == 3
    assert [member.pointer for member in found.members] == [
        "/results/2/operation",
        "/results/2/period/start",
        "/results/2/worker/nir",
    ]
    assert "AAAA-MM-JJ" in found.members[1].fr
    assert len({member.place for member in found.members}) == 3


def test_a_member_that_the_contract_lacks_is_placed_and_not_named(inspector):
    form = made(FLOWS[0]).form
    form["results"][1]["worker"]["DUPONT"] = "1"
    content = as_json(form)
    (_, found) = inspected(inspector, content).found
    assert found.place == place_of_byte(content, content.index(b'"DUPONT"'))
    assert "DUPONT" not in repr(found)


def test_a_header_that_cannot_be_read_is_inadmissible_and_says_why(inspector):
    form = made(FLOWS[0]).form
    form["totals"]["results"] = "12"
    checked = inspected(inspector, as_json(form))
    (found,) = checked.found
    assert (found.entry.code, found.pointer) == ("S002", "/totals/results")
    assert found.members[0].en == "a whole number without quotes"
    assert checked.exit_code == 2


# ---------- limits and speed


@pytest.fixture(scope="module")
def ten_thousand():
    return made(FLOWS[0], lines=10_000, defects=10)


@pytest.mark.parametrize(("write", "seconds"), [(as_json, 12), (as_xml, 20)])
def test_ten_thousand_lines_are_checked_to_the_end_in_seconds_of_cpu(
    write, seconds, inspector, ten_thousand
):
    content = write(ten_thousand.form)
    read = []
    started = time.process_time()
    checked = inspector.inspect(
        Path("lot"), content, is_json=write is as_json, on_lines=read.append
    )
    assert time.process_time() - started < seconds
    assert checked.line_count == 10_000
    assert "T002" in {found.entry.code for found in checked.found}
    assert checked.exit_code == 2
    spoilt = {one.index for one in ten_thousand.spoilt
              if CATALOGUE.rule(one.defect.code).scope in OFFLINE}  # fmt: skip
    assert spoilt <= {found.index for found in checked.found}
    assert len(read) > 10


@pytest.mark.parametrize("write", [as_json, as_xml])
def test_many_unreadable_lines_cost_no_more_than_in_proportion(write, inspector):
    form = made(FLOWS[0], lines=4_000).form
    for line in form["results"]:
        line["operation"] = "FOO"
    content = write(form).replace(b"sex>", b"sexe>").replace(b'"sex"', b'"sexe"')
    started = time.process_time()
    checked = inspected(inspector, content)
    assert time.process_time() - started < 10  # of CPU: in the square, it would be minutes
    assert checked.count(Verdict.REJECTED) == 4_000
    assert {len(found.members) for found in checked.found if found.index is not None} == {2}


def test_the_line_beyond_the_limit_is_named(inspector):
    form = made(FLOWS[0], lines=2).form
    line = form["results"][0]
    del line["worker"]["sex"], line["measurements"][0]["recordingLevel"]
    form["results"] = [{**line, "ref": f"R{number}"} for number in range(5_001)]
    content = json.dumps(form, separators=(",", ":")).encode()
    first = inspected(inspector, content).found[0]
    assert first.entry.code == "T002"
    if len(content) <= 5 * 1024 * 1024:
        assert first.pointer == "/results/5000"
        assert content[first.place.column - 1 :].startswith(b'{"ref":"R5000"')


# ---------- the command


@pytest.fixture
def lot(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    one = made(FLOWS[0], lines=8, defects=3, defect_names=("wrong-key", "other-sex", "no-value"))
    Path("lot d'essai.json").write_bytes(as_json(one.form))
    Path("lot.xml").write_bytes(as_xml(one.form))
    Path("good.json").write_bytes(as_json(made(FLOWS[0]).form))
    Path("broken.json").write_bytes(b"{")
    return one


def check(*arguments):
    return main(["check", *arguments, "--day", DAY.isoformat()])


@pytest.mark.parametrize(
    ("files", "code"),
    [
        (["good.json"], 0),
        (["lot.xml"], 1),
        (["lot.xml", "broken.json"], 2),
        (["good.json", "none.json", "broken.json"], 3),
    ],
)
@pytest.mark.usefixtures("lot")
def test_the_exit_code_is_the_worst(files, code):
    assert check(*files) == code


@pytest.mark.usefixtures("lot")
def test_a_person_reads_where_what_and_who(capsys):
    check("lot.xml")
    out = capsys.readouterr().out
    for said in ("Des lignes à corriger", "I002", "/results/", "/t:transmission/t:results",
                 "l'émetteur", "corriger", "registre : non jugé ici", "R001"):  # fmt: skip
        assert said in out
    check("lot.xml", "--lang", "en")
    assert "register: not judged here" in capsys.readouterr().out


@pytest.mark.parametrize("report", [[], ["--json"], ["--sarif"], ["--junit"]])
def test_no_number_name_or_dose_is_ever_printed(lot, report, capsys):
    form = copy.deepcopy(lot.form)
    form["results"][4]["ref"] = form["results"][4]["worker"]["nir"]
    form["results"][5]["worker"]["surname"] = "QUATREMERE"
    form["results"][6]["measurements"][0]["value"] = "7,654"
    Path("marked.json").write_bytes(as_json(form))
    check("lot d'essai.json", "lot.xml", "marked.json", "--all", *report)
    shown = capsys.readouterr()
    values = set(re.findall(r'"(?:nir|birthName|firstName|birthDate)": "([^"]{4,})"',
                            Path("marked.json").read_text()))  # fmt: skip
    for value in {*values, "QUATREMERE", "7,654"}:
        assert value not in shown.out + shown.err


def test_the_json_report_has_every_place(lot, capsys):
    assert check("lot d'essai.json", "--json") == 1
    report = json.loads(capsys.readouterr().out)
    (file,) = report["files"]
    assert report["rules"]["sha256"] == CATALOGUE.sha256
    assert file["lines"] == {
        "total": 8, "accepted": 5, "acceptedWithWarnings": 0, "rejected": 3, "held": 0,
    }  # fmt: skip
    assert {one["index"] for one in file["findings"]} == {one.index for one in lot.spoilt}
    for one in file["findings"]:
        assert one["line"] > 1
        assert one["column"] > 1
        assert one["text"]["fr"]
    assert "R001" in file["notJudged"]["register"]


@pytest.mark.usefixtures("lot")
def test_the_sarif_report_has_what_the_standard_requires(capsys):
    check("lot d'essai.json", "lot.xml", "none.json", "--sarif")
    log = json.loads(capsys.readouterr().out)
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert [rule["id"] for rule in driver["rules"]] == sorted(r["id"] for r in driver["rules"])
    assert run["results"]
    for result in run["results"]:
        assert result["message"]["text"]
        assert result["level"] in {"error", "warning", "note", "none"}
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        for location in result["locations"] + result.get("relatedLocations", []):
            physical = location["physicalLocation"]
            assert physical["artifactLocation"]["uri"] in {"lot%20d%27essai.json", "lot.xml"}
            assert physical["region"]["startLine"] >= 1
            assert physical["region"]["startColumn"] >= 1
            assert all(one["fullyQualifiedName"] for one in location["logicalLocations"])
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert all(one["message"]["text"] for one in invocation["toolExecutionNotifications"])


def test_the_junit_report_counts_what_it_holds(lot, capsys):
    check("lot d'essai.json", "good.json", "broken.json", "none.json", "--junit")
    root = etree.fromstring(capsys.readouterr().out.encode())
    cases, failures = root.findall(".//testcase"), root.findall(".//failure")
    assert root.get("tests") == str(len(cases))
    assert root.get("failures") == str(len(failures)) == str(len(lot.spoilt) + 1)
    assert root.get("errors") == str(len(root.findall(".//error"))) == "1"
    for suite in root:
        assert suite.get("tests") == str(len(suite))
        assert suite.get("failures") == str(len(suite.findall(".//failure")))


@pytest.mark.usefixtures("lot")
def test_another_sender_than_the_one_declared_is_found_when_it_is_given(capsys):
    assert check("good.json", "--sender", DEFAULT_SENDERS[FLOWS[0]]) == 0
    assert check("good.json", "--sender", DEFAULT_SENDERS[FLOWS[1]]) == 2
    capsys.readouterr()
    assert check("good.json", "--sender", DEFAULT_SENDERS[FLOWS[1]], "--json") == 2
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert [one["code"] for one in file["findings"]] == ["H003"]
    assert check("good.json", "--sender", "123") == 3


@pytest.mark.usefixtures("lot")
def test_one_report_at_a_time():
    assert check("good.json", "--json", "--sarif") == 3


def test_every_code_can_be_told():
    for code in itertools.chain((rule.code for rule in CATALOGUE), REFUSALS):
        assert entry_of(code).fr


@pytest.mark.usefixtures("lot")
def test_nothing_is_opened_but_the_files(monkeypatch, capsys):
    import socket  # noqa: PLC0415
    import sqlite3  # noqa: PLC0415

    def refuse(*_arguments, **_named):
        raise AssertionError("check opens nothing")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(sqlite3, "connect", refuse)
    monkeypatch.delenv("SISERI_HOME", raising=False)
    assert check("lot.xml") == 1
    assert capsys.readouterr().out
