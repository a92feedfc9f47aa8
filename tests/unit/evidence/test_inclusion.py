"""Which checkpoint a receipt that is read again is completed with (ADR 0013, "Dating back")."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.model.evidence import KeptCosignature
from gateway.model.stamping import CheckpointStamp, Stamp
from signing.log.checkpoint import parse_checkpoint
from signing.log.cosignature import cosign
from signing.log.policy import NO_WITNESS, Group, WitnessPolicy
from signing.log.signer import Ed25519Signer
from signing.log.verify import MAX_DELAY
from signing.log.vkey import SignatureType
from tests.contract.ports.closings import a_closing
from tests.evidence import THE_LOG, proved, sequencing
from tests.fake_evidence import MemoryCheckpointStamps, MemoryEvidenceLog
from tests.fakes import FixedClock, MemoryTransmissionLog

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
WITNESSES = tuple(
    Ed25519Signer.of(
        Ed25519PrivateKey.from_private_bytes(bytes([number] * 32)),
        name=f"temoin-{number}.example",
        kind=SignatureType.COSIGNATURE,
    )
    for number in range(3)
)
TWO_OF_THREE = WitnessPolicy(quorum=Group(2, tuple(one.vkey for one in WITNESSES)))


class Answers:
    """A log of one entry a checkpoint, which others see when they are told to."""

    def __init__(self, record, evidence, proofs, clock):
        self._record, self._evidence, self._proofs, self._clock = record, evidence, proofs, clock
        self._stamps = MemoryCheckpointStamps(evidence)

    def give(self, *, after=timedelta(0)):
        self._clock.advance(after)
        closing = a_closing(decided_at=self._clock.now())
        self._record.close(closing)
        self._proofs.first(closing.acknowledgement_id, is_new=True)
        return closing

    def cosign(self, size, *witnesses, at):
        signed = parse_checkpoint(self._evidence.checkpoint(size).note)
        lines = [
            KeptCosignature(witness=one.vkey.text, line=cosign(signed, one, at=at).line, at=at)
            for one in witnesses
        ]
        self._evidence.cosign(size, lines)

    def stamp(self, size, *, at):
        stamp = Stamp(token=b"token %d" % size, gen_time=at, authority="CN=une")
        self._stamps.keep(CheckpointStamp(size=size, text=b"", stamp=stamp))

    def completed(self, closing):
        return self._proofs.completed(closing.acknowledgement_id)


@contextmanager
def answering(policy=TWO_OF_THREE, **how):
    record, clock = MemoryTransmissionLog(), FixedClock(AT)
    evidence = MemoryEvidenceLog(record)
    with sequencing(evidence, clock=clock, policy=policy, **how) as proofs:
        yield Answers(record, evidence, proofs, clock)


def test_a_witness_who_is_back_two_days_later_takes_no_proof_from_an_older_receipt():
    with answering() as answers:
        closing = answers.give()
        answers.cosign(1, *WITNESSES[:2], at=AT + 5 * SECOND)
        answers.stamp(1, at=AT + 60 * SECOND)
        before = answers.completed(closing)
        answers.give(after=timedelta(days=2))
        answers.cosign(2, *WITNESSES, at=AT + timedelta(days=2, seconds=5))
        again = answers.completed(closing)
    assert again == before
    assert (again.size, again.timestamp) == (1, b"token 1")
    assert proved(again, closing, policy=TWO_OF_THREE).seen_at == AT + 5 * SECOND


def test_it_is_the_earliest_that_the_quorum_saw_though_more_saw_a_later_one():
    with answering() as answers:
        closing = answers.give()
        for _ in range(3):
            answers.give(after=HOUR)
        answers.cosign(2, WITNESSES[0], at=AT + HOUR)
        answers.cosign(3, *WITNESSES[1:], at=AT + 2 * HOUR)
        answers.cosign(4, *WITNESSES, at=AT + 3 * HOUR)
        completed = answers.completed(closing)
    assert completed.size == 3
    assert proved(completed, closing, policy=TWO_OF_THREE).seen_at == AT + 2 * HOUR


def test_of_those_that_the_quorum_saw_it_is_the_earliest_that_is_stamped_in_time():
    with answering() as answers:
        closing = answers.give()
        for size in (2, 3):
            answers.give(after=HOUR)
            answers.cosign(size, *WITNESSES[:2], at=AT + (size - 1) * HOUR)
        answers.stamp(1, at=AT)
        assert answers.completed(closing).size == 2
        answers.stamp(3, at=AT + 2 * HOUR)
        completed = answers.completed(closing)
    assert (completed.size, completed.timestamp) == (3, b"token 3")


def test_what_was_cosigned_too_late_to_date_an_answer_is_not_taken_for_its_stamped_checkpoint():
    """The quorum is met late, and a stamp that is in time stands under another checkpoint."""
    with answering() as answers:
        closing = answers.give()
        answers.give()
        answers.stamp(1, at=AT + HOUR)
        answers.cosign(2, *WITNESSES, at=AT + MAX_DELAY)
        completed = answers.completed(closing)
    assert (completed.size, completed.timestamp) == (1, b"token 1")


def test_a_cosignature_counts_by_its_own_time_and_not_by_that_of_another_under_the_same():
    with answering() as answers:
        closing = answers.give()
        answers.give()
        answers.cosign(1, WITNESSES[0], at=AT)
        answers.cosign(1, WITNESSES[1], at=AT + MAX_DELAY + SECOND)
        answers.cosign(2, *WITNESSES[:2], at=AT + HOUR)
        completed = answers.completed(closing)
        assert completed.size == 2
    assert proved(completed, closing, policy=TWO_OF_THREE).seen_at == AT + HOUR


def test_where_the_operator_asks_for_no_quorum_any_witness_makes_a_checkpoint_the_better_one():
    with answering(NO_WITNESS) as answers:
        closing = answers.give()
        for _ in range(2):
            answers.give()
        assert answers.completed(closing).size == 1
        answers.cosign(2, WITNESSES[0], at=AT)
        answers.cosign(3, *WITNESSES, at=AT)
        completed = answers.completed(closing)
    assert completed.size == 2
    assert proved(completed, closing).checkpoint.size == 2


def test_where_no_quorum_is_met_the_first_that_anybody_saw_is_better_than_one_that_nobody_did():
    with answering() as answers:
        closing = answers.give()
        answers.give()
        answers.cosign(2, WITNESSES[0], at=AT)
        assert answers.completed(closing).size == 2


LOST = replace(THE_LOG.keys[0], compromised_at=AT + 3 * HOUR)
NEXT = replace(
    THE_LOG.keys[0],
    vkey=Ed25519Signer.of(
        Ed25519PrivateKey.from_private_bytes(b"n" * 32),
        name=THE_LOG.origin,
        kind=SignatureType.ED25519,
    ).vkey,
    valid_from=AT + 4 * HOUR,
)


def test_where_a_key_is_lost_what_dates_the_answer_before_is_kept_and_what_came_after_is_not():
    with answering(policy=TWO_OF_THREE, log_keys=lambda: (LOST, NEXT)) as answers:
        closing = answers.give()
        answers.stamp(1, at=AT + HOUR)
        answers.give(after=2 * HOUR)
        answers.cosign(2, *WITNESSES[:2], at=AT + 5 * HOUR)
        completed = answers.completed(closing)
        assert (completed.size, completed.timestamp) == (1, b"token 1")


def test_a_witness_that_came_after_the_loss_takes_nothing_from_the_quorum_of_before():
    with answering(policy=TWO_OF_THREE, log_keys=lambda: (LOST, NEXT)) as answers:
        closing = answers.give()
        answers.give()
        answers.cosign(2, *WITNESSES[:2], at=AT + HOUR)
        answers.cosign(2, WITNESSES[2], at=AT + 5 * HOUR)
        assert answers.completed(closing).size == 2
