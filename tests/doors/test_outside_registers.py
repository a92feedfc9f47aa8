"""Ameli and Sirene in the flow, through a door: silence delays, contradiction refuses, all signed.

The registers are in memory; the states, the queue and all that is before them are real.
"""

import uuid
from datetime import timedelta

import pytest

from gateway.identifiers import Nir, Siret
from gateway.model.verification import (
    Cause,
    ComparedIdentity,
    IdentityOutcome,
    NotAnswered,
)
from tests import builders
from tests.builders import a_line, a_transmission, a_worker
from tests.doors.test_no_oracle import (
    KNOWN,
    STRANGERS,
    known_workers,
    naming,
    statements,
    told,
)
from tests.outside import Outside
from tests.running import THE_LABORATORY, THE_OPERATOR, WORKERS, a_row

DOWN = NotAnswered(cause=Cause.OUTAGE)
DISCORDANT = ComparedIdentity(outcome=IdentityOutcome.DISCORDANT)
A_DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def opened(tmp_path_factory, portal):
    made = Outside(tmp_path_factory.mktemp("home"), portal=portal)
    yield made
    made.running.close()


@pytest.fixture
def outside(opened):
    opened.forget(
        partners=(THE_LABORATORY, THE_OPERATOR),
        rows=[a_row(number) for number in range(1, WORKERS + 1)],
    )
    return opened


def of(*lines, **changes):
    return a_transmission(results=list(lines), id=str(uuid.uuid4()), **changes)


def standing(outside, form):
    """The receipt that stands, proved, and the list of them all."""
    status = outside.running.get(f"/v1/transmissions/{form['id']}").form
    proved = outside.running.get(f"/v1/receipts/{status['receipt']['acknowledgement']['id']}")
    return proved.acknowledgement, proved.form, status["receipts"]


def codes_of(acknowledgement):
    return [entry["code"] for entry in acknowledgement.get("codes", ())]


def test_held_by_silence_then_answered_then_accepted_by_a_receipt_that_is_in_the_log(outside):
    outside.silence(DOWN)
    form = of(a_line())
    first = outside.running.submit(form).acknowledgement
    assert (first["disposition"], codes_of(first)) == ("HELD", ["V001"])
    outside.ask_due()
    outside.running.judge_again()
    assert standing(outside, form)[0] == first, "silence changes nothing"
    outside.silence(None)
    outside.running.clock.advance(A_DAY)
    outside.ask_due()
    outside.running.judge_again()
    said, receipt, every = standing(outside, form)
    assert (said["disposition"], codes_of(said)) == ("ACCEPTED", [])
    assert said["supersedes"]["id"] == first["id"]
    assert [one["disposition"] for one in every] == ["HELD", "ACCEPTED"]
    assert "proof" in receipt
    assert [one["name"] for one in said["references"]][-2:] == ["Ameli", "Sirene"]


def test_held_by_silence_then_contradicted_then_refused(outside):
    outside.silence(DOWN)
    form = of(a_line())
    first = outside.running.submit(form).acknowledgement
    outside.silence(None)
    outside.ameli.answers[Nir.parse(builders.nir_of(1))] = DISCORDANT
    outside.running.clock.advance(timedelta(hours=12))
    outside.ask_due()
    outside.running.judge_again()
    said, receipt, _ = standing(outside, form)
    assert (said["disposition"], codes_of(said)) == ("REJECTED", ["I023"])
    assert said["supersedes"]["id"] == first["id"]
    assert "proof" in receipt


def test_who_is_registered_while_ameli_is_silent_is_asked_for_in_the_background(outside):
    unknown = WORKERS + 5
    form = of(a_line(worker=a_worker(unknown)))
    assert codes_of(outside.running.submit(form).acknowledgement) == ["R001"]
    assert outside.ameli.asked == []
    outside.running.know([a_row(number) for number in (1, unknown)], version="test-2")
    outside.running.judge_again()
    assert codes_of(standing(outside, form)[0]) == ["V001"]
    assert outside.ameli.asked == []
    outside.ask_due()
    outside.running.judge_again()
    assert standing(outside, form)[0]["disposition"] == "ACCEPTED"
    assert len(outside.ameli.asked) == 1


def test_a_test_and_its_silence_ask_nobody(outside):
    said = outside.running.submit(of(a_line(), test=True)).acknowledgement
    assert codes_of(said) == ["V001"]
    outside.ask_due()
    assert outside.ameli.asked == outside.sirene.calls == []


def test_a_check_says_what_the_submission_then_says(outside):
    form = of(a_line())
    body = builders.in_json(form)
    headers = {"content-type": "application/json"}
    report = outside.running.post(body, headers=headers, path="/v1/checks").form
    said = outside.running.submit(form).acknowledgement
    assert (report["disposition"], said["disposition"]) == ("ACCEPTED", "ACCEPTED")
    assert len(outside.ameli.asked) == len(outside.sirene.calls) == 1


# ---------- nobody learns from what is asked (T35)


def test_of_whom_the_directory_cannot_place_nothing_is_asked_whichever_of_the_three_it_is(outside):
    outside.forget(partners=(THE_LABORATORY, THE_OPERATOR), rows=known_workers())
    outside.running.submit(naming(KNOWN))
    outside.sirene.calls.clear()
    outside.ameli.asked.clear()
    paths = {}
    for name, number in STRANGERS.items():
        with statements(outside.running) as paths[name]:
            answer = outside.running.submit(naming(number))
        assert told(answer) == ("HELD", [("HELD", ["R001"])])
    assert paths["unknown"] == paths["elsewhere"] == paths["not-attached"]
    assert not [said for said, _ in paths["unknown"] if "verified_" in said]
    assert outside.ameli.asked == outside.sirene.calls == []


def test_a_stranger_among_right_lines_changes_nothing_of_what_is_asked(outside):
    outside.forget(partners=(THE_LABORATORY, THE_OPERATOR), rows=known_workers())
    outside.running.submit(naming(KNOWN))
    paths = {}
    for month, (name, number) in enumerate(STRANGERS.items(), 7):
        period = {"start": f"2026-{month:02}-01", "end": f"2026-{month:02}-28"}
        lines = [a_line(ref=f"P-{n}", worker=a_worker(n), period=period) for n in (KNOWN, number)]
        with statements(outside.running) as paths[name]:
            outside.running.submit(of(*lines))
    assert paths["unknown"] == paths["elsewhere"] == paths["not-attached"]
    assert [said for said, _ in paths["unknown"] if "verified_" in said], "it is placed, and read"


def asked_by_turns(outside, names):
    """What each register was asked for the lines naming those, by every way that leads there.

    A submission, a check, a test, judging again, and what the durable engine asks between.
    """
    outside.running.submit(naming(*names))
    body, headers = builders.in_json(naming(*names)), {"content-type": "application/json"}
    outside.running.post(body, headers=headers, path="/v1/checks")
    outside.running.submit(naming(*names, id=str(uuid.uuid4()), test=True))
    for _ in range(2):
        outside.ask_due()
        outside.running.judge_again()
        outside.running.clock.advance(timedelta(hours=6))
    outside.ask_due()
    return [traits.nir for traits in outside.ameli.asked], outside.sirene.asked


@pytest.mark.parametrize("numbers", [*[[n] for n in STRANGERS.values()], [*STRANGERS.values()]])
def test_lines_of_unknown_couples_never_reach_a_register_by_any_way(outside, numbers):
    outside.forget(partners=(THE_LABORATORY, THE_OPERATOR), rows=known_workers())
    assert asked_by_turns(outside, numbers) == ([], [])


def test_beside_an_unknown_couple_the_known_worker_alone_is_sent_to_ameli(outside):
    outside.forget(partners=(THE_LABORATORY, THE_OPERATOR), rows=known_workers())
    workers, employers = asked_by_turns(outside, [KNOWN, *STRANGERS.values()])
    assert set(workers) == {Nir.parse(builders.nir_of(KNOWN))}
    assert set(employers) == {Siret.parse(builders.EMPLOYER)}


def test_nothing_of_a_suspended_submitter_reaches_a_register_until_it_is_released(outside):
    outside.forget(partners=(THE_LABORATORY, THE_OPERATOR), rows=known_workers())
    budget = outside.running.store.failure_budget
    budget.release("laboratory", budget=1)
    spent = outside.running.submit(naming(KNOWN, *STRANGERS.values()))
    assert told(spent)[1] == [("HELD", ["V002"])] * 4, "the message that passes it, whole"
    assert asked_by_turns(outside, [KNOWN]) == ([], [])
    budget.release("laboratory", budget=50)
    outside.running.judge_again()
    outside.ask_due()
    asked = [traits.nir for traits in outside.ameli.asked]
    assert asked == [Nir.parse(builders.nir_of(KNOWN))], "it can be asked for: the first of all"


# ---------- an outage, from the first silence to the last verdict


def test_an_outage_refuses_nobody_and_leaves_nothing_to_do_by_hand(outside):
    """Down, then slow, then wrong, then back: what was sent meanwhile is judged by itself."""
    outside.forget(
        partners=(THE_LABORATORY, THE_OPERATOR), rows=[a_row(number) for number in range(1, 13)]
    )
    sent, receipts = [], []
    kinds = [Cause.OUTAGE, Cause.TIMEOUT, Cause.UNREADABLE, Cause.BREAKER_OPEN]
    for place, cause in enumerate(kinds):
        outside.silence(NotAnswered(cause=cause))
        numbers = range(1 + 3 * place, 4 + 3 * place)
        form = of(*[a_line(ref=f"P-{n}", worker=a_worker(n)) for n in numbers])
        answer = outside.running.submit(form)
        assert answer.acknowledgement["counts"]["held"] == 3
        sent.append(form)
        receipts.append(answer.acknowledgement)
        outside.running.clock.advance(timedelta(hours=1))
        outside.ask_due()
        outside.running.judge_again()
    outside.silence(None)
    for _ in range(3):
        outside.running.clock.advance(timedelta(hours=6))
        outside.ask_due()
        outside.running.judge_again()
    for form, first in zip(sent, receipts, strict=True):
        said, receipt, every = standing(outside, form)
        assert (said["disposition"], codes_of(said)) == ("ACCEPTED", [])
        assert every[0]["disposition"] == "HELD"
        assert "proof" in receipt
        above = said
        while "supersedes" in above:  # the chain leads to what was answered first
            above = outside.running.get(f"/v1/receipts/{above['supersedes']['id']}").acknowledgement
        assert above == first
    assert outside.running.judge_again() == []


def test_a_register_that_contradicts_everybody_all_of_a_sudden_refuses_nobody(outside):
    outside.forget(
        partners=(THE_LABORATORY, THE_OPERATOR), rows=[a_row(number) for number in range(1, 61)]
    )
    for number in range(1, 61):
        outside.ameli.answers[Nir.parse(builders.nir_of(number))] = DISCORDANT
    form = of(*[a_line(ref=f"P-{n}", worker=a_worker(n)) for n in range(1, 61)])
    outside.running.submit(form)
    outside.ask_due()
    outside.running.judge_again()
    assert standing(outside, form)[0]["counts"]["rejected"] == 0
    outside.ameli.answers.clear()
    outside.running.clock.advance(timedelta(hours=12))
    outside.ask_due()
    outside.running.judge_again()
    said = standing(outside, form)[0]
    assert (said["counts"]["rejected"], said["counts"]["held"]) == (0, 0)
