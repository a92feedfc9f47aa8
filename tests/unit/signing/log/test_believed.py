"""By whose clock a receipt is older than the theft of its key."""

from dataclasses import replace
from datetime import timedelta

import pytest

from signing.errors import SignatureInvalid
from signing.log.believed import believed_when_logged
from signing.log.checkpoint import Checkpoint
from signing.log.tree import EMPTY_ROOT
from signing.log.verify import Logged
from signing.verify import verify_json
from tests.unit.signing.conftest import DECIDED_AT

CHECKPOINT = Checkpoint(origin="essai", size=0, root=EMPTY_ROOT)
SEEN_AT = DECIDED_AT + timedelta(seconds=2)
A_DAY = timedelta(days=1)


def logged(seen_at):
    return Logged(steps=(), checkpoint=CHECKPOINT, index=0, cosignatures=(), seen_at=seen_at)


def believed(signed, found, *, compromised_at=None):
    """The last step of the proof of a receipt whose key was compromised then."""
    trust = tuple(replace(key, compromised_at=compromised_at) for key in signed.trust)
    proof = verify_json(signed.json, trust=trust)
    steps = believed_when_logged(proof, found, trust=trust).steps
    assert steps[:-1] == proof.steps
    assert steps[-1].number == len(steps) == 10
    return steps[-1].found


def test_a_receipt_seen_before_the_compromise_is_believed(signed):
    compromised_at = SEEN_AT + timedelta(milliseconds=1)
    assert "compromised" in believed(signed, logged(SEEN_AT), compromised_at=compromised_at)


@pytest.mark.parametrize("after", [timedelta(0), timedelta(milliseconds=1), A_DAY])
def test_a_receipt_first_seen_after_the_compromise_is_refused_whatever_its_own_date(signed, after):
    with pytest.raises(SignatureInvalid, match="first seen after its key") as refusal:
        believed(signed, logged(SEEN_AT + after), compromised_at=SEEN_AT)
    assert refusal.value.step == 10


def test_where_no_clock_of_others_tells_the_step_says_that_the_date_is_a_claim(signed):
    for compromised_at in (None, DECIDED_AT + A_DAY):
        no_proof = believed(signed, None, compromised_at=compromised_at)
        no_time = believed(signed, logged(None), compromised_at=compromised_at)
        assert no_proof.startswith("no proof of the log: only decidedAt counts")
        assert no_time.startswith("no witness or timestamp tells a time: only decidedAt counts")


def test_without_a_compromise_the_time_is_told(signed):
    assert believed(signed, logged(SEEN_AT)).endswith("no compromise is published")


def test_the_step_before_says_that_it_holds_the_date_of_the_receipt_itself(signed):
    assert "by its own date alone" in verify_json(signed.json, trust=signed.trust).steps[-1].found
