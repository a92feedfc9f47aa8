"""The statement: disposition, counts, steps, codes and lines, by the table of the contract (§3)."""

import hashlib
import itertools
import json
from datetime import UTC, datetime

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from gateway.identifiers import InvalidIdentifier, Siret
from gateway.model.acknowledgement import (
    AboutTransmission,
    AcknowledgementRef,
    Disposition,
    Reference,
)
from gateway.model.partners import Proof, Proven
from gateway.model.transmission import Flow, Header, SenderStatement, SenderType, Totals
from gateway.model.verdict import Finding, Level, LineVerdict, Verdict
from gateway.rules.catalogue import CATALOGUE
from gateway.steps.acknowledge import (
    MAX_LINE_FINDINGS,
    Circumstances,
    acknowledge,
    disposition_of,
    is_same,
    restate,
)
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


def state(
    *,
    verdicts=None,
    findings=(),
    header=None,
    disposition=Disposition.ACCEPTED,
    proven=Proven(by=Proof.ACCESS_TOKEN),  # noqa: B008 - frozen
):
    submitter = msgspec.structs.replace(flow.by_token(flow.THE_LABORATORY), proven=proven)
    return acknowledge(
        acknowledgement_id="bb5bf11d-58a2-4f22-a7fb-c0e39c984d59",
        circumstances=Circumstances(
            submission=flow.Core(workers=0).submission(b"{}"),
            submitter=submitter,
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


# ---------- findings of one line


WARNS, REFUSES, REFUSES_TOO, HOLDS, CLOSES = "P005", "D001", "D004", "R001", "C005"


def a_crowded(verdict, *codes, index=0):
    findings = tuple(
        Finding(code, f"/results/{index}/measurements/{place}") for place, code in enumerate(codes)
    )
    return msgspec.structs.replace(a_verdict(index, verdict), findings=findings)


def stated_places(verdict):
    """Where, in the order found, the findings stood that were stated."""
    (line,) = form_of(verdicts=[verdict])["lines"]
    return [int(finding["pointer"].rpartition("/")[2]) for finding in line["findings"]]


@pytest.mark.parametrize("count", [1, MAX_LINE_FINDINGS - 1, MAX_LINE_FINDINGS])
def test_up_to_the_bound_every_finding_of_a_line_is_stated(count):
    assert stated_places(a_crowded(Verdict.REJECTED, *[REFUSES] * count)) == list(range(count))


def test_beyond_the_bound_the_first_findings_of_a_line_are_stated_in_the_order_found():
    crowded = a_crowded(Verdict.REJECTED, *[REFUSES] * 192)
    assert stated_places(crowded) == list(range(MAX_LINE_FINDINGS))


@pytest.mark.parametrize(
    ("verdict", "decides"), [(Verdict.REJECTED, REFUSES), (Verdict.HELD, HOLDS)]
)
def test_what_refuses_or_holds_a_line_is_stated_after_any_number_of_warnings(verdict, decides):
    crowded = a_crowded(verdict, *[WARNS] * 100, decides)
    assert stated_places(crowded) == [*range(MAX_LINE_FINDINGS - 1), 100]


def test_every_code_of_a_line_is_stated_before_any_is_repeated():
    crowded = a_crowded(
        Verdict.REJECTED, *[REFUSES] * 50, *[WARNS] * 50, *[REFUSES_TOO] * 50, CLOSES
    )
    kept = MAX_LINE_FINDINGS - 3
    assert stated_places(crowded) == [*range(kept), 50, 100, 150]
    codes = [entry["code"] for entry in form_of(verdicts=[crowded])["codes"]]
    assert codes == sorted({REFUSES, WARNS, REFUSES_TOO, CLOSES})


def test_where_codes_alone_are_too_many_those_that_refuse_go_first():
    warnings = [rule.code for rule in CATALOGUE if rule.level is Level.WARNING]
    refusals = [rule.code for rule in CATALOGUE if rule.level is Level.ERROR]
    found = [*warnings[:10], *refusals[:12]]
    crowded = a_crowded(Verdict.REJECTED, *found)
    assert stated_places(crowded) == [*range(MAX_LINE_FINDINGS - 12), *range(10, 22)]


def test_counts_steps_and_codes_are_those_of_the_findings_stated():
    verdicts = [
        a_crowded(Verdict.REJECTED, *[WARNS] * 100, *[REFUSES] * 100, index=0),
        a_crowded(Verdict.ACCEPTED_WITH_WARNINGS, *[WARNS] * 17, index=1),
    ]
    form = form_of(verdicts=verdicts)
    levels = {entry["code"]: entry["level"] for entry in form["codes"]}
    stated = [levels[finding["code"]] for line in form["lines"] for finding in line["findings"]]
    assert form["counts"]["findings"] == len(stated) == 2 * MAX_LINE_FINDINGS
    assert sum(step["errors"] for step in form["steps"]) == stated.count("ERROR") == 15
    assert sum(step["warnings"] for step in form["steps"]) == stated.count("WARNING") == 17


def test_a_line_found_again_with_the_same_crowd_of_findings_has_not_changed():
    held = a_crowded(Verdict.HELD, *[WARNS] * 100, HOLDS)
    (entry,) = state(verdicts=[held]).acknowledgement.lines
    assert is_same(held, entry)
    assert not is_same(a_crowded(Verdict.HELD, *[REFUSES] * 100, HOLDS), entry)


def test_a_restatement_keeps_to_the_bound_and_says_what_closed_the_line():
    warned = a_crowded(Verdict.ACCEPTED_WITH_WARNINGS, *[WARNS] * 40, index=1)
    before = state(verdicts=[a_crowded(Verdict.HELD, *[WARNS] * 40, HOLDS), warned])
    stated = [entry.code for entry in before.acknowledgement.lines[0].findings]
    said = restate(
        before.acknowledgement,
        before.acknowledgement.lines,
        acknowledgement_id="cc5bf11d-58a2-4f22-a7fb-c0e39c984d59",
        supersedes=AcknowledgementRef(id="x", canonical_sha256="0" * 64),
        changed=[a_crowded(Verdict.REJECTED, *stated, CLOSES)],
        decided_at=DECIDED_AT,
    )
    closed, other = json.loads(said.canonical)["lines"]
    codes = [finding["code"] for finding in closed["findings"]]
    assert codes == [*[WARNS] * (MAX_LINE_FINDINGS - 2), HOLDS, CLOSES]
    assert other == json.loads(before.canonical)["lines"][1]
    assert said.acknowledgement.counts.findings == 2 * MAX_LINE_FINDINGS


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
        "credential": {"kind": "ACCESS_TOKEN"},
    }
    assert form["submitter"] == {"name": "Laboratoire Exemple", "siret": builders.LABORATORY}


def test_the_credential_that_proved_the_request_is_stated():
    expires_at = datetime(2029, 11, 20, 9, tzinfo=UTC)
    proven = Proven(by=Proof.CERTIFICATE, thumbprint="A" * 42 + "E", expires_at=expires_at)
    assert form_of(proven=proven)["received"]["credential"] == {
        "kind": "CERTIFICATE",
        "sha256": "00" * 31 + "01",
        "expiresAt": "2029-11-20T09:00:00.000Z",
    }
