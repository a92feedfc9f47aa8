"""Every rule of the catalogue, proved at a door by its two examples.

`SAYS` states beforehand what the failing example of each code must bring: where, and with what
verdict. A code that is in the catalogue and not here, or here and never produced, fails.
"""

from datetime import datetime

import pytest

from gateway.rules.catalogue import CATALOGUE
from gateway.rules.example import RawExample
from gateway.rules.examples import RECEIVED_ON, example_transmissions
from tests.fake_answers import FixedAnswers
from tests.fakes import FixedClock
from tests.running import Running, rows_of

LINE = "/results/0"
FIRST = f"{LINE}/measurements/0"
SAYS = {
    "C001": (f"{LINE}/corrects", "REJECTED"),
    "C002": (f"{LINE}/corrects", "REJECTED"),
    "C003": (f"{LINE}/corrects", "REJECTED"),
    "C004": (f"{LINE}/corrects/justification", "REJECTED"),
    "C005": (f"{LINE}/corrects", "REJECTED"),
    "C006": (f"{LINE}/corrects/acknowledgementSha256", "REJECTED"),
    "C007": (f"{LINE}/corrects/reason", "REJECTED"),
    "D001": (f"{FIRST}/value", "REJECTED"),
    "D003": (f"{FIRST}/value", "REJECTED"),
    "D004": (f"{FIRST}/quantity", "REJECTED"),
    "D005": (f"{FIRST}/value", "REJECTED"),
    "D006": (f"{FIRST}/value", "REJECTED"),
    "D007": (f"{LINE}/measurements/1/value", "REJECTED"),
    "D008": (f"{LINE}/dosimeter/type", "REJECTED"),
    "D009": (f"{FIRST}/recordingLevel", "ACCEPTED_WITH_WARNINGS"),
    "D010": (f"{LINE}/examination/kind", "REJECTED"),
    "D020": (f"{LINE}/measurements", "ACCEPTED_WITH_WARNINGS"),
    "D021": (f"{LINE}/measurements", "ACCEPTED_WITH_WARNINGS"),
    "D022": (f"{LINE}/measurements", "ACCEPTED_WITH_WARNINGS"),
    "D023": (f"{FIRST}/value", "ACCEPTED_WITH_WARNINGS"),
    "E001": (f"{LINE}/employer/siret", "REJECTED"),
    "E002": (f"{LINE}/employer/siret", "REJECTED"),
    "E003": (f"{LINE}/employer/siret", "REJECTED"),
    "E004": (f"{LINE}/employer/siret", "ACCEPTED_WITH_WARNINGS"),
    "H001": ("/sender", "INADMISSIBLE"),
    "H002": ("/flow", "INADMISSIBLE"),
    "H003": ("/sender/siret", "INADMISSIBLE"),
    "H004": (f"{LINE}/employer/siret", "REJECTED"),
    "I001": (f"{LINE}/worker/nir", "REJECTED"),
    "I002": (f"{LINE}/worker/nir", "REJECTED"),
    "I003": (f"{LINE}/worker/nir", "REJECTED"),
    "I004": (f"{LINE}/examination/prescriber/rpps", "REJECTED"),
    "I011": (f"{LINE}/worker/birthName", "REJECTED"),
    "I012": (f"{LINE}/worker/birthName", "ACCEPTED_WITH_WARNINGS"),
    "I013": (f"{LINE}/worker/sex", "REJECTED"),
    "I021": (f"{LINE}/worker", "ACCEPTED_WITH_WARNINGS"),
    "I022": (f"{LINE}/worker/nir", "ACCEPTED_WITH_WARNINGS"),
    "I023": (f"{LINE}/worker", "REJECTED"),
    "I024": (f"{LINE}/worker", "ACCEPTED_WITH_WARNINGS"),
    "P001": (f"{LINE}/period/end", "REJECTED"),
    "P002": (f"{LINE}/period/end", "REJECTED"),
    "P003": (f"{LINE}/period/end", "REJECTED"),
    "P004": (FIRST, "ACCEPTED_WITH_WARNINGS"),
    "P005": (f"{LINE}/period", "ACCEPTED_WITH_WARNINGS"),
    "P010": (f"{LINE}/operation", "ACCEPTED_WITH_WARNINGS"),
    "P011": (f"{LINE}/exposureTime/endAt", "ACCEPTED_WITH_WARNINGS"),
    "R001": (f"{LINE}/worker", "HELD"),
    "R003": (f"{LINE}/monitoring/type", "REJECTED"),
    "R004": (f"{LINE}/monitoring/otherExposures", "HELD"),
    "R006": (f"{LINE}/monitoring/category", "ACCEPTED_WITH_WARNINGS"),
    "R007": (f"{LINE}/employer", "ACCEPTED_WITH_WARNINGS"),
    "R009": (LINE, "REJECTED"),
    "S001": (None, "INADMISSIBLE"),
    "S002": ("/results/1", "REJECTED"),
    "S003": ("/version", "INADMISSIBLE"),
    "S006": ("/totals/sumMsv", "INADMISSIBLE"),
    "S007": ("/id", "CONFLICT"),
    "S008": ("/totals", "REJECTED"),
    "S009": (f"{LINE}/ref", "REJECTED"),
    "S010": (f"{LINE}/period", "REJECTED"),
    "S011": ("/id", "INADMISSIBLE"),
    "T003": (None, "INADMISSIBLE"),
    "T004": (None, "INADMISSIBLE"),
    "T005": (None, "INADMISSIBLE"),
    "T006": (None, "INADMISSIBLE"),
    "T007": (None, "INADMISSIBLE"),
    "T008": (None, "INADMISSIBLE"),
    "T010": (f"{LINE}/ref", "REJECTED"),
    "V001": (f"{LINE}/worker", "HELD"),
    "V002": (f"{LINE}/worker", "HELD"),
    "U001": (FIRST, "REJECTED"),
    "U002": (FIRST, "REJECTED"),
    "U003": (f"{LINE}/committed", "ACCEPTED_WITH_WARNINGS"),
}
BESIDE = {
    "D003": {("D023", f"{FIRST}/value")},
    "D023": {("D020", f"{LINE}/measurements")},
    "I013": {("I011", f"{LINE}/worker/sex")},
    "P002": {("P005", f"{LINE}/period")},
    "P003": {("P005", f"{LINE}/period")},
    "P004": {("P005", f"{LINE}/period")},
    "R009": {("P005", f"{LINE}/period"), ("R004", f"{LINE}/monitoring/otherExposures")},
    "S002": {("S008", "/totals")},
    "S008": {("S002", "/results/1")},
    "S009": {("S009", "/results/1/ref")},
}
"""What the defect of a failing example brings with it under another code."""
PASSING = {
    "D003": {("D020", f"{LINE}/measurements"), ("D023", f"{FIRST}/value")},
    "D023": {("D020", f"{LINE}/measurements")},
    "P003": {("P005", f"{LINE}/period")},
    "R009": {("P005", f"{LINE}/period"), ("R004", f"{LINE}/monitoring/otherExposures")},
}
"""Passing examples that stand on another rule's ground; every other one is plainly accepted."""
CODES = sorted(rule.code for rule in CATALOGUE)
OTHER_DOORS = ("xml", "soap11", "soap12")
DOORS_OF = {
    code: ("raw",)
    if isinstance(CATALOGUE.rule(code).example, RawExample)
    else ("json", OTHER_DOORS[place % 3])
    for place, code in enumerate(CODES)
}
"""JSON for every rule, and the other doors in turn; examples made of bytes as they are."""
CASES = [(code, door) for code in CODES for door in DOORS_OF[code]]


@pytest.fixture(scope="module")
def running(tmp_path_factory, portal):
    clock = FixedClock(datetime.fromisoformat(RECEIVED_ON))
    gateway = Running(
        tmp_path_factory.mktemp("home"), portal=portal, clock=clock, verification=FixedAnswers()
    )
    yield gateway
    gateway.close()


def judged(running, case, door):
    """The answer to the last submission of an example, the earlier ones accepted before it."""
    rows = [row for worker in case.directory for row in rows_of(worker.nir, worker.known)]
    running.verification.verified = case.verified
    running.forget(partners=[case.partner, *case.others], rows=rows)
    token = case.partner.id
    senders = {str(other.siret): other.id for other in case.others}
    for form in case.submissions[:-1]:
        earlier = running.submit(form, by=senders.get(form["sender"]["siret"], token))
        assert earlier.acknowledgement["counts"]["accepted"]
    if case.decided:
        running.decide(*(case.submissions[place] for place in case.decided))
    if case.raw is not None:
        headers = {"content-type": case.raw.media_type, **dict(case.raw.headers)}
        return running.post(case.raw.body, by=token, headers=headers)
    return running.submit(case.submissions[-1], door=door, by=token)


def verdict_at(acknowledgement, pointer):
    """The verdict of the line that a pointer stands in; of the whole where in none."""
    if pointer is None or not pointer.startswith("/results/"):
        lines = acknowledgement.get("lines", ())
        return lines[0]["verdict"] if lines else acknowledgement["disposition"]
    index = int(pointer.split("/")[2]) + 1
    return next(line["verdict"] for line in acknowledgement["lines"] if line["index"] == index)


def test_every_rule_of_the_catalogue_is_proved_here_and_no_other():
    assert set(SAYS) == set(CODES)
    assert {door for doors in DOORS_OF.values() for door in doors} == {"raw", "json", *OTHER_DOORS}


@pytest.mark.parametrize(("code", "door"), CASES)
def test_the_failing_example_brings_its_code_there_with_that_verdict(running, code, door):
    _, failing = example_transmissions(CATALOGUE.rule(code))
    answer = judged(running, failing, door)
    pointer, verdict = SAYS[code]
    assert set(answer.findings) == {(code, pointer)} | BESIDE.get(code, set())
    assert verdict_at(answer.acknowledgement, pointer) == verdict
    has_verdicts = verdict not in {"INADMISSIBLE", "CONFLICT"}
    assert answer.status == (200 if has_verdicts or door.startswith("soap") else 422)


@pytest.mark.parametrize(("code", "door"), CASES)
def test_the_passing_example_is_accepted(running, code, door):
    passing, _ = example_transmissions(CATALOGUE.rule(code))
    answer = judged(running, passing, door)
    assert answer.status == 200
    assert set(answer.findings) == PASSING.get(code, set())
    if code not in PASSING:
        assert answer.disposition == "ACCEPTED"
        assert "lines" not in answer.acknowledgement
    elif code == "R009":
        assert answer.disposition == "HELD"
    else:
        assert answer.disposition == "ACCEPTED_WITH_RESERVATIONS"


@pytest.mark.parametrize("code", CODES)
def test_a_code_comes_with_its_remedy_in_two_languages_and_is_counted(running, code):
    rule = CATALOGUE.rule(code)
    _, failing = example_transmissions(rule)
    acknowledgement = judged(running, failing, DOORS_OF[code][0]).acknowledgement
    told = {entry["code"]: entry for entry in acknowledgement["codes"]}
    assert told[code] == {
        "code": code,
        "level": rule.level.value,
        "actor": rule.actor.value,
        "action": rule.action.value,
        "text": {"fr": rule.fr, "en": rule.en},
        "rule": f"/v1/rules/{code}",
    }
    assert sorted(told) == [entry["code"] for entry in acknowledgement["codes"]]
    step = next(s for s in acknowledgement["steps"] if s["name"] == rule.step.value)
    assert step["warnings" if rule.level.value == "WARNING" else "errors"] >= 1
    page = running.get(f"/v1/rules/{code}", by=failing.partner.id)
    assert page.form["text"] == {"fr": rule.fr, "en": rule.en}
