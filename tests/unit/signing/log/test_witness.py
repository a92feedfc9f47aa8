"""A witness decides as C2SP tlog-witness says, and never cosigns a log that rewrote its past."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.log.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from signing.log.note import NoteSignature, sign_note
from signing.log.tree import EMPTY_ROOT, consistency_proof, leaf_hash, root_at
from signing.log.vkey import SignatureType, VerifierKey
from signing.log.witness import (
    AddCheckpoint,
    Cosign,
    KnownLog,
    Refusal,
    Refused,
    WitnessedTree,
    decide,
    parse_add_checkpoint,
)
from tests.unit.signing.log.merkle import StoredInMemory, entries
from tests.unit.signing.log.small_log import ORIGIN, signer

STORED = StoredInMemory(entries(60))
KEY = signer(1)
LEAF = leaf_hash(b"leaf")

# filippo.io/torchwood, internal/witness: a log made by sigsum-go, three sizes of it
SIGSUM = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562"
SIGSUM_KEY = VerifierKey(
    name=SIGSUM,
    type=SignatureType.ED25519,
    public_key=bytes.fromhex("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f"),
)


def _sigsum(*head, size, root, signature):
    text = f"{SIGSUM}\n{size}\n{root}\n\n— {SIGSUM} {signature}\n"
    return ("\n".join(head) + "\n\n" + text).encode()


SIGSUM_1 = _sigsum(
    "old 0",
    size=1,
    root="KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    signature="UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajX"
    "pNUbIQY=",
)
SIGSUM_3 = _sigsum(
    "old 1",
    "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    size=3,
    root="RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=",
    signature="UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8"
    "WVrx6go=",
)
SIGSUM_5 = _sigsum(
    "old 1",
    "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=",
    "KgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    size=5,
    root="QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=",
    signature="UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWASh"
    "ei7sDww=",
)


def _known(size=0, root=None, keys=(KEY.vkey,)):
    tree = WitnessedTree(size=size, root=root or root_at(size, STORED))
    return KnownLog(origin=ORIGIN, keys=keys, tree=tree)


def _request(old_size, size, *, root=None, proof=None, key=KEY):
    if proof is None:
        proof = consistency_proof(old_size, size, STORED)
    checkpoint = Checkpoint(origin=ORIGIN, size=size, root=root or root_at(size, STORED))
    note = sign_note(checkpoint.text, key)
    return AddCheckpoint(old_size=old_size, proof=proof, signed=parse_checkpoint(note.octets))


def _status(outcome):
    return 200 if isinstance(outcome, Cosign) else int(outcome.refusal)


def test_requests_of_another_implementation_are_decided_as_it_does():
    def sigsum(tree):
        return [KnownLog(origin=SIGSUM, keys=(SIGSUM_KEY,), tree=tree)]

    first = decide(parse_add_checkpoint(SIGSUM_1), logs=sigsum(WitnessedTree()))
    assert isinstance(first, Cosign)
    third = decide(parse_add_checkpoint(SIGSUM_3), logs=sigsum(first.tree))
    fifth = decide(parse_add_checkpoint(SIGSUM_5), logs=sigsum(first.tree))
    assert third.tree.size == 3
    assert fifth.tree.size == 5
    late = decide(parse_add_checkpoint(SIGSUM_3), logs=sigsum(fifth.tree))
    assert (late.refusal, late.known_size) == (Refusal.CONFLICT, 5)
    for octets in (SIGSUM_1, SIGSUM_3, SIGSUM_5):
        assert parse_add_checkpoint(octets).octets == octets


@given(st.integers(0, 60), st.data())
def test_a_checkpoint_that_continues_the_last_one_is_cosigned_and_remembered(size, data):
    old_size = data.draw(st.integers(0, size))
    outcome = decide(_request(old_size, size), logs=[_known(old_size)])
    assert outcome == Cosign(tree=WitnessedTree(size=size, root=root_at(size, STORED)))


def test_an_unknown_log_is_404():
    for logs in ([], [KnownLog(origin="other.example/log", keys=(KEY.vkey,))]):
        assert _status(decide(_request(0, 1), logs=logs)) == 404


def test_a_checkpoint_that_no_trusted_key_signed_is_403():
    alien = _request(0, 1, key=signer(2))
    assert _status(decide(alien, logs=[_known()])) == 403
    assert _status(decide(_request(0, 1), logs=[_known(keys=())])) == 403
    other_name = signer(1, "other.example/log")
    renamed = _request(0, 1, key=other_name)
    assert _status(decide(renamed, logs=[_known(keys=(other_name.vkey,))])) == 403


def test_signatures_of_unknown_keys_beside_the_log_s_are_passed_over():
    request = _request(0, 1)
    other = NoteSignature(name="someone", key_id=bytes(4), value=bytes(64))
    note = request.signed.note.with_signatures(other)
    outcome = decide(
        AddCheckpoint(old_size=0, proof=(), signed=parse_checkpoint(note.octets)), logs=[_known()]
    )
    assert isinstance(outcome, Cosign)


def test_an_old_size_beyond_the_checkpoint_is_400():
    request = _request(5, 4, proof=())
    assert _status(decide(request, logs=[_known(5)])) == 400


@pytest.mark.parametrize("known", [0, 3, 5, 7])
def test_an_old_size_that_is_not_the_witness_s_is_409_with_its_own(known):
    outcome = decide(_request(4, 7), logs=[_known(known)])
    assert _status(outcome) == 409
    assert outcome.known_size == known
    assert not outcome.is_evidence


def test_two_roots_of_one_size_are_409_and_evidence_against_the_log():
    outcome = decide(_request(4, 4, root=LEAF), logs=[_known(4)])
    assert _status(outcome) == 409
    assert outcome.is_evidence
    assert outcome.known_size == 4


def test_a_proof_that_does_not_verify_is_422_and_no_evidence_for_anyone_may_send_it():
    good = consistency_proof(4, 7, STORED)
    for proof in ((), good[:-1], (*good, LEAF), (LEAF, *good[1:])):
        outcome = decide(_request(4, 7, proof=proof), logs=[_known(4)])
        assert _status(outcome) == 422
        assert not outcome.is_evidence


def test_a_log_that_rewrote_its_past_is_never_cosigned_again_whatever_it_proves():
    for rewritten in range(6):
        past = entries(20)
        past[rewritten] = b"rewritten"
        forged = StoredInMemory(past)
        for size in range(6, 20):
            root = root_at(size, forged)
            for source in (forged, STORED):
                proof = consistency_proof(6, size, source)
                outcome = decide(_request(6, size, root=root, proof=proof), logs=[_known(6)])
                assert isinstance(outcome, Refused)
                assert _status(outcome) == (409 if size == 6 else 422)


@pytest.mark.parametrize(
    ("known", "old_size", "size", "root", "proof", "status"),
    [
        (0, 0, 0, EMPTY_ROOT, (), 200),
        (0, 0, 0, LEAF, (), 422),
        (0, 0, 0, bytes(32), (), 422),
        (0, 0, 0, EMPTY_ROOT, (LEAF,), 422),
        (0, 0, 1, LEAF, (), 200),
        (0, 0, 1, LEAF, (LEAF,), 422),
        (1, 0, 1, LEAF, (LEAF,), 409),
        (1, 1, 0, EMPTY_ROOT, (), 400),
    ],
)
def test_the_empty_log_is_decided_as_the_public_witness_does(
    *, known, old_size, size, root, proof, status
):
    log = _known(known, root=LEAF if known else EMPTY_ROOT)
    request = _request(old_size, size, root=root, proof=proof)
    assert _status(decide(request, logs=[log])) == status


_HASH = "KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
_NOTE = SIGSUM_1.partition(b"\n\n")[2].decode()


@pytest.mark.parametrize(
    "head",
    [
        *("", "old", "old ", "old 01", "old -1", "old +1", "old 1 ", " old 1", "Old 1", "old  1"),
        *(f"old {2**63}", "old 1\nold 1", f"{_HASH}\nold 1", f"old 1\n{_HASH[:-1]}", "old 1\r"),
        *(
            f"old 1\n {_HASH}",
            f"old 1\n{_HASH}{_HASH}",
            "old ١",
            "old 1\n" + "\n".join([_HASH] * 64),
        ),
    ],
)
def test_a_request_of_another_form_is_refused(head):
    with pytest.raises(ValueError):
        parse_add_checkpoint(f"{head}\n\n{_NOTE}".encode())


def test_a_request_without_checkpoint_or_too_long_is_refused():
    for octets in (b"", b"old 0\n", b"old 0\n\n", b"old 0\n\n\n", SIGSUM_1[:-1], bytes(2**21)):
        with pytest.raises(ValueError):
            parse_add_checkpoint(octets)


def test_sixty_three_hashes_are_read():
    lines = "\n".join([_HASH] * 63)
    assert len(parse_add_checkpoint(f"old 1\n{lines}\n\n{_NOTE}".encode()).proof) == 63


def test_a_log_asks_with_the_very_bytes_that_the_witness_reads(proved):
    signed = sign_checkpoint(proved.signed.checkpoint, KEY)
    request = AddCheckpoint(
        old_size=4, proof=consistency_proof(4, signed.checkpoint.size, proved.stored), signed=signed
    )
    assert parse_add_checkpoint(request.octets) == request
