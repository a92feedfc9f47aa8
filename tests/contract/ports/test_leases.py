"""What `ports.Leases` promises, over every implementation."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.contract.ports.closings import a_key


def test_a_key_is_held_by_one_at_a_time(leases: Any) -> None:
    key = a_key()
    with leases.hold(key) as is_first, leases.hold(key) as is_second:
        assert (is_first, is_second) == (True, False)
        with leases.hold(a_key()) as is_other:
            assert is_other
        with leases.hold(key) as is_third:
            assert not is_third
    with leases.hold(key) as is_free_again:
        assert is_free_again


def test_a_fault_inside_frees_the_key(leases: Any) -> None:
    key = a_key()
    with contextlib.suppress(ZeroDivisionError), leases.hold(key):
        raise ZeroDivisionError
    with leases.hold(key) as is_free:
        assert is_free


def test_of_32_threads_one_holds(leases: Any) -> None:
    key = a_key()
    everyone = threading.Barrier(32)

    def attempt(_: int) -> bool:
        with leases.hold(key) as is_free:
            everyone.wait(timeout=20)
            return bool(is_free)

    with ThreadPoolExecutor(32) as threads:
        assert sum(threads.map(attempt, range(32))) == 1
