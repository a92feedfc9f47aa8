"""The sentence between fakes: judged once, replayed for ever, never half recorded."""

import json
import uuid
from datetime import timedelta

import pytest

from gateway.errors import BodyTooLarge, InFlight, Overloaded, RecordMoved
from gateway.model.record import RecordKey, Standing
from gateway.receive import MAX_ATTEMPTS
from tests import builders
from tests.fakes import MemoryTransmissionLog
from tests.unit.steps.flow import NOW, THE_OPERATOR, Core, codes, stated

FORM = builders.a_transmission()
SOUND = builders.in_json(FORM)


class MovingLog(MemoryTransmissionLog):
    """A record that moves under the first `moves` messages that want to close."""

    def __init__(self, moves):
        super().__init__()
        self.moves = moves
        self.tried = []

    def close(self, closing):
        self.tried.append(closing)
        if len(self.tried) <= self.moves:
            raise RecordMoved("moved by the test")
        super().close(closing)


class ForgetfulLog(MemoryTransmissionLog):
    """Names an acknowledgement that it does not have."""

    def standing(self, *_key_and_content):
        return Standing(same_content="never given", latest="never given")


def other(form=FORM, **changes):
    """The same id with another content."""
    changes = {"issuedAt": "2026-11-19T08:00:00Z", **changes}
    return builders.changed(json.loads(builders.in_json(form)), changes)


# ---------- once


def test_a_sound_transmission_is_accepted_and_recorded():
    core = Core()
    answer = core.submit(SOUND)
    assert stated(answer)["disposition"] == "ACCEPTED"
    assert (answer.is_replay, answer.latest) == (False, answer.acknowledgement_id)
    (closing,) = core.log.closings
    assert closing.key == RecordKey(
        builders.LABORATORY, test=False, id=FORM["id"], is_readable=True
    )
    assert closing.content_sha256 == builders.content_sha256(FORM)
    assert closing.body == SOUND
    assert [line.is_in_force for line in closing.lines] == [True]
    assert {rendering.representation for rendering in closing.renderings} == {"json", "xml"}


@pytest.mark.parametrize("representation", ["json", "xml", "jose"])
def test_the_same_again_gives_the_same_bytes_in_the_representation_asked(representation):
    core = Core()
    first = core.submit(SOUND, representation=representation)
    core.clock.advance(timedelta(days=400))
    again = core.submit(SOUND, representation=representation)
    assert again.content == first.content
    assert (again.is_replay, first.is_replay) == (True, False)
    assert again.acknowledgement_id == again.latest == first.acknowledgement_id
    assert len(core.log.closings) == 1


def test_the_same_content_by_another_door_is_the_same():
    core = Core()
    first = core.submit(SOUND)
    shuffled = json.dumps(FORM, indent=3, sort_keys=True).encode()
    for body in (builders.in_xml(FORM), shuffled):
        assert core.submit(body).content == first.content
    upper = {**FORM, "id": FORM["id"].upper(), "test": False}
    assert core.submit(upper).is_replay


def test_other_content_under_an_answered_id_is_a_conflict_that_changes_nothing():
    core = Core()
    first = core.submit(SOUND)
    conflict = core.submit(other())
    said = stated(conflict)
    assert said["disposition"] == "CONFLICT"
    assert codes(said) == ["S007"]
    assert said["standing"] == {
        "id": first.acknowledgement_id,
        "canonicalSha256": json.loads(first.content)["canonicalSha256"],
    }
    assert not {"counts", "lines", "returnCode"} & said.keys()
    assert core.log.closings[-1].lines == ()
    assert core.submit(SOUND).content == first.content
    again = core.submit(other())
    assert again.content == conflict.content
    assert again.latest == first.acknowledgement_id
    assert len(core.log.closings) == 2
    assert stated(core.submit(other(sender__accreditation="9")))["disposition"] == "CONFLICT"


def test_an_inadmissible_transmission_is_repaired_under_its_id():
    core = Core()
    broken = {**FORM, "totals": {**FORM["totals"], "results": 2}}
    refused = core.submit(broken)
    assert stated(refused)["disposition"] == "INADMISSIBLE"
    assert codes(stated(refused)) == ["S006"]
    assert stated(core.submit(SOUND))["disposition"] == "ACCEPTED"
    again = core.submit(broken)
    assert again.content == refused.content, "answered once is answered for ever"
    assert again.latest != again.acknowledgement_id


def test_a_content_that_was_unreadable_in_part_is_another_by_another_door():
    core = Core()
    form = builders.a_transmission(results=[builders.a_line(), {**builders.a_line(), "ref": ""}])
    first = core.submit(form)
    assert stated(first)["disposition"] == "PARTLY_ACCEPTED"
    assert core.submit(form).content == first.content
    assert stated(core.submit(builders.in_xml(form)))["disposition"] == "CONFLICT"


def test_the_same_dose_in_another_transmission_is_a_duplicate():
    core = Core()
    core.submit(SOUND)
    said = stated(core.submit(builders.a_transmission()))
    assert (said["disposition"], codes(said)) == ("REJECTED", ["U001"])


def test_the_clock_of_the_decision_is_not_that_of_the_reception():
    core = Core()
    said = stated(core.submit(SOUND, received_at=NOW - timedelta(seconds=3)))
    assert said["received"]["at"] == "2026-11-20T08:59:57.000Z"
    assert said["decidedAt"] == "2026-11-20T09:00:00.000Z"


# ---------- the record moves


@pytest.mark.parametrize("moves", [1, 2, MAX_ATTEMPTS - 1])
def test_a_message_under_which_the_record_moved_is_judged_again(moves):
    core = Core(log=MovingLog(moves))
    answer = core.submit(SOUND)
    assert stated(answer)["disposition"] == "ACCEPTED"
    assert len(core.log.tried) == moves + 1
    assert len({closing.acknowledgement_id for closing in core.log.tried}) == moves + 1
    assert len(core.log.closings) == 1
    assert core.submit(SOUND).content == answer.content


def test_a_record_that_keeps_moving_is_an_overload_and_leaves_nothing():
    core = Core(log=MovingLog(MAX_ATTEMPTS))
    with pytest.raises(Overloaded) as refused:
        core.submit(SOUND)
    assert refused.value.retry_after_s
    assert len(core.log.tried) == MAX_ATTEMPTS
    assert core.log.closings == []
    assert stated(core.submit(SOUND))["disposition"] == "ACCEPTED", "the lease was given back"


def test_what_was_answered_meanwhile_is_what_the_loser_gets():
    class Overtaken(MemoryTransmissionLog):
        def close(self, closing):
            if not self.closings:
                super().close(closing)
                raise RecordMoved("another was first")
            super().close(closing)

    core = Core(log=Overtaken())
    answer = core.submit(SOUND)
    assert answer.is_replay
    assert answer.acknowledgement_id == core.log.closings[0].acknowledgement_id


def test_a_line_that_a_physician_decides_on_meanwhile_is_not_corrected():
    class DecidedOn(MemoryTransmissionLog):
        """The register's import is committed between the verdict and its closing."""

        def close(self, closing):
            if self.closings:
                self.decided = {(1, 0)}
            super().close(closing)

    core = Core(log=DecidedOn())
    core.submit(SOUND)
    aim = {"transmission": FORM["id"], "ref": FORM["results"][0]["ref"], "reason": "DOSE"}
    line = builders.a_line(operation="CORRECTION", corrects=aim)
    answer = core.submit(builders.in_json(builders.a_transmission(results=[line])))
    assert codes(stated(answer)) == ["C003"]
    assert [closing.lines for closing in core.log.closings[1:]] == [()]


def test_a_record_that_lost_what_it_names_answers_no_one():
    with pytest.raises(Overloaded):
        Core(log=ForgetfulLog()).submit(SOUND)


def test_one_of_two_at_once_is_asked_to_come_back():
    core = Core()
    key = RecordKey(builders.LABORATORY, test=False, id=FORM["id"], is_readable=True)
    with core.leases.hold(key) as is_free:
        assert is_free
        with pytest.raises(InFlight) as refused:
            core.submit(SOUND)
        assert refused.value.retry_after_s
        assert stated(core.submit(builders.a_transmission()))["disposition"] == "ACCEPTED"
    assert len(core.log.closings) == 1
    assert not core.submit(SOUND).is_replay


# ---------- whose it is


def test_a_transmission_of_another_sender_is_refused_before_any_look_up():
    core = Core()
    core.submit(SOUND)
    answer = core.submit(SOUND, by=THE_OPERATOR)
    said = stated(answer)
    assert (said["disposition"], codes(said)) == ("INADMISSIBLE", ["H003"])
    assert "standing" not in said
    assert said["submitter"]["siret"] == builders.OPERATOR
    assert core.log.closings[-1].key == RecordKey(
        builders.OPERATOR, test=False, id=said["transmission"]["id"], is_readable=False
    )
    assert core.submit(SOUND, by=THE_OPERATOR).content == answer.content
    assert stated(core.submit(other(), by=THE_OPERATOR))["disposition"] == "INADMISSIBLE"


def test_an_idempotency_key_that_differs_is_refused_and_one_that_agrees_is_not():
    core = Core()
    strange = "00000000-0000-4000-8000-000000000001"
    said = stated(core.submit(SOUND, idempotency_key=strange))
    assert (said["disposition"], codes(said)) == ("INADMISSIBLE", ["S011"])
    assert [step["verdict"] for step in said["steps"]] == ["PASSED", "FAILED", "NOT_RUN", "NOT_RUN"]
    assert stated(core.submit(SOUND, idempotency_key=FORM["id"]))["disposition"] == "ACCEPTED"


# ---------- unreadable


@pytest.mark.parametrize(
    ("body", "code"),
    [
        *((b"{", "S001"), (b"<a>", "S001"), (b'{"a":1,"a":2}', "T006"), (b"<!DOCTYPE a>", "T003")),
        *((b'{"version":"2.0"}', "S003"), (b'{"results":[]}', "S002"), (b"\xff{", "T004")),
    ],
)
def test_an_unreadable_body_is_answered_and_replayed_by_its_bytes(body, code):
    core = Core()
    media_type = {"media_type": "application/xml" if b"<" in body else "application/json"}
    first = core.submit(body, **media_type)
    said = stated(first)
    assert (said["disposition"], codes(said)) == ("INADMISSIBLE", [code])
    assert said["transmission"] == {}
    assert core.submit(body, **media_type).content == first.content
    assert core.submit(body, by=THE_OPERATOR, **media_type).content != first.content
    assert not core.submit(body + b" ", **media_type).is_replay


def test_an_unreadable_body_is_named_by_its_idempotency_key():
    core = Core()
    said = stated(core.submit(b"{", idempotency_key=FORM["id"]))
    assert said["transmission"] == {"id": FORM["id"]}
    assert not core.submit(b"{").is_replay
    assert core.submit(b"{", idempotency_key=FORM["id"]).is_replay
    assert not core.submit(SOUND).is_replay, "keys of unreadable bodies live apart"


@pytest.mark.parametrize("test", [False, True])
def test_held_lines_of_at_most_100_other_transmissions_are_closed_by_one_message(test):
    core = Core()
    unknown = builders.a_worker(9)
    names = [str(uuid.UUID(int=number)) for number in range(1, 102)]
    for name in names:
        held = builders.a_line(worker=unknown)
        core.submit(builders.a_transmission(id=name, results=[held]))
    aims = [{"transmission": name, "ref": "P-0001", "reason": "DOSE"} for name in names]
    lines = [
        builders.a_line(ref=f"C-{place}", worker=unknown, operation="CORRECTION", corrects=aim)
        for place, aim in enumerate(aims)
    ]
    before = len(core.log.closings)
    with pytest.raises(BodyTooLarge):
        core.submit(builders.a_transmission(id=str(uuid.uuid4()), test=test, results=lines))
    assert len(core.log.closings) == before, "nothing is recorded"
    core.submit(builders.a_transmission(id=str(uuid.uuid4()), test=test, results=lines[:100]))
    assert len(core.log.closings[before].superseding) == (0 if test else 100)


def test_more_lines_than_are_judged_at_once_leave_nothing():
    core = Core()
    with pytest.raises(BodyTooLarge):
        core.submit({**FORM, "results": [{}] * 5_001})
    assert core.log.closings == []
