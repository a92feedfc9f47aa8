"""What Ameli and Sirene say of a line, between fakes: asked little, never a refusal by silence."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.errors import RecordMoved
from gateway.identifiers import Nir, Siret
from gateway.judge_again import Outcome, Report
from gateway.model.verification import (
    Cause,
    ComparedIdentity,
    HiddenEstablishment,
    IdentityOutcome,
    NotAnswered,
    Source,
    UnknownEstablishment,
    Verified,
    VerifiedEstablishment,
    VerifiedIdentity,
)
from gateway.rules.exampleanswers import ACTIVE, CHECKED_AT, SILENT, closed_on, verified
from tests import builders
from tests.builders import a_line, a_transmission, a_worker
from tests.fake_answers import FixedAnswers
from tests.fakes import MemoryTransmissionLog
from tests.unit.steps.flow import NOW, Core, codes, stated

UNKNOWN = 9
DISCORDANT = ComparedIdentity(outcome=IdentityOutcome.DISCORDANT)
BOTH_SILENT = verified(establishment=SILENT, identity=SILENT)


def a_core(said=None, **parts):
    answers = FixedAnswers(said)
    return Core(verification=answers, **parts), answers


def of(*lines, **changes):
    return a_transmission(results=list(lines), id=str(uuid.uuid4()), **changes)


def found(acknowledgement, index=1):
    (line,) = (line for line in acknowledgement["lines"] if line["index"] == index)
    return [(one["code"], one["pointer"]) for one in line["findings"]]


def references(acknowledgement):
    return [
        (one["name"], one["version"], one["date"])
        for one in acknowledgement["references"]
        if one["name"] in {"Ameli", "Sirene"}
    ]


# ---------- silence


@pytest.mark.parametrize("cause", Cause)
def test_a_register_that_is_silent_holds_the_line_for_ninety_days_whatever_the_cause(cause):
    silent = NotAnswered(cause=cause)
    core, _ = a_core(verified(establishment=silent, identity=silent))
    said = stated(core.submit(of(a_line())))
    assert said["disposition"] == "HELD"
    assert found(said) == [("V001", "/results/0/employer/siret"), ("V001", "/results/0/worker")]
    assert said["lines"][0]["heldUntil"] == "2027-02-18T09:00:00.000Z"
    assert references(said) == [], "what was not answered was not drawn from"


def test_a_line_held_by_silence_is_accepted_once_the_registers_have_answered():
    core, answers = a_core(BOTH_SILENT)
    form = of(a_line())
    first = stated(core.submit(form))
    assert core.judge_again() == [Report(outcome=Outcome.UNCHANGED, held=1)]
    answers.verified = verified()
    core.clock.advance(timedelta(days=3))
    assert core.judge_again() == [Report(outcome=Outcome.SUPERSEDED, accepted=1)]
    again = core.latest(form)
    assert (first["disposition"], again["disposition"]) == ("HELD", "ACCEPTED")
    assert again["supersedes"]["id"] == first["id"]
    assert references(again) == [
        ("Ameli", "online", "2026-11-20"),
        ("Sirene", "online", "2026-11-20"),
    ]
    assert core.judge_again() == []


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (verified(identity=DISCORDANT), "I023"),
        (verified(establishment=UnknownEstablishment(siret=ACTIVE.siret)), "E002"),
        (verified(establishment=closed_on(date(2026, 10, 31))), "E003"),
    ],
)
def test_a_line_held_by_silence_is_refused_once_it_is_contradicted(said, code):
    core, answers = a_core(BOTH_SILENT)
    form = of(a_line())
    core.submit(form)
    answers.verified = said
    assert core.judge_again() == [Report(outcome=Outcome.SUPERSEDED, rejected=1)]
    again = core.latest(form)
    assert (again["disposition"], codes(again)) == ("REJECTED", [code])


def test_silence_until_the_promised_day_ends_the_wait():
    core, _ = a_core(BOTH_SILENT)
    form = of(a_line())
    core.submit(form)
    core.clock.advance(timedelta(days=90))
    assert core.judge_again() == [Report(outcome=Outcome.SUPERSEDED, rejected=1)]
    assert codes(core.latest(form)) == ["R009", "V001"]


def test_one_that_refuses_weighs_more_than_one_that_is_silent():
    core, _ = a_core(verified(establishment=SILENT, identity=DISCORDANT))
    said = stated(core.submit(of(a_line())))
    assert said["disposition"] == "REJECTED"
    assert [code for code, _ in found(said)] == ["I023", "V001"]


def test_a_worker_registered_while_ameli_is_silent_waits_for_ameli_next():
    core, _ = a_core(BOTH_SILENT)
    form = of(a_line(worker=a_worker(UNKNOWN)))
    first = stated(core.submit(form))
    core.know(UNKNOWN)
    assert core.judge_again() == [Report(outcome=Outcome.SUPERSEDED, held=1)]
    again = core.latest(form)
    assert (codes(first), codes(again)) == (["R001"], ["V001"])
    assert again["lines"][0]["heldUntil"] == first["lines"][0]["heldUntil"]


# ---------- what counts


def test_a_state_that_is_stale_still_counts():
    core, _ = a_core(
        Verified(
            establishment=VerifiedEstablishment(
                answer=ACTIVE, source=Source.ONLINE, checked_at=CHECKED_AT, is_fresh=False
            ),
            identity=VerifiedIdentity(
                answer=DISCORDANT, source=Source.ONLINE, checked_at=CHECKED_AT, is_fresh=False
            ),
        )
    )
    assert codes(stated(core.submit(of(a_line())))) == ["I023"]


@pytest.mark.parametrize(
    ("establishment", "expected"),
    [
        (HiddenEstablishment(siret=ACTIVE.siret), []),
        (closed_on(date(2026, 11, 1)), []),
        (closed_on(date(2026, 10, 31)), ["E003"]),
        (closed_on(date(2026, 10, 31), successor=ACTIVE.siret), ["E004"]),
    ],
    ids=["hidden", "closed since", "closed then", "succeeded"],
)
def test_an_establishment_is_judged_by_its_state_on_the_last_day_of_the_line(
    establishment, expected
):
    core, _ = a_core(verified(establishment=establishment))
    assert codes(stated(core.submit(of(a_line())))) == expected


def test_a_cancellation_takes_back_whatever_the_identity_is_worth():
    core, answers = a_core(verified())
    sent = of(a_line())
    core.submit(sent)
    answers.verified = verified(identity=DISCORDANT)
    answers.asked.clear()
    aim = {"transmission": sent["id"], "ref": "P-0001", "reason": "IDENTITY"}
    line = a_line(operation="CANCELLATION", corrects=aim)
    for member in ("period", "dosimeter", "measurements"):
        del line[member]
    assert stated(core.submit(of(line)))["disposition"] == "ACCEPTED"
    assert answers.asked == []


# ---------- what is asked


def test_each_establishment_and_worker_is_asked_for_once_within_a_second_and_a_half():
    core, answers = a_core(verified())
    september = {"start": "2026-09-01", "end": "2026-09-30"}
    lines = [a_line(ref=f"P-{n}", worker=a_worker(n)) for n in (1, 2)]
    core.submit(of(*lines, a_line(ref="P-3", period=september)))
    (what, count, half_s), (then, workers, left_s) = answers.asked
    assert (what, count, half_s) == ("establishments", 1, 0.75)
    assert (then, workers) == ("identities", 2)
    assert 0 <= left_s <= 1.5
    assert answers.last_day == date(2026, 10, 31)


def test_nothing_is_asked_of_lines_that_the_message_refuses_or_the_directory_cannot_place():
    core, answers = a_core(verified())
    said = stated(
        core.submit(
            of(
                a_line(ref="1", worker=a_worker(UNKNOWN)),
                a_line(ref="2", worker__nir="123"),
                a_line(ref="3", employer__siret="90000003500016"),
                a_line(ref="4", monitoring__type="SR"),
                a_line(ref="5", employer__siret=builders.STRANGER),
            )
        )
    )
    assert answers.asked == []
    assert references(said) == []
    assert codes(said) == ["E001", "I001", "R001", "R003"]


def test_a_submitter_whose_verification_is_suspended_has_nothing_asked():
    core, answers = a_core(verified())
    core.budget.budgets["laboratory"] = 0
    assert codes(stated(core.submit(of(a_line())))) == ["V002"]
    assert answers.asked == []


def test_a_check_asks_as_a_submission_does_and_a_test_reads_what_is_known():
    core, answers = a_core(verified())
    core.check(of(a_line()))
    assert next(entry[2] for entry in answers.asked) == 0.75
    answers.asked.clear()
    core.submit(of(a_line(), test=True))
    assert [entry[2] for entry in answers.asked] == [0.0, 0.0]


def test_judging_again_waits_for_nobody_and_has_what_is_not_known_asked_for():
    core, answers = a_core(BOTH_SILENT)
    core.submit(of(a_line()))
    answers.asked.clear()
    core.judge_again()
    assert [entry[2] for entry in answers.asked] == ["later", "later"]


class MovesOnce(MemoryTransmissionLog):
    """The record moves under the first attempt to write."""

    def __init__(self):
        super().__init__()
        self.moves = 1

    def close(self, closing):
        if self.moves:
            self.moves -= 1
            raise RecordMoved("moved")
        super().close(closing)


def test_a_message_judged_again_because_the_record_moved_waits_for_no_register_twice():
    core, answers = a_core(verified(), log=MovesOnce())
    assert stated(core.submit(of(a_line())))["disposition"] == "ACCEPTED"
    assert [entry[2] for entry in answers.asked][2:] == [0.0, 0.0]


def test_without_a_register_nothing_is_said_of_one():
    said = stated(Core().submit(of(a_line())))
    assert (said["disposition"], references(said)) == ("ACCEPTED", [])


# ---------- what a receipt refers to


def identity_checked(at, source=Source.ONLINE):
    answer = ComparedIdentity(outcome=IdentityOutcome.VERIFIED)
    return VerifiedIdentity(answer=answer, source=source, checked_at=at, is_fresh=True)


def test_a_receipt_dates_each_register_by_the_oldest_check_that_it_was_drawn_from():
    core, answers = a_core(verified())
    answers.identities_of[Nir.parse(builders.nir_of(1))] = identity_checked(
        datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    )
    answers.establishments_of[Siret.parse(builders.EMPLOYER)] = VerifiedEstablishment(
        answer=ACTIVE, source=Source.STOCK, stock_month="2026-10", checked_at=NOW, is_fresh=True
    )
    said = stated(core.submit(of(a_line(), a_line(ref="2", worker=a_worker(2)))))
    assert references(said) == [
        ("Ameli", "online", "2026-02-01"),
        ("Sirene", "stock:2026-10", "2026-11-20"),
    ]


def test_what_is_restated_keeps_the_date_by_which_it_was_drawn():
    core, answers = a_core(verified())
    answers.identities_of[Nir.parse(builders.nir_of(1))] = identity_checked(
        datetime(2026, 3, 1, tzinfo=UTC)
    )
    answers.identities_of[Nir.parse(builders.nir_of(2))] = VerifiedIdentity(answer=SILENT)
    form = of(a_line(), a_line(ref="2", worker=a_worker(2)))
    core.submit(form)
    answers.identities_of[Nir.parse(builders.nir_of(2))] = identity_checked(NOW)
    core.judge_again()
    assert references(core.latest(form))[0] == ("Ameli", "online", "2026-03-01")
