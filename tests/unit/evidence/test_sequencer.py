"""The sequencer's rounds: at once when idle, a moment apart under load, none that serves nobody."""

import threading
import time
from contextlib import contextmanager

import pytest

from gateway.errors import Overloaded
from gateway.evidence.sequencer import Sequencer
from tests.contract.ports.closings import a_closing
from tests.evidence import growth
from tests.fake_evidence import MemoryEvidenceLog
from tests.fakes import MemoryTransmissionLog
from tests.witnessed import until

FOR_EVER_S = 600
ONE_BY_ONE = 20


class Counting(MemoryEvidenceLog):
    """Counts the transactions in which it was to be extended."""

    extensions = 0

    def extend(self, grow):
        self.extensions += 1
        return super().extend(grow)


class Record:
    def __init__(self):
        self.log = MemoryTransmissionLog()
        self.evidence = Counting(self.log)

    def close(self):
        closing = a_closing()
        self.log.close(closing)
        return closing.acknowledgement_id

    @contextmanager
    def numbered(self, *, gather_s):
        sequencer = Sequencer(evidence=self.evidence, growth=growth(), wait_s=60, gather_s=gather_s)
        sequencer.start()
        try:
            until(lambda: not self.evidence.is_waiting(), what="nothing was numbered")
            yield sequencer
        finally:
            sequencer.close()


def test_after_a_round_of_one_the_next_is_at_once():
    record = Record()
    with record.numbered(gather_s=FOR_EVER_S) as sequencer:
        for index in range(ONE_BY_ONE):
            placed = sequencer.place(record.close())
            assert (placed.leaf.index, placed.checkpoint.size) == (index, index + 1)


def test_one_that_is_served_costs_one_transaction():
    record = Record()
    with record.numbered(gather_s=FOR_EVER_S) as sequencer:
        before = record.evidence.extensions
        for _ in range(ONE_BY_ONE):
            sequencer.place(record.close())
        made = record.evidence.extensions - before
    assert ONE_BY_ONE <= made < 2 * ONE_BY_ONE  # a look at what is forgotten may fall between


def test_after_a_round_of_several_leaves_gather_and_closing_waits_for_no_more():
    record = Record()
    for _ in range(2):
        record.close()
    told = []
    with record.numbered(gather_s=FOR_EVER_S) as sequencer:
        name = record.close()

        def ask():
            with pytest.raises(Overloaded) as refusal:
                sequencer.place(name)
            told.append(refusal.value)

        asking = threading.Thread(target=ask)
        asking.start()
        time.sleep(0.1)
        assert record.evidence.is_waiting()
    asking.join()
    assert len(told) == 1


def test_what_gathered_has_one_checkpoint_and_all_who_wait_have_their_place():
    record = Record()
    for _ in range(2):
        record.close()
    with record.numbered(gather_s=0.2) as sequencer:
        names, given = [record.close() for _ in range(5)], []
        threads = [
            threading.Thread(target=lambda name=name: given.append(sequencer.place(name)))
            for name in names
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    places = [record.evidence.leaf(name).index for name in names]
    assert sorted(places) == [2, 3, 4, 5, 6]
    assert len(given) == 5
