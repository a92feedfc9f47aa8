"""Checkpoints and cosignatures are those of C2SP tlog-checkpoint and tlog-cosignature."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from signing.encoding import to_base64
from signing.log.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint, signed_by
from signing.log.cosignature import cosign, cosignatures
from signing.log.note import NoteSignature, sign_note
from signing.log.tree import EMPTY_ROOT
from tests.unit.signing.log.small_log import ORIGIN, SEEN_AT, signer, witness

# C2SP tlog-cosignature, the checkpoint of its introduction; the specification gives no keys
SPECIFIED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q"
    "1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2"
    "oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
).encode()
ROOT = bytes(range(32))
CHECKPOINT = Checkpoint(origin=ORIGIN, size=7, root=ROOT)


def test_the_checkpoint_of_the_specification_is_read():
    signed = parse_checkpoint(SPECIFIED)
    assert signed.checkpoint.origin == "example.com/behind-the-sofa"
    assert signed.checkpoint.size == 20852163
    assert to_base64(signed.checkpoint.root) == "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
    assert signed.checkpoint.extensions == ()
    assert signed.note.octets == SPECIFIED


def test_the_time_of_the_cosignature_of_the_specification_is_that_of_its_text():
    line = parse_checkpoint(SPECIFIED).note.signatures[1]
    assert int.from_bytes(line.value[:8], "big") == 1679315147


def test_our_checkpoint_is_written_signed_and_read_back():
    key = signer(1)
    signed = sign_checkpoint(CHECKPOINT, key)
    assert signed.note.text == f"{ORIGIN}\n7\n{to_base64(ROOT)}\n"
    assert parse_checkpoint(signed.note.octets) == signed
    assert signed_by(signed, origin=ORIGIN, keys=[key.vkey]) == (key.vkey,)


def test_during_a_change_of_keys_both_sign_and_either_is_enough():
    old, new = signer(1), signer(2)
    signed = sign_checkpoint(CHECKPOINT, new, old)
    for known in ([old.vkey], [new.vkey]):
        assert signed_by(signed, origin=ORIGIN, keys=known) == tuple(known)
    assert signed_by(signed, origin=ORIGIN, keys=[old.vkey, new.vkey]) == (new.vkey, old.vkey)


def test_extension_lines_of_others_are_kept_and_ours_are_never_signed():
    theirs = Checkpoint(origin=ORIGIN, size=7, root=ROOT, extensions=("more", "and more"))
    note = sign_note(theirs.text, signer(1))
    assert parse_checkpoint(note.octets).checkpoint == theirs
    with pytest.raises(ValueError, match="nothing else"):
        sign_checkpoint(theirs, signer(1))


def test_the_empty_log_has_the_empty_root_alone():
    key = signer(1)
    empty = Checkpoint(origin=ORIGIN, size=0, root=EMPTY_ROOT)
    assert parse_checkpoint(sign_checkpoint(empty, key).note.octets).checkpoint == empty
    false = Checkpoint(origin=ORIGIN, size=0, root=ROOT)
    with pytest.raises(ValueError, match="size and root"):
        sign_checkpoint(false, key)
    signed = parse_checkpoint(sign_note(false.text, key).octets)
    with pytest.raises(ValueError, match="empty log"):
        signed_by(signed, origin=ORIGIN, keys=[key.vkey])


def test_a_log_signs_under_its_own_name_only():
    with pytest.raises(ValueError, match="origin"):
        sign_checkpoint(CHECKPOINT, signer(1, "other.example/log"))


def test_a_checkpoint_of_another_log_or_key_is_refused():
    key = signer(1)
    signed = sign_checkpoint(CHECKPOINT, key)
    with pytest.raises(ValueError, match="another log"):
        signed_by(signed, origin="other.example/log", keys=[key.vkey])
    with pytest.raises(ValueError, match="no known key"):
        signed_by(signed, origin=ORIGIN, keys=[signer(2).vkey])
    alien = signer(3, "other.example/log")
    both = parse_checkpoint(sign_note(CHECKPOINT.text, alien).octets)
    with pytest.raises(ValueError, match="no known key"):
        signed_by(both, origin=ORIGIN, keys=[alien.vkey])


_ROOT = to_base64(ROOT)


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n7\n",
        f"\n7\n{_ROOT}\n",
        f"{ORIGIN}\n\n{_ROOT}\n",
        f"{ORIGIN}\n07\n{_ROOT}\n",
        f"{ORIGIN}\n-7\n{_ROOT}\n",
        f"{ORIGIN}\n+7\n{_ROOT}\n",
        f"{ORIGIN}\n 7\n{_ROOT}\n",
        f"{ORIGIN}\n7.0\n{_ROOT}\n",
        f"{ORIGIN}\n٧\n{_ROOT}\n",
        f"{ORIGIN}\n{2**63}\n{_ROOT}\n",
        f"{ORIGIN}\n{10**30}\n{_ROOT}\n",
        f"{ORIGIN}\n7\n{_ROOT[:-1]}\n",
        f"{ORIGIN}\n7\n{to_base64(ROOT[:-1])}\n",
        f"{ORIGIN}\n7\n{to_base64(ROOT + ROOT)}\n",
        f"{ORIGIN}\n7\n{ROOT.hex()}\n",
        f"{ORIGIN}\n7\n{_ROOT} \n",
        f"{ORIGIN}\n7\n{_ROOT}\n\n",
        f"{ORIGIN}\n7\n{_ROOT}\nmore\n\nand more\n",
    ],
)
def test_a_text_that_is_no_checkpoint_is_refused_however_it_is_signed(text):
    with pytest.raises(ValueError):
        parse_checkpoint(sign_note(text, signer(1)).octets)


@pytest.mark.parametrize(
    "wrong", [{"origin": ""}, {"origin": "a\nb"}, {"size": -1}, {"size": 2**63}, {"root": b""}]
)
def test_what_no_log_could_state_is_refused(wrong):
    with pytest.raises(ValueError):
        Checkpoint(**{"origin": ORIGIN, "size": 7, "root": ROOT} | wrong)


def test_a_cosignature_signs_the_text_that_the_specification_gives():
    message = []

    class Recording:
        vkey = witness(9).vkey

        def sign(self, octets):
            message.append(octets)
            return witness(9).sign(octets)

    signed = parse_checkpoint(SPECIFIED)
    at = datetime.fromtimestamp(1679315147, tz=UTC)
    line = cosign(signed, Recording(), at=at)
    assert b"".join(message) == (
        b"cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n"
        b"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    )
    assert line.value[:8] == (1679315147).to_bytes(8, "big")
    assert len(line.value) == 72


def _cosigned(*lines):
    signed = sign_checkpoint(CHECKPOINT, signer(1))
    return parse_checkpoint(signed.note.with_signatures(*lines).octets)


def test_a_cosignature_verifies_and_tells_its_time_to_the_second():
    paris = timezone(timedelta(hours=1))
    at = (SEEN_AT + timedelta(milliseconds=999)).astimezone(paris)
    line = cosign(_cosigned(), witness(9), at=at)
    (found,) = cosignatures(_cosigned(line), witnesses=[witness(9).vkey, witness(8).vkey])
    assert (found.witness, found.at) == (witness(9).vkey, SEEN_AT)


def test_cosignatures_of_unknown_witnesses_are_passed_over():
    line = cosign(_cosigned(), witness(9), at=SEEN_AT)
    assert cosignatures(_cosigned(line), witnesses=[witness(8).vkey]) == ()
    plain = signer(9, witness(9).vkey.name).vkey
    claimed = NoteSignature(name=plain.name, key_id=plain.key_id, value=line.value)
    assert cosignatures(_cosigned(claimed), witnesses=[plain]) == (), "a log's key is no witness"


def test_an_extension_line_is_cosigned_with_the_rest():
    theirs = Checkpoint(origin=ORIGIN, size=7, root=ROOT, extensions=("more",))
    signed = parse_checkpoint(sign_note(theirs.text, signer(1)).octets)
    line = cosign(signed, witness(9), at=SEEN_AT)
    with pytest.raises(ValueError, match="does not verify"):
        cosignatures(_cosigned(line), witnesses=[witness(9).vkey])


def test_no_flipped_bit_of_a_cosignature_verifies():
    line = cosign(_cosigned(), witness(9), at=SEEN_AT)
    for bit in range(8 * len(line.value)):
        value = bytearray(line.value)
        value[bit // 8] ^= 1 << bit % 8
        altered = NoteSignature(name=line.name, key_id=line.key_id, value=bytes(value))
        with pytest.raises(ValueError, match=r"verify|timestamped"):
            cosignatures(_cosigned(altered), witnesses=[witness(9).vkey])


@pytest.mark.parametrize("value", [b"x", bytes(71), bytes(73), b"\xff" * 72])
def test_a_cosignature_of_another_form_is_refused(value):
    key = witness(9).vkey
    line = NoteSignature(name=key.name, key_id=key.key_id, value=value)
    with pytest.raises(ValueError, match="timestamped"):
        cosignatures(_cosigned(line), witnesses=[key])


def test_a_witness_that_cosigns_twice_is_refused():
    one = cosign(_cosigned(), witness(9), at=SEEN_AT)
    other = cosign(_cosigned(), witness(9), at=SEEN_AT + timedelta(seconds=1))
    octets = _cosigned(one).note.octets + other.line.encode()
    with pytest.raises(ValueError, match="twice"):
        cosignatures(parse_checkpoint(octets), witnesses=[witness(9).vkey])


def test_a_newer_line_takes_the_place_of_the_same_key_s_older_one():
    one = cosign(_cosigned(), witness(9), at=SEEN_AT)
    other = cosign(_cosigned(), witness(9), at=SEEN_AT + timedelta(seconds=1))
    note = _cosigned(one).note.with_signatures(other)
    assert [line.name for line in note.signatures] == [ORIGIN, witness(9).vkey.name]
    assert note.signatures[1] == other


def test_what_no_witness_would_sign_is_refused():
    with pytest.raises(ValueError, match="type"):
        cosign(_cosigned(), signer(9), at=SEEN_AT)
    with pytest.raises(ValueError, match="zone"):
        cosign(_cosigned(), witness(9), at=SEEN_AT.replace(tzinfo=None))
    with pytest.raises(ValueError, match="instant"):
        cosign(_cosigned(), witness(9), at=datetime(1969, 12, 31, 23, tzinfo=UTC))
