"""A small log with its keys, two witnesses of three, and one acknowledgement in it, proved."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signing.log.checkpoint import Checkpoint, SignedCheckpoint, sign_checkpoint
from signing.log.cosignature import cosign
from signing.log.entry import acknowledgement_entry
from signing.log.policy import Group, WitnessPolicy
from signing.log.proof import LogProof
from signing.log.published import PublishedLog, PublishedLogKey
from signing.log.signer import Ed25519Signer
from signing.log.tree import inclusion_proof
from signing.log.vkey import SignatureType
from tests.unit.signing.log.merkle import StoredInMemory, entries

ORIGIN = "registre.example/journal"
DECIDED_AT = datetime(2026, 3, 2, 10, 20, 30, 456000, tzinfo=UTC)
SEEN_AT = datetime(2026, 3, 2, 10, 20, 40, tzinfo=UTC)
CANONICAL_SHA256 = sha256(b"an acknowledgement").digest()
SALT = bytes(range(32))
INDEX = 11
SIZE = 21


def signer(seed, name=ORIGIN, kind=SignatureType.ED25519):
    private_key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return Ed25519Signer.of(private_key, name=name, kind=kind)


def witness(seed):
    return signer(seed, f"temoin.example/w{seed}", SignatureType.COSIGNATURE)


@dataclass(frozen=True)
class Proved:
    log: PublishedLog
    policy: WitnessPolicy
    signed: SignedCheckpoint
    proof: LogProof
    stored: StoredInMemory


def small_log(canonical_sha256=CANONICAL_SHA256):
    all_entries = entries(SIZE)
    all_entries[INDEX] = acknowledgement_entry(canonical_sha256=canonical_sha256, salt=SALT)
    stored = StoredInMemory(all_entries)
    key = signer(1)
    checkpoint = Checkpoint(origin=ORIGIN, size=SIZE, root=stored.frontier.root)
    signed = sign_checkpoint(checkpoint, key)
    witnesses = [witness(seed) for seed in (11, 12, 13)]
    proof = LogProof(
        index=INDEX, path=inclusion_proof(INDEX, SIZE, stored), signed=signed, extra=SALT
    ).with_signatures(
        cosign(signed, witnesses[0], at=SEEN_AT - timedelta(seconds=3)),
        cosign(signed, witnesses[2], at=SEEN_AT),
    )
    published = PublishedLogKey(
        vkey=key.vkey,
        valid_from=DECIDED_AT - timedelta(days=60),
        valid_to=DECIDED_AT + timedelta(days=60),
    )
    return Proved(
        log=PublishedLog(origin=ORIGIN, keys=(published,)),
        policy=WitnessPolicy(quorum=Group(2, tuple(one.vkey for one in witnesses))),
        signed=signed,
        proof=proof,
        stored=stored,
    )


def policy_text(witnesses):
    lines = [f"witness w{number} {key.text}\n" for number, key in enumerate(witnesses)]
    members = " ".join(f"w{number}" for number in range(len(witnesses)))
    return "".join(lines) + f"group two 2 {members}\nquorum two\n"
