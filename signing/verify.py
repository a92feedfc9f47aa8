"""Offline verification of receipts: a receipt, the published keys, and nothing else.

`verify_json` is here, `verify_xml` in its own module. Each is a numbered proof: it gives a `Proof`,
or raises `SignatureInvalid` with the step that failed. Whatever the bytes, no other exception
leaves them but `KeyUnusable` on an empty trust file. The proof of a JSON receipt:

(1) the bytes are one canonical JSON document (RFC 8785), or one compact JWS;
(2) the receipt has the members of a receipt and no other;
(3) the signature is a compact JWS in its one spelling (RFC 7515 §7.1);
(4) its protected header is exactly that of the profile;
(5) its `kid` is published, and its `x5t#S256` is that key's certificate;
(6) its 64 bytes verify under that key (RFC 7518 §3.4);
(7) what is signed is the acknowledgement shown, in canonical form;
(8) `canonicalSha256` is its digest;
(9) it was decided while the key was valid and before any compromise of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from signing.canonical import jcs, strict_json
from signing.ecdsa import SIGNATURE_BYTES, verifies
from signing.encoding import to_base64url
from signing.jws import ALGORITHM, TYPE, parse_compact, read_profile_header
from signing.proof import (
    HEX_SHA256,
    MAX_RECEIPT_BYTES,
    Proof,
    ProofSteps,
    Step,
    acknowledgement_members,
    trusted_by_kid,
    within_validity,
)
from signing.published import PublishedKey
from signing.verify_xml import verify_xml

__all__ = ["Proof", "Step", "verify_json", "verify_xml"]

_REQUIRED = frozenset({"acknowledgement", "canonicalSha256", "signature"})
_ALLOWED = _REQUIRED | {"proof"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Receipt:
    compact: str
    acknowledgement: bytes | None
    """JCS of what the receipt shows beside its JWS; absent from a bare JWS."""
    canonical_sha256: str | None


def verify_json(receipt: bytes, *, trust: Sequence[PublishedKey]) -> Proof:
    """Prove a JSON receipt, or the bare compact JWS of one, by the keys in `trust`.

    The caller MUST still read the acknowledgement from `Proof.acknowledgement`, check that `test`
    and `environment` are what it expects, and prove the member `proof` against the evidence log:
    that member is no part of what is signed.
    """
    trusted = trusted_by_kid(trust)
    steps = ProofSteps()
    # (1), (2) the bytes are a receipt or a bare JWS, in the one canonical spelling
    shown = _receipt(steps, receipt)
    # (3) three canonical parts
    try:
        jws = parse_compact(shown.compact)
    except ValueError as error:
        steps.refuse(f"not a canonical compact JWS: {error}", error)
    steps.hold("the signature is a canonical compact JWS", f"{len(shown.compact)} characters")
    # (4), (5) no algorithm, key or extension of the sender's choosing: the key is ours
    key = _trusted_key(steps, trusted, jws.header)
    # (6) the signature verifies
    steps.demand(len(jws.signature) == SIGNATURE_BYTES, "the signature is not 64 bytes")
    verified = verifies(key.public_key, jws.signature, jws.signing_input)
    steps.demand(verified, "the signature does not verify")
    steps.hold("the signature verifies", f"{ALGORITHM} over {len(jws.payload)} bytes")
    # (7) what is signed is what is shown
    members = _signed_acknowledgement(steps, jws.payload, shown)
    # (8) the digest names it
    digest = sha256(jws.payload).hexdigest()
    steps.demand(shown.canonical_sha256 in (None, digest), "canonicalSha256 is another")
    steps.hold("canonicalSha256 is the acknowledgement's digest", digest)
    # (9) in the key's time
    within_validity(steps, acknowledgement=members, key=key)
    return Proof(
        steps=steps.held, acknowledgement=jws.payload, kid=key.kid, certificate=key.certificate
    )


def _receipt(steps: ProofSteps, octets: bytes) -> _Receipt:
    steps.demand(len(octets) <= MAX_RECEIPT_BYTES, "longer than any receipt")
    if not octets.startswith(b"{"):
        return _bare(steps, octets)
    try:
        members = strict_json(octets)
    except ValueError as error:
        steps.refuse(f"not a canonical JSON document: {error}", error)
    steps.hold("the bytes are one canonical JSON document", f"{len(octets)} bytes")
    if not isinstance(members, dict) or not _REQUIRED <= members.keys() <= _ALLOWED:
        steps.refuse("not the members of a receipt")
    acknowledgement, digest, compact = (
        members["acknowledgement"],
        members["canonicalSha256"],
        members["signature"],
    )
    steps.demand(isinstance(acknowledgement, dict), "the acknowledgement is not an object")
    steps.demand(isinstance(members.get("proof", {}), dict), "the proof is not an object")
    if not isinstance(compact, str) or not isinstance(digest, str):
        steps.refuse("the signature or canonicalSha256 is not a text")
    steps.demand(HEX_SHA256.fullmatch(digest), "canonicalSha256 is not a digest")
    steps.hold("the receipt has its members and no other", ", ".join(sorted(members)))
    return _Receipt(compact=compact, acknowledgement=jcs(acknowledgement), canonical_sha256=digest)


def _bare(steps: ProofSteps, octets: bytes) -> _Receipt:
    try:
        compact = octets.decode("ascii")
    except UnicodeDecodeError as error:
        steps.refuse("neither a JSON document nor a compact JWS", error)
    steps.demand(compact.count(".") == 2, "neither a JSON document nor a compact JWS")  # noqa: PLR2004
    steps.hold("the bytes are one compact JWS", f"{len(octets)} bytes")
    steps.hold("a bare JWS shows nothing beside what it signs", "no other member")
    return _Receipt(compact=compact, acknowledgement=None, canonical_sha256=None)


def _trusted_key(
    steps: ProofSteps, trusted: Mapping[str, PublishedKey], header: bytes
) -> PublishedKey:
    try:
        kid, thumbprint = read_profile_header(header)
    except ValueError as error:
        steps.refuse(str(error), error)
    steps.hold("the protected header is exactly the profile's", f"{ALGORITHM}, {TYPE}")
    key = trusted.get(kid)
    if key is None:
        steps.refuse("the kid is not that of a trusted key")
    certified = thumbprint == to_base64url(key.certificate_sha256)
    steps.demand(certified, "x5t#S256 is not the key's certificate")
    steps.hold("the key is published, with this certificate", key.kid)
    return key


def _signed_acknowledgement(
    steps: ProofSteps, payload: bytes, shown: _Receipt
) -> Mapping[str, object]:
    steps.demand(
        shown.acknowledgement in (None, payload), "the acknowledgement shown is not the one signed"
    )
    try:
        members = acknowledgement_members(payload)
    except ValueError as error:
        steps.refuse(f"what is signed is not an acknowledgement: {error}", error)
    steps.hold("what is signed is the acknowledgement, in canonical form", f"{len(payload)} bytes")
    return members
