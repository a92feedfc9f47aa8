"""Lines that wait, between fakes: closed by what aims at them, judged again, never half."""

import hashlib
import uuid
from datetime import date, timedelta

import msgspec
import pytest
import rfc8785

from gateway.errors import RecordMoved
from gateway.judge_again import Outcome, Report
from gateway.model.transmission import Flow
from gateway.receive import MAX_ATTEMPTS
from gateway.wire.soap import SOAP_12, read_envelope
from tests import builders
from tests.builders import a_line, a_measurement, a_transmission, a_worker
from tests.fakes import MemoryTransmissionLog
from tests.unit.steps.flow import Core, codes, stated

NINETY_DAYS = timedelta(days=90)
UNKNOWN = 9


def held_line(**changes):
    return a_line(worker=a_worker(UNKNOWN), **changes)


def a_held(*more, **changes):
    """A transmission whose first line waits."""
    return a_transmission(results=[held_line(), *more], id=str(uuid.uuid4()), **changes)


def correcting(form, target="P-0001", *, worker=UNKNOWN, operation="CORRECTION", **changes):
    aim = {"transmission": form["id"], "ref": target, "reason": changes.pop("reason", "DOSE")}
    line = a_line(worker=a_worker(worker), operation=operation, corrects=aim, **changes)
    if operation == "CANCELLATION":
        for member in ("period", "dosimeter", "measurements"):
            del line[member]
    return a_transmission(results=[line], id=str(uuid.uuid4()))


def verdicts(acknowledgement):
    return {line["index"]: line["verdict"] for line in acknowledgement.get("lines", ())}


def found(acknowledgement, index=1):
    (line,) = (line for line in acknowledgement["lines"] if line["index"] == index)
    return [finding["code"] for finding in line["findings"]]


def sum_of(core, number=UNKNOWN):
    facts = core.log.facts(
        [f"worker-{number}"],
        flow=Flow.PASSIVE_EXTERNAL,
        first_day=date(2026, 1, 1),
        last_day=date(2026, 12, 31),
    )
    months = facts.months.get((f"worker-{number}", Flow.PASSIVE_EXTERNAL), ())
    return sum(month.effective_usv for month in months)


def in_force(core, number=UNKNOWN):
    facts = core.log.facts(
        [f"worker-{number}"],
        flow=Flow.PASSIVE_EXTERNAL,
        first_day=date(2026, 1, 1),
        last_day=date(2026, 12, 31),
    )
    return [dose.line for dose in facts.doses.get(f"worker-{number}", ())]


# ---------- judged again


def test_a_line_whose_worker_is_known_now_is_accepted_and_in_force():
    core, form = Core(), a_held(a_line(ref="P-2"))
    first = stated(core.submit(form))
    core.know(UNKNOWN)
    core.clock.advance(timedelta(days=3))
    assert core.judge_again() == [Report(outcome=Outcome.SUPERSEDED, accepted=1)]
    again = core.latest(form)
    assert (first["disposition"], again["disposition"]) == ("PARTLY_ACCEPTED", "ACCEPTED")
    assert in_force(core) == [(1, 0)]
    assert sum_of(core) == 150
    assert core.judge_again() == []


def test_the_new_statement_restates_everything_but_what_changed():
    core, form = Core(), a_held(a_line(ref="P-2", worker__nir="123"), a_line(ref="P-3"))
    first = stated(core.submit(form))
    core.know(UNKNOWN)
    core.clock.advance(timedelta(days=3))
    core.judge_again()
    again = core.latest(form)
    changed = {"id", "decidedAt", "supersedes", "disposition", "counts", "codes", "steps"}
    changed |= {"lines", "linesTotal", "linesSha256"}
    assert {member for member in {*first, *again} if first.get(member) != again.get(member)} == (
        changed - {"disposition"}
    )
    assert again["supersedes"] == {
        "id": first["id"],
        "canonicalSha256": hashlib.sha256(rfc8785.dumps(first)).hexdigest(),
    }
    assert again["lines"] == [line for line in first["lines"] if line["index"] == 2]
    assert again["received"]["at"] == first["received"]["at"]
    assert again["decidedAt"] == "2026-11-23T09:00:00.000Z"
    assert again["counts"] == {
        "results": 3, "accepted": 2, "withWarnings": 0, "rejected": 1, "held": 0, "findings": 1,
    }  # fmt: skip


def test_facts_that_do_not_change_a_verdict_make_no_statement():
    core, form = Core(), a_held()
    core.submit(form)
    core.clock.advance(timedelta(days=3))
    assert core.judge_again() == [Report(outcome=Outcome.UNCHANGED, held=1)]
    assert "supersedes" not in core.latest(form)


def test_rules_are_dated_by_reception_however_late_the_line_is_judged():
    core = Core()
    form = a_held()
    core.submit(form)
    core.clock.advance(timedelta(days=89))
    core.know(UNKNOWN)
    core.judge_again()
    assert (
        core.latest(form)["disposition"] == "ACCEPTED"
    )  # 20 days after the period: P010 is silent


def test_one_unknown_line_of_two_waits_on_in_the_statement_that_supersedes():
    core, form = Core(), a_held(a_line(ref="P-2", worker=a_worker(8)))
    core.submit(form)
    core.know(UNKNOWN)
    assert core.judge_again() == [Report(outcome=Outcome.SUPERSEDED, accepted=1, held=1)]
    assert core.latest(form)["lines"][0]["verdict"] == "HELD"
    core.know(8)
    assert core.judge_again() == [Report(outcome=Outcome.SUPERSEDED, accepted=1)]
    assert core.latest(form)["disposition"] == "ACCEPTED"


def test_what_rules_refuse_once_the_worker_is_known_is_rejected():
    core, form = Core(), a_held(held_line(ref="P-2"))
    core.submit(form)
    core.know(UNKNOWN)
    assert core.judge_again() == [Report(outcome=Outcome.SUPERSEDED, accepted=1, rejected=1)]
    assert found(core.latest(form), 2) == ["U001"]
    assert in_force(core) == [(1, 0)]


def test_transmissions_are_judged_in_order_of_reception():
    core, first, second = Core(), a_held(), a_held()
    core.submit(first)
    core.clock.advance(timedelta(hours=1))
    core.submit(second)
    core.know(UNKNOWN)
    core.judge_again()
    assert core.latest(first)["disposition"] == "ACCEPTED"
    assert core.latest(second)["disposition"] == "REJECTED"
    assert codes(core.latest(second)) == ["U001"]


def test_a_limit_over_twelve_months_counts_lines_accepted_meanwhile():
    core = Core()
    form = a_held()
    core.submit(form)
    core.know(UNKNOWN)
    more = a_line(worker=a_worker(UNKNOWN), measurements=[a_measurement(value="19.9")],
                  period={"start": "2026-09-01", "end": "2026-09-30"})  # fmt: skip
    core.submit(a_transmission(results=[more], id=str(uuid.uuid4())))
    core.judge_again()
    assert found(core.latest(form)) == ["D020"]
    assert sum_of(core) == 20_050


# ---------- time is over


def test_a_line_that_has_waited_its_time_is_rejected_whatever_is_known_since():
    core, form = Core(), a_held(a_line(ref="P-2"))
    core.submit(form)
    core.know(UNKNOWN)
    core.clock.advance(NINETY_DAYS)
    assert core.judge_again() == [Report(outcome=Outcome.SUPERSEDED, rejected=1)]
    again = core.latest(form)
    assert found(again) == ["R001", "R009"]
    assert "heldUntil" not in again["lines"][0]
    assert again["disposition"] == "PARTLY_ACCEPTED"
    assert in_force(core) == []


def test_a_line_waits_until_the_very_instant_that_was_stated():
    core, form = Core(), a_held()
    assert stated(core.submit(form))["lines"][0]["heldUntil"] == "2027-02-18T09:00:00.000Z"
    core.clock.advance(NINETY_DAYS - timedelta(milliseconds=1))
    assert core.judge_again() == [Report(outcome=Outcome.UNCHANGED, held=1)]
    core.clock.advance(timedelta(milliseconds=1))
    assert core.judge_again() == [Report(outcome=Outcome.SUPERSEDED, rejected=1)]


def test_without_its_body_a_line_waits_until_its_time_is_over():
    core, form = Core(), a_held()
    core.submit(form)
    core.log.purge(1)
    core.know(UNKNOWN)
    assert core.judge_again() == [Report(outcome=Outcome.WITHOUT_BODY, held=1)]
    core.clock.advance(NINETY_DAYS)
    assert core.judge_again() == [Report(outcome=Outcome.SUPERSEDED, rejected=1)]


@pytest.mark.parametrize("altered", [b"{", builders.in_json(a_held())], ids=["broken", "another"])
def test_a_body_that_is_not_what_was_received_leaves_its_lines_waiting(altered):
    core, form = Core(), a_held()
    core.submit(form)
    recorded = core.log._recorded[1]
    recorded.closing = msgspec.structs.replace(recorded.closing, body=altered)
    core.know(UNKNOWN)
    assert core.judge_again() == [Report(outcome=Outcome.UNREADABLE, held=1)]
    assert "supersedes" not in core.latest(form)


# ---------- closed


@pytest.mark.parametrize("worker", [1, UNKNOWN], ids=["accepted", "held"])
def test_a_correction_closes_the_held_line_and_a_statement_says_so(worker):
    core, form = Core(), a_held(a_line(ref="P-2", worker=a_worker(2)))
    first = stated(core.submit(form))
    correction = correcting(form, worker=worker, reason="IDENTITY")
    answer = stated(core.submit(correction))
    assert answer["disposition"] == ("HELD" if worker == UNKNOWN else "ACCEPTED")
    closed = core.latest(form)
    assert found(closed) == ["R001", "C005"]
    assert closed["lines"][0]["verdict"] == "REJECTED"
    assert closed["disposition"] == "PARTLY_ACCEPTED"
    assert closed["supersedes"]["id"] == first["id"]
    listed = core.log.list_after(builders.LABORATORY, after=0, limit=9)
    assert [entry.id for entry in listed] == [first["id"], answer["id"], closed["id"]]
    core.know(UNKNOWN)
    reports = core.judge_again()
    assert len(reports) == (1 if worker == UNKNOWN else 0)
    assert in_force(core, worker) == [(2, 0)]


def test_a_cancellation_closes_the_held_line_though_it_waits_itself():
    core, form = Core(), a_held()
    core.submit(form)
    cancellation = correcting(form, operation="CANCELLATION", reason="DUPLICATE")
    assert stated(core.submit(cancellation))["disposition"] == "HELD"
    assert found(core.latest(form)) == ["R001", "C005"]
    core.know(UNKNOWN)
    assert core.judge_again() == [Report(outcome=Outcome.SUPERSEDED, accepted=1)]
    assert core.latest(cancellation)["disposition"] == "ACCEPTED"
    assert in_force(core) == []


def test_a_line_closed_within_its_own_message_is_rejected_in_the_first_answer():
    core, form = Core(), a_held()
    aim = {"transmission": form["id"], "ref": "P-0001", "reason": "DOSE"}
    form["results"].append(held_line(ref="P-2", operation="CORRECTION", corrects=aim))
    form = a_transmission(results=form["results"], id=form["id"])
    first = stated(core.submit(form))
    assert verdicts(first) == {1: "REJECTED", 2: "HELD"}
    assert found(first) == ["R001", "C005"]
    core.know(UNKNOWN)
    assert core.judge_again() == [Report(outcome=Outcome.SUPERSEDED, accepted=1)]
    assert verdicts(core.latest(form)) == {1: "REJECTED"}
    assert in_force(core) == [(1, 1)]


def test_two_held_lines_of_one_transmission_are_closed_by_one_statement():
    core, form = Core(), a_held(held_line(ref="P-2"), held_line(ref="P-3"))
    core.submit(form)
    both = correcting(form)["results"] + correcting(form, "P-3", ref="P-0002")["results"]
    core.submit(a_transmission(results=both, id=str(uuid.uuid4())))
    assert verdicts(core.latest(form)) == {1: "REJECTED", 2: "HELD", 3: "REJECTED"}
    assert len(core.log.list_after(builders.LABORATORY, after=0, limit=9)) == 3


def test_a_test_and_a_check_close_nothing():
    core, form = Core(), a_held()
    core.submit(form)
    core.submit({**correcting(form), "test": True})
    core.check(correcting(form))
    assert "supersedes" not in core.latest(form)


def test_a_held_correction_takes_its_target_out_of_force_once_it_is_accepted():
    core = Core()
    core.know(UNKNOWN)
    form = a_held()
    core.submit(form)
    core.directory._workers.clear()
    correction = correcting(form, measurements=[a_measurement(value="0.2")])
    assert stated(core.submit(correction))["disposition"] == "HELD"
    assert in_force(core) == [(1, 0)]
    core.know(UNKNOWN)
    core.judge_again()
    assert in_force(core) == [(2, 0)]
    assert sum_of(core) == 200
    assert "supersedes" not in core.latest(form)


def test_a_held_correction_whose_target_was_corrected_meanwhile_is_rejected():
    core = Core()
    core.know(UNKNOWN)
    form = a_held()
    core.submit(form)
    core.directory._workers.clear()
    late = correcting(form)
    core.submit(late)
    core.know(UNKNOWN)
    core.submit(correcting(form, measurements=[a_measurement(value="0.3")]))
    core.judge_again()
    assert found(core.latest(late)) == ["C005"]
    assert sum_of(core) == 300


def test_a_replay_is_the_first_receipt_and_points_at_the_latest():
    core, form = Core(), a_held()
    first = core.submit(form)
    core.know(UNKNOWN)
    core.judge_again()
    again = core.submit(form)
    assert (again.content, again.is_replay) == (first.content, True)
    assert again.latest == core.latest(form)["id"] != first.acknowledgement_id


def test_a_conflict_names_the_latest_that_stands():
    core, form = Core(), a_held()
    core.submit(form)
    core.know(UNKNOWN)
    core.judge_again()
    conflict = stated(core.submit({**form, "issuedAt": "2026-11-19T08:00:00.000Z"}))
    assert conflict["standing"]["id"] == core.latest(form)["id"]


# ---------- beside others


class MovingLog(MemoryTransmissionLog):
    """A record that moves under the first `moves` attempts to supersede."""

    def __init__(self, moves):
        super().__init__()
        self.moves = moves

    def supersede(self, judged):
        self.moves -= 1
        if self.moves >= 0:
            raise RecordMoved("moved by the test")
        super().supersede(judged)


@pytest.mark.parametrize(
    ("moves", "outcome"),
    [(MAX_ATTEMPTS - 1, Outcome.SUPERSEDED), (MAX_ATTEMPTS, Outcome.BUSY)],
)
def test_a_line_is_judged_again_when_the_record_moved_and_left_due_if_it_never_rests(
    moves, outcome
):
    core, form = Core(log=MovingLog(moves)), a_held()
    core.submit(form)
    core.know(UNKNOWN)
    (report,) = core.judge_again()
    assert report.outcome is outcome
    assert list(core.judging.due()) == ([] if outcome is Outcome.SUPERSEDED else [1])


def test_what_is_being_judged_elsewhere_is_left_to_it():
    core, form = Core(), a_held()
    core.submit(form)
    core.know(UNKNOWN)
    with core.leases.hold(core.log.held(1).key) as is_free:
        assert is_free
        assert core.judge_again() == [Report(outcome=Outcome.BUSY, stays_due=True)]
    assert core.judge_again() == [Report(outcome=Outcome.SUPERSEDED, accepted=1)]


def test_what_another_has_judged_is_settled():
    core, form = Core(), a_held()
    core.submit(form)
    core.know(UNKNOWN)
    (row,) = core.judging.due()
    core.judge_again()
    assert core.judging.judge_again(row) == Report(outcome=Outcome.SETTLED)


class ClosingLog(MemoryTransmissionLog):
    """Between reading a held transmission and superseding it, its sender closes its line."""

    def __init__(self):
        super().__init__()
        self.meanwhile = None

    def supersede(self, judged):
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        super().supersede(judged)


def test_a_line_closed_while_it_was_judged_again_stays_closed():
    core, form = Core(log=ClosingLog()), a_held()
    core.submit(form)
    core.know(UNKNOWN)
    core.log.meanwhile = lambda: core.submit(correcting(form))
    assert core.judge_again() == [Report(outcome=Outcome.SETTLED)]
    assert found(core.latest(form)) == ["R001", "C005"]
    assert in_force(core) == [(2, 0)]


def test_soap_bodies_are_read_again_out_of_their_envelope():
    core, form = Core(), a_held()
    element = builders.element(form)
    body = builders.in_soap(element, version="1.2", operation="SubmitTransmission")
    envelope = read_envelope(body, version=SOAP_12)
    core.submit(body, door="SOAP", media_type="application/soap+xml", element=envelope.payload[0])
    core.know(UNKNOWN)
    assert core.judge_again() == [Report(outcome=Outcome.SUPERSEDED, accepted=1)]
    assert core.latest(form)["received"]["door"] == "SOAP"
