"""The statement: disposition, counts, steps, codes and lines, by the table of the contract (§3)."""

import hashlib
import itertools
import json
from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from gateway.identifiers import InvalidIdentifier, Siret
from gateway.model.acknowledgement import AboutTransmission, Disposition, Reference
from gateway.model.transmission import Flow, Header, SenderStatement, SenderType, Totals
from gateway.model.verdict import Finding, LineVerdict, Verdict
from gateway.rules.catalogue import CATALOGUE
from gateway.steps.acknowledge import Circumstances, acknowledge, disposition_of
from tests import builders
from tests.unit.steps import flow

DECIDED_AT = datetime(2026, 11, 20, 9, 0, 0, 120_000, tzinfo=UTC)
SETS = [set(some) for n in range(1, 5) for some in itertools.combinations(Verdict, n)]
RETURN_CODES = {
    "ACCEPTED": 0,
    "ACCEPTED_WITH_RESERVATIONS": 1,
    "PARTLY_ACCEPTED": 2,
    "HELD": 2,
    "REJECTED": 3,
    "INADMISSIBLE": 3,
    "RECEIVED": None,
    "CONFLICT": None,
}
CODE = {"ACCEPTED_WITH_WARNINGS": "P005", "REJECTED": "I002", "HELD": "R001"}


def a_verdict(index, verdict, *, code=None, ref=None):
    code = code or CODE.get(verdict)
    findings = (Finding(code, f"/results/{index}"),) if code else ()
    held = datetime(2027, 2, 18, 9, tzinfo=UTC) if verdict is Verdict.HELD else None
    return LineVerdict(
        index=index, ref=ref or f"L-{index}", verdict=verdict, held_until=held, findings=findings
    )


def verdicts_of(kinds):
    return [a_verdict(index, kind) for index, kind in enumerate(kinds)]


def a_header(*, siret=None, behalf=None, test=False):
    return Header(
        id="aa5bf11d-58a2-4f22-a7fb-c0e39c984d59",
        flow=Flow.PASSIVE_EXTERNAL,
        test=test,
        sender=SenderStatement(
            type=SenderType.OA,
            siret=siret or Siret.parse(builders.LABORATORY),
            accreditation="1-0001",
            on_behalf_of=behalf,
        ),
        issued_at=DECIDED_AT,
        totals=Totals(results=1, measurements=1, sum_usv=150),
    )


def state(*, verdicts=None, findings=(), header=None, disposition=Disposition.ACCEPTED):
    return acknowledge(
        acknowledgement_id="bb5bf11d-58a2-4f22-a7fb-c0e39c984d59",
        circumstances=Circumstances(
            submission=flow.Core(workers=0).submission(b"{}"),
            submitter=flow.THE_LABORATORY,
            issuer=flow.ISSUER,
            environment="test",
            references=(Reference(name="contract", version="1.0"),),
        ),
        header=header,
        transmission=AboutTransmission(),
        disposition=disposition,
        findings=findings,
        verdicts=verdicts,
        decided_at=DECIDED_AT,
    )


def form_of(**circumstances):
    return json.loads(state(**circumstances).canonical)


# ---------- disposition


@pytest.mark.parametrize("found", SETS, ids=lambda found: "+".join(sorted(found)))
def test_every_combination_of_verdicts_has_its_disposition(found):
    accepted = {"ACCEPTED", "ACCEPTED_WITH_WARNINGS"}
    if found <= accepted:
        expected = "ACCEPTED_WITH_RESERVATIONS" if len(found - {"ACCEPTED"}) else "ACCEPTED"
    elif found == {"REJECTED"}:
        expected = "REJECTED"
    elif not found & accepted:
        expected = "HELD"
    else:
        expected = "PARTLY_ACCEPTED"
    assert disposition_of(verdicts_of(sorted(found))) == expected
    assert disposition_of(verdicts_of(sorted(found) * 3)) == expected


def test_every_disposition_has_its_return_code():
    assert {str(d): d.return_code for d in Disposition} == RETURN_CODES
    for disposition, code in RETURN_CODES.items():
        assert form_of(disposition=Disposition(disposition)).get("returnCode") == code


# ---------- counts and lines


@given(st.lists(st.sampled_from(Verdict), min_size=1, max_size=30))
def test_counts_add_up(kinds):
    form = form_of(verdicts=verdicts_of(kinds))
    counts = form["counts"]
    assert counts["results"] == len(kinds)
    assert counts["results"] == counts["accepted"] + counts["rejected"] + counts["held"]
    assert counts["withWarnings"] == kinds.count("ACCEPTED_WITH_WARNINGS") <= counts["accepted"]
    assert counts["findings"] == len(kinds) - kinds.count("ACCEPTED")
    assert form["linesTotal"] == len(kinds) - kinds.count("ACCEPTED")
    assert [line["index"] for line in form.get("lines", ())] == [
        index for index, kind in enumerate(kinds, 1) if kind != "ACCEPTED"
    ]


def test_lines_not_plainly_accepted_are_told_by_number_from_one_and_pointer_from_zero():
    form = form_of(verdicts=verdicts_of([Verdict.ACCEPTED, Verdict.HELD]))
    assert form["lines"] == [
        {
            "index": 2,
            "ref": "L-1",
            "verdict": "HELD",
            "heldUntil": "2027-02-18T09:00:00.000Z",
            "findings": [{"code": "R001", "pointer": "/results/1"}],
        }
    ]


def test_a_transmission_that_was_not_judged_by_line_counts_none():
    form = form_of(findings=(Finding("S006", "/totals/sumMsv"),))
    assert not {"counts", "lines", "linesTotal", "linesSha256"} & form.keys()
    assert form["findings"] == [{"code": "S006", "pointer": "/totals/sumMsv"}]


def test_where_every_line_is_accepted_there_is_no_digest_of_lines():
    form = form_of(verdicts=verdicts_of([Verdict.ACCEPTED] * 3))
    assert form["linesTotal"] == 0
    assert not {"lines", "linesSha256"} & form.keys()


@pytest.mark.parametrize(("total", "inline"), [(999, 999), (1_000, 1_000), (1_001, 1_000)])
def test_at_most_a_thousand_lines_stand_inline_and_the_digest_covers_all(total, inline):
    said = state(verdicts=verdicts_of([Verdict.ACCEPTED] + [Verdict.REJECTED] * total))
    form = json.loads(said.canonical)
    assert (len(form["lines"]), form["linesTotal"]) == (inline, total)
    assert [line["index"] for line in form["lines"]] == list(range(2, inline + 2))
    entries = [json.loads(entry) for entry in said.line_entries]
    assert entries[:inline] == form["lines"]
    assert len(entries) == total
    joined = b"\n".join(rfc8785.dumps(entry) for entry in entries)
    assert form["linesSha256"] == hashlib.sha256(joined).hexdigest()
    assert form["codes"][0]["code"] == "I002", "codes of lines that are not inline count too"


def test_the_digest_of_the_statement_is_over_its_canonical_bytes():
    said = state(verdicts=verdicts_of([Verdict.HELD]))
    assert said.canonical == rfc8785.dumps(json.loads(said.canonical))
    assert said.canonical_sha256 == hashlib.sha256(said.canonical).hexdigest()


# ---------- codes


def test_each_code_stands_once_in_order_with_what_the_catalogue_says():
    verdicts = [
        a_verdict(0, Verdict.REJECTED, code="R003"),
        a_verdict(1, Verdict.REJECTED, code="I002"),
        a_verdict(2, Verdict.REJECTED, code="R003"),
    ]
    form = form_of(verdicts=verdicts, findings=(Finding("S008"),))
    assert [entry["code"] for entry in form["codes"]] == ["I002", "R003", "S008"]
    for entry in form["codes"]:
        rule = CATALOGUE.rule(entry["code"])
        assert entry == {
            "code": rule.code,
            "level": rule.level,
            "actor": rule.actor,
            "action": rule.action,
            "text": {"fr": rule.fr, "en": rule.en},
            "rule": f"/v1/rules/{rule.code}",
        }
    assert form["rules"] == {"version": CATALOGUE.version, "sha256": CATALOGUE.sha256}


# ---------- steps


def steps_of(**circumstances):
    steps = form_of(**circumstances)["steps"]
    assert [step["name"] for step in steps] == ["PARSE", "VALIDATE", "CHECK", "VERIFY"]
    return [(step["verdict"], step["errors"], step["warnings"]) for step in steps]


PASSED, NOT_RUN, FAILED = ("PASSED", 0, 0), ("NOT_RUN", 0, 0), ("FAILED", 1, 0)


@pytest.mark.parametrize(
    ("code", "steps"),
    [
        ("S001", [FAILED, NOT_RUN, NOT_RUN, NOT_RUN]),
        ("T006", [FAILED, NOT_RUN, NOT_RUN, NOT_RUN]),
        ("S003", [PASSED, FAILED, NOT_RUN, NOT_RUN]),
        ("S006", [PASSED, FAILED, NOT_RUN, NOT_RUN]),
        ("S011", [PASSED, FAILED, NOT_RUN, NOT_RUN]),
        ("H001", [PASSED, PASSED, FAILED, NOT_RUN]),
        ("H003", [PASSED, PASSED, FAILED, NOT_RUN]),
        ("S007", [PASSED, PASSED, FAILED, NOT_RUN]),
    ],
)
def test_steps_after_a_fatal_finding_are_not_run(code, steps):
    assert steps_of(findings=(Finding(code),)) == steps


def test_two_fatal_findings_are_counted_in_their_steps():
    findings = (Finding("S006", "/totals/results"), Finding("S006", "/totals/sumMsv"))
    assert steps_of(findings=findings)[1:] == [("FAILED", 2, 0), NOT_RUN, NOT_RUN]
    findings = (Finding("H001"), Finding("S006"))
    assert steps_of(findings=findings) == [PASSED, FAILED, FAILED, NOT_RUN]


def test_a_line_that_fails_does_not_stop_the_steps_of_the_others():
    verdicts = [
        a_verdict(0, Verdict.REJECTED, code="S002"),
        a_verdict(1, Verdict.ACCEPTED_WITH_WARNINGS, code="P005"),
        a_verdict(2, Verdict.HELD, code="R001"),
    ]
    steps = steps_of(verdicts=verdicts, findings=(Finding("S008"),))
    assert steps == [PASSED, ("FAILED", 1, 1), ("PASSED_WITH_WARNINGS", 0, 1), FAILED]
    assert steps_of(verdicts=verdicts_of([Verdict.ACCEPTED])) == [PASSED] * 4


# ---------- who


def test_the_sender_is_stated_without_its_accreditation():
    behalf = Siret.parse(builders.EMPLOYER)
    assert form_of(header=a_header(behalf=behalf))["sender"] == {
        "type": "OA",
        "siret": builders.LABORATORY,
        "onBehalfOf": {"siret": builders.EMPLOYER},
    }


@pytest.mark.parametrize("behalf", [None, InvalidIdentifier("E001")])
def test_nothing_of_a_sender_that_is_not_a_siret_comes_back(behalf):
    defect = InvalidIdentifier("E001")
    assert "sender" not in form_of(header=a_header(siret=defect, behalf=behalf))
    assert "onBehalfOf" not in form_of(header=a_header(behalf=behalf))["sender"]


def test_nothing_is_said_of_a_sender_and_a_test_that_could_not_be_read():
    assert not {"sender", "test"} & form_of(header=None).keys()


def test_a_test_is_marked_in_what_is_signed():
    assert form_of(header=a_header(test=True))["test"] is True
    assert form_of(header=a_header(test=False)).get("test", False) is False


def test_the_times_and_the_bytes_received_are_stated():
    form = form_of()
    assert form["decidedAt"] == "2026-11-20T09:00:00.120Z"
    assert form["received"] == {
        "door": "REST",
        "mediaType": "application/json",
        "sha256": hashlib.sha256(b"{}").hexdigest(),
        "size": 2,
        "at": "2026-11-20T09:00:00.000Z",
    }
    assert form["submitter"] == {"name": "Laboratoire Exemple", "siret": builders.LABORATORY}
