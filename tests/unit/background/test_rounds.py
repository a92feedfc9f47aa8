"""What has work come round: whose count stands still is dead, and nobody else."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.background.rounds import LOOKS_OF_THE_DEAD, Obituary
from gateway.model.background import Schedule, Task

OWNERS = frozenset({"us", "other"})
EVERY_TEN_MINUTES = Schedule(task=Task.JUDGE_AGAIN, every_s=600)


def test_who_gives_signs_of_life_is_never_dead():
    obituary = Obituary("us")
    assert [obituary.dead(OWNERS, {"us": 1, "other": n}) for n in range(50)] == [[]] * 50


def test_who_gives_none_for_six_looks_is_dead():
    obituary = Obituary("us")
    found = [obituary.dead(OWNERS, {"us": 1, "other": 3}) for _ in range(LOOKS_OF_THE_DEAD + 1)]
    assert found == [[]] * LOOKS_OF_THE_DEAD + [["other"]]


def test_one_sign_of_life_begins_the_count_anew():
    obituary = Obituary("us")
    for _ in range(LOOKS_OF_THE_DEAD):
        assert obituary.dead(OWNERS, {"other": 3}) == []
    assert obituary.dead(OWNERS, {"other": 4}) == []
    assert obituary.dead(OWNERS, {"other": 4}) == []


def test_who_is_not_counted_has_left_and_we_are_not_dead():
    assert Obituary("us").dead(OWNERS, {}) == ["other"]


@pytest.mark.parametrize("seconds", [0, 1, 599])
def test_an_occurrence_has_the_same_name_for_everybody_within_it(seconds):
    begins = datetime(2026, 11, 22, 10, 50, tzinfo=UTC)
    at = begins + timedelta(seconds=seconds, milliseconds=7)
    assert EVERY_TEN_MINUTES.key(at) == "judge-again@20261122T105000Z"
    assert EVERY_TEN_MINUTES.occurrence(at) == begins


def test_the_next_occurrence_has_another_name():
    at = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
    assert EVERY_TEN_MINUTES.key(at) == "judge-again@20261122T110000Z"
