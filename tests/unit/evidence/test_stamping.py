"""Checkpoints are stamped by the first authority that does; without, no new answer is given."""

import threading
import uuid
from datetime import timedelta

import pytest

from gateway.errors import AuthorityUnavailable, EvidenceDelayed
from gateway.evidence.receipts import Receipts
from gateway.evidence.stamping import RETRY_AFTER_S, StampGate, Stamping
from gateway.model.stamping import Stamp, Unstamped
from gateway.receive import Receiver
from tests.builders import a_transmission
from tests.fake_evidence import NoProofs
from tests.fakes import FakeSigner, FixedClock
from tests.unit.steps.flow import NOW, STATEMENTS, Core

REFUSE_AFTER = timedelta(hours=4)


class MemoryStamps:
    """Checkpoints by size with the instant at which they were signed, and the stamps on them."""

    def __init__(self):
        self.signed = {}
        self.kept = []

    def unstamped(self):
        covered = max((kept.size for kept in self.kept), default=-1)
        waiting = sorted(size for size in self.signed if size > covered)
        if not waiting:
            return None
        text = f"log.example\n{waiting[-1]}\n".encode()
        return Unstamped(size=waiting[-1], text=text, since=self.signed[waiting[0]])

    def keep(self, stamp):
        self.kept.append(stamp)


class Authority:
    """Stamps, or is away."""

    def __init__(self, name, *, is_away=False):
        self.name = name
        self.is_away = is_away
        self.asked = []

    def stamp(self, text):
        self.asked.append(text)
        if self.is_away:
            raise AuthorityUnavailable("ConnectionError")
        return Stamp(token=b"token", gen_time=NOW, authority=f"CN={self.name}")


@pytest.fixture
def stamps():
    return MemoryStamps()


@pytest.fixture
def clock():
    return FixedClock(NOW)


def test_the_newest_checkpoint_is_stamped_and_covers_those_before(stamps):
    stamps.signed = {1: NOW, 5: NOW}
    authority = Authority("une")
    kept = Stamping(stamps=stamps, authorities=[authority]).stamp_newest()
    assert (kept.size, kept.text) == (5, b"log.example\n5\n")
    assert stamps.kept == [kept]
    assert stamps.unstamped() is None


def test_what_is_stamped_is_not_stamped_again(stamps):
    stamps.signed = {1: NOW}
    authority = Authority("une")
    stamping = Stamping(stamps=stamps, authorities=[authority])
    assert stamping.stamp_newest() is not None
    assert stamping.stamp_newest() is None
    assert len(authority.asked) == 1


def test_authorities_are_asked_in_their_order_until_one_stamps(stamps):
    stamps.signed = {1: NOW}
    one, two, three = Authority("une", is_away=True), Authority("deux"), Authority("trois")
    kept = Stamping(stamps=stamps, authorities=[one, two, three]).stamp_newest()
    assert kept.stamp.authority == "CN=deux"
    assert [len(each.asked) for each in (one, two, three)] == [1, 1, 0]


def test_where_nobody_stamps_nothing_is_kept_and_the_next_round_asks_again(stamps):
    stamps.signed = {1: NOW}
    authority = Authority("une", is_away=True)
    stamping = Stamping(stamps=stamps, authorities=[authority])
    assert stamping.stamp_newest() is None
    assert stamps.kept == []
    authority.is_away = False
    assert stamping.stamp_newest() is not None


def test_rounds_go_on_after_one_that_failed(stamps):
    stamps.signed = {1: NOW}
    stop, rounds = threading.Event(), []

    class Failing(Authority):
        def stamp(self, text):
            rounds.append(text)
            if len(rounds) == 1:
                raise OSError("the database is away")
            stop.set()
            return super().stamp(text)

    Stamping(stamps=stamps, authorities=[Failing("une")]).run(stop, every_s=0)
    assert len(rounds) == 2
    assert len(stamps.kept) == 1


def gate_over(stamps, clock):
    return StampGate(stamps=stamps, clock=clock, refuse_after=REFUSE_AFTER)


def test_the_gate_warns_at_half_of_the_time_and_closes_after_all_of_it(stamps, clock):
    stamps.signed = {1: NOW}
    gate = gate_over(stamps, clock)
    clock.advance(REFUSE_AFTER / 2)
    assert (gate.is_late(), gate.is_open()) == (False, True)
    clock.advance(timedelta(seconds=1))
    assert (gate.is_late(), gate.is_open()) == (True, True)
    clock.advance(REFUSE_AFTER / 2)
    assert (gate.is_late(), gate.is_open()) == (True, False)
    with pytest.raises(EvidenceDelayed) as refusal:
        gate.demand_open()
    assert (refusal.value.code, refusal.value.retry_after_s) == ("B012", RETRY_AFTER_S)


def test_the_age_is_that_of_the_oldest_checkpoint_that_no_stamp_covers(stamps, clock):
    gate = gate_over(stamps, clock)
    stamps.signed = {1: NOW - REFUSE_AFTER * 2, 2: NOW}
    assert not gate.is_open()
    Stamping(stamps=stamps, authorities=[Authority("une")]).stamp_newest()
    clock.advance(timedelta(seconds=1))
    gate.demand_open()
    stamps.signed[3] = NOW
    clock.advance(REFUSE_AFTER)
    assert not gate.is_open()


def test_a_log_at_rest_is_never_late(stamps, clock):
    gate = gate_over(stamps, clock)
    clock.advance(REFUSE_AFTER * 100)
    gate.demand_open()
    assert not gate.is_late()


def test_a_clock_that_steps_back_reads_the_record_again(stamps, clock):
    gate = gate_over(stamps, clock)
    stamps.signed = {1: NOW - REFUSE_AFTER * 2}
    assert not gate.is_open()
    Stamping(stamps=stamps, authorities=[Authority("une")]).stamp_newest()
    clock.advance(-timedelta(hours=1))
    assert gate.is_open()


def test_while_the_gate_is_closed_no_new_answer_is_given_and_those_given_are_repeated(stamps):
    core = Core()
    gate = gate_over(stamps, core.clock)
    receipts = Receipts(log=core.log, signer=FakeSigner(), clock=core.clock, contract=STATEMENTS)
    core.receiver = Receiver(
        judge=core.judge,
        log=core.log,
        leases=core.leases,
        receipts=receipts,
        proofs=NoProofs(),
        demand_dated=gate.demand_open,
    )
    given = core.submit(a_transmission(id=str(uuid.UUID(int=1))))
    stamps.signed = {1: NOW}
    core.clock.advance(REFUSE_AFTER + timedelta(seconds=1))
    with pytest.raises(EvidenceDelayed):
        core.submit(a_transmission(id=str(uuid.UUID(int=2))))
    assert len(core.log.closings) == 1
    assert core.submit(a_transmission(id=str(uuid.UUID(int=1)))).content == given.content
    assert core.check(a_transmission(id=str(uuid.UUID(int=2))))
    Stamping(stamps=stamps, authorities=[Authority("une")]).stamp_newest()
    core.clock.advance(timedelta(seconds=1))
    assert not core.submit(a_transmission(id=str(uuid.UUID(int=2)))).is_replay
