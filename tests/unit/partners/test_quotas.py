"""So many requests of a partner in a window, whatever the others do."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.errors import TooManyRequests
from gateway.partners.quotas import Allowance, Quota


class Seconds:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


def is_refused(quota, partner="laboratory"):
    try:
        quota.take(partner)
    except TooManyRequests as refusal:
        return refusal.retry_after_s
    return None


def test_what_is_left_is_told(seconds):
    quota = Quota(limit=2, window_s=10, now=seconds)
    assert quota.take("laboratory") == Allowance(limit=2, window_s=10, left=1, ends_in_s=10)
    seconds.now += 3.5
    assert quota.take("laboratory") == Allowance(limit=2, window_s=10, left=0, ends_in_s=7)


def test_beyond_it_a_partner_waits_for_the_end_of_its_window(seconds):
    quota = Quota(limit=2, window_s=10, now=seconds)
    quota.take("laboratory")
    quota.take("laboratory")
    seconds.now += 9.9
    assert is_refused(quota) == 1
    assert is_refused(quota, "operator") is None
    seconds.now += 0.1
    assert is_refused(quota) is None


def test_of_many_at_once_as_many_as_the_limit_are_served():
    quota = Quota(limit=50, window_s=3600)
    with ThreadPoolExecutor(16) as pool:
        refused = [pool.submit(is_refused, quota) for _ in range(200)]
        assert sum(one.result() is None for one in refused) == 50


def test_windows_that_are_over_are_forgotten(seconds):
    quota = Quota(limit=1, window_s=10, now=seconds)
    for number in range(10_000):
        quota.take(f"partner-{number}")
    seconds.now += 10
    quota.take("last")
    assert list(quota._windows) == ["last"]
