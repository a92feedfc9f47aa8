"""No receipt leaves before its rows are on the disk, as the kernel sees it.

`make chaos` follows thousands of answers. The same check finds every answer early where flushes do
nothing: it would see one.
"""

import pytest

from tests.chaos.durability import (
    eatmydata,
    flush_before_answer,
    flush_before_answer_on_postgresql,
)
from tests.chaos.tracing import strace_or_skip
from tests.postgresql import cluster_or_skip

ANSWERS = 60
FEW = 10


def test_every_answer_leaves_after_the_log_was_flushed(tmp_path):
    strace_or_skip()
    seen = flush_before_answer(0, tmp_path, answers=ANSWERS)
    assert (seen["answers"], seen["early"]) == (ANSWERS, 0)
    assert seen["flushes"] >= ANSWERS


def test_where_flushes_do_nothing_the_same_check_finds_every_answer_early(tmp_path):
    strace_or_skip()
    library = eatmydata()
    if library is None:
        pytest.skip("no libeatmydata: install libeatmydata1")
    seen = flush_before_answer(0, tmp_path, answers=FEW, preloaded=library)
    assert seen == {"answers": FEW, "early": FEW, "beside": 0, "flushes": 0}


def test_on_postgresql_every_answer_leaves_after_the_server_flushed_both_transactions(tmp_path):
    strace_or_skip()
    cluster = cluster_or_skip()
    seen = flush_before_answer_on_postgresql(0, tmp_path, cluster=cluster, answers=FEW)
    assert (seen["answers"], seen["early"]) == (FEW, 0)
