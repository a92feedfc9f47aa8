import copy
import json
import uuid
from datetime import date, datetime

import orjson
import pytest

from gateway.__main__ import main
from gateway.commands.samples.files import as_json, as_xml
from gateway.commands.samples.transmissions import DEFAULT_SENDERS, Wanted, sample, totals_of
from gateway.model.acknowledgement import Disposition
from gateway.model.transmission import Flow
from gateway.wire.v1.acknowledgement import canonical
from gateway.wire.v1.contract import TransmissionContract
from tests.unit.commands.test_posting import EXAMPLES
from tests.unit.commands.test_samples import judged

DAY = date(2026, 11, 20)
FLOW = Flow.PASSIVE_EXTERNAL
DEFECTS = ("wrong-key", "unknown-worker", "between-steps", "slip-in-name", "wrong-siret")


@pytest.fixture(scope="module")
def contract():
    return TransmissionContract()


def made(**changes):
    stated = {"flow": FLOW, "lines": 12, "seed": 5, "day": DAY, "sender": DEFAULT_SENDERS[FLOW],
              "accreditation": "COFRAC 1-0000"}  # fmt: skip
    return sample(Wanted(**{**stated, **changes}))


class Case:
    """A file that was sent, and the receipt that answers it."""

    def __init__(self, folder, contract, one, content):
        self.folder, self.contract, self.one = folder, contract, one
        suffix = "xml" if content.startswith(b"<") else "json"
        self.file = folder / f"lot.{suffix}"
        self.file.write_bytes(content)
        self.answer = judged(one, FLOW, contract, body=content)
        self.receipt = folder / "lot.receipt.json"
        self.receipt.write_bytes(
            orjson.dumps({"acknowledgement": orjson.loads(canonical(self.answer))})
        )

    def fix(self, *more, out="next.json", source=None):
        command = ["fix", str(self.receipt), "--from", str(source or self.file)]
        return main([*command, "--out", str(self.folder / out), *more])

    def of(self, verdict, *codes):
        """Indexes from 1 of the lines of that verdict that carry one of these codes."""
        return [
            line.index
            for line in self.answer.lines
            if line.verdict == verdict and {f.code for f in line.findings} & set(codes)
        ]


@pytest.fixture
def case(tmp_path, contract):
    one = made(defects=5, defect_names=DEFECTS)
    return Case(tmp_path, contract, one, as_json(one.form))


def test_the_next_file_holds_the_refused_lines_alone_and_is_accepted_once_corrected(
    case, contract, capsys
):
    assert case.fix() == 0
    form = json.loads((case.folder / "next.json").read_bytes())
    refused = case.of("REJECTED", "I002", "D001", "E001")
    assert len(refused) == 3
    assert form["results"] == [case.one.form["results"][index - 1] for index in refused]
    assert form["totals"] == totals_of(form["results"])
    assert form["id"] != case.one.form["id"]
    assert uuid.UUID(form["id"]).version == 4
    assert datetime.fromisoformat(form["issuedAt"]).tzinfo is not None
    good = made().form["results"]
    form["results"] = [{**good[index - 1]} for index in refused]
    form["totals"] = totals_of(form["results"])
    again = judged(made(), FLOW, contract, body=as_json(form))
    assert again.disposition is Disposition.ACCEPTED
    out = capsys.readouterr().out
    for said in ("I002", "D001", "E001", "l'émetteur", "/results/0/", "en attente"):
        assert said in out


def test_what_must_be_corrected_is_told_in_the_places_of_the_new_file(case, capsys):
    assert case.fix("--json") == 0
    report = json.loads(capsys.readouterr().out)
    (file,) = report["files"]
    text = (case.folder / "next.json").read_text().split("\n")
    for found in file["findings"]:
        was = file["lines"][found["index"] - 1]["was"]
        assert found["pointer"].startswith(f"/results/{found['index'] - 1}/")
        assert found["ref"] == case.one.form["results"][was - 1]["ref"]
        assert text[found["line"] - 1][found["column"] - 1] in '"{['
    assert report["held"] == case.of("HELD", "R001")


@pytest.mark.parametrize("source", ["json", "xml"])
@pytest.mark.parametrize("out", ["next.json", "next.xml"])
def test_either_form_in_and_out(tmp_path, contract, source, out):
    one = made(defects=5, defect_names=DEFECTS)
    write = as_json if source == "json" else as_xml
    case = Case(tmp_path, contract, one, write(one.form))
    assert case.fix(out=out) == 0
    content = (tmp_path / out).read_bytes()
    answer = judged(one, FLOW, contract, body=content)
    assert answer.disposition is Disposition.REJECTED
    assert answer.counts.results == answer.counts.rejected == 3
    codes = {finding.code for line in answer.lines for finding in line.findings}
    assert codes >= {"I002", "D001", "E001"}


@pytest.mark.parametrize("write", [as_json, as_xml])
def test_lines_that_cannot_be_read_are_taken_as_they_are_written(tmp_path, contract, capsys, write):
    one = made(seed=7)
    form = copy.deepcopy(one.form)
    form["results"][4]["worker"]["birthName"] = " X"
    form["results"][6]["operation"] = "FOO"
    content = write(form)
    if write is as_json:
        content = content.replace(b'"FOO"', b"0.1500")
    case = Case(tmp_path, contract, one, content)
    out = f"next.{case.file.suffix[1:]}"
    assert case.fix("--json", out=out) == 0
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert file["unreadable"] == 2
    assert [line["was"] for line in file["lines"]] == [5, 7]
    members = {member["pointer"] for found in file["findings"] for member in found["members"]}
    assert members == {"/results/0/worker/birthName", "/results/1/operation"}
    written = (tmp_path / out).read_bytes()
    assert (b"0.1500" if write is as_json else b"FOO") in written
    answer = judged(one, FLOW, contract, body=written)
    assert [line.index for line in answer.lines] == [1, 2]
    other = "next.xml" if write is as_json else "next.json"
    assert case.fix("--force", out=other) == 3
    assert not (tmp_path / other).exists()


def test_the_same_content_in_the_other_form_is_the_file_of_the_receipt(case):
    file = case.folder / "same.xml"
    file.write_bytes(as_xml(case.one.form))
    assert case.fix(source=file) == 0


def test_another_file_is_refused(case, capsys):
    form = copy.deepcopy(case.one.form)
    form["results"][0]["ref"] = "OTHER"
    file = case.folder / "other.json"
    file.write_bytes(as_json(form))
    assert case.fix(source=file) == 3
    assert "empreinte" in capsys.readouterr().err
    assert not (case.folder / "next.json").exists()


def test_corrections_made_by_hand_are_not_replaced(case):
    assert case.fix() == 0
    before = (case.folder / "next.json").read_bytes()
    assert case.fix() == 3
    assert (case.folder / "next.json").read_bytes() == before
    assert case.fix("--force") == 0


def test_lines_that_wait_for_somebody_else_are_kept_apart(tmp_path, contract, capsys):
    one = made(seed=8)
    form = copy.deepcopy(one.form)
    late = form["results"][2]
    late["monitoring"]["otherExposures"] = ["EMERGENCY_2"]
    late["period"] = {"start": "2026-06-01", "end": "2026-06-30"}
    case = Case(tmp_path, contract, one, as_json(form))
    assert case.of("REJECTED", "R009") == [3]
    assert case.fix("--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["resend"] == [3]
    assert report["files"] == []
    assert not (tmp_path / "next.json").exists()
    assert case.fix("--resend", str(tmp_path / "later.json")) == 0
    later = json.loads((tmp_path / "later.json").read_bytes())
    assert [line["ref"] for line in later["results"]] == [form["results"][2]["ref"]]


def test_a_held_line_that_was_closed_is_not_sent_again(tmp_path, contract, capsys):
    one = made(seed=8)
    form = copy.deepcopy(one.form)
    held = form["results"][1]
    held["employer"] = {"siret": form["sender"]["siret"]}
    form["results"][2] = {
        **{member: form["results"][2][member] for member in ("ref", "monitoring")},
        **{member: held[member] for member in ("worker", "employer")},
        "operation": "CANCELLATION",
        "corrects": {"transmission": form["id"], "ref": held["ref"], "reason": "DUPLICATE"},
    }
    form["totals"] = totals_of([line for line in form["results"] if "measurements" in line])
    form["totals"]["results"] = len(form["results"])
    case = Case(tmp_path, contract, one, as_json(form))
    assert case.of("REJECTED", "C005") == [2]
    assert case.of("HELD", "R001") == [3]
    assert case.fix("--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["nothing"], report["held"], report["files"]) == ([2], [3], [])


def test_a_line_whose_reference_holds_a_number_is_fixed_and_not_echoed(tmp_path, contract, capsys):
    one = made(seed=9)
    form = copy.deepcopy(one.form)
    nir = form["results"][1]["worker"]["nir"]
    form["results"][1]["ref"] = nir
    case = Case(tmp_path, contract, one, as_json(form))
    assert case.fix() == 0
    shown = capsys.readouterr()
    assert "T010" in shown.out
    assert nir[:13] not in shown.out + shown.err


def test_a_transmission_without_verdicts_on_lines_is_not_taken_apart(tmp_path, contract, capsys):
    one = made()
    form = copy.deepcopy(one.form)
    form["totals"]["results"] += 1
    case = Case(tmp_path, contract, one, as_json(form))
    assert case.answer.disposition is Disposition.INADMISSIBLE
    assert case.fix() == 3
    assert "identifiant peut resservir" in " ".join(capsys.readouterr().err.split())


def test_lines_beyond_those_inline_are_asked_for_and_proved(tmp_path, contract, capsys):
    one = made(lines=1_100)
    form = copy.deepcopy(one.form)
    for line in form["results"]:
        line["monitoring"]["type"] = "SR"
    case = Case(tmp_path, contract, one, as_json(form))
    assert case.answer.lines_total == 1_100
    assert case.fix() == 3
    assert f"/v1/receipts/{case.answer.id}/lines" in capsys.readouterr().err
    entries = every_entry(case, form)
    lines = tmp_path / "lines.json"
    lines.write_bytes(orjson.dumps({"lines": entries}))
    assert case.fix("--lines", str(lines)) == 0
    assert len(json.loads((tmp_path / "next.json").read_bytes())["results"]) == 1_100
    entries[-1]["ref"] = "R"
    lines.write_bytes(orjson.dumps({"lines": entries}))
    assert case.fix("--lines", str(lines), "--force") == 3


def every_entry(case, form):
    """What /lines serves: the entries inline, and the same for the rest."""
    inline = orjson.loads(canonical(case.answer))["lines"]
    model = inline[0]
    return [
        json.loads(
            json.dumps({**model, "index": index, "ref": line["ref"]}).replace(
                "/results/0/", f"/results/{index - 1}/"
            )
        )
        for index, line in enumerate(form["results"], 1)
    ]


def test_nothing_to_correct_writes_nothing(tmp_path, contract, capsys):
    one = made()
    case = Case(tmp_path, contract, one, as_json(one.form))
    assert case.fix() == 0
    assert "Rien à corriger" in capsys.readouterr().out
    assert not (tmp_path / "next.json").exists()


def test_what_is_no_receipt_is_said_to_be_so(case, capsys):
    case.receipt.write_bytes(b"{}")
    assert case.fix() == 3
    assert "accusé" in capsys.readouterr().err


def test_a_receipt_in_xml_is_read_as_well(case, capsys):

    receipt = (EXAMPLES / "acknowledgement/partly_accepted.xml").read_bytes()
    case.receipt.write_bytes(receipt)
    assert case.fix() == 3  # it answers another file
    assert "empreinte" in capsys.readouterr().err
