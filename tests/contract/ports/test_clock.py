"""What `ports.Clock` promises, over every implementation."""

from datetime import UTC
from typing import Any

import pytest

from gateway.store import SystemClock
from tests.fakes import FixedClock


@pytest.mark.parametrize("clock", [SystemClock(), FixedClock()], ids=["system", "fixed"])
def test_now_is_aware_utc_and_of_whole_milliseconds(clock: Any) -> None:
    moments = [clock.now() for _ in range(100)]
    assert all(moment.tzinfo is UTC for moment in moments)
    assert all(moment.microsecond % 1000 == 0 for moment in moments)
    assert moments == sorted(moments)
