"""What a ds:Signature says, read by allow-list into frozen values before anything is computed.

XML-Signature lets a signature name transforms, algorithms and keys that the verifier then carries
out. Here a signature may only say what the profile has: one shape, whose blanks are these values.
"""

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from signing.wss.algorithms import DIGESTS, METHODS
from signing.wss.faults import Step
from signing.wss.names import DS, EXCLUSIVE, KEY_INFO, SIGNED_INFO
from signing.wss.reading import algorithm, base64_leaf, demand_plain, leaf, members, same_document

MAX_REFERENCES: Final = 12
"""Body, Timestamp, token, and the seven header blocks of WS-Addressing: ten."""
MAX_PREFIXES: Final = 16
_PREFIX: Final = re.compile(r"#default|[A-Za-z_][A-Za-z0-9_.-]{0,31}", re.ASCII)
_ALGORITHM: Final = ("Algorithm",)
_INCLUSIVE: Final = f"{{{EXCLUSIVE}}}InclusiveNamespaces"
_METHOD_MEMBERS: Final = [f"{{{DS}}}CanonicalizationMethod", f"{{{DS}}}SignatureMethod"]
_REFERENCE: Final = f"{{{DS}}}Reference"
_REFERENCE_MEMBERS: Final = (f"{{{DS}}}Transforms", f"{{{DS}}}DigestMethod", f"{{{DS}}}DigestValue")
_SIGNATURE_MEMBERS: Final = (SIGNED_INFO, f"{{{DS}}}SignatureValue", KEY_INFO)


@dataclass(frozen=True, slots=True)
class Reference:
    """One ds:Reference: an element of this message, by its Id, with the digest it must have."""

    target: str
    """The `wsu:Id`, without `#`."""
    prefixes: tuple[str, ...]
    """Of InclusiveNamespaces (xml-exc-c14n §4)."""
    digest_method: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class SignedInfo:
    """All that ds:SignedInfo says."""

    prefixes: tuple[str, ...]
    method: str
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class SignatureParts:
    """A ds:Signature of the profile's shape. It has no ds:Object and no Manifest (BSP R3102)."""

    signed_info: etree._Element
    value: bytes
    key_info: etree._Element


def signature_parts(step: Step, signature: etree._Element) -> SignatureParts:
    """The three members of a detached signature (BSP R3102, R5403)."""
    info, value, key_info = members(step, signature, _SIGNATURE_MEMBERS, attributes=("Id",))
    return SignatureParts(
        signed_info=info,
        value=base64_leaf(step, value, attributes=("Id",)),
        key_info=key_info,
    )


def signed_info(step: Step, element: etree._Element) -> SignedInfo:
    """Read ds:SignedInfo: exclusive C14N, algorithms of the allow-list, plain references."""
    step.demand(element.tag == SIGNED_INFO, "not a ds:SignedInfo")
    demand_plain(step, element, attributes=("Id",))
    children = list(element)
    step.demand([one.tag for one in children[:2]] == _METHOD_MEMBERS, "not ds:SignedInfo's members")
    canonicalization, method, *references = children
    step.demand(1 <= len(references) <= MAX_REFERENCES, "too few or too many references")
    # XML-Signature lets a SignatureMethod hold HMACOutputLength: no parameters (BSP R5401)
    members(step, method, (), attributes=_ALGORITHM)
    return SignedInfo(
        prefixes=_exclusive(step, canonicalization),
        method=algorithm(step, method, METHODS),
        references=tuple(_reference(step, one) for one in references),
    )


def _reference(step: Step, element: etree._Element) -> Reference:
    step.demand(element.tag == _REFERENCE, "not ds:SignedInfo's members")
    transforms, digest_method, digest = members(
        step, element, _REFERENCE_MEMBERS, attributes=("Id", "URI")
    )
    (transform,) = members(step, transforms, (f"{{{DS}}}Transform",))
    members(step, digest_method, (), attributes=_ALGORITHM)
    return Reference(
        target=same_document(step, element.get("URI")),
        prefixes=_exclusive(step, transform),
        digest_method=algorithm(step, digest_method, DIGESTS),
        digest=base64_leaf(step, digest),
    )


def _exclusive(step: Step, element: etree._Element) -> tuple[str, ...]:
    """The prefixes of exclusive C14N, the one canonicalisation and transform (BSP R5404, R5423).

    Inclusive C14N takes a minute on 82 kB of hostile namespaces; no other transform leaves the
    element that is signed as it is.
    """
    algorithm(step, element, (EXCLUSIVE,))
    demand_plain(step, element, attributes=_ALGORITHM)
    if len(element) == 0:
        return ()
    (inclusive,) = members(step, element, (_INCLUSIVE,), attributes=_ALGORITHM)
    step.demand(not leaf(step, inclusive, attributes=("PrefixList",)), "text in a list of prefixes")
    prefixes = tuple(inclusive.get("PrefixList", "").split())
    is_list = len(prefixes) <= MAX_PREFIXES and all(map(_PREFIX.fullmatch, prefixes))
    step.demand(is_list, "not a list of prefixes of the profile")
    return prefixes
