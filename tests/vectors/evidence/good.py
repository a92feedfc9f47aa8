"""Vectors that are proved."""

from datetime import timedelta

from signing.canonical import jcs
from signing.encoding import instant_text, to_base64, to_base64url
from signing.log.note import NoteSignature
from tests.vectors.evidence.keys import K1, P256_ORDER, STRANGER, W1, W2, W3, seed
from tests.vectors.evidence.made import (
    LEAF,
    MORNING,
    STANDS,
    first_over,
    logged,
    member,
    proof,
    receipt,
)
from tests.vectors.evidence.vector import POLICY, STEPS, STEPS_WITHOUT_A_LOG, Vector


def _signed(name, what, octets, **other):
    judged_by = {"register": "no-log.json"} | other
    return Vector(name=name, what=what, octets=octets, steps=STEPS_WITHOUT_A_LOG, **judged_by)


def _witnessed(name, what, leaf, octets=None, *, seen_at=None, policy=POLICY, **other):
    return Vector(
        name=name,
        what=what,
        octets=octets or logged(leaf),
        steps=STEPS,
        seen_at=instant_text(seen_at or first_over(leaf).seen_at),
        policy=policy,
        **other,
    )


def _unwitnessed(name, what, octets, **other):
    return Vector(name=name, what=what, octets=octets, steps=STEPS, **other)


def _high_s():
    """The same signature with the other of the two s that verify (SEC 1 §4.1.4)."""
    signing_input = f"{K1.header}.{to_base64url(LEAF['received'].canonical)}"
    signature = K1.raw_signature(signing_input.encode())
    other = P256_ORDER - int.from_bytes(signature[32:], "big")
    octets = signature[:32] + other.to_bytes(32, "big")
    return receipt("received", signature=f"{signing_input}.{to_base64url(octets)}")


def _with_a_line_of_another_type():
    """A signature of a type that no version knows is kept, and passed over."""
    line = NoteSignature(name=W3.vkey.name, key_id=seed("type 6")[:4], value=bytes(80))
    return logged("received", proof("received").with_signatures(line))


def _signatures():
    return [
        _signed("signature-alone", "a register without a log; no proof", receipt("received")),
        _signed("bare-jws", "the compact JWS alone", LEAF["received"].jws.encode()),
        _signed("other-s", "n - s in place of s verifies too", _high_s()),
        _signed(
            "before-the-log",
            "decided a minute before the log began",
            receipt("received"),
            register="log-younger.json",
        ),
    ]


def _of_the_log_alone():
    return [
        _unwitnessed(
            "log-alone", "proof of the log, no policy: no time of others", logged("received")
        ),
        _unwitnessed(
            "no-witness-asked",
            "a policy that asks for none",
            logged("received"),
            policy="no-witness.policy",
        ),
        _unwitnessed(
            "log-key-later",
            "a checkpoint signed by a key that began after the decision",
            logged("received", stand=STANDS[3]),
        ),
    ]


def _policies():
    three = proof("received", cosigners=(W1, W2, W3), apart=timedelta(minutes=1))
    last = first_over("received").seen_at
    octets = logged("received", three)
    a_minute = timedelta(minutes=1)
    with_stranger = logged("received", proof("received", cosigners=(STRANGER, W3, W1)))
    stamped = jcs(member(proof("received"), "received") | {"timestamp": to_base64(seed("token"))})
    return [
        _witnessed("second-of-three", "time: the 2nd", "received", octets, seen_at=last - a_minute),
        _witnessed("all-of-three", "time: the last", "received", octets, policy="all.policy"),
        _witnessed("groups", "groups of groups", "received", octets, policy="nested.policy"),
        _witnessed(
            "log-key-named",
            "a policy that names the key of the log; time of its one witness",
            "received",
            octets,
            policy="first-log-key.policy",
            seen_at=last - 2 * a_minute,
        ),
        _witnessed("stranger-cosigns", "one more, unknown", "received", with_stranger),
        _witnessed("type-unknown", "one of 0x06", "received", _with_a_line_of_another_type()),
        _witnessed(
            "timestamp-beside",
            "a member timestamp, which is not judged: the register names no authority",
            "received",
            _replace_proof("received", stamped),
        ),
    ]


def _replace_proof(name, proof_member):
    mark = b'"proof":'
    head, _, tail = logged(name).partition(mark)
    return head + mark + proof_member + tail[tail.index(b',"signature"') :]


def _times():
    return [
        _witnessed("rotated", "new keys of both kinds; two log keys sign", "rotated"),
        _witnessed("test", "a test: proof of nothing but itself", "test"),
        _witnessed("other-environment", "another installation", "other-environment"),
        _witnessed("every-escape", "what JCS escapes, and what not", "every-escape"),
        _witnessed("lost-key-before", "key lost since; seen before", "lost-key-before"),
        _witnessed("certified", "a certificate with its authority's", "certified"),
        _witnessed("seen-a-day-later", "a day later, to the millisecond", "seen-a-day-later"),
        _witnessed("clocks-apart", "5 minutes before, by another clock", "clocks-apart"),
        _witnessed(
            "logged-later",
            "decided three months before the log began, and seen a day after that",
            "received",
            logged("received", stand=STANDS[2]),
            seen_at=STANDS[2].seen_at,
            register="log-a-day-older.json",
        ),
        _witnessed(
            "log-key-lost-since",
            "the log's key was lost after it was seen",
            "lost-key-before",
            register="log-key-lost.json",
        ),
        _witnessed(
            "log-key-sound-beside",
            "one of two log keys was lost before; the other stands",
            "rotated",
            register="log-key-lost-early.json",
        ),
    ]


def vectors():
    dispositions = [
        _witnessed(leaf.name, leaf.members["disposition"], leaf.name) for leaf in MORNING
    ]
    return [*dispositions, *_signatures(), *_of_the_log_alone(), *_policies(), *_times()]
