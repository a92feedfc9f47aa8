"""The queue of what is to be asked is in other hands: a line waits for it, and no sender does.

Nor is a single question said to wait that is in no queue: who asked is told to ask again.

On PostgreSQL, where another process can have the turn of a register for as long as it lives.
"""

import json
import uuid
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest

from gateway.model.verification import Cause, NotAnswered
from gateway.storage.engine import wait_for_turn
from gateway.storage.verified_rows import turn_of
from gateway.verification.outcomes import Register
from tests import builders
from tests.outside import Outside
from tests.postgresql import cluster_or_skip
from tests.running import THE_LABORATORY, THE_OPERATOR, WORKERS, a_row

VERIFICATIONS = "/v1/workers/verifications"
ESTABLISHMENT = f"/v1/establishments/{builders.EMPLOYER}"


@pytest.fixture(scope="module")
def opened(tmp_path_factory, portal):
    with cluster_or_skip().database() as address:
        made = Outside(tmp_path_factory.mktemp("home"), portal=portal, database_url=address)
        yield made
        made.running.close()


@pytest.fixture
def outside(opened):
    opened.forget(
        partners=(THE_LABORATORY, THE_OPERATOR),
        rows=[a_row(number) for number in range(1, WORKERS + 1)],
    )
    return opened


@contextmanager
def another_has_the_turn(outside, *registers):
    """A transaction of another process that has taken it, and does not end."""
    with outside.running.store.engine.connect() as connection:
        for register in registers:
            wait_for_turn(connection, turn_of(register))
        yield
        connection.rollback()


def a_form(number=1):
    line = builders.a_line(worker=builders.a_worker(number))
    return builders.a_transmission(results=[line], id=str(uuid.uuid4()))


def codes_of(acknowledgement):
    return [entry["code"] for entry in acknowledgement.get("codes", ())]


@pytest.mark.parametrize("registers", [[Register.SIRENE], [Register.AMELI], list(Register)])
def test_a_line_waits_while_the_queue_is_in_other_hands_then_is_judged(outside, registers):
    form = a_form()
    with another_has_the_turn(outside, *registers):
        first = outside.running.submit(form)
        assert first.status == 200
        said = first.acknowledgement
        assert (said["disposition"], codes_of(said)) == ("HELD", ["V001"])
        [line] = said["lines"]
        assert len(line["findings"]) == len(registers)
    outside.running.judge_again()  # what could not be queued then is queued now
    outside.ask_due()
    outside.running.judge_again()
    status = outside.running.get(f"/v1/transmissions/{form['id']}").form
    assert [one["disposition"] for one in status["receipts"]] == ["HELD", "ACCEPTED"]


def test_what_is_known_is_told_and_judged_whoever_has_the_turn(outside):
    assert outside.running.submit(a_form()).acknowledgement["disposition"] == "ACCEPTED"
    outside.running.clock.advance(timedelta(days=31))  # it is told still, and asked again later
    period = {"start": "2026-09-01", "end": "2026-09-30"}
    line = builders.a_line(worker=builders.a_worker(1), period=period)
    form = builders.a_transmission(results=[line], id=str(uuid.uuid4()))
    with another_has_the_turn(outside, *Register):
        said = outside.running.submit(form).acknowledgement
    assert said["counts"]["accepted"] == 1
    assert "V001" not in codes_of(said)


def test_an_answer_that_cannot_be_kept_is_asked_for_again_once_its_claim_is_over(outside):
    form = a_form()
    with ExitStack() as turns:

        def the_turn_is_taken():
            turns.enter_context(another_has_the_turn(outside, Register.AMELI))
            outside.ameli.before = lambda: None

        outside.ameli.before = the_turn_is_taken
        said = outside.running.submit(form).acknowledgement
    assert (said["disposition"], codes_of(said)) == ("HELD", ["V001"])
    assert len(outside.ameli.asked) == 1
    outside.ask_due()
    assert len(outside.ameli.asked) == 1, "it may still be under way elsewhere"
    outside.running.clock.advance(timedelta(minutes=2))
    outside.ask_due()
    assert len(outside.ameli.asked) == 2
    outside.running.judge_again()
    status = outside.running.get(f"/v1/transmissions/{form['id']}").form
    assert [one["disposition"] for one in status["receipts"]] == ["HELD", "ACCEPTED"]


def ask_of_the_worker(outside):
    form = {"worker": builders.a_worker(1), "employer": {"siret": builders.EMPLOYER}}
    headers = {"content-type": "application/json"}
    body = json.dumps(form).encode()
    return outside.running.request(
        "POST", VERIFICATIONS, by="laboratory", headers=headers, content=body
    )


def is_to_ask_again(answer):
    said = (answer.status_code, answer.json().get("code"), answer.headers.get("retry-after"))
    return said == (503, "B008", "5")


def test_a_worker_whose_question_cannot_be_queued_is_not_said_to_wait(outside):
    with another_has_the_turn(outside, Register.AMELI):
        assert is_to_ask_again(ask_of_the_worker(outside))
    assert outside.running.counted("verified_identities") == 0
    assert outside.ameli.asked == []
    assert ask_of_the_worker(outside).json()["outcome"] == "VERIFIED"


def test_an_establishment_whose_question_cannot_be_queued_is_to_be_asked_for_again(outside):
    with another_has_the_turn(outside, Register.SIRENE):
        answer = outside.running.request("GET", ESTABLISHMENT, by="laboratory")
    assert is_to_ask_again(answer)
    assert outside.running.counted("verified_establishments") == 0
    outside.silence(NotAnswered(cause=Cause.OUTAGE))
    queued = outside.running.request("GET", ESTABLISHMENT, by="laboratory")
    assert (queued.status_code, queued.headers["retry-after"]) == (503, "60")


def test_a_worker_whose_question_is_in_the_queue_waits_whoever_has_the_turn(outside):
    outside.silence(NotAnswered(cause=Cause.OUTAGE))
    assert ask_of_the_worker(outside).json()["outcome"] == "WAITING"
    with another_has_the_turn(outside, Register.AMELI):
        assert ask_of_the_worker(outside).json()["outcome"] == "WAITING"
    outside.silence(None)
    outside.running.clock.advance(timedelta(minutes=5))
    outside.ask_due()
    asked = len(outside.ameli.asked)
    assert ask_of_the_worker(outside).json()["outcome"] == "VERIFIED"
    assert len(outside.ameli.asked) == asked, "the queue has asked it"


def test_a_question_that_was_claimed_before_the_queue_was_lost_waits(outside):
    with ExitStack() as turns:

        def the_turn_is_taken():
            turns.enter_context(another_has_the_turn(outside, Register.AMELI))
            outside.ameli.before = lambda: None

        outside.ameli.before = the_turn_is_taken
        assert ask_of_the_worker(outside).json()["outcome"] == "WAITING"
    outside.running.clock.advance(timedelta(minutes=2))
    outside.ask_due()
    assert len(outside.ameli.asked) == 2
    assert ask_of_the_worker(outside).json()["outcome"] == "VERIFIED"


def test_a_database_that_writes_nothing_is_503_and_no_receipt(outside, opened):
    engine = opened.running.store.engine
    name = engine.url.database
    cluster_or_skip().do(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    engine.dispose()
    try:
        answer = outside.running.submit(a_form())
        assert answer.status == 503
        assert b"B008" in answer.content
        assert is_to_ask_again(ask_of_the_worker(outside))
    finally:
        cluster_or_skip().do(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        engine.dispose()
    assert outside.running.submit(a_form()).acknowledgement["disposition"] == "ACCEPTED"
