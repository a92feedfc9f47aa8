"""A key of the log is lost: receipts that it covered are proved still, by whoever saw them."""

from contextlib import ExitStack
from datetime import timedelta

import pytest

from gateway.commands.verify import prove, trusted
from signing.errors import SignatureInvalid
from signing.log.keys import mark_log_key_compromised, new_log_key
from signing.register import load_register
from tests.doors.witnessed import Witnessed, submit
from tests.fakes import FixedClock
from tests.running import NOW

KEYS = "/.well-known/siseri-signing-keys.json"
AN_HOUR = timedelta(hours=1)


def lose(gateway, clock):
    """The newest key of the log is marked lost an hour later, and one takes over from it."""
    folder = gateway.config.signing_keys
    log = load_register(folder).log
    clock.advance(AN_HOUR)
    mark_log_key_compromised(folder, log.keys[-1].vkey.text, at=clock.now())
    clock.advance(timedelta(minutes=1))
    new_log_key(folder, origin=log.origin, now=clock.now())
    clock.advance(timedelta(minutes=1))


def read_again(gateway, answer, accept="application/json"):
    """The receipt as it is read again now."""
    return gateway.request(
        "GET", answer.headers["location"], by="laboratory", headers={"accept": accept}
    ).content


def trust_in(gateway, policy=None):
    return trusted(gateway.request("GET", KEYS).content, policy=policy)


def is_refused(octets, trust):
    with pytest.raises(SignatureInvalid, match="log's key was compromised"):
        prove(octets, trust)
    return True


def test_what_nobody_else_saw_is_proved_by_the_key_that_took_over(start):
    clock = FixedClock(NOW)
    gateway = start(clock=clock)
    before = submit(gateway)
    kept = read_again(gateway, before)
    lose(gateway, clock)
    assert is_refused(read_again(gateway, before), trust_in(gateway))  # no later checkpoint yet
    after = submit(gateway)
    trust = trust_in(gateway)
    assert is_refused(kept, trust)
    again = [read_again(gateway, before, f"application/{form}") for form in ("json", "xml")]
    assert all(prove(one, trust) for one in again)
    assert prove(read_again(gateway, after), trust)
    submit(gateway)
    assert read_again(gateway, before) == again[0]  # the first that proves it, whatever follows


def test_what_the_lost_key_signed_in_the_second_of_the_rotation_proves_nothing(start):
    clock = FixedClock(NOW)
    gateway = start(clock=clock)
    before = submit(gateway)
    clock.advance(timedelta(milliseconds=300))
    submit(gateway)  # under the old key alone, within the second that the new one states
    clock.advance(timedelta(milliseconds=400))
    folder = gateway.config.signing_keys
    log = load_register(folder).log
    new_log_key(folder, origin=log.origin, now=clock.now())
    clock.advance(AN_HOUR)
    submit(gateway)
    mark_log_key_compromised(folder, log.keys[0].vkey.text, at=clock.now())
    assert prove(read_again(gateway, before), trust_in(gateway))


def test_when_the_successor_is_lost_too_the_next_one_proves_all_of_it(start):
    clock = FixedClock(NOW)
    gateway = start(clock=clock)
    answers = [submit(gateway)]
    for _ in range(2):
        lose(gateway, clock)
        answers.append(submit(gateway))
    trust = trust_in(gateway)
    assert all(prove(read_again(gateway, answer), trust) for answer in answers)


def test_what_a_witness_saw_before_the_loss_keeps_its_cosignature(start, tmp_path):
    with ExitStack() as stack:
        witnessed = Witnessed(tmp_path, stack, start)
        gateway = witnessed.gateway
        before = submit(gateway)
        assert witnessed.until(lambda: witnessed.cosigned(before))
        kept = read_again(gateway, before)
        lose(gateway, witnessed.clock)
        submit(gateway)
        assert read_again(gateway, before) == kept
        assert prove(kept, trust_in(gateway, witnessed.policy_octets))
