"""Checkpoints are stamped by the first authority that does; without, no new answer is given."""

import threading
import uuid
from datetime import timedelta

import pytest

from gateway.errors import AuthorityUnavailable, EvidenceDelayed, Overloaded
from gateway.evidence.receipts import Receipts
from gateway.evidence.stamping import AGAIN_S, LOOK_S, RETRY_AFTER_S, StampGate, Stamping
from gateway.model.stamping import Stamp, Unstamped
from gateway.partners.quotas import Quota
from gateway.receive import Receiver
from tests.builders import a_transmission
from tests.fake_evidence import NoProofs
from tests.fakes import FakeSigner, FixedClock
from tests.unit.steps.flow import NOW, STATEMENTS, Core

EVERY = timedelta(minutes=1)
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


@pytest.fixture
def stamping(stamps, clock):
    """Makes one that asks these authorities, one minute after the oldest checkpoint."""

    def made(*authorities):
        clock.advance(EVERY)
        return Stamping(stamps=stamps, authorities=authorities, clock=clock, every=EVERY)

    return made


def test_the_newest_checkpoint_is_stamped_and_covers_those_before(stamps, stamping):
    stamps.signed = {1: NOW, 5: NOW}
    stamping(Authority("une")).round()
    ((kept,),) = [stamps.kept]
    assert (kept.size, kept.text) == (5, b"log.example\n5\n")
    assert stamps.unstamped() is None


def test_what_is_stamped_is_not_stamped_again(stamps, stamping):
    stamps.signed = {1: NOW}
    authority = Authority("une")
    rounds = stamping(authority)
    assert [rounds.round(), rounds.round()] == [LOOK_S, LOOK_S]
    assert len(authority.asked) == 1


def test_checkpoints_gather_until_the_oldest_is_old_enough_and_take_one_stamp(stamps, clock):
    authority = Authority("une")
    rounds = Stamping(stamps=stamps, authorities=[authority], clock=clock, every=EVERY)
    for size in range(1, 61):
        stamps.signed[size] = clock.now()
        rounds.round()
        clock.advance(timedelta(seconds=1))
    assert authority.asked == []
    rounds.round()
    assert [kept.size for kept in stamps.kept] == [60]


def test_what_another_process_had_stamped_is_not_asked_for_again(stamps, stamping):
    stamps.signed = {1: NOW}
    one, other = Authority("une"), Authority("autre")
    stamping(one).round()
    stamps.signed[2] = NOW + EVERY
    stamping(other).round()
    assert (len(one.asked), len(other.asked)) == (1, 1), "due again, after the whole time"
    stamps.signed[3] = NOW + 2 * EVERY
    Stamping(
        stamps=stamps, authorities=[one], clock=FixedClock(NOW + 2 * EVERY), every=EVERY
    ).round()
    assert len(one.asked) == 1


def test_a_clock_that_was_set_back_does_not_keep_the_stamps_waiting(stamps, clock):
    stamps.signed = {1: NOW + timedelta(days=1)}
    Stamping(stamps=stamps, authorities=[Authority("une")], clock=clock, every=EVERY).round()
    assert len(stamps.kept) == 1


def test_authorities_are_asked_in_their_order_until_one_stamps(stamps, stamping):
    stamps.signed = {1: NOW}
    one, two, three = Authority("une", is_away=True), Authority("deux"), Authority("trois")
    stamping(one, two, three).round()
    (kept,) = stamps.kept
    assert kept.stamp.authority == "CN=deux"
    assert [len(each.asked) for each in (one, two, three)] == [1, 1, 0]


def test_where_nobody_stamps_nothing_is_kept_and_a_round_some_time_later_asks_again(
    stamps, stamping
):
    stamps.signed = {1: NOW}
    authority = Authority("une", is_away=True)
    rounds = stamping(authority)
    assert rounds.round() == AGAIN_S
    assert stamps.kept == []
    authority.is_away = False
    rounds.round()
    assert len(stamps.kept) == 1


def test_rounds_go_on_after_one_that_failed_and_end_when_told(stamps, clock):
    stamps.signed = {1: NOW}
    clock.advance(EVERY)
    has_ended = threading.Event()

    class Failing(Authority):
        def stamp(self, text):
            self.asked.append(text)
            if len(self.asked) == 1:
                raise OSError("the database is away")
            has_ended.set()
            return Stamp(token=b"token", gen_time=NOW, authority="CN=une")

    authority = Failing("une")
    soon = timedelta(milliseconds=1)
    rounds = Stamping(stamps=stamps, authorities=[authority], clock=clock, every=soon)
    rounds.start()
    assert has_ended.wait(60)
    rounds.close()
    assert len(authority.asked) == 2
    assert len(stamps.kept) == 1


def test_where_nobody_is_asked_no_round_begins(stamps, clock):
    stamps.signed = {1: NOW}
    rounds = Stamping(stamps=stamps, authorities=[], clock=clock, every=EVERY)
    before = threading.active_count()
    rounds.start()
    assert threading.active_count() == before
    rounds.close()


def stamped(stamps, clock):
    Stamping(stamps=stamps, authorities=[Authority("une")], clock=clock, every=EVERY).round()


def gate_over(stamps, clock):
    return StampGate(
        stamps=stamps, clock=clock, warn_after=REFUSE_AFTER / 2, refuse_after=REFUSE_AFTER
    )


def test_the_gate_warns_first_and_then_closes(stamps, clock):
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
    stamped(stamps, clock)
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
    stamped(stamps, clock)
    clock.advance(-timedelta(hours=1))
    assert gate.is_open()


def test_a_clock_set_back_behind_what_waits_does_not_open_the_gate(stamps, clock):
    gate = gate_over(stamps, clock)
    stamps.signed = {1: NOW - REFUSE_AFTER * 2}
    assert not gate.is_open()
    clock.advance(-REFUSE_AFTER * 4)
    assert (gate.is_late(), gate.is_open()) == (True, False)


def test_where_no_time_is_set_nothing_is_late_and_the_record_is_not_asked(clock):
    gate = StampGate(stamps=None, clock=clock, warn_after=None, refuse_after=None)
    gate.demand_open()
    assert not gate.is_late()


def test_a_record_that_cannot_be_read_is_not_told_as_late_stamps(clock):
    class Away:
        def unstamped(self):
            raise Overloaded("away")

    gate = gate_over(Away(), clock)
    assert (gate.is_late(), gate.is_open()) == (False, True)
    with pytest.raises(Overloaded):
        gate.demand_open()


def test_while_the_gate_is_closed_no_new_answer_is_given_and_those_given_are_repeated(stamps):
    core = Core()
    gate = gate_over(stamps, core.clock)
    receipts = Receipts(log=core.log, signer=FakeSigner(), clock=core.clock, contract=STATEMENTS)
    core.receiver = Receiver(
        refusals=Quota(limit=1_000, window_s=3600),
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
    stamped(stamps, core.clock)
    core.clock.advance(timedelta(seconds=1))
    assert not core.submit(a_transmission(id=str(uuid.UUID(int=2)))).is_replay
