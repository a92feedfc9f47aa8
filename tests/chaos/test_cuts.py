"""A connection cut at any byte leaves no doubt: `make chaos` cuts ten thousand."""

from tests.chaos import cuts


def test_a_connection_cut_at_any_byte_leaves_one_outcome_that_its_client_finds(tmp_path):
    told = cuts.cut_connections(0, tmp_path, cuts=40)
    assert told["cuts"] == 40
    assert told["found"] > 0  # recorded, though its client never read the answer
    assert told["absent"] > 0
