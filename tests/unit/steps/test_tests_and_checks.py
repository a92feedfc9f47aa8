"""What is judged like any other and leaves nothing: tests of a partner, and checks."""

from datetime import timedelta

from gateway.model.transmission import Flow
from tests import builders
from tests.unit.steps.flow import NOW, Core, codes, stated

FORM = builders.a_transmission()
SOUND = builders.in_json(FORM)


def test_a_test_is_judged_and_answered_but_leaves_no_line():
    core = Core()
    said = stated(core.submit({**FORM, "test": True}))
    assert (said["disposition"], said["test"]) == ("ACCEPTED", True)
    (closing,) = core.log.closings
    assert (closing.lines, closing.revision) == ((), None)
    facts = core.log.facts(
        ["worker-1"], flow=Flow.PASSIVE_EXTERNAL, first_day=NOW.date().replace(day=1, month=1),
        last_day=NOW.date(),
    )  # fmt: skip
    assert (facts.revision, facts.doses, facts.months) == (0, {}, {})
    assert stated(core.submit(SOUND))["disposition"] == "ACCEPTED", "its ids live apart"


def test_a_test_is_judged_against_the_real_record():
    core = Core()
    core.submit(SOUND)
    said = stated(core.submit(builders.a_transmission(test=True)))
    assert (said["disposition"], codes(said)) == ("REJECTED", ["U001"])


def test_a_check_says_what_a_submission_would_and_records_nothing():
    core = Core()
    for form in (
        FORM,
        {**FORM, "results": []},
        builders.a_transmission(id="1"),
        {"version": "3.0"},
    ):
        report = core.check(form)
        assert core.log.closings == []
        said = stated(Core().submit(form))
        del said["id"]
        assert report == said


def test_a_check_of_what_was_answered_says_what_was_answered():
    core = Core()
    said = stated(core.submit(SOUND))
    del said["id"]
    core.clock.advance(timedelta(days=1))
    assert core.check(SOUND) == said
    assert core.check({**FORM, "issuedAt": "2026-11-19T08:00:00Z"})["disposition"] == "CONFLICT"
    assert len(core.log.closings) == 1


def test_a_check_names_the_member_that_a_signed_answer_does_not():
    lines = [builders.a_line(), builders.a_line(worker__sex="X"), {**builders.a_line(), "ref": 1}]
    form = builders.a_transmission(results=lines)
    core = Core()
    assert core.check(form)["details"] == [
        {"index": 2, "pointer": "/results/1/worker/sex", "code": "S002"},
        {"index": 3, "pointer": "/results/2/ref", "code": "S002"},
    ]
    assert "details" not in stated(core.submit(form))
