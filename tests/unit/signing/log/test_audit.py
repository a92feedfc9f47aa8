"""An export of the audit trail is believed as a receipt: by sound keys, at a time others tell."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from signing.canonical import jcs
from signing.encoding import instant_text
from signing.errors import SignatureInvalid
from signing.log.audit import verify_audit
from signing.log.checkpoint import Checkpoint, sign_checkpoint
from signing.log.cosignature import cosign
from signing.log.dating import CLOCK_TOLERANCE
from signing.log.entry import audit_entry
from signing.log.policy import NO_WITNESS
from signing.log.proof import LogProof
from signing.log.tree import inclusion_proof
from tests.unit.signing.log.merkle import StoredInMemory, entries
from tests.unit.signing.log.small_log import DECIDED_AT, ORIGIN, SEEN_AT, signer, small_log, witness

INDEX = 4
A_MOMENT = timedelta(milliseconds=1)


def exported(*, entered_at=DECIDED_AT, keys=(1,), kind=audit_entry, witnesses=(11, 13)):
    """Two entries, and the proof of the second; two witnesses saw its checkpoint."""
    first = jcs({"number": 1, "previous": "0" * 64, "at": instant_text(entered_at)})
    previous = sha256(first).hexdigest()
    second = jcs({"number": 2, "previous": previous, "at": instant_text(entered_at)})
    leaves = entries(9)
    leaves[INDEX] = kind(entry_sha256=sha256(second).digest())
    stored = StoredInMemory(leaves)
    checkpoint = Checkpoint(origin=ORIGIN, size=9, root=stored.frontier.root)
    signed = sign_checkpoint(checkpoint, *map(signer, keys))
    path = inclusion_proof(INDEX, 9, stored)
    proof = LogProof(index=INDEX, path=path, signed=signed).with_signatures(
        *(cosign(signed, witness(seed), at=SEEN_AT) for seed in witnesses)
    )
    return [first, second, jcs({"proof": proof.octets.decode()})]


@pytest.fixture
def published():
    """The log's key, and the policy that asks for two witnesses of three."""
    made = small_log()
    return made.log, made.policy


def changed(log, **changes):
    (key,) = log.keys
    return replace(log, keys=(replace(key, **changes),))


def test_an_export_that_witnesses_saw_is_proved_with_their_time(published):
    log, policy = published
    proved = verify_audit(exported(), log=log, policy=policy)
    assert (proved.first, proved.last, proved.index, proved.seen_at) == (1, 2, INDEX, SEEN_AT)
    assert verify_audit(exported(), log=log, policy=NO_WITNESS).seen_at is None


def test_a_compromised_key_is_believed_for_what_was_seen_before_and_no_more(
    published,
):
    log, policy = published
    lost = changed(log, compromised_at=SEEN_AT + A_MOMENT)
    assert verify_audit(exported(), log=lost, policy=policy).seen_at == SEEN_AT
    for at in (SEEN_AT, DECIDED_AT - timedelta(days=1)):
        with pytest.raises(SignatureInvalid, match="compromised"):
            verify_audit(exported(), log=changed(log, compromised_at=at), policy=policy)
    with pytest.raises(SignatureInvalid, match="compromised"):
        verify_audit(exported(), log=lost, policy=NO_WITNESS)  # nothing tells when it signed


def test_a_key_is_believed_within_its_validity_alone(published):
    log, policy = published
    assert verify_audit(exported(), log=changed(log, valid_to=DECIDED_AT), policy=policy)
    for validity in (
        {"valid_to": DECIDED_AT - A_MOMENT},
        {"valid_from": SEEN_AT + CLOCK_TOLERANCE + A_MOMENT},
    ):
        with pytest.raises(SignatureInvalid, match="out of its validity"):
            verify_audit(exported(), log=changed(log, **validity), policy=policy)


def test_during_a_change_of_keys_the_sound_one_is_enough(published):
    log, policy = published
    (key,) = log.keys
    sound = replace(key, vkey=signer(2).vkey)
    both = replace(log, keys=(replace(key, compromised_at=DECIDED_AT), sound))
    assert verify_audit(exported(keys=(2, 1)), log=both, policy=policy).last == 2


def test_an_entry_is_not_dated_after_it_was_seen(published):
    log, policy = published
    at_most = SEEN_AT + CLOCK_TOLERANCE
    assert verify_audit(exported(entered_at=at_most), log=log, policy=policy)
    with pytest.raises(SignatureInvalid, match="dated after"):
        verify_audit(exported(entered_at=at_most + A_MOMENT), log=log, policy=policy)


def test_one_witness_of_the_two_asked_for_is_not_enough(published):
    log, policy = published
    with pytest.raises(SignatureInvalid, match="fewer witnesses"):
        verify_audit(exported(witnesses=(11,)), log=log, policy=policy)


def test_no_leaf_of_another_kind_stands_for_an_entry(published):
    log, policy = published

    def bare(*, entry_sha256):
        return entry_sha256

    with pytest.raises(SignatureInvalid, match="not in the tree"):
        verify_audit(exported(kind=bare), log=log, policy=policy)
