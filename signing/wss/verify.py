"""The proof that a SOAP request was signed by the holder of a registered certificate.

Norms: OASIS WSS SOAP Message Security 1.1.1 and X.509 Token Profile 1.1.1, within WS-I Basic
Security Profile 1.1 (BSP), W3C XML-Signature and Exclusive C14N. Each leaves the verifier to carry
out what the message asks; here the message may ask for one thing. The proof:

(1) the envelope is Header and Body; one wsse:Security for us, in the Header, holds exactly one
    wsu:Timestamp, one ds:Signature and at most one token; no other of these stands anywhere;
(2) no Id is given twice in the whole document, whatever the name or namespace of the attribute;
(3) the signature has the one shape and the algorithms of the allow-list: until here nothing was
    canonicalised, digested or verified;
(4) its references are exactly Body, Timestamp, every header block of WS-Addressing and, if the
    sender likes, the token: the nodes at their places, found by identity and not by a search;
(5) KeyInfo names a registered certificate that is in force and may sign;
(6) the canonical octets of ds:SignedInfo say, read again, what (3) read in the tree, and the
    signature value verifies over them by the registered key; a refusal until here is one and the
    same whether the certificate is unknown, out of force or another's;
(7) key and algorithm are of the profile's strength, or of the deviation of this credential;
(8) the octets of Timestamp, addressing and token have the digests that were signed;
(9) the Timestamp, read from those octets, is of now;
(10) the octets of the Body have the digest that was signed.

What is handed on is those octets, never the document that came: who reads them reads what was
signed. The expensive steps, the Body's, come last and for a proven sender alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from lxml import etree

from signing.canonical import exclusive_c14n
from signing.verify_xml import parse_plain
from signing.wss.algorithms import DIGESTS, METHODS, is_strong, nobodys_key, verifies
from signing.wss.faults import Fault, Step
from signing.wss.names import (
    ADDRESSING,
    SECURITY,
    SIGNATURE,
    SOAP_12,
    TIMESTAMP,
    TOKEN,
    WSU_ID,
)
from signing.wss.profile import SignatureParts, SignedInfo, signature_parts, signed_info
from signing.wss.reading import demand_plain, own_id
from signing.wss.token import CertificateName, certificate_name
from signing.wss.window import demand_current, window

MAX_ADDRESSING: Final = 7
_ALONE: Final = (SECURITY, SIGNATURE, TIMESTAMP, TOKEN)
_BOOLEANS: Final = frozenset({"0", "1", "false", "true"})
_EVERY_ID: Final = "//@*[translate(local-name(), 'ID', 'id') = 'id']"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A certificate in force, of a sender who is known."""

    certificate: x509.Certificate
    allows_rsa_pkcs1_v15: bool = False
    """The documented deviation of a sender whose stack has nothing better."""


Registry = Callable[[CertificateName], Registered | None]
"""The one registered certificate in force, fit to sign, of that name; else None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedMessage:
    """The octets that were signed, and by whom."""

    certificate: x509.Certificate
    body: bytes
    """soap:Body in exclusive canonical form, as digested."""
    addressing: tuple[bytes, ...]
    """The header blocks of WS-Addressing, likewise, by name: their places were not signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """The nodes that count, by their places in the document."""

    body: etree._Element
    timestamp: etree._Element
    signature: etree._Element
    token: etree._Element | None
    addressing: tuple[etree._Element, ...]


def is_secured(envelope: etree._Element) -> bool:
    """Whether there is a wsse:Security anywhere: then the message is proven, or refused."""
    return next(envelope.iter(SECURITY), None) is not None


def verify(
    envelope: etree._Element, *, version: str, registry: Registry, now: datetime
) -> VerifiedMessage:
    """Prove `envelope`, of that SOAP version, and give what was signed.

    The bytes were scanned before: no DOCTYPE, comment, processing instruction or CDATA, bounded
    elements, attributes and namespaces. The caller MUST read the returned octets alone.

    Raises:
        MessageRefused: the step that does not hold, and the fault that the sender is told.
    """
    # (1) one header at one place
    places = _places(Step(1), envelope, version=version)
    # (2) one element an Id
    _demand_unique_ids(Step(2), envelope)
    # (3) one shape, algorithms of the allow-list
    parts = signature_parts(Step(3), places.signature)
    stated = signed_info(Step(3), parts.signed_info)
    # (4) exactly the nodes that must be signed
    targets = _targets(Step(4), stated, places)
    # (5), (6) a registered key signed ds:SignedInfo
    name = certificate_name(Step(5), parts.key_info, places.token)
    registered = _signer(Step(6, Fault.FAILED_AUTHENTICATION), parts, stated, registry(name))
    # (7) strong enough, for the profile or by deviation
    _demand_strong(Step(7, Fault.UNSUPPORTED_ALGORITHM), stated, registered)
    # (8) what is small
    octets = {
        target: _digested(Step(8, Fault.FAILED_CHECK), stated, target, node)
        for target, node in targets.items()
        if node is not places.body
    }
    # (9) of now
    timestamp = _octets_of(octets, targets, places.timestamp)
    current = window(Step(9), parse_plain(timestamp))
    demand_current(Step(9), current, now=now)
    # (10) the Body, last
    body_id = own_id(Step(10), places.body)
    return VerifiedMessage(
        certificate=registered.certificate,
        body=_digested(Step(10, Fault.FAILED_CHECK), stated, body_id, places.body),
        addressing=tuple(_octets_of(octets, targets, block) for block in places.addressing),
    )


def _places(step: Step, envelope: etree._Element, *, version: str) -> _Places:
    """Hold step 1."""
    soap = f"{{{version}}}"
    shape = [f"{soap}Header", f"{soap}Body"]
    is_envelope = envelope.tag == f"{soap}Envelope" and [c.tag for c in envelope] == shape
    step.demand(is_envelope, "not an envelope of Header and Body")
    header, body = envelope
    found = {tag: list(envelope.iter(tag)) for tag in _ALONE}
    step.demand(len(found[SECURITY]) == 1, "not exactly one wsse:Security")
    security = found[SECURITY][0]
    step.demand(security.getparent() is header, "the wsse:Security is not a header block")
    _demand_for_us(step, security, version=version)
    kinds = {*_ALONE} - {SECURITY}
    known = all(child.tag in kinds for child in security)
    step.demand(known, "a token of another kind", fault=Fault.UNSUPPORTED_SECURITY_TOKEN)
    for tag in kinds:
        held = [child for child in security if child.tag == tag]
        step.demand(found[tag] == held, "a part of the header stands elsewhere")
    is_one_each = len(found[TIMESTAMP]) == len(found[SIGNATURE]) == 1 and len(found[TOKEN]) <= 1
    step.demand(is_one_each, "not one Timestamp, one Signature and at most one token")
    found_there = (block for block in header if block.tag in ADDRESSING)
    addressing = tuple(sorted(found_there, key=lambda block: str(block.tag)))
    is_once = len({block.tag for block in addressing}) == len(addressing)
    step.demand(is_once, "a header block of WS-Addressing twice")
    return _Places(
        body=body,
        timestamp=found[TIMESTAMP][0],
        signature=found[SIGNATURE][0],
        token=found[TOKEN][0] if found[TOKEN] else None,
        addressing=addressing,
    )


def _demand_for_us(step: Step, security: etree._Element, *, version: str) -> None:
    """It is for the last receiver (SOAP 1.1 §4.2.2, SOAP 1.2 §5.2.2), which is us.

    It is understood whether or not it says that it must be.
    """
    must, role = f"{{{version}}}mustUnderstand", f"{{{version}}}role"
    demand_plain(step, security, attributes=(must, role, WSU_ID))
    is_boolean = str(security.get(must, "0")).strip() in _BOOLEANS
    step.demand(is_boolean, "mustUnderstand is not a boolean")
    last = f"{SOAP_12}/role/ultimateReceiver"
    is_ours = security.get(role) in {None, last if version == SOAP_12 else None}
    step.demand(is_ours, "the wsse:Security is for another receiver")


def _demand_unique_ids(step: Step, envelope: etree._Element) -> None:
    """Hold step 2: `wsu:Id`, `Id`, `ID`, `xml:id` and any other spelling share one space."""
    found = envelope.xpath(_EVERY_ID)
    ids = [str(one) for one in found] if isinstance(found, list) else []
    step.demand(len(set(ids)) == len(ids), "an Id is given twice")


def _targets(step: Step, stated: SignedInfo, places: _Places) -> dict[str, etree._Element]:
    """Hold step 4; the signed nodes by their Ids."""
    required = (places.body, places.timestamp, *places.addressing)
    expected = {own_id(step, node): node for node in required}
    step.demand(len(expected) == len(required), "an Id is given twice")
    signed = [reference.target for reference in stated.references]
    step.demand(len(set(signed)) == len(signed), "a part is signed twice")
    if places.token is not None and places.token.get(WSU_ID) in signed:
        expected[own_id(step, places.token)] = places.token
    missing = expected.keys() - set(signed)
    step.demand(not missing, "a part that must be signed is not")
    step.demand(set(signed) == expected.keys(), "a part is signed that is not of the profile")
    return expected


def _signer(
    step: Step, parts: SignatureParts, stated: SignedInfo, registered: Registered | None
) -> Registered:
    """Hold steps 5 and 6. An unknown certificate costs what a known one does."""
    octets = _canonical(step, parts.signed_info, stated.prefixes)
    again = signed_info(step, parse_plain(octets))
    step.demand(again == stated, "the canonical form says something else")
    method = METHODS[stated.method]
    key = registered.certificate.public_key() if registered else nobodys_key(method)
    is_verified = verifies(method, key, parts.value, octets)
    if registered is None:
        step.refuse("no certificate in force of that name is registered")
    step.demand(is_verified, "the signature does not verify")
    return registered


def _demand_strong(step: Step, stated: SignedInfo, registered: Registered) -> None:
    strong = is_strong(
        METHODS[stated.method],
        registered.certificate.public_key(),
        allows_rsa_pkcs1_v15=registered.allows_rsa_pkcs1_v15,
    )
    step.demand(strong, "an algorithm that this credential may not use")


def _digested(step: Step, stated: SignedInfo, target: str, node: etree._Element) -> bytes:
    """The octets of `node`, whose digest is the one that was signed."""
    (reference,) = (one for one in stated.references if one.target == target)
    octets = _canonical(step, node, reference.prefixes)
    is_same = DIGESTS[reference.digest_method](octets) == reference.digest
    step.demand(is_same, "a part was changed after it was signed")
    return octets


def _canonical(step: Step, node: etree._Element, prefixes: tuple[str, ...]) -> bytes:
    """Exclusive C14N of that node. One without a canonical form is refused, and never empty."""
    try:
        octets = exclusive_c14n(node, prefixes=prefixes)
    except (etree.LxmlError, ValueError):
        step.refuse("without canonical form")
    step.demand(octets.startswith(b"<"), "without canonical form")
    return octets


def _octets_of(
    octets: Mapping[str, bytes], targets: Mapping[str, etree._Element], node: etree._Element
) -> bytes:
    (target,) = (one for one, place in targets.items() if place is node)
    return octets[target]
