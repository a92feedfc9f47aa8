"""Offline verification of an XML receipt: one document shape, one signature profile, both rebuilt.

The defences are shapes, not filters. The bytes must be their own exclusive C14N, so that two
parsers read one document; the signature must equal, byte for byte, the one that the profile writes
from its blanks, so that wrapping (XSW), foreign transforms and foreign algorithms have nowhere to
stand. The proof:

(1) the bytes are bounded UTF-8 without DOCTYPE, processing instruction, comment or CDATA;
(2) they are their own exclusive C14N (W3C xml-exc-c14n);
(3) the document is a receipt, with one ds:Signature, last child of its acknowledgement;
(4) that signature is exactly the profile's (EN 319 132-1 §6.3), but for its blanks;
(5) its references lead to the acknowledgement and to its own properties: no other
    node is so named;
(6) the certificate in KeyInfo is a published one;
(7) SigningCertificateV2 is the digest of that certificate;
(8) both digests are those of the nodes themselves;
(9) the signature value verifies (RFC 9231 §2.3.6);
(10) `canonicalSha256` is the digest of the acknowledgement's canonical form;
(11) it was decided and signed while the key was valid and before any compromise of it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256

from lxml import etree

from signing.canonical import exclusive_c14n
from signing.ecdsa import verifies
from signing.encoding import from_base64, parse_instant, to_base64
from signing.proof import (
    MAX_RECEIPT_BYTES,
    Proof,
    ProofSteps,
    acknowledgement_members,
    trusted_by_kid,
    within_validity,
)
from signing.published import PublishedKey
from signing.xades import DS, SIGNATURE, XADES, SignatureBlanks, signature, signed_info

NAMESPACE = "urn:siseri:gateway:acknowledgement:1"
"""Namespace of receipts and acknowledgements."""

_MAX_NAMESPACE_DECLARATIONS = 16
"""A receipt has three: its own, ds and xades."""
_MAX_EQUAL_SIGNS = 4096
"""Bounds attributes, whose parsing is quadratic (100,000 take 45 s). A receipt has 24, and one or
two signs at the end of each base64 text."""
_SHAPES = (["acknowledgement", "canonicalSha256"], ["acknowledgement", "canonicalSha256", "proof"])
_PREFIXES = {"ds": DS, "xades": XADES}
_PROPERTIES = "ds:Object/xades:QualifyingProperties/xades:SignedProperties"
_SIGNED = f"{_PROPERTIES}/xades:SignedSignatureProperties"


def verify_xml(
    receipt: bytes,
    *,
    trust: Sequence[PublishedKey],
    canonical_form: Callable[[etree._Element], bytes],
) -> Proof:
    """Prove an XML receipt (saved as its exclusive C14N) by the keys in `trust`.

    `canonical_form` gives the JCS bytes of an acknowledgement; it is handed the element parsed anew
    from the very bytes that were digested, without signature. The caller MUST still do what
    `verify_json` says.
    """
    trusted = trusted_by_kid(trust)
    steps = ProofSteps()
    # (1), (2) one document for every parser
    root = _canonical_document(steps, receipt)
    # (3) one place for the signature
    acknowledgement, mark = _receipt_shape(steps, root)
    # (4) one signature profile: nothing below follows an instruction of the receipt
    blanks = _blanks(steps, acknowledgement, mark)
    # (5) references by node identity
    _unique_ids(steps, root, acknowledgement, mark)
    # (6), (7) the key is ours, and the signed properties name it too
    key = _trusted_key(steps, trusted.values(), blanks)
    # (8), (9) the digests are those of the nodes, and the signature verifies
    signed = _signed_bytes(steps, acknowledgement, mark, blanks=blanks, key=key)
    # (10) its canonical form
    canonical, members = _canonical_form(steps, signed, canonical_form)
    stated = root[1].text or ""
    steps.demand(stated == sha256(canonical).hexdigest(), "canonicalSha256 is another")
    steps.hold("canonicalSha256 is the acknowledgement's digest", stated)
    # (11) in the key's time
    signed_at = parse_instant(blanks.signing_time)
    within_validity(steps, acknowledgement=members, key=key, signed_at=signed_at)
    return Proof(
        steps=steps.held, acknowledgement=canonical, kid=key.kid, certificate=key.certificate
    )


def _canonical_document(steps: ProofSteps, octets: bytes) -> etree._Element:
    """Hold steps 1 and 2.

    Nothing is parsed that could declare an entity, nothing is canonicalised that is not bounded.
    """
    steps.demand(len(octets) <= MAX_RECEIPT_BYTES, "longer than any receipt")
    markup = b"<!" in octets or b"<?" in octets
    steps.demand(not markup, "a DOCTYPE, processing instruction, comment or CDATA")
    few = octets.count(b"xmlns") <= _MAX_NAMESPACE_DECLARATIONS
    steps.demand(few, "too many namespace declarations")
    steps.demand(octets.count(b"=") <= _MAX_EQUAL_SIGNS, "too many attributes")
    try:
        octets.decode("utf-8")
        root = parse_plain(octets)
    except (etree.XMLSyntaxError, ValueError) as error:
        steps.refuse("not well-formed XML in UTF-8", error)
    steps.hold("the bytes are one plain XML document", f"{len(octets)} bytes")
    try:
        canonical = exclusive_c14n(root)
    except (etree.LxmlError, ValueError) as error:
        steps.refuse("without canonical form", error)
    steps.demand(canonical == octets, "not saved in its exclusive canonical form")
    steps.hold("the bytes are their own exclusive canonical form", sha256(octets).hexdigest())
    return root


def _receipt_shape(
    steps: ProofSteps, root: etree._Element
) -> tuple[etree._Element, etree._Element]:
    steps.demand(root.tag == f"{{{NAMESPACE}}}receipt", "not a receipt")
    shape = [etree.QName(child).localname for child in root]
    steps.demand(shape in _SHAPES, "not the members of a receipt, in their order")
    acknowledgement = root[0]
    marks = list(root.iter(SIGNATURE))
    steps.demand(len(marks) == 1, "not exactly one ds:Signature")
    mark = marks[0]
    is_last = len(acknowledgement) > 1 and acknowledgement[-1] is mark
    steps.demand(is_last, "the ds:Signature is not the last child of the acknowledgement")
    steps.demand(not mark.tail, "text follows the ds:Signature")
    loose = any((root.text, *(child.tail for child in root)))
    steps.demand(not loose, "text between the members of the receipt")
    inside = set(mark.iter())
    for element in root.iter():
        if element in inside:
            continue
        plain = element.prefix is None and etree.QName(element).namespace == NAMESPACE
        steps.demand(plain, "an element of a foreign namespace")
        named = ["Id"] if element is acknowledgement else []
        steps.demand(list(element.attrib) == named, "an attribute beside the acknowledgement's Id")
    steps.hold("one signature, last child of the acknowledgement of a receipt", "/receipt/*[1]")
    return acknowledgement, mark


def _blanks(
    steps: ProofSteps, acknowledgement: etree._Element, mark: etree._Element
) -> SignatureBlanks:
    """Hold step 4: read the blanks, write the signature anew, compare bytes."""
    try:
        blanks = SignatureBlanks(
            acknowledgement_id=acknowledgement.get("Id", ""),
            acknowledgement_digest=_text(mark, "ds:SignedInfo/ds:Reference/ds:DigestValue"),
            signing_time=_text(mark, f"{_SIGNED}/xades:SigningTime"),
            certificate=_text(mark, "ds:KeyInfo/ds:X509Data/ds:X509Certificate"),
            certificate_digest=_text(
                mark,
                f"{_SIGNED}/xades:SigningCertificateV2/xades:Cert/xades:CertDigest/ds:DigestValue",
            ),
        )
        rebuilt = signature(blanks, value=_text(mark, "ds:SignatureValue"))
    except ValueError as error:
        steps.refuse(f"the ds:Signature is not of the profile: {error}", error)
    steps.demand(exclusive_c14n(mark) == rebuilt, "the ds:Signature is not of the profile")
    steps.hold("the signature is exactly the XAdES-B-B profile", f"signed {blanks.signing_time}")
    return blanks


def _unique_ids(
    steps: ProofSteps, root: etree._Element, acknowledgement: etree._Element, mark: etree._Element
) -> None:
    bearers = [element for element in root.iter() if "Id" in element.attrib]
    names = {element.get("Id") for element in bearers}
    steps.demand(len(names) == len(bearers), "an Id is given twice")
    references = mark.findall("ds:SignedInfo/ds:Reference", _PREFIXES)
    for reference, node in zip(
        references, (acknowledgement, mark.find(_PROPERTIES, _PREFIXES)), strict=True
    ):
        target = [one for one in bearers if f"#{one.get('Id')}" == reference.get("URI")]
        steps.demand(target == [node], "a reference leads to another node")
    steps.hold("each reference leads to its one node", f"{len(references)} references")


def _trusted_key(
    steps: ProofSteps, trusted: Iterable[PublishedKey], blanks: SignatureBlanks
) -> PublishedKey:
    der = from_base64(blanks.certificate)
    key = next((known for known in trusted if known.certificate_der == der), None)
    if key is None:
        steps.refuse("the certificate is not that of a trusted key")
    steps.hold("the certificate is a published key's", key.kid)
    digest = to_base64(key.certificate_sha256)
    steps.demand(blanks.certificate_digest == digest, "SigningCertificateV2 is another")
    steps.hold("SigningCertificateV2 is its digest", key.certificate_sha256.hex())
    return key


def _signed_bytes(
    steps: ProofSteps,
    acknowledgement: etree._Element,
    mark: etree._Element,
    *,
    blanks: SignatureBlanks,
    key: PublishedKey,
) -> bytes:
    """Hold steps 8 and 9; give the bytes that were digested, the signature taken out.

    The digest of SignedProperties was held in step 4, where the profile computed it.
    """
    value = from_base64(_text(mark, "ds:SignatureValue"))
    acknowledgement.remove(mark)
    signed = exclusive_c14n(acknowledgement)
    digest = to_base64(sha256(signed).digest())
    steps.demand(blanks.acknowledgement_digest == digest, "the acknowledgement was changed")
    steps.hold("both digests are those of the nodes", f"SHA-256 over {len(signed)} bytes")
    verified = verifies(key.public_key, value, signed_info(blanks).encode("ascii"))
    steps.demand(verified, "the signature does not verify")
    steps.hold("the signature verifies", "ecdsa-sha256 over ds:SignedInfo")
    return signed


def _canonical_form(
    steps: ProofSteps, signed: bytes, canonical_form: Callable[[etree._Element], bytes]
) -> tuple[bytes, Mapping[str, object]]:
    try:
        canonical = canonical_form(parse_plain(signed))
        return canonical, acknowledgement_members(canonical)
    except Exception as error:  # noqa: BLE001 (a caller's function: whatever it raises, nothing is proved)
        steps.refuse("the acknowledgement has no canonical form", error)


def parse_plain(octets: bytes) -> etree._Element:
    """Parse without entities, network, DTD or huge documents; one parser per call, for threads."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, encoding="utf-8"
    )
    return etree.fromstring(octets, parser)


def _text(mark: etree._Element, path: str) -> str:
    return mark.findtext(path, "", _PREFIXES)
