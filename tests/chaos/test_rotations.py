"""Keys are rotated while clients submit: nobody is refused, nobody is missed, all verifies."""

from tests.chaos import rotating
from tests.postgresql import cluster_or_skip


def test_keys_rotated_under_load_on_sqlite_fail_no_request_and_miss_no_look_up(tmp_path):
    told = rotating.rotate_on_sqlite(0, tmp_path, kills=0, clients=1)
    assert told["rotations"] == len(rotating.EVERY_KEY)
    assert told["answered"] > told["rotations"]


def test_the_index_key_rotated_by_a_killed_command_on_postgresql_is_rotated_by_the_next(tmp_path):
    cluster = cluster_or_skip()
    told = rotating.rotate_on_postgresql(
        0, tmp_path, cluster=cluster, keys=["index"], kills=1, clients=2
    )
    assert told["rotations"] == 1
    assert told["answered"] > told["rotations"]
