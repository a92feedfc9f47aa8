"""The proof that an acknowledgement is in the log: what it takes, and what it never accepts."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from signing.errors import SignatureInvalid
from signing.log.checkpoint import Checkpoint, sign_checkpoint
from signing.log.cosignature import cosign
from signing.log.entry import acknowledgement_entry
from signing.log.note import NoteSignature
from signing.log.policy import NO_WITNESS, WitnessPolicy
from signing.log.proof import LogProof, parse_proof
from signing.log.published import PublishedLog, PublishedLogKey
from signing.log.tree import inclusion_proof
from signing.log.verify import CLOCK_TOLERANCE, MAX_DELAY, Stamped, verify_logged
from signing.timestamp import TimestampTrust, new_query
from tests.partners.tsa_example.stamping import Defect, a_stamper, token_for
from tests.unit.signing.log.merkle import StoredInMemory, entries
from tests.unit.signing.log.small_log import (
    CANONICAL_SHA256,
    DECIDED_AT,
    INDEX,
    ORIGIN,
    SALT,
    SEEN_AT,
    SIZE,
    signer,
    witness,
)

STAMPER, OTHER = a_stamper(), a_stamper("Autre")
TRUST = TimestampTrust(roots=(STAMPER.root.certificate,))


@pytest.fixture
def verify(proved):
    return partial(
        verify_logged,
        canonical_sha256=CANONICAL_SHA256,
        decided_at=DECIDED_AT,
        log=proved.log,
        policy=proved.policy,
    )


@pytest.fixture
def stamp(proved):
    """What an authority says at an instant of the checkpoint, or of another text."""

    def made(at, *, stamper=STAMPER, trust=TRUST, text=None, is_needed=False, **defect):
        query = new_query(text or proved.signed.note.text.encode()).octets
        token = token_for(query, stamper, now=at, defect=Defect(**defect)).dump()
        return Stamped(token=token, trust=trust, is_needed=is_needed)

    return made


def _refused(verify, proof, **wrong):
    octets = proof if isinstance(proof, bytes) else proof.octets
    with pytest.raises(SignatureInvalid) as caught:
        verify(octets, **wrong)
    return caught.value.step, caught.value.reason


def test_a_proof_holds_in_eight_numbered_steps(verify, proved):
    logged = verify(proved.proof.octets)
    assert [step.number for step in logged.steps] == [*range(1, 9)]
    assert all(step.found for step in logged.steps)
    assert logged.checkpoint == proved.signed.checkpoint
    assert logged.index == INDEX
    assert [one.witness.name for one in logged.cosignatures] == [
        "temoin.example/w11",
        "temoin.example/w13",
    ]


def test_the_time_is_that_at_which_enough_witnesses_had_seen_it(verify, proved):
    """Two of three are asked for, so that one alone cannot make it earlier."""
    assert verify(proved.proof.octets).seen_at == SEEN_AT


def test_the_proof_is_a_tlog_proof_that_is_read_back(proved):
    octets = proved.proof.octets
    lines = octets.decode().split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1].startswith("extra ")
    assert lines[2] == f"index {INDEX}"
    assert lines[3 + len(proved.proof.path)] == ""
    assert lines[4 + len(proved.proof.path)] == ORIGIN
    assert parse_proof(octets) == proved.proof
    assert parse_proof(octets).octets == octets


def test_step_1_one_text_in_one_spelling(verify, proved):
    octets = proved.proof.octets
    for spoilt in (
        b"",
        octets[:-1],
        octets + b"\n",
        b"\n" + octets,
        b"\xef\xbb\xbf" + octets,
        octets.replace(b"\n", b"\r\n"),
        octets.replace(b"index", "ındex".encode()),
        octets.replace(b"@v1", b"@v2"),
        octets.replace(b"index 11", b"index 011"),
        octets.replace(b"index 11", b"index -1"),
        octets.replace(b"index 11", b"index  11"),
        octets.replace(b"index 11\n", b""),
        octets.replace(b"extra ", b"extra  "),
        octets.replace(b"index 11\n", b"index 11\nindex 11\n"),
        octets.replace(b"extra ", b"extra AA==\nextra "),
        octets.replace(b"\n\n", b"\n", 1),
        octets.replace(b"index 11", b"index \xd9\xa1\xd9\xa1"),
        bytes(2**21),
    ):
        assert spoilt != octets
        assert _refused(verify, spoilt)[0] == 1


def test_what_the_text_of_a_proof_cannot_hold_is_refused(proved):
    for wrong in ({"extra": b""}, {"extra": bytes(4097)}, {"path": (bytes(32),) * 64}):
        with pytest.raises(ValueError, match=r"extra|long"):
            replace(proved.proof, **wrong)
    octets = proved.proof.octets
    hash_line = octets.split(b"\n")[3] + b"\n"
    for spoilt in (
        octets.replace(hash_line, hash_line * 64, 1),
        octets.replace(b"extra AAEC", b"extra " + b"AAEC" * 1400),
    ):
        assert spoilt != octets
        with pytest.raises(ValueError, match=r"extra|long"):
            parse_proof(spoilt)


def test_step_2_another_acknowledgement_or_salt_is_another_entry(verify, proved):
    assert _refused(verify, proved.proof, canonical_sha256=bytes(32))[0] == 4
    assert _refused(verify, replace(proved.proof, extra=bytes(32)))[0] == 4
    for extra in (None, b"x", SALT + b"\0", SALT[:-1]):
        assert _refused(verify, replace(proved.proof, extra=extra))[0] == 2
    assert _refused(verify, proved.proof, canonical_sha256=b"short")[0] == 2


def test_step_3_the_log_is_the_published_one(verify, proved):
    other = signer(2)
    alien = replace(proved.proof, signed=sign_checkpoint(proved.signed.checkpoint, other))
    assert _refused(verify, alien)[0] == 3
    elsewhere = signer(1, "other.example/log")
    renamed = replace(proved.signed.checkpoint, origin="other.example/log")
    alien = replace(proved.proof, signed=sign_checkpoint(renamed, elsewhere))
    assert _refused(verify, alien)[0] == 3
    policy = replace(proved.policy, logs=(other.vkey,))
    assert _refused(verify, proved.proof, policy=policy)[0] == 3
    assert verify(proved.proof.octets, policy=replace(proved.policy, logs=(signer(1).vkey,))).steps


def test_step_4_the_entry_is_where_the_proof_says_and_nowhere_else(verify, proved):
    proof = proved.proof
    for wrong in (
        replace(proof, index=INDEX - 1),
        replace(proof, index=INDEX + 1),
        replace(proof, index=SIZE),
        replace(proof, path=proof.path[:-1]),
        replace(proof, path=(*proof.path, bytes(32))),
        replace(proof, path=tuple(reversed(proof.path))),
        replace(proof, path=inclusion_proof(INDEX - 1, SIZE, proved.stored)),
        replace(proof, path=()),
    ):
        assert _refused(verify, wrong)[0] == 4


def test_step_5_fewer_witnesses_than_the_policy_asks_for_are_not_enough(verify, proved):
    bare = replace(proved.proof, signed=proved.signed)
    assert _refused(verify, bare)[0] == 5
    one = bare.with_signatures(cosign(proved.signed, witness(11), at=SEEN_AT))
    assert _refused(verify, one)[0] == 5
    stranger = one.with_signatures(cosign(proved.signed, witness(99), at=SEEN_AT))
    assert _refused(verify, stranger)[0] == 5
    enough = stranger.with_signatures(cosign(proved.signed, witness(12), at=SEEN_AT))
    assert verify(enough.octets).seen_at == SEEN_AT


def test_step_5_a_false_cosignature_of_a_known_witness_refuses_it_all(verify, proved):
    key = witness(12).vkey
    false = NoteSignature(name=key.name, key_id=key.key_id, value=bytes(72))
    assert _refused(verify, proved.proof.with_signatures(false))[0] == 5


def test_step_5_a_cosignature_over_another_tree_of_the_same_log_is_no_witness(verify, proved):
    other = Checkpoint(origin=ORIGIN, size=SIZE, root=bytes(32))
    line = cosign(sign_checkpoint(other, signer(1)), witness(12), at=SEEN_AT)
    assert _refused(verify, proved.proof.with_signatures(line))[0] == 5


def _log(
    *,
    valid_from=DECIDED_AT - timedelta(days=60),
    valid_to=DECIDED_AT + timedelta(days=60),
    compromised_at=None,
    more=(),
):
    key = PublishedLogKey(
        vkey=signer(1).vkey,
        valid_from=valid_from,
        valid_to=valid_to,
        compromised_at=compromised_at,
    )
    return PublishedLog(origin=ORIGIN, keys=(key, *more))


def test_step_6_a_stamp_of_a_trusted_authority_dates_the_checkpoint(verify, proved, stamp):
    logged = verify(proved.proof.octets, policy=NO_WITNESS, stamped=stamp(SEEN_AT))
    assert (logged.timestamp.gen_time, logged.seen_at) == (SEEN_AT, SEEN_AT)
    assert logged.steps[5].name == "an authority dated the checkpoint"


@pytest.mark.parametrize("defect", [{"text": b"another\n"}, {"attested_by": "nothing"}])
def test_step_6_a_stamp_that_is_false_proves_that_something_is_wrong(verify, proved, stamp, defect):
    step, reason = _refused(verify, proved.proof, stamped=stamp(SEEN_AT, **defect))
    assert step == 6
    assert "the time-stamp proves nothing" in reason


def test_step_6_a_token_that_is_none_is_refused(verify, proved):
    assert _refused(verify, proved.proof, stamped=Stamped(token=b"0\0", trust=TRUST))[0] == 6


def test_step_6_what_nobody_trusted_made_is_as_good_as_nothing(verify, proved, stamp):
    for stranger in (
        stamp(SEEN_AT, stamper=OTHER),
        stamp(SEEN_AT, signed_by=OTHER.key),
        stamp(SEEN_AT, trust=None),
    ):
        logged = verify(proved.proof.octets, policy=NO_WITNESS, stamped=stranger)
        assert (logged.timestamp, logged.seen_at) == (None, None)
        assert logged.steps[5].name == "the time-stamp that came with it is not judged"


def test_step_6_a_stamp_that_is_missing_is_told_and_refused_where_one_is_asked_for(
    verify, proved, stamp
):
    held = verify(proved.proof.octets)
    assert held.steps[5].name == "no time-stamp came with it"
    strangers = [
        stamp(SEEN_AT, stamper=OTHER, is_needed=True),
        Stamped(trust=TRUST, is_needed=True),
    ]
    for stamped in strangers:
        step, reason = _refused(verify, proved.proof, stamped=stamped)
        assert (step, reason.partition(",")[0]) == (6, "a time-stamp is asked for")
    assert verify(proved.proof.octets, stamped=stamp(SEEN_AT, is_needed=True)).timestamp


def test_step_7_a_compromised_key_is_believed_for_what_was_seen_before(verify, proved):
    later = _log(compromised_at=SEEN_AT + timedelta(seconds=1))
    assert verify(proved.proof.octets, log=later).seen_at == SEEN_AT
    for at in (SEEN_AT, SEEN_AT - timedelta(days=1)):
        assert _refused(verify, proved.proof, log=_log(compromised_at=at))[0] == 7


def test_step_7_a_key_signs_between_its_first_and_its_last_instant(verify, proved):
    a_moment = timedelta(milliseconds=1)
    for held in (_log(valid_to=DECIDED_AT), _log(valid_from=SEEN_AT + CLOCK_TOLERANCE)):
        assert verify(proved.proof.octets, log=held).seen_at == SEEN_AT
    retired = _log(valid_to=DECIDED_AT - a_moment)
    not_yet = _log(valid_from=SEEN_AT + CLOCK_TOLERANCE + a_moment)
    for log in (retired, not_yet):
        assert _refused(verify, proved.proof, log=log) == (
            7,
            "the log's key was out of its validity",
        )
    # without a time from others, a later key may sign a later checkpoint
    assert verify(proved.proof.octets, log=not_yet, policy=NO_WITNESS).seen_at is None
    assert _refused(verify, proved.proof, log=retired, policy=NO_WITNESS)[0] == 7


def test_step_7_without_any_time_a_compromised_key_proves_nothing(verify, proved, stamp):
    log = _log(compromised_at=SEEN_AT + timedelta(days=300))
    assert _refused(verify, proved.proof, log=log, policy=NO_WITNESS)[0] == 7
    stamped = verify(proved.proof.octets, log=log, policy=NO_WITNESS, stamped=stamp(SEEN_AT))
    assert stamped.seen_at == SEEN_AT


def test_step_7_during_a_change_of_keys_the_sound_one_is_enough(verify, proved):
    sound = PublishedLogKey(vkey=signer(2).vkey, valid_from=DECIDED_AT, valid_to=SEEN_AT)
    log = _log(compromised_at=DECIDED_AT - timedelta(days=1), more=(sound,))
    signed = sign_checkpoint(proved.signed.checkpoint, signer(2), signer(1))
    proof = replace(proved.proof, signed=signed).with_signatures(
        *(cosign(signed, witness(seed), at=SEEN_AT) for seed in (11, 12))
    )
    assert verify(proof.octets, log=log).steps[6].found == f"key {sound.vkey.key_id.hex()}"


def test_step_8_an_acknowledgement_dated_back_is_refused(verify, proved):
    at_most = SEEN_AT - MAX_DELAY
    assert verify(proved.proof.octets, decided_at=at_most).steps
    back = at_most - timedelta(milliseconds=1)
    step, reason = _refused(verify, proved.proof, decided_at=back)
    assert step == 8
    assert "dated back" in reason
    assert verify(proved.proof.octets, decided_at=back, max_delay=timedelta(days=2)).steps


def test_step_8_an_acknowledgement_dated_after_it_was_seen_is_refused(verify, proved):
    at_most = SEEN_AT + CLOCK_TOLERANCE
    assert verify(proved.proof.octets, decided_at=at_most).steps
    step, _ = _refused(verify, proved.proof, decided_at=at_most + timedelta(milliseconds=1))
    assert step == 8


def test_step_8_the_earliest_time_that_someone_else_gives_counts(verify, proved, stamp):
    stamped = verify(proved.proof.octets, stamped=stamp(SEEN_AT - timedelta(seconds=8)))
    assert stamped.seen_at == SEEN_AT - timedelta(seconds=8)
    later = verify(proved.proof.octets, stamped=stamp(SEEN_AT + timedelta(days=8)))
    assert later.seen_at == SEEN_AT


def test_without_witness_or_timestamp_the_proof_says_that_a_false_date_is_not_excluded(
    verify, proved
):
    logged = verify(
        proved.proof.octets, policy=NO_WITNESS, decided_at=DECIDED_AT.replace(year=1999)
    )
    assert logged.seen_at is None
    assert "not excluded" in logged.steps[7].found
    assert "log's word alone" in logged.steps[4].found


def test_a_log_of_one_entry_needs_no_hash(verify):
    entry = acknowledgement_entry(canonical_sha256=CANONICAL_SHA256, salt=SALT)
    stored = StoredInMemory([entry])
    checkpoint = Checkpoint(origin=ORIGIN, size=1, root=stored.frontier.root)
    signed = sign_checkpoint(checkpoint, signer(1))
    proof = LogProof(index=0, path=(), signed=signed, extra=SALT)
    assert verify(proof.octets, policy=NO_WITNESS).index == 0
    larger = StoredInMemory([*entries(1), entry])
    other = replace(checkpoint, root=larger.frontier.root)
    moved = replace(proof, signed=sign_checkpoint(other, signer(1)))
    assert _refused(verify, moved, policy=NO_WITNESS)[0] == 4


def _insignificant(octets):
    """Bytes whose change may prove the same: the line of a witness that the policy does not need.

    Its name and its key id alone: a change there makes it the line of a stranger, which is passed
    over. A change of what it signed refuses the whole proof.
    """
    lines = octets.split(b"\n")
    begin = 0
    spans = []
    for line in lines:
        if line.startswith("— temoin.example".encode()):
            mark = len("— ".encode())
            name = line.index(b" ", mark)
            spans.append(range(begin + mark, begin + name + 1 + 6))
        begin += len(line) + 1
    return [at for span in spans for at in span]


def test_no_flipped_bit_of_a_proof_is_accepted_where_every_witness_is_needed(verify, proved):
    octets = proved.proof.octets
    accepted = [at for at, flipped in _flips(octets) if _holds(verify, flipped)]
    assert accepted == []


def test_a_flipped_bit_is_accepted_only_in_the_name_of_a_witness_that_is_not_needed(verify, proved):
    octets = proved.proof.with_signatures(
        cosign(proved.signed, witness(12), at=SEEN_AT + timedelta(seconds=9))
    ).octets
    same = verify(octets)
    insignificant = set(_insignificant(octets))
    accepted = set()
    for at, flipped in _flips(octets, begin=octets.index("— ".encode())):
        if (logged := _holds(verify, flipped)) is not None:
            accepted.add(at)
            assert (logged.checkpoint, logged.index) == (same.checkpoint, same.index)
            assert len(logged.cosignatures) == 2
    assert accepted
    assert accepted <= insignificant


def test_without_a_quorum_a_flipped_bit_is_accepted_only_in_what_witnesses_said(verify, proved):
    octets = proved.proof.octets
    witnesses = octets.index("— temoin".encode())
    accepted = {
        at
        for at, flipped in _flips(octets, begin=octets.index("— ".encode()))
        if _holds(partial(verify, policy=NO_WITNESS), flipped) is not None
    }
    assert accepted
    assert min(accepted) >= witnesses


def _flips(octets, *, begin=0):
    for bit in range(8 * begin, 8 * len(octets)):
        flipped = bytearray(octets)
        flipped[bit // 8] ^= 1 << bit % 8
        yield bit // 8, bytes(flipped)


def _holds(verify, octets):
    try:
        return verify(octets)
    except SignatureInvalid:
        return None


def test_a_policy_of_one_witness_asks_for_that_one(verify, proved):
    needed = WitnessPolicy(quorum=witness(13).vkey)
    assert verify(proved.proof.octets, policy=needed).seen_at == SEEN_AT
    absent = WitnessPolicy(quorum=witness(12).vkey)
    assert _refused(verify, proved.proof, policy=absent)[0] == 5
