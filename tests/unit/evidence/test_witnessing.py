"""Rounds of asking: one size for all, verified before it is kept; nobody waits for a witness."""

import threading
import time
from contextlib import ExitStack
from datetime import timedelta

import pytest

from gateway.errors import WitnessRefused, WitnessUnavailable
from gateway.evidence.witness_delay import WitnessDelay
from gateway.evidence.witnessing import CLOSING_S, MAX_REST, AskedWitness, Witnessing
from gateway.model.witnessing import Cosigned, OutOfStep
from signing.log.checkpoint import parse_checkpoint
from signing.log.cosignature import cosign
from signing.log.policy import NO_WITNESS, parse_policy
from tests.contract.ports.closings import a_closing
from tests.evidence import SIGNER, in_threads, number_all
from tests.fake_evidence import MemoryEvidenceLog
from tests.fakes import FixedClock, MemoryTransmissionLog
from tests.unit.signing.log.small_log import witness as a_signer
from tests.witnesses import NOW, Asked, a_witness

LATE_AFTER = timedelta(minutes=15)


class GrowingLog:
    """An evidence log that a test lets grow."""

    def __init__(self):
        self.record = MemoryTransmissionLog()
        self.evidence = MemoryEvidenceLog(self.record)
        self.clock = FixedClock(NOW)
        number_all(self.evidence, clock=self.clock)

    def grow(self, count=1):
        for _ in range(count):
            self.record.close(a_closing())
        number_all(self.evidence, clock=self.clock)
        return self.evidence.latest().size


class Ring:
    """Witnesses 0 to n in this process, and the rounds that ask them."""

    def __init__(self, folder, stack, count):
        self.clock = FixedClock(NOW)
        self.witnesses = [
            stack.enter_context(
                a_witness(
                    folder / str(at), keys=[SIGNER.vkey], clock=self.clock, name=f"w.example/{at}"
                )
            )
            for at in range(count)
        ]
        self.asked = [Asked(one) for one in self.witnesses]
        self.keys = [one.memory.signer.vkey for one in self.witnesses]

    def over(self, evidence, *, instead=()):
        """Rounds over `evidence`; `instead` stands for some of them, by place."""
        stand = dict(enumerate(self.asked)) | dict(instead)
        return Witnessing(
            evidence=evidence,
            witnesses=[
                AskedWitness(name=f"w{at}", key=self.keys[at], witness=one)
                for at, one in stand.items()
            ],
            every_s=0.01,
        )

    def policy(self, quorum):
        lines = [f"witness w{at} {key.text} http://w\n" for at, key in enumerate(self.keys)]
        return parse_policy(("".join(lines) + quorum).encode())


@pytest.fixture
def log():
    return GrowingLog()


@pytest.fixture
def ring(tmp_path):
    with ExitStack() as stack:
        yield Ring(tmp_path, stack, 3)


class Saying:
    """A witness that always says one thing, or raises it."""

    def __init__(self, said):
        self.said, self.asked = said, 0

    def add_checkpoint(self, _request):
        self.asked += 1
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


def names_under(evidence, size):
    return {kept.witness.partition("+")[0] for kept in evidence.cosignatures(size)}


def test_a_round_shows_the_newest_checkpoint_to_all_and_keeps_what_verifies(log, ring):
    witnessing = ring.over(log.evidence)
    for count in (1, 1, 5, 30):
        size = log.grow(count)
        witnessing.ask_all()
        assert names_under(log.evidence, size) == {"w.example/0", "w.example/1", "w.example/2"}
        assert {kept.at for kept in log.evidence.cosignatures(size)} == {NOW}


def test_an_empty_log_asks_nobody(log, ring):
    ring.over(log.evidence).ask_all()
    assert [one.requests for one in ring.asked] == [[], [], []]


def test_who_has_cosigned_is_not_asked_again(log, ring):
    log.grow()
    for witnessing in (ring.over(log.evidence), ring.over(log.evidence)):
        witnessing.ask_all()
        witnessing.ask_all()
    assert [len(one.requests) for one in ring.asked] == [1, 1, 1]


def test_processes_that_ask_the_same_witnesses_at_once_keep_one_line_of_each(log, ring):
    processes = [ring.over(log.evidence) for _ in range(4)]
    for count in (1, 4, 9):
        size = log.grow(count)
        in_threads(4, lambda at: processes[at].ask_all())
        assert len(log.evidence.cosignatures(size)) == 3


def test_a_witness_that_is_elsewhere_tells_where_and_is_asked_from_there(log, ring):
    log.grow(4)
    ring.over(log.evidence).ask_all()
    log.evidence._cosignatures.clear()  # what a crash between its answer and our record leaves
    size = log.grow(3)
    ring.over(log.evidence).ask_all()
    assert len(log.evidence.cosignatures(size)) == 3
    assert [request.split(b"\n")[0] for request in ring.asked[0].requests] == [
        b"old 0",
        b"old 0",
        b"old 4",
    ]


def test_one_that_is_away_or_refuses_hinders_no_other_and_is_left_alone_for_a_while(log, ring):
    away = Saying(WitnessUnavailable("ConnectionError"))
    refusing = Saying(WitnessRefused("it does not know this log"))
    witnessing = ring.over(log.evidence, instead={0: away, 1: refusing})
    rounds = 60
    for _ in range(rounds):
        size = log.grow()
        witnessing.ask_all()
        assert names_under(log.evidence, size) == {"w.example/2"}
    assert rounds / (MAX_REST + 1) <= away.asked <= rounds / MAX_REST + 5
    assert refusing.asked == away.asked


def test_who_comes_back_is_asked_each_round_again(log, ring):
    away = Saying(WitnessUnavailable("ConnectionError"))
    witnessing = ring.over(log.evidence, instead={0: away})
    log.grow()
    for _ in range(4):
        witnessing.ask_all()
    away.add_checkpoint = ring.asked[0].add_checkpoint
    for _ in range(MAX_REST + 1):
        witnessing.ask_all()
    sizes = []
    for _ in range(3):
        sizes.append(log.grow())
        witnessing.ask_all()
    assert all("w.example/0" in names_under(log.evidence, size) for size in sizes)


class Cosigning:
    """Cosigns what it is shown with some keys, its own among them or not."""

    def __init__(self, log, *signers, spoil=lambda lines: lines):
        self._log, self._signers, self._spoil = log, signers, spoil

    def add_checkpoint(self, _request):
        signed = parse_checkpoint(self._log.evidence.latest().note)
        lines = "".join(cosign(signed, one, at=NOW).line for one in self._signers)
        return Cosigned(lines=self._spoil(lines.encode()))


OWN, OTHER = a_signer(11), a_signer(12)


def asked_alone(log, witness):
    alone = AskedWitness(name="w", key=OWN.vkey, witness=witness)
    return Witnessing(evidence=log.evidence, witnesses=[alone], every_s=1)


def test_lines_of_unknown_keys_are_dropped(log):
    size = log.grow()
    asked_alone(log, Cosigning(log, OTHER, OWN, a_signer(13))).ask_all()
    (kept,) = log.evidence.cosignatures(size)
    assert kept.witness == OWN.vkey.text
    assert kept.line.count("\n") == 1


@pytest.mark.parametrize(
    "witness",
    [
        lambda log: Cosigning(log, OTHER),
        Cosigning,
        lambda log: Cosigning(log, OWN, spoil=lambda lines: lines[:-1]),
        lambda log: Cosigning(log, OWN, spoil=lambda lines: lines + lines),
        lambda log: Cosigning(log, OWN, spoil=lambda lines: lines + b"and more\n"),
        lambda _log: Saying(Cosigned(lines=b"\xff\xfe\n")),
        lambda _log: Saying(Cosigned(lines=b"")),
    ],
    ids=["another key", "nobody", "cut", "twice", "more", "not text", "nothing"],
)
def test_what_does_not_verify_is_not_kept(log, witness):
    size = log.grow()
    asked_alone(log, witness(log)).ask_all()
    assert log.evidence.cosignatures(size) == []
    asked_alone(log, Cosigning(log, OWN)).ask_all()  # the benign twin
    assert len(log.evidence.cosignatures(size)) == 1


def test_a_cosignature_of_another_checkpoint_is_not_kept(log):
    log.grow()
    earlier = Cosigning(log, OWN).add_checkpoint(b"")
    size = log.grow()
    asked_alone(log, Saying(earlier)).ask_all()
    assert log.evidence.cosignatures(size) == []


@pytest.mark.parametrize("said", [0, 3, 4, 2**63 - 1])
def test_a_witness_that_tells_sizes_for_ever_is_asked_no_further(log, said):
    log.grow(3)
    lying = Saying(OutOfStep(size=said))
    asked_alone(log, lying).ask_all()
    assert lying.asked <= 3
    assert log.evidence.cosignatures(3) == []


def test_a_larger_log_seen_by_a_witness_is_told_as_lost_leaves(log, ring):
    log.grow(9)
    ring.over(log.evidence).ask_all()
    restored = GrowingLog()  # the database of an older backup
    restored.grow(4)
    outcomes = []
    for one in ring.asked:
        asked = AskedWitness(name="w", key=one.witness.memory.signer.vkey, witness=one)
        witnessing = Witnessing(evidence=restored.evidence, witnesses=[asked], every_s=1)
        with pytest.raises(WitnessRefused) as refusal:
            witnessing._cosigned(asked, restored.evidence.latest(), 0)
        outcomes.append(refusal.value.reason)
    assert set(outcomes) == {"it saw a larger log: leaves of this one are lost"}


# ---------- the thread


class Stuck:
    """A witness that answers when it is let."""

    def __init__(self):
        self.is_asked, self.is_free = threading.Event(), threading.Event()

    def add_checkpoint(self, _request):
        self.is_asked.set()
        self.is_free.wait(60)
        raise WitnessUnavailable("too late")


def test_rounds_go_on_by_themselves_and_a_fault_ends_none(log, ring):
    log.grow()
    witnessing = ring.over(log.evidence)
    real, faults = log.evidence.latest, [OSError("the database is away")]

    def latest():
        if faults:
            raise faults.pop()
        return real()

    log.evidence.latest = latest
    witnessing.start()
    until = time.monotonic() + 60
    while len(log.evidence.cosignatures(1)) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    witnessing.close()
    assert len(log.evidence.cosignatures(1)) == 3
    assert faults == []


def test_closing_waits_for_no_witness_and_its_answer_is_not_kept(log):
    log.grow()
    stuck = Stuck()
    witnessing = asked_alone(log, stuck)
    witnessing.start()
    assert stuck.is_asked.wait(60)
    begun = time.monotonic()
    witnessing.close()
    assert time.monotonic() - begun < CLOSING_S + 20  # it would wait for 60 s
    assert not stuck.is_free.is_set()
    stuck.is_free.set()


def test_without_witnesses_no_thread_runs(log):
    witnessing = Witnessing(evidence=log.evidence, witnesses=[], every_s=1)
    witnessing.start()
    assert not witnessing._thread.is_alive()
    witnessing.close()


# ---------- lateness


def delay_of(log, policy):
    return WitnessDelay(
        evidence=log.evidence, policy=policy, clock=log.clock, late_after=LATE_AFTER
    )


def test_it_is_late_when_the_oldest_checkpoint_that_too_few_saw_is_too_old(log, ring):
    delay = delay_of(log, ring.policy("group g 2 w0 w1 w2\nquorum g\n"))
    away = {at: Saying(WitnessUnavailable("away")) for at in (0, 1)}
    log.grow()
    log.clock.advance(LATE_AFTER)
    assert not delay.is_late()
    log.clock.advance(timedelta(seconds=1))
    assert delay.is_late()
    ring.over(log.evidence, instead=away).ask_all()
    assert delay.is_late()  # one of two that are asked for
    ring.over(log.evidence, instead={0: away[0]}).ask_all()
    assert not delay.is_late()


def test_a_later_checkpoint_that_enough_saw_covers_the_earlier_ones(log, ring):
    delay = delay_of(log, ring.policy("group g 2 w0 w1 w2\nquorum g\n"))
    log.grow()
    ring.over(
        log.evidence, instead={1: Saying(WitnessUnavailable("")), 2: Saying(WitnessUnavailable(""))}
    ).ask_all()
    log.grow()
    ring.over(
        log.evidence, instead={0: Saying(WitnessUnavailable("")), 2: Saying(WitnessUnavailable(""))}
    ).ask_all()
    log.clock.advance(LATE_AFTER * 2)
    assert delay.is_late()  # w0 saw 1, w1 saw 2: two saw 1, one saw 2
    unseen = log.evidence.checkpoint_over(delay._seen_size())
    assert unseen.size == 2
    ring.over(log.evidence).ask_all()
    assert not delay.is_late()


@pytest.mark.parametrize("policy", [NO_WITNESS, parse_policy(b"quorum none\n")])
def test_where_no_quorum_is_asked_for_nothing_is_late(log, policy):
    log.grow()
    log.clock.advance(LATE_AFTER * 100)
    assert not delay_of(log, policy).is_late()


def test_an_idle_log_is_never_late(log, ring):
    delay = delay_of(log, ring.policy("group g 2 w0 w1 w2\nquorum g\n"))
    log.clock.advance(LATE_AFTER * 100)
    assert not delay.is_late()
    log.grow()
    ring.over(log.evidence).ask_all()
    log.clock.advance(LATE_AFTER * 100)
    assert not delay.is_late()
