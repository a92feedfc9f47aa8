"""Signed notes are those of C2SP signed-note: its vectors, and those of golang sumdb/note."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from signing.errors import KeyUnusable
from signing.log.note import NoteSignature, parse_note, parse_signature_lines, sign_note, verified
from signing.log.signer import Ed25519Signer
from signing.log.vkey import SignatureType, VerifierKey, is_key_name, parse_vkey

# golang.org/x/mod/sumdb/note, package documentation
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb"
    "6KE6RyyBwJnAM=\n"
)
NOTE = f"{TEXT}\n{LINE}".encode()
# C2SP signed-note, "Verifier keys"
SPECIFIED_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPECIFIED_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuw"
    "HjG1Yu72IneyaQM=\n"
).encode()
UNKNOWN = NoteSignature(name="PeterNeumann", key_id=b"\0\0\0\1", value=b"another kind of signature")


def _neumann():
    private_key = Ed25519PrivateKey.from_private_bytes(SEED)
    return Ed25519Signer.of(private_key, name="PeterNeumann", kind=SignatureType.ED25519)


def test_a_key_is_written_and_signs_as_golang_sumdb_note_does():
    assert _neumann().vkey == parse_vkey(VKEY)
    assert _neumann().vkey.text == VKEY
    assert sign_note(TEXT, _neumann()).octets == NOTE


@pytest.mark.parametrize(("vkey", "octets"), [(VKEY, NOTE), (SPECIFIED_VKEY, SPECIFIED_NOTE)])
def test_the_notes_of_the_specification_and_of_golang_verify(vkey, octets):
    note = parse_note(octets)
    assert verified(note, keys=[parse_vkey(vkey)]) == (parse_vkey(vkey),)
    assert note.octets == octets


def test_a_text_may_hold_empty_lines_and_other_letters():
    text = "Ognuno sta solo sul cuor della terra:\n\ned è subito\u2028sera.\n"
    note = sign_note(text, _neumann())
    assert parse_note(note.octets) == note
    assert verified(parse_note(note.octets), keys=[_neumann().vkey])


def test_signatures_of_unknown_keys_are_kept_and_passed_over():
    note = parse_note(NOTE).with_signatures(UNKNOWN)
    read = parse_note(note.octets)
    assert read.signatures[1] == UNKNOWN
    assert verified(read, keys=[parse_vkey(VKEY)]) == (parse_vkey(VKEY),)


def test_a_note_that_no_known_key_signed_is_refused():
    with pytest.raises(ValueError, match="no known key"):
        verified(parse_note(NOTE), keys=[parse_vkey(SPECIFIED_VKEY)])
    with pytest.raises(ValueError, match="no known key"):
        verified(parse_note(NOTE), keys=[])


def test_a_false_signature_of_a_known_key_refuses_the_note_whatever_else_signed():
    other = Ed25519Signer.of(
        Ed25519PrivateKey.from_private_bytes(bytes(32)), name="b", kind=SignatureType.ED25519
    )
    note = sign_note(TEXT, other)
    true_line = parse_note(NOTE).signatures[0]
    false_line = NoteSignature(name="PeterNeumann", key_id=true_line.key_id, value=bytes(64))
    with pytest.raises(ValueError, match="does not verify"):
        verified(note.with_signatures(false_line), keys=[other.vkey, parse_vkey(VKEY)])


def test_a_known_key_that_signs_twice_is_refused():
    line = parse_note(NOTE).signatures[0]
    twice = NOTE + NoteSignature(name=line.name, key_id=line.key_id, value=bytes(64)).line.encode()
    with pytest.raises(ValueError, match=r"twice"):
        verified(parse_note(twice), keys=[parse_vkey(VKEY)])


def test_the_key_of_a_witness_verifies_no_plain_text():
    note = parse_note(NOTE)
    key = VerifierKey(
        name="PeterNeumann",
        type=SignatureType.COSIGNATURE,
        public_key=parse_vkey(VKEY).public_key,
    )
    claimed = NoteSignature(name=key.name, key_id=key.key_id, value=note.signatures[0].value)
    with pytest.raises(ValueError, match="no known key"):
        verified(note.with_signatures(claimed), keys=[key])
    witness = Ed25519Signer.of(
        Ed25519PrivateKey.from_private_bytes(SEED), name="w", kind=SignatureType.COSIGNATURE
    )
    with pytest.raises(ValueError, match="type"):
        sign_note(TEXT, witness)


MALFORMED = {
    "no signature": TEXT.encode() + b"\n",
    "no empty line": TEXT.encode() + LINE.encode(),
    "the last line does not end": NOTE[:-1],
    "an empty line after": NOTE + b"\n",
    "nothing": b"",
    "a carriage return": NOTE.replace(b"problem,\n", b"problem,\r\n"),
    "a null": NOTE.replace(b"crypto", b"crypt\0"),
    "a tab": NOTE.replace(b" you ", b"\tyou ", 1),
    "not UTF-8": NOTE.replace(b"crypto", b"crypt\xff"),
    "a surrogate": NOTE.replace(b"crypto", b"crypt\xed\xa0\x80"),
    "an overlong encoding": NOTE.replace(b"crypto", b"crypt\xc1\xaf"),
    "a hyphen for the em dash": NOTE.replace("—".encode(), b"-"),
    "an en dash": NOTE.replace("—".encode(), "–".encode()),
    "no space after the em dash": NOTE.replace("— ".encode(), "—".encode()),
    "two spaces": NOTE.replace(b"PeterNeumann x0", b"PeterNeumann  x0"),
    "no name": NOTE.replace(b"PeterNeumann ", b""),
    "an empty name": NOTE.replace(b"PeterNeumann x0", b" x0"),
    "a plus in the name": NOTE.replace(b"PeterNeumann", b"Peter+Neumann"),
    "a no-break space in the name": NOTE.replace(b"PeterNeumann", "Peter\xa0Neumann".encode()),
    "a line separator in the name": NOTE.replace(b"PeterNeumann", "Peter\u2028Neumann".encode()),
    "no padding": NOTE.replace(b"AM=", b"AM"),
    "stray bits in base64": NOTE.replace(b"AM=", b"AN="),
    "base64url": NOTE.replace(b"o/Z", b"o_Z"),
    "a blank after": NOTE.replace(b"AM=", b"AM= "),
    "a key id alone": f"{TEXT}\n— PeterNeumann x08gow==\n".encode(),
    "the same line twice": NOTE + LINE.encode(),
    "too many lines": NOTE
    + b"".join(
        NoteSignature(name=f"n{number}", key_id=bytes(4), value=b"x").line.encode()
        for number in range(100)
    ),
}


@pytest.mark.parametrize("defect", MALFORMED)
def test_a_note_of_another_form_is_refused(defect):
    assert MALFORMED[defect] != NOTE
    with pytest.raises(ValueError):
        parse_note(MALFORMED[defect])


def test_a_note_longer_than_any_is_refused():
    with pytest.raises(ValueError, match="longer"):
        parse_note(b"a" * (2**20 + 1))


def test_sixteen_signatures_of_post_quantum_size_are_read():
    lines = [NoteSignature(name=f"n{one}", key_id=bytes(4), value=bytes(5000)) for one in range(16)]
    assert len(parse_note(parse_note(NOTE).with_signatures(*lines).octets).signatures) == 17


def test_the_lines_of_a_witness_answer_are_read_alone():
    assert parse_signature_lines(LINE) == parse_note(NOTE).signatures
    for text in ("", LINE[:-1], "\n", LINE + LINE, LINE + "\n"):
        with pytest.raises(ValueError):
            parse_signature_lines(text)


@pytest.mark.parametrize("text", ["", "no newline", "a\tb\n", "\ud800\n"])
def test_what_is_no_text_of_a_note_is_not_signed(text):
    with pytest.raises(ValueError, match=r"note"):
        sign_note(text, _neumann())


def test_a_note_is_signed_by_someone():
    with pytest.raises(ValueError, match="has a signature"):
        sign_note(TEXT)


def test_no_flipped_bit_of_a_note_verifies():
    key = parse_vkey(VKEY)
    for bit in range(8 * len(NOTE)):
        flipped = bytearray(NOTE)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ValueError):
            verified(parse_note(bytes(flipped)), keys=[key])


@given(st.binary(max_size=300))
def test_hostile_bytes_are_refused_and_raise_nothing_else(octets):
    for candidate in (octets, NOTE[:60] + octets, TEXT.encode() + b"\n" + octets):
        with pytest.raises(ValueError):
            verified(parse_note(candidate), keys=[parse_vkey(VKEY)])


WRONG_VKEYS = {
    "another id": VKEY.replace("c74f20a3", "c74f20a4"),
    "an id in capitals": VKEY.replace("c74f20a3", "C74F20A3"),
    "a short id": VKEY.replace("c74f20a3", "c74f20a"),
    "another name": VKEY.replace("Peter", "Pietr"),
    "no name": VKEY.replace("PeterNeumann", ""),
    "no padding to give": VKEY + "=",
    "a short key": "PeterNeumann+c74f20a3+ARpc",
    "no key": "PeterNeumann+c74f20a3+",
    "a type alone": "PeterNeumann+c74f20a3+AQ==",
    "an unknown type": "rekor.sigstore.dev+12345678+AwEB",
    "two parts": "bananas.sigstore.dev+12344556",
    "not base64": "rekor.sigstore.dev+12345678+THIS_IS_NOT_BASE64!",
    "a newline": VKEY + "\n",
    "nothing": "",
}


@pytest.mark.parametrize("defect", WRONG_VKEYS)
def test_a_verifier_key_of_another_spelling_is_refused(defect):
    with pytest.raises(KeyUnusable):
        parse_vkey(WRONG_VKEYS[defect])


def test_a_native_cosigner_key_of_the_public_network_is_read():
    key = parse_vkey("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2")
    assert key.type is SignatureType.COSIGNATURE
    assert key.key_id.hex() == "da77ade7"


def test_a_signature_of_another_length_verifies_nothing():
    key = parse_vkey(VKEY)
    signature = parse_note(NOTE).signatures[0].value
    assert key.verifies(signature, TEXT.encode())
    for other in (b"", signature[:-1], signature + b"\0"):
        assert not key.verifies(other, TEXT.encode())


def test_a_key_id_tells_types_of_one_key_apart():
    plain = parse_vkey(VKEY)
    witness = VerifierKey(
        name=plain.name, type=SignatureType.COSIGNATURE, public_key=plain.public_key
    )
    assert plain.key_id != witness.key_id


@pytest.mark.parametrize(
    "name", ["", "a b", "a+b", "a\u2003b", "a\x85b", "a\x00", "a\ud800", "a" * 256]
)
def test_a_name_that_no_line_could_hold_is_refused(name):
    assert not is_key_name(name)
    with pytest.raises(KeyUnusable):
        VerifierKey(name=name, type=SignatureType.ED25519, public_key=bytes(32))


def test_a_signer_shows_which_key_it_is_and_never_the_key():
    shown = f"{_neumann()!r} {_neumann()} {[_neumann()]}"
    assert VKEY in shown
    for secret in (SEED.hex(), base64.b64encode(SEED).decode(), repr(SEED)):
        assert secret not in shown
    with pytest.raises(KeyUnusable):
        Ed25519Signer(
            vkey=parse_vkey(SPECIFIED_VKEY),
            private_key=Ed25519PrivateKey.from_private_bytes(SEED),
        )
