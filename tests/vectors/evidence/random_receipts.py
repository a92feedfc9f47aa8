"""Receipts that nobody chose, made by the library that signs for the gateway."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signing.authorities import MEMBER, authorities_member
from signing.canonical import jcs
from signing.encoding import to_base64
from signing.keys import SigningKeys, load_published, new_signing_key
from signing.log.checkpoint import Checkpoint, sign_checkpoint
from signing.log.cosignature import cosign
from signing.log.entry import acknowledgement_entry
from signing.log.keys import LogKeys, new_log_key
from signing.log.proof import LogProof
from signing.log.signer import Ed25519Signer
from signing.log.tree import inclusion_proof, root_at
from signing.log.vkey import SignatureType
from signing.published import published_document
from signing.register import load_register
from signing.timestamp import TimestampTrust
from tests.unit.signing.log.merkle import StoredInMemory
from tests.vectors.evidence.acknowledgements import DISPOSITIONS, acknowledgement
from tests.vectors.evidence.stamps import BY_RSA, FIRST, UNKNOWN, token

ORIGIN = "registre.example/journal"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_ROTATIONS = (timedelta(days=100), timedelta(days=230))
_CHARACTERS = "aZ09 éœ€𝄞\\\"/<&>'\u00a0\u2028\u200b\b\t\n\u001f\u007f\ufffd"


@dataclass(frozen=True, slots=True)
class Made:
    """One receipt with all that went into it, so that it can be made wrong."""

    members: dict
    """The acknowledgement."""
    jws: str
    """Its signature, made once: ECDSA gives another each time."""
    signer: object
    """Who made it."""
    logged: LogProof
    policy: bytes
    cosigners: tuple
    stamp: bytes | None
    """The time-stamp token over its checkpoint."""
    retired: tuple
    """Signers of the log whose time was over."""

    @property
    def canonical(self):
        return jcs(self.members)

    @property
    def proof(self):
        checkpoint = self.logged.signed.checkpoint
        return {
            "log": checkpoint.origin,
            "index": self.logged.index,
            "size": checkpoint.size,
            "inclusion": self.logged.octets.decode(),
        } | ({} if self.stamp is None else {"timestamp": to_base64(self.stamp)})

    def receipt(self, **instead):
        """The receipt; `instead` are members in place of its own, `None` leaves one out."""
        own = {
            "acknowledgement": self.members,
            "canonicalSha256": sha256(self.canonical).hexdigest(),
            "proof": self.proof,
            "signature": self.jws,
        }
        return jcs({name: one for name, one in (own | instead).items() if one is not None})

    def saying(self, **instead):
        """Another acknowledgement, signed by the same key."""
        members = self.members | instead
        return replace(self, members=members, jws=self.signer.sign_json(jcs(members)).decode())

    def proved_by(self, **instead):
        """The same with another proof and its own stamp."""
        return replace(self, logged=replace(self.logged, **instead))


class Gateway:
    """Keys of both kinds in a folder, changed twice in its year."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._changes = [BEGIN, *(BEGIN + since for since in _ROTATIONS)]
        self._keys, self._log_keys = SigningKeys(folder), LogKeys(folder)
        self._log_signers = []

    @property
    def register(self):
        """As it is published after all that was signed."""
        log = load_register(self._folder).log
        document = published_document(load_published(self._folder), log=log)
        trust = TimestampTrust(roots=(FIRST.root.certificate, BY_RSA.root.certificate))
        return jcs(document | {MEMBER: authorities_member(trust)})

    def signers(self, now):
        """Who signs acknowledgements and who checkpoints at `now`, which never goes back.

        And who signed checkpoints before, and no longer may.
        """
        while self._changes and self._changes[0] <= now:
            at = self._changes.pop(0)
            new_signing_key(self._folder, common_name="Essai", organisation="Exemple", now=at)
            new_log_key(self._folder, origin=ORIGIN, now=at)
            self._log_signers.append(self._log_keys.signers(now=at)[0])
        signer = self._keys.signer(decided_at=now, now=now)
        signing = self._log_keys.signers(now=now)
        names = {one.vkey for one in signing}
        retired = [one for one in self._log_signers if one.vkey not in names]
        return signer, signing, tuple(retired)


def witnesses():
    return [
        Ed25519Signer.of(
            Ed25519PrivateKey.generate(),
            name=f"temoin-{number}.example",
            kind=SignatureType.COSIGNATURE,
        )
        for number in range(5)
    ]


def receipts(count, *, gateway, draw: random.Random):
    """`count` receipts of one log, decided one after the other over a year."""
    drawn = [_acknowledgement(draw, number, count) for number in range(count)]
    salts = [draw.randbytes(32) for _ in drawn]
    entries = [
        acknowledgement_entry(canonical_sha256=sha256(jcs(members)).digest(), salt=salt)
        for (members, _), salt in zip(drawn, salts, strict=True)
    ]
    stored, everyone = StoredInMemory(entries), witnesses()
    made = []
    for index, ((members, decided_at), salt) in enumerate(zip(drawn, salts, strict=True)):
        size = draw.randint(index + 1, min(count, index + 300))
        signer, log_signers, retired = gateway.signers(decided_at)
        checkpoint = Checkpoint(origin=ORIGIN, size=size, root=root_at(size, stored))
        signed = sign_checkpoint(checkpoint, *log_signers)
        proof = LogProof(
            index=index, path=inclusion_proof(index, size, stored), signed=signed, extra=salt
        )
        known = draw.sample(everyone, draw.randint(1, 5))
        threshold = draw.randint(1, len(known))
        cosigners = draw.sample(known, draw.randint(threshold, len(known)))
        proof = proof.with_signatures(
            *(
                cosign(signed, one, at=decided_at + timedelta(seconds=draw.randint(1, 80_000)))
                for one in cosigners
            )
        )
        text = signed.note.text.encode()
        made.append(
            Made(
                members=members,
                jws=signer.sign_json(jcs(members)).decode(),
                signer=signer,
                logged=proof,
                policy=_policy(known, threshold),
                cosigners=tuple(cosigners),
                stamp=_stamp(draw, text, decided_at),
                retired=retired,
            )
        )
    return made


def _stamp(draw, text, decided_at):
    """Of two in three: an authority's of the register, or, now and then, a stranger's."""
    if draw.random() < 1 / 3:
        return None
    stamper = draw.choices((FIRST, BY_RSA, UNKNOWN), weights=(5, 4, 1))[0]
    at = decided_at + timedelta(seconds=draw.randint(1, 80_000))
    return token(text, stamper=stamper, at=at, microsecond=draw.choice((0, 346_780)))


def _acknowledgement(draw, number, count):
    span_ms = int(timedelta(days=360) / timedelta(milliseconds=1))
    decided_at = BEGIN + timedelta(milliseconds=span_ms * number // count + draw.randrange(1000))
    disposition = draw.choice(sorted(DISPOSITIONS))
    name = "".join(draw.choices(_CHARACTERS, k=draw.randint(1, 40)))
    submitter = {"name": name, "siret": "77568501900488"}
    members = acknowledgement(
        f"random {number}", decided_at=decided_at, disposition=disposition, submitter=submitter
    )
    if draw.random() < 0.2:
        members["test"] = True
    if "lines" in members:
        line = members["lines"][0]
        repeated = draw.choice((1, 3, 50))
        members["lines"] = [line | {"index": index + 1} for index in range(repeated)]
        members["linesTotal"] = repeated
    return members, decided_at


def _policy(known, threshold):
    lines = [f"witness W{number} {one.vkey.text}\n" for number, one in enumerate(known)]
    names = " ".join(f"W{number}" for number in range(len(known)))
    return "".join([*lines, f"group enough {threshold} {names}\n", "quorum enough\n"]).encode()
