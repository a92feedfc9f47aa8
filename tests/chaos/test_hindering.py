"""A gateway whose disk is full refuses and recovers by itself; one that stops answers first."""

from tests.chaos import hindering


def test_a_full_disk_is_503_and_nothing_else_until_there_is_room_again(tmp_path):
    told = hindering.disk_full(0, tmp_path, rounds=1)
    assert told["rounds"] == 1
    assert told["refused"] >= 3


def test_a_gateway_that_is_asked_to_stop_under_load_answers_what_it_recorded(tmp_path):
    told = hindering.stop_under_load(0, tmp_path, rounds=1)
    assert told["rounds"] == 1
    assert told["answered"] >= 1
