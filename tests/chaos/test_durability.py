"""No receipt leaves before its rows are on the disk, as the kernel sees it.

`make chaos` follows thousands of answers. The same check finds every answer early where flushes do
nothing: it would see one.
"""

import pytest

from tests.chaos.durability import eatmydata, flush_before_answer
from tests.chaos.tracing import strace_or_skip

ANSWERS = 60


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
    seen = flush_before_answer(0, tmp_path, answers=10, preloaded=library)
    assert seen == {"answers": 10, "early": 10, "flushes": 0}
