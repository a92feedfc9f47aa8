"""Vectors of time-stamps: proved, passed over, and refused at step 16."""

from datetime import timedelta

from signing.encoding import instant_text, parse_instant
from tests.authority import usage
from tests.partners.tsa_example.stamping import ALSO_MAIL
from tests.vectors.evidence.keys import W1, W2, seed
from tests.vectors.evidence.made import LEAF, STANDS, first_over, logged, receipt
from tests.vectors.evidence.stamps import (
    BY_RSA,
    FIRST,
    LOG_KEY_LOST,
    STAMPED,
    UNKNOWN,
    YOUNGER_LOG,
    certified,
    nesting,
    stamped,
    token,
)
from tests.vectors.evidence.vector import POLICY, REGISTER, STEPS, Vector

_NAME = "received"
_STAND = first_over(_NAME)
_DECIDED_AT = parse_instant(LEAF[_NAME].members["decidedAt"])
_LATER = timedelta(seconds=30)
_AT = _STAND.seen_at + _LATER
_TEXT = _STAND.signed.note.text.encode()


def _dated(name, what, octets, *, at=_AT, seen_at=None, register=STAMPED, **other):
    return Vector(
        name=name,
        what=what,
        octets=octets,
        steps=STEPS,
        seen_at=instant_text(seen_at or at),
        timestamped_at=instant_text(at),
        register=register,
        **other,
    )


def _passed_over(name, what, octets, *, register=STAMPED):
    return Vector(name=name, what=what, octets=octets, steps=STEPS, register=register)


def _bad(step, name, what, octets, *, register=STAMPED, **other):
    return Vector(
        name=f"{step}-{name}",
        what=what,
        octets=octets,
        failing_step=step,
        register=register,
        **other,
    )


def _proved():
    yield _dated("stamped", "by an authority with another above it", stamped(_NAME))
    yield _dated("stamped-by-rsa", "RSA, directly under its root", stamped(_NAME, stamper=BY_RSA))
    both = stamped(_NAME, cosigners=(W1, W2))
    what = "time: the witnesses', half a minute before the stamp's"
    yield _dated("stamped-and-seen", what, both, policy=POLICY, seen_at=_STAND.seen_at)
    early = stamped(_NAME, cosigners=(W1, W2), later=-_LATER)
    what = "time: the stamp's, half a minute before the witnesses'"
    yield _dated("stamped-first", what, early, at=_STAND.seen_at - _LATER, policy=POLICY)
    yield _dated("stamp-needed", "one is asked for", stamped(_NAME), needs_timestamp=True)
    at = first_over("lost-key-before").seen_at + _LATER
    before = stamped("lost-key-before")
    yield _dated("stamped-lost-key-before", "stamped before its key was lost", before, at=at)
    what = "stamped before the log's key was lost"
    yield _dated("stamped-log-key-lost", what, before, at=at, register=LOG_KEY_LOST)
    whole = _DECIDED_AT.replace(microsecond=0) + timedelta(days=1)
    last = stamped(_NAME, later=whole - _STAND.seen_at)
    yield _dated("stamped-a-day-later", "a day later, to the second", last, at=whole)
    what = "an attribute that nobody signed has a value inside 32 others"
    yield _dated("stamp-nested", what, stamped(_NAME, nesting(token(_TEXT, at=_AT), 25)))
    at, octets = _AT + timedelta(milliseconds=346), stamped(_NAME, microsecond=346_780)
    yield _dated("stamped-finely", "genTime with 5 digits of a second, cut to 3", octets, at=at)


def _strangers():
    what = "by an authority that the register does not name: as without"
    yield _passed_over("stamped-by-unknown", what, stamped(_NAME, stamper=UNKNOWN))
    what = "a register that names no authority: as without"
    yield _passed_over("stamp-not-judged", what, stamped(_NAME), register=REGISTER)
    what = "signed by another key under the authority's certificate: as without"
    yield _passed_over("stamped-by-another", what, stamped(_NAME, signed_by=UNKNOWN.key))
    what = "the content-type that is signed has its bytes and not its tag: as without"
    octets = stamped(_NAME, content_type_tag=0x04)
    yield _passed_over("stamp-content-type", what, octets)
    altered = bytearray(token(_TEXT, at=_AT))
    altered[-5] ^= 1
    what = "one bit of its signature: as without"
    yield _passed_over("stamp-flipped", what, stamped(_NAME, bytes(altered)))


def _false():
    elsewhere = token(STANDS[2].signed.note.text.encode(), at=_AT)
    yield _bad(16, "other-text", "over another checkpoint", stamped(_NAME, elsewhere))
    sound = token(_TEXT, at=_AT)
    what = "an attribute that nobody signed has a value inside 33 others"
    yield _bad(16, "nested", what, stamped(_NAME, nesting(sound, 26)))
    yield _bad(16, "no-token", "bytes that are none", stamped(_NAME, seed("token")))
    yield _bad(16, "cut", "its last byte is missing", stamped(_NAME, sound[:-1]))
    yield _bad(16, "more", "a byte more", stamped(_NAME, sound + b"\0"))
    sha512 = stamped(_NAME, algorithm="sha512", digest=bytes(64))
    yield _bad(16, "sha-512", "over a digest of another kind", sha512)
    bare = stamped(_NAME, with_certificates=False)
    yield _bad(16, "no-certificate", "no certificate comes along", bare)
    unattested = stamped(_NAME, attested_by="nothing")
    yield _bad(16, "not-attested", "no signingCertificateV2", unattested)
    other = stamped(_NAME, names=UNKNOWN.certificate)
    yield _bad(16, "other-attested", "signingCertificateV2 names another", other)
    for name, what, changes in (
        ("no-purpose", "a certificate without extendedKeyUsage", {"purpose": None}),
        ("two-purposes", "a certificate for mail as well", {"purpose": ALSO_MAIL}),
        ("not-critical", "extendedKeyUsage is not critical", {"critical": False}),
        ("encipherment", "a key for encipherment", {"usage": usage(key_encipherment=True)}),
        ("ended", "a certificate that had ended", {"end": _AT - timedelta(seconds=1)}),
        ("not-begun", "one that had not begun", {"begin": _AT + timedelta(seconds=1)}),
    ):
        octets = stamped(_NAME, stamper=certified(FIRST, **changes))
        yield _bad(16, name, what, octets)
    unknown = stamped(_NAME, stamper=UNKNOWN)
    yield _bad(16, "unknown", "one is asked for, and its authority is unknown", unknown,
               needs_timestamp=True)  # fmt: skip
    what = "one is asked for, and there is none"
    yield _bad(16, "missing", what, logged(_NAME), needs_timestamp=True)
    what = "a time-stamp is asked for, and there is no proof at all"
    yield _bad(10, "stamp-needed", what, receipt(_NAME), register="no-log.json",
               needs_timestamp=True)  # fmt: skip


def _late():
    late = stamped(_NAME, later=timedelta(days=1))
    yield _bad(18, "stamped-late", "stamped more than a day after its decision", late)
    what = "decided before the log began, stamped more than a day after it began"
    octets = stamped(_NAME, stand=STANDS[2], later=timedelta(0))
    yield _bad(18, "stamped-again", what, octets, register=YOUNGER_LOG)
    what = "stamped after the log's key was lost"
    octets = stamped("certified")
    yield _bad(17, "stamped-lost", what, octets, register=LOG_KEY_LOST)
    what = "stamped after its key was lost"
    yield _bad(20, "stamped-after", what, stamped("lost-key-seen-after"))


def vectors():
    groups = (_proved, _strangers, _false, _late)
    return [vector for group in groups for vector in group()]


def unusable():
    what = "a register with authorities, and no root"
    return [Vector(name="0-no-root", what=what, octets=stamped(_NAME), register="no-root.json")]
