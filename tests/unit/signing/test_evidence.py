"""The whole proof of a JSON receipt; the vectors under specs/vectors/evidence say the rest."""

import pytest

from signing.errors import KeyUnusable, SignatureInvalid
from signing.evidence import Believed, verify_evidence
from signing.log.policy import NO_WITNESS, parse_policy
from signing.published import parse_published, parse_published_log
from tests.vectors.evidence.keys import POLICIES, REGISTERS
from tests.vectors.evidence.made import LEAF, logged, member, proof, receipt

REGISTER = REGISTERS["siseri-signing-keys.json"]
TRUST, LOG = parse_published(REGISTER), parse_published_log(REGISTER)
POLICY = parse_policy(POLICIES["two-of-three.policy"].encode())


def _verify(octets, *, log=LOG, policy=POLICY):
    return verify_evidence(octets, believed=Believed(keys=TRUST, log=log, policy=policy))


def test_a_lost_key_proves_nothing_that_nobody_else_dated_and_says_what_to_do():
    """What a thief would show: no proof of the log, or one without the lines of others."""
    for octets, log, step in (
        (receipt("lost-key-before"), None, 10),
        (LEAF["lost-key-before"].jws.encode(), None, 10),
        (logged("lost-key-before"), LOG, 20),
    ):
        with pytest.raises(SignatureInvalid, match="read it again, with its stamp or") as caught:
            _verify(octets, log=log, policy=NO_WITNESS)
        assert caught.value.step == step


def _stamped(timestamp):
    return receipt("received", proof=member(proof("received"), "received") | timestamp)


def test_its_steps_are_numbered_through_and_all_tell_what_they_found():
    steps = _verify(logged("received")).steps
    assert [step.number for step in steps] == list(range(1, 21))
    assert all(step.found for step in steps)


def test_it_gives_the_bytes_that_are_proved_and_where_the_log_has_them():
    evidence = _verify(logged("received"))
    assert evidence.receipt.acknowledgement == LEAF["received"].canonical
    assert (evidence.logged.index, evidence.logged.checkpoint.size) == (1, 8)


def test_a_token_is_not_judged_where_the_register_names_no_authority():
    evidence = _verify(_stamped({"timestamp": "MAA="}))
    assert evidence.logged.timestamp is None
    assert evidence.steps[15].found == "no authority is trusted"


@pytest.mark.parametrize("timestamp", ["", "MAA", "MAB=", 3, ["MAA="]])
def test_a_token_that_is_not_base64_is_refused_at_step_10(timestamp):
    with pytest.raises(SignatureInvalid) as caught:
        _verify(_stamped({"timestamp": timestamp}))
    assert caught.value.step == 10


def test_without_a_log_in_the_register_a_false_signature_is_still_told():
    with pytest.raises(KeyUnusable):
        _verify(logged("received"), log=None)
    wrong = receipt("received", canonicalSha256="00" * 32, proof=member("x", "received"))
    with pytest.raises(SignatureInvalid) as caught:
        _verify(wrong, log=None)
    assert caught.value.step == 8


def test_what_is_in_the_log_stays_proved_when_its_key_is_lost_later_and_not_when_it_is_seen_later():
    held = _verify(logged("lost-key-before"))
    assert held.steps[19].found.startswith("seen 2026-09-10T10:00:10.000Z, lost 2026-10-01")
    with pytest.raises(SignatureInvalid) as caught:
        _verify(logged("lost-key-seen-after"))
    assert caught.value.step == 20
