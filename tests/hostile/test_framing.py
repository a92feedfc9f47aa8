"""`serve` as it is started for partners, against HTTP that servers read differently.

The rows are those of docs/server-choice.md; the slow ones run side by side.
"""

import pytest

from gateway.commands.demonstration.installation import STOP_S
from tests.hostile.framing import FAST, half_open, outcome, seconds_until_cut
from tests.hostile.servers import Ours

CUT_AFTER_S = {"slow head": 10, "no head": 10, "slow body": 10, "idle": 15}
LATE_S = 12
"""How late a busy machine may be."""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with Ours(tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.mark.parametrize("row", FAST, ids=lambda row: row.name)
def test_what_could_be_read_in_two_ways_is_not_served(served, row):
    assert outcome(served.target, row) in row.sound


def test_what_is_slow_is_cut_in_the_published_time(served):
    for name, seconds in seconds_until_cut(served.target).items():
        assert seconds is not None
        assert CUT_AFTER_S[name] - 1 < seconds < CUT_AFTER_S[name] + LATE_S, name


def test_a_signal_ends_it_whatever_is_half_open(tmp_path):
    with Ours(tmp_path) as running:
        held = half_open(running.target)
        assert running.stop() < STOP_S
        for raw in held:
            raw.close()
