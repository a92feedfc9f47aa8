"""Vectors whose signature holds and whose proof of the log does not: steps 10 to 20."""

from dataclasses import replace
from datetime import timedelta

from signing.encoding import to_base64
from signing.log.checkpoint import Checkpoint, sign_checkpoint
from signing.log.cosignature import cosign
from signing.log.note import Note, NoteSignature
from signing.log.tree import EMPTY_ROOT
from tests.vectors.evidence.keys import L1, L2, ORIGIN, STRANGER, W1, W2, W3, note_signer
from tests.vectors.evidence.made import (
    LEAF,
    STANDS,
    first_over,
    index_of,
    logged,
    member,
    proof,
    receipt,
)
from tests.vectors.evidence.vector import POLICY, REGISTER, Vector, replaced

_NAME = "received"
_GOOD = proof(_NAME)
_TEXT = _GOOD.octets.decode()
_STAND = first_over(_NAME)
_SALT = to_base64(LEAF[_NAME].salt)


def _bad(step, name, what, octets, *, register=REGISTER, policy=POLICY):
    return Vector(
        name=f"{step}-{name}",
        what=what,
        octets=octets,
        failing_step=step,
        register=register,
        policy=policy,
    )


def _text(step, name, what, text):
    return _bad(step, name, what, logged(_NAME, text))


def _edit(step, name, what, old, new):
    return _text(step, name, what, replaced(_TEXT, old, new))


def _path_line(number):
    return to_base64(_GOOD.path[number]) + "\n"


def _member(name, what, **change):
    shown = member(_GOOD, _NAME) | change
    kept = {key: value for key, value in shown.items() if value is not None}
    return _bad(10, name, what, receipt(_NAME, proof=kept))


def _members():
    yield _bad(10, "no-proof", "no proof where the policy asks for one", receipt(_NAME))
    bare = LEAF[_NAME].jws.encode()
    what = "no proof, though the log began at the very instant of the decision"
    as_old = "log-as-old.json"
    yield _bad(10, "left-out", what, receipt(_NAME), register=as_old, policy=None)
    yield _bad(10, "bare", "a bare JWS where the policy asks for a proof", bare)
    what = "no proof, and its key was lost since: nothing but its own date says it is earlier"
    alone, no_log = receipt("lost-key-before"), "no-log.json"
    yield _bad(10, "lost-key", what, alone, register=no_log, policy=None)
    yield _member("more", "one more member", more="x")
    yield _member("less", "no size", size=None)
    yield _member("index-text", "the index as a text", index="1")
    yield _member("index-true", "the index is true", index=True)
    yield _member("below-zero", "an index below 0", index=-1)
    yield _member("timestamp", "a timestamp that is not base64", timestamp="====")


def _spellings():
    yield _edit(11, "version", "a version to come", "tlog-proof@v1", "tlog-proof@v2")
    yield _edit(11, "no-index", "no index", "index 1\n", "")
    yield _edit(11, "leading-zero", "a leading zero", "index 1\n", "index 01\n")
    yield _edit(11, "no-extra-bytes", "extra without bytes", f"extra {_SALT}", "extra ")
    yield _edit(11, "carriage-return", "lines end in CR LF", "index 1\n", "index 1\r\n")
    short = to_base64(_GOOD.path[0][:-1]) + "\n"
    yield _edit(11, "short-hash", "31 bytes of a hash", _path_line(0), short)
    many = "".join(to_base64(bytes([number]) * 32) + "\n" for number in range(64))
    yield _edit(11, "long-path", "64 hashes", _path_line(0), many)
    stray = _path_line(0)[:-3] + chr(ord(_path_line(0)[-3]) + 1) + "=\n"
    yield _edit(11, "stray-bits", "bits set that no byte takes", _path_line(0), stray)
    yield _text(11, "no-newline", "the last line does not end", _TEXT[:-1])
    last = _TEXT[_TEXT[:-1].rindex("\n") + 1 :]
    yield _text(11, "line-twice", "a signature twice", _TEXT + last)
    yield _text(11, "no-signature", "no signature", _TEXT[: _TEXT.index("— ")])
    yield _edit(11, "size-sign", "a sign before the size", "\n8\n", "\n+8\n")


def _checkpoints():
    yield _edit(12, "no-salt", "no salt", f"extra {_SALT}\n", "")
    long = to_base64(LEAF[_NAME].salt + b"\0")
    yield _edit(12, "long-salt", "33 bytes of salt, which HMAC would pad alike", _SALT, long)
    other = note_signer("L1", key_name="autre.example", kind=L1.vkey.type)
    root = _GOOD.signed.checkpoint.root
    elsewhere = sign_checkpoint(Checkpoint(origin="autre.example", size=8, root=root), other)
    yield _text(13, "other-log", "a checkpoint of another log", proof(_NAME, signed=elsewhere))
    signed = sign_checkpoint(_GOOD.signed.checkpoint, _impostor())
    yield _text(13, "unknown-key", "signed by an unknown key only", proof(_NAME, signed=signed))
    yield _edit(13, "size", "another size under the signature", "\n8\n", "\n9\n")
    yield _extended()
    false = NoteSignature(name=ORIGIN, key_id=L2.vkey.key_id, value=bytes(64))
    yield _text(13, "one-false", "a false one beside a true one", _GOOD.with_signatures(false))
    yield _text(13, "twice", "one key signs twice", _signed_twice())
    yield _text(13, "empty", "an empty log with a root", proof(_NAME, signed=_empty()))
    other_key = logged("rotated", proof("rotated", signed=replace(STANDS[2], keys=(L2,)).signed))
    what = "signed, but not by the log key that the policy names"
    yield _bad(13, "not-named", what, other_key, policy="first-log-key.policy")


def _extended():
    root = to_base64(_GOOD.signed.checkpoint.root)
    return _edit(13, "extension", "a line more under the signature", root, f"{root}\nmore")


def _impostor():
    return note_signer("an impostor", key_name=ORIGIN, kind=L1.vkey.type)


def _signed_twice():
    line = _GOOD.signed.note.signatures[0]
    other = NoteSignature(name=line.name, key_id=line.key_id, value=bytes(64))
    return _TEXT + other.line


def _empty():
    """Signed as it stands: `sign_checkpoint` refuses to state it."""
    text = Checkpoint(origin=ORIGIN, size=0, root=EMPTY_ROOT[::-1]).text
    value = L1.sign(text.encode())
    line = NoteSignature(name=ORIGIN, key_id=L1.vkey.key_id, value=value)
    return replace(_GOOD.signed, note=Note(text=text, signatures=(line,)))


def _trees():
    salt = to_base64(LEAF["held"].salt)
    yield _edit(14, "salt", "the salt of another entry", _SALT, salt)
    swapped = receipt(_NAME, proof=member(proof("held"), "held"))
    yield _bad(14, "other-proof", "the proof of another receipt", swapped)
    yield _edit(14, "index", "the next index", "index 1\n", "index 2\n")
    yield _edit(14, "beyond", "an index beyond the tree", "index 1\n", "index 8\n")
    yield _edit(14, "short", "a hash less", _path_line(1), "")
    yield _edit(14, "long", "a hash more", _path_line(2), _path_line(2) * 2)
    both = _path_line(0) + _path_line(1)
    yield _edit(14, "swapped", "two hashes change places", both, _path_line(1) + _path_line(0))
    path = (_GOOD.path[0][::-1], *_GOOD.path[1:])
    yield _text(14, "hash", "another hash", replace(_GOOD, path=path))


def _witnesses():
    alone = proof(_NAME, cosigners=(W3,))
    yield _text(15, "too-few", "one witness of the two asked for", alone)
    no_one = proof(_NAME, cosigners=(W1, STRANGER))
    yield _text(15, "stranger", "a witness and one that the policy does not name", no_one)
    elsewhere = cosign(STANDS[2].signed, W2, at=_STAND.seen_at)
    text = alone.with_signatures(elsewhere)
    yield _text(15, "other-checkpoint", "a cosignature of another checkpoint", text)
    line = cosign(_GOOD.signed, W2, at=_STAND.seen_at)
    later = line.value[:7] + bytes([line.value[7] ^ 1]) + line.value[8:]
    redated = alone.with_signatures(replace(line, value=later))
    yield _text(15, "time", "another time than was signed", redated)
    twice = cosign(_GOOD.signed, W1, at=_STAND.seen_at).line
    yield _text(15, "twice", "one witness twice, both true", _TEXT + twice)
    plain = NoteSignature(
        name=W2.vkey.name, key_id=W2.vkey.key_id, value=W2.sign(_GOOD.signed.note.text.encode())
    )
    yield _text(15, "undated", "a signature without a time", alone.with_signatures(plain))
    policy = "all.policy"
    yield _bad(15, "not-all", "two where all three are asked", logged(_NAME), policy=policy)


def _log_keys():
    retired = proof("certified", signed=replace(STANDS[5], keys=(L1,)).signed)
    what = "a log key that had ended before the decision"
    yield _bad(17, "retired", what, logged("certified", retired))
    early = proof(_NAME, signed=replace(_STAND, keys=(L2,)).signed)
    yield _text(17, "not-yet", "a log key that had not begun when it was seen", early)
    lost, certified = "log-key-lost.json", logged("certified")
    yield _bad(17, "lost", "a log key lost before it was seen", certified, register=lost)
    before = logged("lost-key-before")
    what = "a log key lost since, and no time of others"
    yield _bad(17, "lost-no-time", what, before, register=lost, policy=None)


def _dates():
    yield _bad(18, "late", "seen a millisecond over a day later", logged("seen-too-late"))
    what = "decided 5 minutes and a millisecond after it was seen"
    yield _bad(18, "later", what, logged("decided-later"))
    kept = replace(STANDS[1], seen_at=_STAND.seen_at + timedelta(days=2))
    yield _text(18, "seen-again", "cosigned two days later only", proof(_NAME, stand=kept))
    again = logged(_NAME, stand=STANDS[2])
    what = "decided before the log began, seen a millisecond over a day after it began"
    yield _bad(18, "logged-later", what, again, register="log-older.json")
    for name, change in (
        ("index", {"index": index_of("held")}),
        ("size", {"size": 9}),
        ("log", {"log": "autre.example"}),
    ):
        octets = receipt(_NAME, proof=member(_GOOD, _NAME) | change)
        yield _bad(19, name, f"{name} is not that of the text", octets)
    yield _bad(20, "seen-after", "seen after its key was lost", logged("lost-key-seen-after"))
    what = "its key was lost since, and there is no time of others"
    yield _bad(20, "undated", what, logged("lost-key-before"), policy=None)


def vectors():
    groups = (_members, _spellings, _checkpoints, _trees, _witnesses, _log_keys, _dates)
    return [vector for group in groups for vector in group()]


def unusable():
    """Vectors that cannot be judged: what the verifier is given is at fault, not the receipt."""
    octets = logged(_NAME)
    registers = {
        "no-key": "a register without a key",
        "other-kid": "a kid that is not its key's",
        "other-point": "a point that is not the certificate's",
        "out-of-certificate": "a key valid before its certificate",
        "no-such-day": "a date that is none",
        "null-compromise": "a key whose compromisedAt is null, which is not never",
        "stray-bit": "a certificate in base64 with a stray bit",
        "utf-16": "a register in UTF-16",
        "byte-order-mark": "a register with a byte order mark",
        "not-a-number": "a register with NaN, which is no JSON",
        "no-log": "a register that names no log, a receipt with a proof",
    }
    policies = {
        "no-quorum": "a policy without a quorum",
        "four-of-three": "a policy that asks for four of three",
        "false-id": "a witness whose key id is not its own",
    }
    return [
        Vector(name=f"0-{name}", what=what, octets=octets, register=f"{name}.json")
        for name, what in registers.items()
    ] + [
        Vector(name=f"0-{name}", what=what, octets=octets, policy=f"{name}.policy")
        for name, what in policies.items()
    ]
