"""What a physician has decided, no sender overrides: by every door (A23 art. 22-23, C003)."""

import json

import msgspec
import pytest

from gateway.identifiers import Siret
from gateway.model.decisions import DecisionKind
from gateway.model.directory import Attachment
from tests import builders
from tests.builders import a_line, a_measurement, a_transmission, a_worker
from tests.doors.test_directory_writing import ADMIN, put
from tests.running import DOORS, PHYSICIAN, THE_LABORATORY, WORKERS, a_row

HEAD = "sender_siret;transmission;ref;decision;decided_on;rpps;effective_msv\n"
SECOND = "90000005000014"
THE_SECOND = msgspec.structs.replace(THE_LABORATORY, id="second", siret=Siret.parse(SECOND))
UNKNOWN = 9


def a_result(value="0.15", **changes):
    return a_transmission(results=[a_line(measurements=[a_measurement(value=value)], **changes)])


def aimed_at(form, operation="CORRECTION", *, value="0.2", sender=builders.LABORATORY, **changes):
    """A correction or a cancellation of the first line of `form`."""
    aim = {"transmission": form["id"], "ref": form["results"][0]["ref"], "reason": "DOSE"}
    line = {**form["results"][0], "operation": operation, "corrects": aim}
    line["measurements"] = [a_measurement(value=value)]
    if operation == "CANCELLATION":
        for member in ("period", "dosimeter", "measurements"):
            del line[member]
    return a_transmission(sender__siret=sender, results=[builders.changed(line, changes)])


def taken(gateway, form, **given):
    answer = gateway.submit(form, **given)
    assert answer.acknowledgement["counts"]["accepted"] == 1, answer.content
    return set(answer.codes)


@pytest.mark.parametrize("kind", DecisionKind)
@pytest.mark.parametrize("operation", ["CORRECTION", "CANCELLATION"])
@pytest.mark.parametrize("door", DOORS)
def test_a_dose_that_was_decided_on_is_neither_corrected_nor_cancelled(
    gateway, door, operation, kind
):
    sent = a_result()
    taken(gateway, sent, door=door)
    gateway.decide(sent, kind=kind)
    form = aimed_at(sent, operation)
    as_json = {"content-type": "application/json"}
    checked = gateway.post(builders.in_json(form), headers=as_json, path="/v1/checks").form
    answer = gateway.submit(form, door=door)
    assert answer.findings == [("C003", "/results/0/corrects")]
    assert answer.disposition == "REJECTED"
    assert checked["lines"] == answer.acknowledgement["lines"]
    (entry,) = answer.acknowledgement["codes"]
    assert (entry["actor"], entry["action"]) == ("PHYSICIAN", "CONTACT")
    assert "médecin du travail" in entry["text"]["fr"]
    assert "occupational physician" in entry["text"]["en"]
    said = json.dumps(answer.acknowledgement)
    assert PHYSICIAN not in said
    assert '"0.2"' not in said
    assert kind.value not in said


def test_a_dose_that_was_cancelled_by_a_physician_is_not_sent_anew_as_a_first_result(gateway):
    sent = a_result()
    taken(gateway, sent)
    gateway.decide(sent, kind=DecisionKind.CANCELLED)
    assert gateway.submit(a_result("0.2")).codes == {"U001"}


def test_once_the_decision_is_taken_back_the_line_is_its_senders_again(start):
    own = start(admin_bind=ADMIN)
    token, sent = own.store.register_tokens.renew(), a_result()
    taken(own, sent)
    named = f"{builders.LABORATORY};{sent['id']};P-0001"
    decided = put(
        own,
        "/v1/directory/decisions",
        token=token,
        content=f"{HEAD}{named};CANCELLED;2026-11-19;{PHYSICIAN};\n",
    )
    assert (decided.json()["added"], decided.json()["refused"]) == (1, 0)
    version = decided.json()["version"]["version"]
    form = aimed_at(sent)
    refused = own.submit(form)
    assert refused.codes == {"C003"}
    directory = [one for one in refused.acknowledgement["references"] if one["name"] == "directory"]
    assert [one["version"] for one in directory] == [version]
    withdrawn = put(own, "/v1/directory/decisions", token=token, content=f"{HEAD}{named};NONE;;;\n")
    assert withdrawn.json()["changed"] == 1
    assert taken(own, {**form, "id": sent["id"][:-12] + "0" * 12}) == set()
    acts = [json.loads(one.octets) for one in own.store.trail.entries()]
    told = [one for one in acts if one["act"].startswith("DIRECTORY_DECISIONS")]
    assert [one["act"] for one in told] == [
        "DIRECTORY_DECISIONS_WRITTEN", "DIRECTORY_DECISIONS_IMPORTED",
    ] * 2  # fmt: skip
    for secret in (PHYSICIAN, sent["id"], "P-0001", "CANCELLED"):
        assert secret not in json.dumps(told)


def test_whose_line_it_is_not_learns_nothing_of_a_decision(long_running):
    attached = tuple(
        Attachment(
            employer=Siret.parse(builders.EMPLOYER), sender=Siret.parse(sender),
            start=a_row().employment.start,
        )
        for sender in (builders.LABORATORY, SECOND)
    )  # fmt: skip
    long_running.forget(
        partners=(THE_LABORATORY, THE_SECOND),
        rows=[a_row(number, attachments=attached) for number in range(1, WORKERS + 1)],
    )
    sent, open_ = a_result(), a_result(worker=a_worker(2))
    for form in (sent, open_):
        taken(long_running, form)
    long_running.decide(sent)
    for form in (sent, open_):
        refused = long_running.submit(aimed_at(form, sender=SECOND), by="second")
        assert refused.findings == [("C002", "/results/0/corrects")]
        stranger = aimed_at(form, worker=a_worker(UNKNOWN), corrects__reason="IDENTITY")
        held = long_running.submit(stranger)
        assert held.findings == [("R001", "/results/0/worker")]


# ---------- sums over twelve months


@pytest.mark.parametrize(
    ("decision", "codes"),
    [
        ({"kind": DecisionKind.MAINTAINED}, {"D020"}),
        ({"kind": DecisionKind.CANCELLED}, set()),
        ({"kind": DecisionKind.MODIFIED, "effective_usv": 4_950}, set()),
        ({"kind": DecisionKind.MODIFIED, "effective_usv": 5_050}, {"D020"}),
        ({"kind": DecisionKind.MODIFIED}, {"D020"}),
    ],
)
def test_the_dose_as_decided_counts_over_twelve_months(gateway, decision, codes):
    sent = a_result("15")
    taken(gateway, sent)
    gateway.decide(sent, **decision)
    later = a_result("15", period={"start": "2026-11-01", "end": "2026-11-15"})
    assert taken(gateway, later) == codes


def test_a_dose_that_a_physician_made_higher_warns_of_the_limit(gateway):
    sent = a_result("0.15")
    taken(gateway, sent)
    gateway.decide(sent, kind=DecisionKind.MODIFIED, effective_usv=19_900)
    later = a_result("0.15", period={"start": "2026-11-01", "end": "2026-11-15"})
    assert taken(gateway, later) == {"D020"}


# ---------- a correction that waits


@pytest.mark.parametrize("operation", ["CORRECTION", "CANCELLATION"])
def test_a_correction_that_waits_is_refused_once_it_is_judged_after_a_decision(gateway, operation):
    """It waits since its worker was not known there; the decision comes before he is."""
    elsewhere = {"siret": "35600000000048"}
    sent = a_result()
    taken(gateway, sent)
    waiting = aimed_at(
        sent, operation, value="0.15", employer=elsewhere, corrects__reason="EMPLOYER"
    )
    assert gateway.submit(waiting).findings == [("R001", "/results/0/worker")]
    gateway.decide(sent)
    assert [report.held for report in gateway.judge_again()] == [1]
    siret = Siret.parse(elsewhere["siret"])
    there = [msgspec.structs.replace(one, employer=siret) for one in a_row().attachments]
    contract = msgspec.structs.replace(a_row().employment, employer=siret)
    gateway.know(
        [a_row(employer=siret, employment=contract, attachments=tuple(there))], version="later"
    )
    (report,) = gateway.judge_again()
    assert (report.accepted, report.rejected) == (0, 1)
    stands = gateway.get(f"/v1/transmissions/{waiting['id']}").form["receipt"]["acknowledgement"]
    (line,) = stands["lines"]
    assert [found["code"] for found in line["findings"]] == ["C003"]
    assert gateway.submit(a_result("0.2")).codes == {"U001"}
