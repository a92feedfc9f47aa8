"""The one log of the vectors: its acknowledgements, in order, its checkpoints and their proofs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from signing.canonical import jcs
from signing.log.checkpoint import Checkpoint, sign_checkpoint
from signing.log.cosignature import cosign
from signing.log.entry import acknowledgement_entry
from signing.log.proof import LogProof
from tests.unit.signing.log.merkle import mth, path
from tests.vectors.evidence.acknowledgements import acknowledgement
from tests.vectors.evidence.keys import K1, K2, K3, K4, L1, L2, ORIGIN, W1, W2, seed

A_DAY = timedelta(days=1)
A_MOMENT = timedelta(milliseconds=1)
LENIENCE = timedelta(minutes=5)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One acknowledgement of the log."""

    name: str
    members: dict
    key: object

    @property
    def canonical(self):
        return jcs(self.members)

    @property
    def salt(self):
        return seed(f"salt {self.name}")

    @property
    def entry(self):
        digest = sha256(self.canonical).digest()
        return acknowledgement_entry(canonical_sha256=digest, salt=self.salt)

    @property
    def jws(self):
        return self.key.jws(self.canonical)


def _leaf(name, key, decided_at, **members):
    when = at(decided_at) if isinstance(decided_at, str) else decided_at
    return Leaf(name, acknowledgement(name, decided_at=when, **members), key)


MORNING = [
    _leaf(name.lower().replace("_", "-"), K1, f"2026-03-02T08:0{minute}:00.250", disposition=name)
    for minute, name in enumerate(
        (
            "ACCEPTED",
            "RECEIVED",
            "ACCEPTED_WITH_RESERVATIONS",
            "PARTLY_ACCEPTED",
            "HELD",
            "REJECTED",
            "INADMISSIBLE",
            "CONFLICT",
        )
    )
]
SEEN_A_DAY_LATER = at("2026-11-02T12:00:00")
SEEN_BY_A_SLOW_CLOCK = at("2026-11-10T08:00:00")
LEAVES = [
    *MORNING,
    _leaf("rotated", K2, "2026-06-10T09:00:00", disposition="ACCEPTED"),
    _leaf("test", K2, "2026-06-10T09:01:00", test=True),
    _leaf("other-environment", K2, "2026-06-10T09:02:00", environment="integration"),
    _leaf(
        "every-escape",
        K2,
        "2026-06-10T09:03:00",
        submitter={"name": 'é€𝄞 "\\/\u2028\b\t\n\f\r\u0001\u007f', "siret": "77568501900488"},
    ),
    _leaf("lost-key-before", K3, "2026-09-10T10:00:00"),
    _leaf("lost-key-seen-after", K3, "2026-09-30T23:59:00"),
    _leaf("lost-key-after", K3, "2026-10-01T00:00:00"),
    _leaf("certified", K4, "2026-10-02T10:00:00"),
    _leaf("seen-a-day-later", K4, SEEN_A_DAY_LATER - A_DAY),
    _leaf("seen-too-late", K4, SEEN_A_DAY_LATER - A_DAY - A_MOMENT),
    _leaf("clocks-apart", K4, SEEN_BY_A_SLOW_CLOCK + LENIENCE),
    _leaf("decided-later", K4, SEEN_BY_A_SLOW_CLOCK + LENIENCE + A_MOMENT),
]
LEAF = {leaf.name: leaf for leaf in LEAVES}
ENTRIES = [leaf.entry for leaf in LEAVES]


def index_of(name):
    return LEAVES.index(LEAF[name])


@dataclass(frozen=True, slots=True)
class Stand:
    """A checkpoint: how far the log had come, who signs it, when witnesses saw it."""

    size: int
    seen_at: datetime
    keys: tuple

    @property
    def signed(self):
        checkpoint = Checkpoint(origin=ORIGIN, size=self.size, root=mth(ENTRIES[: self.size]))
        return sign_checkpoint(checkpoint, *self.keys)


STANDS = [
    Stand(1, at("2026-03-02T08:00:02"), (L1,)),
    Stand(8, at("2026-03-02T08:10:00"), (L1,)),
    Stand(12, at("2026-06-10T09:10:00"), (L2, L1)),
    Stand(13, at("2026-09-10T10:00:10"), (L2,)),
    Stand(14, at("2026-10-01T00:05:00"), (L2,)),
    Stand(16, at("2026-10-02T10:00:10"), (L2,)),
    Stand(18, SEEN_A_DAY_LATER, (L2,)),
    Stand(20, SEEN_BY_A_SLOW_CLOCK, (L2,)),
]


def first_over(name):
    return next(stand for stand in STANDS if stand.size > index_of(name))


def proof(name, *, stand=None, cosigners=(W1, W2), signed=None, apart=timedelta(seconds=3)):
    """The proof of a leaf; the witnesses saw its checkpoint `apart`, the last at its time."""
    stand = stand or first_over(name)
    signed = signed or stand.signed
    index = index_of(name)
    last = len(cosigners) - 1
    return LogProof(
        index=index,
        path=tuple(path(index, ENTRIES[: stand.size])),
        signed=signed,
        extra=LEAF[name].salt,
    ).with_signatures(
        *(
            cosign(signed, witness, at=stand.seen_at - apart * (last - number))
            for number, witness in enumerate(cosigners)
        )
    )


def member(text, name, *, stand=None):
    """The member `proof` around a text, given as a proof or as a text that was changed."""
    stand = stand or first_over(name)
    inclusion = text if isinstance(text, str) else text.octets.decode()
    return {"log": ORIGIN, "index": index_of(name), "size": stand.size, "inclusion": inclusion}


def receipt(name, **other):
    """The receipt of a leaf without `proof`; `other` puts members beside or in place."""
    leaf = LEAF[name]
    members = {
        "acknowledgement": leaf.members,
        "canonicalSha256": sha256(leaf.canonical).hexdigest(),
        "signature": leaf.jws,
    }
    return jcs(members | other)


def logged(name, text=None, *, stand=None):
    """The receipt of a leaf with its proof, or with another text in its place."""
    return receipt(name, proof=member(text or proof(name, stand=stand), name, stand=stand))
