"""A round judges a held line once its cause has moved, whichever it is, and not before that.

What `ports.held.HeldRounds` promises, by the task of the durable engine, on both databases: the
registers are in memory, all between is real.
"""

import uuid
from datetime import timedelta

import msgspec
import pytest

from gateway.background.tasks import JudgeAgainTask
from gateway.identifiers import Nir, Siret
from gateway.model.background import Stopped, Turn
from gateway.model.verification import Cause, NotAnswered
from gateway.storage.held_rounds import AT_LEAST_EVERY
from tests import builders
from tests.outside import Outside
from tests.postgresql import KINDS, new_database
from tests.running import THE_LABORATORY, THE_OPERATOR, WORKERS, a_row, loop

DOWN = NotAnswered(cause=Cause.OUTAGE)
HOUR = timedelta(hours=1)
STRANGER = WORKERS + 3


@pytest.fixture(scope="module")
def portal():
    with loop() as running:
        yield running


@pytest.fixture(scope="module", params=KINDS)
def opened(request, tmp_path_factory, portal):
    folder = tmp_path_factory.mktemp("database")
    with new_database(request.param, folder) as address:
        home = tmp_path_factory.mktemp("home")
        made = Outside(home, portal=portal, database_url=address)
        yield made
        made.running.close()


@pytest.fixture
def rounds(opened):
    opened.forget(
        partners=(THE_LABORATORY, THE_OPERATOR),
        rows=[a_row(number) for number in range(1, WORKERS + 1)],
    )
    return Rounds(opened)


class Rounds:
    """One gateway, and the rounds of its engine; what each of them has judged."""

    def __init__(self, outside):
        self.outside, self.running = outside, outside.running
        self.basis = "as it was"
        self.judged = []
        self.busy = False

    def judge_again(self, transmission):
        self.judged.append(transmission)
        return self.running.gateway.judging_again.judge_again(transmission)

    def round(self, *, is_stopping=lambda: False):
        """How many transmissions were judged."""
        before = len(self.judged)
        store = self.running.store
        task = JudgeAgainTask(
            self, held=store.held_rounds, clock=store.clock, basis=lambda: self.basis
        )
        task(Turn(is_stopping=is_stopping))
        return len(self.judged) - before

    def held(self, worker=1, code="V001", **changes):
        """A transmission of one line that waits for that, and was judged again in vain."""
        line = builders.a_line(worker=builders.a_worker(worker), **changes)
        form = builders.a_transmission(results=[line], id=str(uuid.uuid4()))
        said = self.running.submit(form).acknowledgement
        assert [entry["code"] for entry in said["codes"]] == [code]
        self.round()
        assert self.round() == 0, "nothing has moved"
        return form

    def dispositions(self, form):
        status = self.running.get(f"/v1/transmissions/{form['id']}").form
        return [one["disposition"] for one in status["receipts"]]


def test_the_register_of_identities_answers(rounds):
    rounds.outside.ameli.down = DOWN
    form = rounds.held()
    rounds.outside.ameli.down = None
    rounds.running.clock.advance(HOUR)
    assert rounds.round() == 0
    rounds.outside.ask_due()
    assert rounds.round() == 1
    assert rounds.dispositions(form) == ["HELD", "ACCEPTED"]
    assert rounds.round() == 0


def test_the_register_of_establishments_answers(rounds):
    rounds.outside.sirene.down = DOWN
    form = rounds.held()
    rounds.outside.sirene.down = None
    rounds.running.clock.advance(HOUR)
    rounds.outside.ask_due()
    assert rounds.round() == 1
    assert rounds.dispositions(form) == ["HELD", "ACCEPTED"]


def test_both_answer_one_after_the_other(rounds):
    rounds.outside.silence(DOWN)
    form = rounds.held()
    rounds.outside.sirene.down = None
    rounds.running.clock.advance(HOUR)
    rounds.outside.ask_due()
    assert rounds.round() == 1
    assert rounds.dispositions(form)[-1] == "HELD"
    assert rounds.round() == 0
    rounds.outside.ameli.down = None
    rounds.running.clock.advance(2 * HOUR)
    rounds.outside.ask_due()
    assert rounds.round() == 1
    assert rounds.dispositions(form)[-1] == "ACCEPTED"


def test_an_answer_about_another_moves_nobody_else(rounds):
    rounds.outside.silence(DOWN)
    forms = [rounds.held(number) for number in (1, 2)]
    rounds.outside.silence(None)
    rounds.running.clock.advance(HOUR)
    rounds.outside.ameli.answers[Nir.parse(builders.nir_of(2))] = DOWN
    rounds.outside.ask_sirene.ask_due(deadline_s=60.0)
    assert rounds.round() == 2, "their establishment is one"
    rounds.outside.ask_ameli.ask_due(deadline_s=60.0)
    assert rounds.round() == 1
    assert [rounds.dispositions(form)[-1] for form in forms] == ["ACCEPTED", "HELD"]


def test_the_worker_is_registered(rounds):
    form = rounds.held(STRANGER, "R001")
    assert rounds.judged == [], "nobody of that number is known: it is not even looked at"
    rounds.running.know([a_row(number) for number in (1, STRANGER)], version="later")
    assert rounds.round() == 1
    rounds.outside.ask_due()
    rounds.round()
    assert rounds.dispositions(form)[-1] == "ACCEPTED"


@pytest.mark.parametrize("lacks", ["couple", "attachment"])
def test_the_couple_or_the_attachment_is_registered(rounds, lacks):
    elsewhere = Siret.parse(builders.OPERATOR)
    if lacks == "couple":
        row = a_row(STRANGER, employer=elsewhere, attachments=())
    else:
        row = a_row(STRANGER, attachments=())
    rounds.running.know([row], version="test-2")
    form = rounds.held(STRANGER, "R001")
    rounds.running.know([a_row(2, birth_name="AUTRE")], version="test-3")
    assert rounds.round() == 0, "of somebody else"
    rounds.running.know([a_row(STRANGER)], version="test-4")
    assert rounds.round() == 1
    rounds.outside.ask_due()
    rounds.round()
    assert rounds.dispositions(form)[-1] == "ACCEPTED"


def test_the_directory_states_less_than_before(rounds):
    """What is taken away is a change as what is added: here the line is refused by it."""
    rounds.outside.silence(DOWN)
    form = rounds.held()
    gone = a_row(1, attachments=a_row(1).attachments[1:])  # no more attached to the laboratory
    rounds.running.know([gone], version="test-2")
    assert rounds.round() == 1
    status = rounds.running.get(f"/v1/transmissions/{form['id']}").form
    said = status["receipt"]["acknowledgement"]
    assert [entry["code"] for entry in said["codes"]] == ["R001"]


def test_other_traits_of_the_worker_are_asked_for_and_then_judged(rounds):
    rounds.outside.ameli.down = DOWN
    form = rounds.held()
    rounds.running.know([a_row(1, sex="F", other_first_names="ANNE")], version="test-2")
    assert rounds.round() == 1
    rounds.outside.ameli.down = None
    rounds.running.clock.advance(HOUR)
    rounds.outside.ask_due()
    assert rounds.round() == 1
    assert rounds.dispositions(form)[-1] == "ACCEPTED"


def test_the_emergency_group_is_registered(rounds):
    monitoring = {"type": "SDI", "otherExposures": ["EMERGENCY_2"]}
    form = rounds.held(code="R004", monitoring=monitoring)
    row = a_row(1)
    contract = msgspec.structs.replace(row.employment, other_exposures=frozenset({"EMERGENCY_2"}))
    rounds.running.know([a_row(1, employment=contract)], version="test-2")
    assert rounds.round() == 1
    rounds.outside.ask_due()
    rounds.round()
    assert rounds.dispositions(form)[-1].startswith("ACCEPTED")


@pytest.mark.parametrize(("worker", "code"), [(1, "V001"), (STRANGER, "R001")])
def test_its_time_is_over(rounds, worker, code):
    rounds.outside.silence(DOWN)
    form = rounds.held(worker, code)
    rounds.running.clock.advance(timedelta(days=91))
    assert rounds.round() == 1
    assert rounds.dispositions(form) == ["HELD", "REJECTED"]
    assert rounds.round() == 0


def test_a_correction_closes_it_at_once_and_no_round_looks_at_it_again(rounds):
    rounds.outside.silence(DOWN)
    form = rounds.held()
    aim = {"transmission": form["id"], "ref": form["results"][0]["ref"], "reason": "DOSE"}
    line = builders.a_line(operation="CORRECTION", corrects=aim)
    correction = builders.a_transmission(results=[line], id=str(uuid.uuid4()))
    assert rounds.running.submit(correction).acknowledgement["disposition"] == "HELD"
    assert rounds.dispositions(form) == ["HELD", "REJECTED"]
    rounds.outside.silence(None)
    rounds.running.clock.advance(HOUR)
    rounds.outside.ask_due()
    assert rounds.round() == 1
    assert rounds.dispositions(correction) == ["HELD", "ACCEPTED"]
    assert rounds.dispositions(form) == ["HELD", "REJECTED"]


def test_the_suspension_of_its_sender_ends(rounds):
    budget = rounds.running.store.failure_budget
    budget.release("laboratory", budget=0)
    line = builders.a_line()
    form = builders.a_transmission(results=[line], id=str(uuid.uuid4()))
    said = rounds.running.submit(form).acknowledgement
    assert [entry["code"] for entry in said["codes"]] == ["V002"]
    assert [rounds.round() for _ in range(2)] == [1, 1], "nothing tells when it ends"
    budget.release("laboratory", budget=50)
    rounds.round()
    rounds.outside.ask_due()
    rounds.round()
    assert rounds.dispositions(form)[-1] == "ACCEPTED"


def test_other_registers_or_another_stock_are_another_basis(rounds):
    rounds.outside.silence(DOWN)
    rounds.held()
    rounds.basis = "another month"
    assert rounds.round() == 1
    assert rounds.round() == 0


def test_whatever_happens_it_is_judged_once_a_day(rounds):
    rounds.outside.silence(DOWN)
    rounds.held()
    rounds.running.clock.advance(AT_LEAST_EVERY - HOUR)
    assert rounds.round() == 0
    rounds.running.clock.advance(2 * HOUR)
    assert rounds.round() == 1


def test_what_is_being_judged_elsewhere_is_judged_by_the_next_round(rounds):
    rounds.outside.silence(DOWN)
    form = rounds.held()
    rounds.outside.silence(None)
    rounds.running.clock.advance(HOUR)
    rounds.outside.ask_due()
    store = rounds.running.store
    [number] = store.log.due(store.clock.now())
    with store.leases.hold(store.log.held(number).key):
        assert [rounds.round() for _ in range(2)] == [1, 1]
    assert rounds.round() == 1
    assert rounds.dispositions(form)[-1] == "ACCEPTED"


def test_a_round_that_is_cut_short_leaves_nobody_out(rounds):
    rounds.outside.silence(DOWN)
    forms = [rounds.held(number) for number in (1, 2, 3)]
    rounds.outside.silence(None)
    rounds.running.clock.advance(HOUR)
    rounds.outside.ask_due()
    before = len(rounds.judged)
    with pytest.raises(Stopped):
        rounds.round(is_stopping=lambda: len(rounds.judged) > before)
    rounds.round()
    assert [rounds.dispositions(form)[-1] for form in forms] == ["ACCEPTED"] * 3


def test_an_answer_given_while_a_round_runs_is_seen_by_the_next(rounds):
    """The numbers are read before the facts: what comes between counts as not yet seen."""
    rounds.outside.ameli.down = DOWN
    form = rounds.held()
    store = rounds.running.store
    seen = store.held_rounds.moved(at=store.clock.now(), basis=rounds.basis)
    [number] = store.log.due(store.clock.now())
    rounds.judge_again(number)
    rounds.outside.ameli.down = None
    rounds.running.clock.advance(HOUR)
    rounds.outside.ask_due()
    store.held_rounds.judged([number], seen)
    assert rounds.round() == 1
    assert rounds.dispositions(form)[-1] == "ACCEPTED"
