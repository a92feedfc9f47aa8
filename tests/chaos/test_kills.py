"""A process killed at any moment loses and doubles nothing: `make chaos` kills thousands."""

from tests.chaos import killing, seen
from tests.postgresql import cluster_or_skip


def test_a_killed_gateway_on_sqlite_loses_and_doubles_nothing(tmp_path):
    told = killing.kill_on_sqlite(0, tmp_path, rounds=1)
    assert told["rounds"] == 1
    assert told["answered"] >= 1


def test_one_of_two_killed_gateways_on_postgresql_loses_and_doubles_nothing(tmp_path):
    told = killing.kill_on_postgresql(0, tmp_path, cluster=cluster_or_skip(), rounds=1)
    assert told["rounds"] == 1
    assert told["answered"] >= 1


def test_a_killed_postgresql_loses_and_doubles_nothing_and_the_gateway_recovers(tmp_path):
    cluster_or_skip()
    told = killing.kill_of_postgresql(0, tmp_path, rounds=1)
    assert told["rounds"] == 1
    assert told["answered"] >= 1


def test_the_gateway_and_its_witness_killed_at_once_agree_and_complete_every_receipt(tmp_path):
    told = seen.kill_with_witness(0, tmp_path, rounds=1)
    assert (told["gateway_killed"], told["witness_killed"]) == (1, 1)
    assert told["answered"] >= 1
