"""Lines that wait, through the doors: judged again, closed, expired; what their sender sees."""

import re
import uuid
from datetime import timedelta

import msgspec
import pytest

from gateway.identifiers import Siret
from gateway.judge_again import Outcome
from tests import builders
from tests.builders import a_line, a_transmission, a_worker
from tests.doors.reading import form_of, parsed, prove
from tests.fakes import FixedClock
from tests.running import DOORS, NOW, WORKERS, a_row

UNKNOWN = 9


def a_held(*more):
    """A transmission whose first line waits."""
    held = a_line(worker=a_worker(UNKNOWN))
    return a_transmission(results=[held, *more], id=str(uuid.uuid4()))


def aimed_at(form, operation="CORRECTION", **changes):
    aim = {"transmission": form["id"], "ref": "P-0001", "reason": changes.pop("reason", "DOSE")}
    line = a_line(worker=a_worker(UNKNOWN), operation=operation, corrects=aim)
    if operation == "CANCELLATION":
        for member in ("period", "dosimeter", "measurements"):
            del line[member]
    return a_transmission(results=[builders.changed(line, changes)], id=str(uuid.uuid4()))


def know(gateway):
    gateway.know([a_row(number) for number in (*range(1, WORKERS + 1), UNKNOWN)], version="test-2")


def entries(gateway):
    return gateway.get("/v1/transmissions").form["entries"]


def stands(gateway, form):
    """The verdicts that stand, and the list of receipts."""
    status = gateway.get(f"/v1/transmissions/{form['id']}").form
    return status["receipt"]["acknowledgement"], status["receipts"]


def codes_of(acknowledgement):
    return [finding["code"] for line in acknowledgement["lines"] for finding in line["findings"]]


def latest_link(answer):
    return re.fullmatch(r'</v1/receipts/([^>]+)>; rel="latest-version"', answer.headers["link"])[1]


@pytest.mark.parametrize("door", DOORS)
def test_a_line_accepted_again_is_said_so_by_a_receipt_that_proves_and_supersedes(gateway, door):
    form = a_held(a_line(ref="P-2", worker__nir="123"))
    first = gateway.submit(form, door=door)
    assert first.acknowledgement["disposition"] == "HELD"
    know(gateway)
    (report,) = gateway.judge_again()
    assert (report.outcome, report.accepted) == (Outcome.SUPERSEDED, 1)
    again, receipts = stands(gateway, form)
    assert again["disposition"] == "PARTLY_ACCEPTED"
    assert codes_of(again) == ["I001"]
    assert [receipt["disposition"] for receipt in receipts] == ["HELD", "PARTLY_ACCEPTED"]
    assert again["supersedes"] == receipts[0]["acknowledgement"]
    assert again["received"] == first.acknowledgement["received"]
    for accept in ("application/json", "application/xml", "application/jose"):
        prove(gateway.get(f"/v1/receipts/{again['id']}", accept=accept).content, gateway.trust)
    in_xml = gateway.get(f"/v1/receipts/{again['id']}", accept="application/xml")
    assert form_of(parsed(in_xml.content)[0]) == again
    lines = gateway.get(f"/v1/receipts/{again['id']}/lines").form
    assert lines["lines"] == again["lines"]
    assert gateway.judge_again() == []


@pytest.mark.parametrize("door", DOORS)
def test_a_replay_is_the_first_receipt_byte_for_byte_with_a_link_to_the_latest(gateway, door):
    form = a_held()
    first = gateway.submit(form, door=door)
    before = gateway.submit(form, door=door)
    know(gateway)
    gateway.judge_again()
    after = gateway.submit(form, door=door)
    assert first.content == before.content == after.content
    latest, _ = stands(gateway, form)
    assert latest["id"] != first.acknowledgement["id"]
    if not door.startswith("soap"):
        assert latest_link(before) == first.acknowledgement["id"]
        assert latest_link(after) == latest["id"]
        assert after.headers["idempotent-replayed"] == "true"


def test_a_receipt_that_was_superseded_stays_and_links_to_the_latest(gateway):
    form = a_held()
    first = gateway.submit(form)
    address = f"/v1/receipts/{first.acknowledgement['id']}"
    assert "link" not in gateway.get(address).headers
    know(gateway)
    gateway.judge_again()
    latest, _ = stands(gateway, form)
    for accept in ("application/json", "application/xml", "application/jose"):
        old = gateway.get(address, accept=accept)
        prove(old.content, gateway.trust)
        assert latest_link(old) == latest["id"]
    assert gateway.get(address).content == first.content
    assert "link" not in gateway.get(f"/v1/receipts/{latest['id']}").headers


def test_the_list_tells_of_it_in_commit_order_and_without_a_gap(gateway):
    form = a_held()
    gateway.submit(form)
    gateway.submit(a_transmission(id=str(uuid.uuid4())))
    cursor = gateway.get("/v1/transmissions").form["next"]
    know(gateway)
    gateway.judge_again()
    (new,) = gateway.get(f"/v1/transmissions?after={cursor}").form["entries"]
    latest, _ = stands(gateway, form)
    assert new["acknowledgement"]["id"] == latest["id"]
    assert new["transmission"]["id"] == form["id"]
    assert [int(entry["cursor"]) for entry in entries(gateway)] == [1, 2, 3]
    asked = f'<o:after xmlns:o="{builders.SERVICE}">{cursor}</o:after>'
    assert gateway.soap("ListTransmissions", asked).form["entries"] == [new]


def test_a_line_that_has_waited_its_time_is_rejected(start):
    gateway = start(clock=FixedClock(NOW))
    form = a_held()
    gateway.submit(form)
    gateway.clock.advance(timedelta(days=90))
    (report,) = gateway.judge_again()
    assert (report.outcome, report.rejected) == (Outcome.SUPERSEDED, 1)
    rejected, _ = stands(gateway, form)
    assert rejected["disposition"] == "REJECTED"
    assert codes_of(rejected) == ["R001", "R009"]
    know(gateway)
    assert gateway.judge_again() == []
    assert gateway.counted("measurements WHERE is_in_force") == 0


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("is_known", [True, False], ids=["accepted", "held"])
@pytest.mark.parametrize("operation", ["CORRECTION", "CANCELLATION"])
def test_what_aims_at_a_held_line_closes_it_with_a_receipt_of_its_own(
    gateway, door, operation, is_known
):
    form = a_held(a_line(ref="P-2"))
    first = gateway.submit(form)
    if is_known:
        know(gateway)
    reason = "DOSE" if operation == "CORRECTION" else "DUPLICATE"
    answer = gateway.submit(aimed_at(form, operation, reason=reason), door=door).acknowledgement
    assert answer["disposition"] == ("ACCEPTED" if is_known else "HELD")
    closed, receipts = stands(gateway, form)
    assert codes_of(closed) == ["R001", "C005"]
    assert closed["lines"][0]["verdict"] == "REJECTED"
    assert closed["supersedes"]["id"] == first.acknowledgement["id"]
    assert len(receipts) == 2
    assert [entry["acknowledgement"]["id"] for entry in entries(gateway)] == [
        *(first.acknowledgement["id"], answer["id"], closed["id"])
    ]
    prove(gateway.get(f"/v1/receipts/{closed['id']}").content, gateway.trust)
    know(gateway)
    assert [report.accepted for report in gateway.judge_again()] == ([] if is_known else [1])
    in_force = 2 if operation == "CORRECTION" else 1
    assert gateway.counted("measurements WHERE is_in_force") == in_force
    assert gateway.judge_again() == []


def test_a_held_correction_that_is_accepted_takes_its_target_out_of_force(gateway):
    know(gateway)
    form = a_held()
    gateway.submit(form)
    elsewhere = builders.OPERATOR  # where the register does not know the worker
    correction = aimed_at(form, reason="EMPLOYER", employer__siret=elsewhere)
    assert gateway.submit(correction).acknowledgement["disposition"] == "HELD"
    assert gateway.counted("lines WHERE is_in_force") == 1
    row = a_row(UNKNOWN)

    there = Siret.parse(elsewhere)
    moved = msgspec.structs.replace(
        row,
        employer=there,
        employment=msgspec.structs.replace(row.employment, employer=there),
        attachments=tuple(
            msgspec.structs.replace(attachment, employer=there) for attachment in row.attachments
        ),
    )
    gateway.know([moved], version="test-3")
    (report,) = gateway.judge_again()
    assert (report.outcome, report.accepted) == (Outcome.SUPERSEDED, 1)
    assert gateway.counted("lines WHERE is_in_force") == 1
    assert gateway.counted("lines WHERE is_in_force AND operation = 'CORRECTION'") == 1
    _, receipts = stands(gateway, form)
    assert len(receipts) == 1


def test_supersedes_makes_one_chain_from_the_latest_to_the_first(gateway):
    form = a_held(a_line(ref="P-2", worker=a_worker(8)))
    gateway.submit(form)
    know(gateway)
    gateway.judge_again()
    gateway.know([a_row(8)], version="test-3")
    gateway.judge_again()
    latest, receipts = stands(gateway, form)
    assert latest["disposition"] == "ACCEPTED"
    chain = []
    while True:
        chain.append(latest["id"])
        if "supersedes" not in latest:
            break
        before = latest["supersedes"]
        receipt = gateway.get(f"/v1/receipts/{before['id']}").form
        assert receipt["canonicalSha256"] == before["canonicalSha256"]
        latest = receipt["acknowledgement"]
    assert chain == [receipt["acknowledgement"]["id"] for receipt in reversed(receipts)]
    assert len(chain) == 3


def test_another_partner_sees_nothing_of_it(gateway):
    form = a_held()
    gateway.submit(form)
    know(gateway)
    gateway.judge_again()
    latest, _ = stands(gateway, form)
    assert gateway.get(f"/v1/receipts/{latest['id']}", by="operator").status == 404
    assert "entries" not in gateway.get("/v1/transmissions", by="operator").form


def test_a_body_that_was_purged_leaves_its_line_waiting_until_its_time_is_over(start):
    gateway = start(clock=FixedClock(NOW))
    form = a_held()
    gateway.submit(form)
    know(gateway)
    gateway.store.writer.run(
        lambda connection: connection.exec_driver_sql("DELETE FROM transmission_bodies")
    )
    (report,) = gateway.judge_again()
    assert (report.outcome, report.held) == (Outcome.WITHOUT_BODY, 1)
    gateway.clock.advance(timedelta(days=90))
    (report,) = gateway.judge_again()
    assert (report.outcome, report.rejected) == (Outcome.SUPERSEDED, 1)
    assert codes_of(stands(gateway, form)[0]) == ["R001", "R009"]
