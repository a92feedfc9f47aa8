"""What `ports.EvidenceLog` promises, over every implementation; and its sequencer over each."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.errors import EvidenceDamaged, NotYetLogged, Overloaded
from gateway.evidence.inclusion import Proofs
from gateway.evidence.sequencer import Sequencer
from gateway.model.evidence import KeptCosignature, KeptTimestamp, SeenCheckpoint
from gateway.model.stamping import CheckpointStamp, Stamp
from gateway.storage.checkpoint_stamps import SqlCheckpointStamps
from gateway.storage.evidence_log import SqlEvidenceLog, subtree_number
from gateway.storage.transmission_log import SqlTransmissionLog
from signing.log.checkpoint import parse_checkpoint
from signing.log.policy import NO_WITNESS
from signing.log.tree import EMPTY_ROOT
from signing.log.verify import MAX_DELAY
from tests.contract.ports.closings import a_closing
from tests.contract.ports.conftest import IMPLEMENTATIONS, a_database
from tests.contract.ports.test_transmission_log_held import a_superseding, number_of
from tests.evidence import (
    assert_whole,
    growth,
    in_threads,
    number_all,
    proved,
    sequencing,
)
from tests.fake_evidence import MemoryCheckpointStamps, MemoryEvidenceLog
from tests.fakes import FixedClock, MemoryTransmissionLog


@dataclass
class Logged:
    """A record with its evidence log."""

    log: Any
    evidence: Any
    stamps: Any

    def close(self, **changes: Any) -> Any:
        closing = a_closing(**changes)
        self.log.close(closing)
        return closing


@pytest.fixture(params=IMPLEMENTATIONS)
def logged(request, sealer, tmp_path):
    if request.param == "memory":
        log = MemoryTransmissionLog()
        evidence = MemoryEvidenceLog(log)
        yield Logged(log, evidence, MemoryCheckpointStamps(evidence))
        return
    with a_database(request.param, tmp_path) as found:
        log = SqlTransmissionLog(**found.parts(), sealer=sealer)
        stamps = SqlCheckpointStamps(**found.parts())
        yield Logged(log, SqlEvidenceLog(**found.parts()), stamps)


def test_a_new_log_waits_for_its_first_checkpoint_which_is_of_the_empty_tree(logged):
    assert logged.evidence.is_waiting()
    number_all(logged.evidence)
    assert logged.evidence.latest().size == 0
    assert logged.evidence.latest().root == EMPTY_ROOT
    assert not logged.evidence.is_waiting()


def test_a_leaf_is_there_with_its_acknowledgement_and_has_no_index_yet(logged):
    number_all(logged.evidence)
    closing = logged.close()
    leaf = logged.evidence.leaf(closing.acknowledgement_id)
    assert (leaf.index, leaf.salt) == (None, None)
    assert logged.evidence.is_waiting()
    assert logged.evidence.leaf("unknown") is None


def test_refusals_and_conflicts_have_leaves_as_acceptances_have(logged):
    closings = [
        logged.close(disposition=said, header=None) for said in ("INADMISSIBLE", "CONFLICT")
    ]
    number_all(logged.evidence)
    places = [logged.evidence.leaf(closing.acknowledgement_id).index for closing in closings]
    assert places == [0, 1]


def test_an_acknowledgement_that_supersedes_another_has_its_own_leaf(logged):
    closing = logged.close()
    again = a_superseding(logged.log, number_of(logged.log, closing))
    supersede_by_a_closing = a_closing(superseding=(again,))
    logged.log.close(supersede_by_a_closing)
    number_all(logged.evidence)
    given = (closing, supersede_by_a_closing, again)
    places = [logged.evidence.leaf(one.acknowledgement_id).index for one in given]
    assert places == [0, 1, 2]


def test_the_root_is_that_of_rfc_6962_over_all_entries_at_every_size(logged):
    for leaves in range(1, 20):
        logged.close()
        number_all(logged.evidence)
        assert_whole(logged.evidence, leaves=leaves)


def test_many_leaves_that_wait_take_one_checkpoint(logged):
    number_all(logged.evidence)
    closings = [logged.close() for _ in range(40)]
    number_all(logged.evidence)
    assert_whole(logged.evidence, leaves=40)
    assert logged.evidence.checkpoint_over(0).size == 40
    order = [logged.evidence.leaf(one.acknowledgement_id).index for one in closings]
    assert order == list(range(40))


def test_what_raises_while_it_grows_leaves_nothing(logged):
    logged.close()

    def grow(_tip):
        raise Overloaded("no key")

    with pytest.raises(Overloaded):
        logged.evidence.extend(grow)
    assert logged.evidence.latest() is None
    assert logged.evidence.entries(0, 10) == []
    number_all(logged.evidence)
    assert_whole(logged.evidence, leaves=1)


def test_a_checkpoint_is_found_by_what_it_covers_and_by_its_size(logged):
    for size in (1, 3, 4):
        for _ in range(size - (logged.evidence.latest().size if size > 1 else 0)):
            logged.close()
        number_all(logged.evidence)
    covering = [logged.evidence.checkpoint_over(index).size for index in range(4)]
    assert covering == [1, 3, 3, 4]
    assert logged.evidence.checkpoint_over(4) is None
    assert logged.evidence.checkpoint(3).size == 3
    signed_at = logged.evidence.checkpoint(3).signed_at
    later = signed_at + timedelta(milliseconds=1)
    assert logged.evidence.checkpoint_over(0, since=signed_at).size == 1
    assert logged.evidence.checkpoint_over(0, since=later) is None
    assert logged.evidence.checkpoint(2) is None


def test_a_hash_that_is_not_stored_is_told(logged):
    number_all(logged.evidence)
    with pytest.raises(LookupError):
        logged.evidence.hashes([(0, 0)])


def seen_by(size, *witnesses):
    return SeenCheckpoint(size=size, witnesses=frozenset(witnesses))


def test_cosignatures_are_kept_the_first_of_each_witness(logged):
    logged.close()
    number_all(logged.evidence)
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    one = KeptCosignature(witness="w1", line="— w1 AAAA\n", at=at)
    later = KeptCosignature(witness="w1", line="— w1 BBBB\n", at=at + timedelta(seconds=1))
    other = KeptCosignature(witness="w2", line="— w2 CCCC\n", at=at - timedelta(seconds=1))
    logged.evidence.cosign(1, [one])
    logged.evidence.cosign(1, [later, other])
    assert logged.evidence.cosignatures(1) == [other, one]
    over = logged.evidence.cosigned_over
    assert over(0, by=at, within=5) == [seen_by(1, "w1", "w2")]
    assert over(0, by=at - timedelta(milliseconds=1), within=5) == [seen_by(1, "w2")]
    assert over(0, by=at - timedelta(seconds=2), within=5) == []
    assert over(1, by=at, within=5) == []
    assert logged.evidence.timestamp(1) is None


def test_the_largest_checkpoint_that_each_witness_cosigned_is_known(logged):
    number_all(logged.evidence)
    for _ in range(3):
        logged.close()
        number_all(logged.evidence)
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    for size, names in ((3, ["w1"]), (1, ["w1", "w2"]), (2, ["w2", "w3"])):
        kept = [KeptCosignature(witness=name, line=f"— {name} AAAA\n", at=at) for name in names]
        logged.evidence.cosign(size, kept)
    assert logged.evidence.witnessed(["w2", "w1", "w4"]) == {"w1": 3, "w2": 2}
    assert logged.evidence.witnessed([]) == {}


def test_two_that_keep_the_lines_of_one_witness_at_once_disturb_nobody(logged):
    logged.close()
    number_all(logged.evidence)
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)

    def keep(number):
        line = f"— w1 AAA{number}\n"
        logged.evidence.cosign(1, [KeptCosignature(witness="w1", line=line, at=at)])

    in_threads(8, keep)
    assert len(logged.evidence.cosignatures(1)) == 1


# ---------- time-stamps


AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def a_stamp(unstamped, *, authority="CN=une", at=AT, token=b"token"):
    stamp = Stamp(token=token, gen_time=at, authority=authority)
    return CheckpointStamp(size=unstamped.size, text=unstamped.text, stamp=stamp)


def grown(logged, *sizes, clock=None):
    """Checkpoints at these sizes, each signed at the clock's time."""
    for size in sizes:
        while (logged.evidence.latest() is None) or logged.evidence.latest().size < size:
            for _ in range(size - (latest.size if (latest := logged.evidence.latest()) else 0)):
                logged.close()
            number_all(logged.evidence, clock=clock)


def test_a_log_of_no_entry_has_nothing_to_stamp(logged):
    number_all(logged.evidence)
    assert logged.stamps.unstamped() is None


def test_the_newest_checkpoint_is_to_be_stamped_since_the_oldest_that_no_stamp_covers(logged):
    clock = FixedClock(AT)
    for size in (1, 3, 4):
        grown(logged, size, clock=clock)
        clock.advance(timedelta(minutes=1))
    unstamped = logged.stamps.unstamped()
    note = parse_checkpoint(logged.evidence.checkpoint(4).note).note
    assert (unstamped.size, unstamped.since) == (4, AT)
    assert unstamped.text == note.text.encode()


def test_a_stamp_covers_every_checkpoint_up_to_its_own(logged):
    clock = FixedClock(AT)
    grown(logged, 1, 2, clock=clock)
    logged.stamps.keep(a_stamp(logged.stamps.unstamped()))
    assert logged.stamps.unstamped() is None
    clock.advance(timedelta(minutes=1))
    grown(logged, 3, clock=clock)
    assert (logged.stamps.unstamped().size, logged.stamps.unstamped().since) == (3, clock.now())


def test_what_witnesses_cosigned_is_stamped_rather_than_a_newer_checkpoint(logged):
    grown(logged, 1, 2, 3, clock=FixedClock(AT))
    logged.evidence.cosign(2, [KeptCosignature(witness="w1", line="— w1 AAAA\n", at=AT)])
    logged.stamps.keep(a_stamp(logged.stamps.unstamped()))
    assert logged.evidence.timestamp(2).token == b"token"
    assert logged.stamps.unstamped().size == 3


def test_stamps_are_kept_the_first_of_each_authority_and_the_earliest_is_given(logged):
    grown(logged, 1)
    unstamped = logged.stamps.unstamped()
    assert logged.evidence.timestamp(1) is None
    logged.stamps.keep(a_stamp(unstamped))
    logged.stamps.keep(a_stamp(unstamped, at=AT - timedelta(seconds=9), token=b"again"))
    assert logged.evidence.timestamp(1).token == b"token"
    earlier = AT - timedelta(seconds=1)
    logged.stamps.keep(a_stamp(unstamped, authority="CN=deux", at=earlier, token=b"other"))
    assert logged.evidence.timestamp(1) == KeptTimestamp(token=b"other", at=earlier)


def test_stamps_at_once_are_each_kept_once(logged):
    grown(logged, 1)
    unstamped = logged.stamps.unstamped()
    in_threads(8, lambda number: logged.stamps.keep(a_stamp(unstamped, authority=f"{number % 2}")))
    assert logged.stamps.unstamped() is None


def test_stamped_checkpoints_over_a_leaf_tell_their_witnesses(logged):
    grown(logged, 1)
    logged.stamps.keep(a_stamp(logged.stamps.unstamped()))
    grown(logged, 2)
    lines = [KeptCosignature(witness=w, line=f"— {w} AAAA\n", at=AT) for w in ("w1", "w2")]
    logged.evidence.cosign(2, lines)
    unstamped = logged.stamps.unstamped()
    for authority in ("CN=une", "CN=deux"):
        logged.stamps.keep(a_stamp(unstamped, authority=authority))
    over = logged.evidence.stamped_over
    assert over(0, by=AT, within=5) == [seen_by(1), seen_by(2, "w1", "w2")]
    assert over(0, by=AT, within=1) == [seen_by(1)]
    assert over(1, by=AT, within=5) == [seen_by(2, "w1", "w2")]
    assert over(0, by=AT - timedelta(milliseconds=1), within=5) == []


# ---------- the sequencer


def test_each_gets_a_proof_that_verifies_offline_and_again_the_same(logged):
    with sequencing(logged.evidence) as proofs:
        for _ in range(9):
            closing = logged.close()
            inclusion = proofs.first(closing.acknowledgement_id, is_new=True)
            proved(inclusion, closing)
            assert proofs.first(closing.acknowledgement_id) == inclusion
    assert_whole(logged.evidence, leaves=9)


def test_a_proof_stays_the_same_when_the_log_has_grown(logged):
    with sequencing(logged.evidence) as proofs:
        closing = logged.close()
        inclusion = proofs.first(closing.acknowledgement_id, is_new=True)
        for _ in range(7):
            proofs.first(logged.close().acknowledgement_id, is_new=True)
        assert proofs.first(closing.acknowledgement_id) == inclusion
        assert proofs.completed(closing.acknowledgement_id) == inclusion


def test_those_who_come_at_once_are_all_numbered_and_proved(logged):
    with sequencing(logged.evidence) as proofs:

        def submit(_number):
            closing = logged.close()
            return closing, proofs.first(closing.acknowledgement_id, is_new=True)

        answers = in_threads(16, submit)
    for closing, inclusion in answers:
        proved(inclusion, closing)
    assert sorted(inclusion.index for _, inclusion in answers) == list(range(16))
    assert_whole(logged.evidence, leaves=16)


def test_what_was_committed_before_is_numbered_when_the_sequencer_starts(logged):
    closings = [logged.close() for _ in range(3)]
    with sequencing(logged.evidence) as proofs:
        for closing in closings:
            proved(proofs.first(closing.acknowledgement_id), closing)
    assert_whole(logged.evidence, leaves=3)


def test_a_completed_proof_is_against_a_stamped_checkpoint_that_somebody_saw(
    logged,
):
    clock = FixedClock(AT)
    with sequencing(logged.evidence, clock=clock) as proofs:
        closing = logged.close(decided_at=AT)
        first = proofs.first(closing.acknowledgement_id, is_new=True)
        for _ in range(3):
            proofs.first(logged.close().acknowledgement_id, is_new=True)
        line = KeptCosignature(witness="w1", line="— w1 AAAAAAAA\n", at=AT)
        for size in (2, 3):
            logged.evidence.cosign(size, [line])
        assert proofs.completed(closing.acknowledgement_id).timestamp is None
        for size in (1, 3):
            stamp = Stamp(token=b"token %d" % size, gen_time=AT, authority="CN=une")
            logged.stamps.keep(CheckpointStamp(size=size, text=b"", stamp=stamp))
        completed = proofs.completed(closing.acknowledgement_id)
        assert proofs.first(closing.acknowledgement_id) == first
    assert (first.size, first.timestamp) == (1, None)
    assert (completed.size, completed.timestamp) == (3, b"token 3")
    proved(completed, closing)


def test_a_stamp_that_came_too_late_to_date_an_answer_is_left_out_of_its_proof(logged):
    with sequencing(logged.evidence, clock=FixedClock(AT)) as proofs:
        closing = logged.close(decided_at=AT)
        proofs.first(closing.acknowledgement_id, is_new=True)
        late = Stamp(token=b"late", gen_time=AT + MAX_DELAY, authority="CN=une")
        logged.stamps.keep(CheckpointStamp(size=1, text=b"", stamp=late))
        assert proofs.completed(closing.acknowledgement_id).timestamp is None
        in_time = Stamp(token=b"in time", gen_time=AT + timedelta(hours=23), authority="CN=deux")
        logged.stamps.keep(CheckpointStamp(size=1, text=b"", stamp=in_time))
        assert proofs.completed(closing.acknowledgement_id).timestamp == b"in time"


@pytest.mark.parametrize(("begun", "is_shown"), [(-MAX_DELAY, False), (MAX_DELAY, True)])
def test_an_answer_that_a_crash_left_unnumbered_for_days_is_not_shown_as_dated_back(
    logged, begun, is_shown
):
    """Where the log is younger than the answer, no verifier expects it to be seen at once."""
    number_all(logged.evidence, clock=FixedClock(AT + begun))
    closing = logged.close(decided_at=AT)
    numbered_at = AT + MAX_DELAY + timedelta(hours=1)
    clock = FixedClock(numbered_at)
    with sequencing(logged.evidence, clock=clock, begun_at=AT + begun) as proofs:
        assert proofs.first(closing.acknowledgement_id) is not None
        stamp = Stamp(token=b"soon", gen_time=numbered_at, authority="CN=une")
        logged.stamps.keep(CheckpointStamp(size=1, text=b"", stamp=stamp))
        shown = proofs.completed(closing.acknowledgement_id).timestamp
    assert (shown is not None) is is_shown


class Stuck:
    """An evidence log of which the sequencer never comes back, until told; by rounds alone."""

    def __init__(self, evidence, is_free):
        self._evidence, self._is_free = evidence, is_free

    def extend(self, grow):
        self._is_free.wait(60)
        return self._evidence.extend(grow)

    def follow(self, grow, told):
        """Closings run side by side."""

    def __getattr__(self, name):
        return getattr(self._evidence, name)


def test_an_answer_waits_so_long_and_no_longer_and_a_replay_gives_it(logged):

    closing, is_free = logged.close(), threading.Event()
    slow = Stuck(logged.evidence, is_free)
    sequencer = Sequencer(evidence=slow, growth=growth(), wait_s=0.05)
    sequencer.start()
    proofs = Proofs(
        evidence=slow, sequencer=sequencer, policy=NO_WITNESS, begun_at=AT, log_keys=tuple
    )
    try:
        with pytest.raises(NotYetLogged) as told:
            proofs.first(closing.acknowledgement_id, is_new=True)
        assert told.value.retry_after_s is not None
    finally:
        is_free.set()
        sequencer.close()
    with sequencing(logged.evidence) as proofs:
        proved(proofs.first(closing.acknowledgement_id), closing)


def test_leaves_that_gather_while_a_round_runs_have_one_checkpoint(logged):
    number_all(logged.evidence)
    is_free = threading.Event()
    with sequencing(Stuck(logged.evidence, is_free)) as proofs:
        closings = [logged.close() for _ in range(15)]
        is_free.set()
        for closing in closings:
            proved(proofs.first(closing.acknowledgement_id, is_new=True), closing)
    assert logged.evidence.checkpoint_over(0).size == 15
    assert_whole(logged.evidence, leaves=15)


def test_who_waits_while_no_key_may_sign_is_told_at_once_and_numbered_once_one_may(logged):
    class NoKey:
        def of(self, _tip):
            raise Overloaded("no key may sign the log", retry_after_s=30)

    closing = logged.close()
    sequencer = Sequencer(evidence=logged.evidence, growth=NoKey(), wait_s=20)
    sequencer.start()
    waiting = Proofs(
        evidence=logged.evidence,
        sequencer=sequencer,
        policy=NO_WITNESS,
        begun_at=AT,
        log_keys=tuple,
    )
    with pytest.raises(Overloaded):
        waiting.first(closing.acknowledgement_id, is_new=True)
    sequencer.close()
    with sequencing(logged.evidence) as proofs:
        proved(proofs.first(closing.acknowledgement_id), closing)


def test_an_acknowledgement_without_leaf_proves_nothing(logged):
    with sequencing(logged.evidence) as proofs, pytest.raises(EvidenceDamaged):
        proofs.first("unknown")


def test_hashes_stand_in_the_order_in_which_their_subtrees_become_complete():
    order = []
    for leaf in range(64):
        order.append((0, leaf))
        level, position = 0, leaf
        while position & 1:
            level, position = level + 1, position >> 1
            order.append((level, position))
    assert [subtree_number(*place) for place in order] == list(range(len(order)))
