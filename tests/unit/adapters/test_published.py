"""What a provider publishes is read by one at a time; who has what was read last waits for none."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from joserfc.jwk import ECKey

from adapters.oidc.jose import TokenNotBelieved, UnknownSigner
from adapters.oidc.keys import FORCED, FORCED_WITHIN_S, MAX_AGE_S, ProviderKeys
from adapters.oidc.metadata import KEPT_S, RETRY_S, Discovery, Metadata

PATIENCE_S = 30.0
"""Only a test that fails waits for so long."""
FIRST, SECOND = (Metadata.under(f"https://provider.invalid/{path}") for path in ("one", "two"))
OLD_KEYS, NEW_KEYS = ((ECKey.generate_key("P-256"),) for _ in range(2))


class Hands:
    """A clock that stands until it is set, and tells each time that somebody looks at it."""

    def __init__(self):
        self.now_s = 0.0
        self.looked_at = threading.Semaphore(0)

    def __call__(self):
        self.looked_at.release()
        return self.now_s

    def seen_by(self, count):
        for _ in range(count):
            assert self.looked_at.acquire(timeout=PATIENCE_S)

    def forget(self):
        while self.looked_at.acquire(blocking=False):
            pass


class Slow:
    """A provider that answers once it is told to, and counts who asked."""

    def __init__(self, answer=None):
        self.answer = answer
        self.asked = 0
        self.is_slow = False
        self.begun, self.may_end = threading.Event(), threading.Event()

    def __call__(self):
        self.asked += 1
        answer = self.answer
        if self.is_slow:
            self.begun.set()
            assert self.may_end.wait(PATIENCE_S)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def slows_down(self, answer):
        self.answer, self.is_slow = answer, True
        self.begun.clear()
        self.may_end.clear()

    def ends(self):
        self.is_slow = False
        self.may_end.set()


@pytest.fixture
def clock():
    return Hands()


@pytest.fixture
def provider():
    return Slow()


@pytest.fixture
def pool(provider):
    with ThreadPoolExecutor(8) as pool:
        yield pool
        provider.ends()


@pytest.fixture
def discovery(provider, clock):
    return Discovery(provider, within_s=PATIENCE_S, monotonic=clock)


@pytest.fixture
def keys(provider, clock):
    return ProviderKeys(provider, within_s=PATIENCE_S, monotonic=clock)


def fitting(wanted):
    """Verification of a token that one of these keys signed; the keys that it was tried with."""

    def verify(given):
        if given != wanted:
            raise UnknownSigner("signature")
        return given

    return verify


def test_while_one_reads_anew_others_go_on_with_what_was_read_last(
    discovery, provider, clock, pool
):
    provider.answer = FIRST
    assert discovery.metadata() is FIRST
    clock.now_s = KEPT_S
    provider.slows_down(SECOND)
    reader = pool.submit(discovery.metadata)
    assert provider.begun.wait(PATIENCE_S)
    assert [discovery.metadata() for _ in range(3)] == [FIRST] * 3
    assert not reader.done()
    provider.ends()
    assert reader.result(PATIENCE_S) is SECOND
    assert discovery.metadata() is SECOND
    assert provider.asked == 2


@pytest.mark.parametrize("published", [FIRST, None], ids=["told", "not-told"])
def test_who_has_nothing_yet_waits_for_the_one_reading(discovery, provider, clock, pool, published):
    provider.slows_down(published)
    reader = pool.submit(discovery.metadata)
    assert provider.begun.wait(PATIENCE_S)
    clock.forget()
    others = [pool.submit(discovery.metadata) for _ in range(6)]
    clock.seen_by(6)  # each of them found it under way
    assert not any(one.done() for one in others)
    provider.ends()
    assert [one.result(PATIENCE_S) for one in (reader, *others)] == [published] * 7
    assert provider.asked == 1


def test_who_waits_does_so_no_longer_than_a_reading_may_last(provider, clock, pool):
    discovery = Discovery(provider, within_s=0.01, monotonic=clock)
    provider.slows_down(FIRST)
    reader = pool.submit(discovery.metadata)
    assert provider.begun.wait(PATIENCE_S)
    assert discovery.metadata() is None
    provider.ends()
    assert reader.result(PATIENCE_S) is FIRST
    assert provider.asked == 1


def test_a_reading_that_raises_does_so_to_whoever_reads_and_wakes_the_others(
    discovery, provider, clock, pool
):
    provider.slows_down(LookupError("ours"))
    reader = pool.submit(discovery.metadata)
    assert provider.begun.wait(PATIENCE_S)
    clock.forget()
    others = [pool.submit(discovery.metadata) for _ in range(3)]
    clock.seen_by(3)
    provider.ends()
    with pytest.raises(LookupError):
        reader.result(PATIENCE_S)
    assert [one.result(PATIENCE_S) for one in others] == [None] * 3
    provider.answer = FIRST
    assert discovery.metadata() is None, "it is left alone for a while"
    clock.now_s = RETRY_S
    assert discovery.metadata() is FIRST
    assert provider.asked == 2


def test_what_was_read_last_outlives_a_reading_that_raises(discovery, provider, clock):
    provider.answer = FIRST
    assert discovery.metadata() is FIRST
    clock.now_s, provider.answer = KEPT_S, LookupError("ours")
    with pytest.raises(LookupError):
        discovery.metadata()
    assert discovery.metadata() is FIRST
    assert provider.asked == 2


def test_known_keys_verify_while_keys_are_fetched_anew(keys, provider, clock, pool):
    provider.answer = OLD_KEYS
    assert keys.proven(fitting(OLD_KEYS)) == OLD_KEYS
    clock.now_s = MAX_AGE_S
    provider.slows_down(NEW_KEYS)
    reader = pool.submit(keys.proven, fitting(NEW_KEYS))
    assert provider.begun.wait(PATIENCE_S)
    assert keys.proven(fitting(OLD_KEYS)) == OLD_KEYS
    provider.ends()
    assert reader.result(PATIENCE_S) == NEW_KEYS
    assert provider.asked == 2


def test_tokens_of_an_unknown_signer_wait_for_one_fetch_together(keys, provider, pool):
    provider.answer = OLD_KEYS
    keys.proven(fitting(OLD_KEYS))
    provider.slows_down(NEW_KEYS)
    tried = threading.Semaphore(0)

    def verify(given):
        tried.release()
        return fitting(NEW_KEYS)(given)

    proofs = [pool.submit(keys.proven, verify) for _ in range(7)]
    assert provider.begun.wait(PATIENCE_S)
    for _ in proofs:
        assert tried.acquire(timeout=PATIENCE_S)  # each has failed with the old keys
    assert keys.proven(fitting(OLD_KEYS)) == OLD_KEYS, "whoever knows the signer waits for none"
    provider.ends()
    assert [one.result(PATIENCE_S) for one in proofs] == [NEW_KEYS] * 7
    assert provider.asked == 2


def test_an_unknown_signer_is_waited_for_no_longer_than_a_fetch_may_last(provider, clock, pool):
    keys = ProviderKeys(provider, within_s=0.01, monotonic=clock)
    provider.answer = OLD_KEYS
    keys.proven(fitting(OLD_KEYS))
    provider.slows_down(NEW_KEYS)
    reader = pool.submit(keys.proven, fitting(NEW_KEYS))
    assert provider.begun.wait(PATIENCE_S)
    with pytest.raises(UnknownSigner):
        keys.proven(fitting(NEW_KEYS))
    provider.ends()
    assert reader.result(PATIENCE_S) == NEW_KEYS
    assert provider.asked == 2


@pytest.mark.parametrize("again", [OLD_KEYS, [*OLD_KEYS], None], ids=["same", "equal", "away"])
def test_a_fetch_of_another_that_began_before_the_rotation_is_followed_by_one_more(
    keys, provider, clock, pool, again
):
    provider.answer = OLD_KEYS
    keys.proven(fitting(OLD_KEYS))
    clock.now_s = MAX_AGE_S
    provider.slows_down(again)
    reader = pool.submit(keys.proven, fitting(OLD_KEYS))
    assert provider.begun.wait(PATIENCE_S)
    provider.answer = NEW_KEYS  # what is under way still brings those of before
    clock.forget()
    tried = threading.Semaphore(0)

    def verify(given):
        tried.release()
        return fitting(NEW_KEYS)(given)

    proofs = [pool.submit(keys.proven, verify) for _ in range(6)]
    for _ in proofs:
        assert tried.acquire(timeout=PATIENCE_S)  # each has failed with the old keys
    provider.ends()
    assert reader.result(PATIENCE_S) == OLD_KEYS
    assert [one.result(PATIENCE_S) for one in proofs] == [NEW_KEYS] * 6
    assert provider.asked == 3


def test_a_bad_token_alone_forces_one_fetch(keys, provider):
    provider.answer = [*OLD_KEYS]
    keys.proven(fitting(OLD_KEYS))
    with pytest.raises(UnknownSigner):
        keys.proven(fitting(NEW_KEYS))
    assert provider.asked == 2


def test_bad_tokens_force_six_fetches_a_minute_however_many_come_at_once(
    keys, provider, clock, pool
):
    provider.answer = OLD_KEYS
    keys.proven(fitting(OLD_KEYS))
    proofs = [pool.submit(keys.proven, fitting(NEW_KEYS)) for _ in range(200)]
    assert {type(one.exception(PATIENCE_S)) for one in proofs} == {UnknownSigner}
    assert provider.asked == 1 + FORCED
    clock.now_s = FORCED_WITHIN_S
    provider.answer = NEW_KEYS
    assert keys.proven(fitting(NEW_KEYS)) == NEW_KEYS
    assert provider.asked == 2 + FORCED


def test_a_forced_fetch_that_raises_wakes_the_others_and_the_known_keys_stay(
    keys, provider, clock, pool
):
    provider.answer = OLD_KEYS
    for _ in range(FORCED - 1):
        with pytest.raises(UnknownSigner):
            keys.proven(fitting(NEW_KEYS))
    provider.slows_down(LookupError("ours"))
    reader = pool.submit(keys.proven, fitting(NEW_KEYS))
    assert provider.begun.wait(PATIENCE_S)
    tried = threading.Event()

    def verify(given):
        tried.set()
        return fitting(NEW_KEYS)(given)

    other = pool.submit(keys.proven, verify)
    assert tried.wait(PATIENCE_S)
    provider.ends()
    with pytest.raises(LookupError):
        reader.result(PATIENCE_S)
    assert isinstance(other.exception(PATIENCE_S), UnknownSigner)
    assert keys.proven(fitting(OLD_KEYS)) == OLD_KEYS
    assert provider.asked == 1 + FORCED
    provider.answer = NEW_KEYS
    clock.now_s = FORCED_WITHIN_S
    assert keys.proven(fitting(NEW_KEYS)) == NEW_KEYS


@pytest.mark.parametrize("told", [None, ()], ids=["away", "empty"])
def test_without_any_key_nothing_is_believed(keys, provider, told):
    provider.answer = told
    for _ in range(2):
        with pytest.raises(TokenNotBelieved, match="keys"):
            keys.proven(fitting(told))
    assert provider.asked == 1
