"""The XAdES-B-B signature of an acknowledgement (ETSI EN 319 132-1 §6.3), in one fixed profile.

The profile leaves five blanks in an otherwise constant text: the acknowledgement's Id and digest,
the signing time, the certificate, the signature value. So the signature is *written* from that
text, already in exclusive canonical form, and *verified* by writing it again and comparing bytes:
no algorithm, transform, reference or attribute of an attacker's choosing is ever carried out.

What is signed: the acknowledgement (Reference `#<Id>`, enveloped signature removed, exclusive C14N,
SHA-256) and the SignedProperties (signing time, SHA-256 of the certificate, media type).
"""

import re
from dataclasses import dataclass
from hashlib import sha256

from signing.encoding import from_base64, parse_instant, to_base64

DS = "http://www.w3.org/2000/09/xmldsig#"
"""Namespace of XML-Signature (RFC 3275)."""
XADES = "http://uri.etsi.org/01903/v1.3.2#"
"""Namespace of XAdES; a fragment in the URI is the norm's own."""
SIGNATURE = f"{{{DS}}}Signature"
ACKNOWLEDGEMENT_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}")
"""The part of NCName (xsd:ID) that an acknowledgement's `Id` may use: never a leading digit."""

_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ENVELOPED = f"{DS}enveloped-signature"
_ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
_DS_DECLARED = f' xmlns:ds="{DS}"'
_XADES_DECLARED = f' xmlns:xades="{XADES}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureBlanks:
    """What differs between two signatures of the profile; all is checked on the way in."""

    acknowledgement_id: str
    """The acknowledgement's un-namespaced `Id`."""
    acknowledgement_digest: str
    """Base64 SHA-256 of the acknowledgement's exclusive C14N, without its ds:Signature."""
    signing_time: str
    """`YYYY-MM-DDThh:mm:ss.sssZ`, as claimed by the signer."""
    certificate: str
    """Base64 DER of the signing certificate, in one line."""
    certificate_digest: str
    """Base64 SHA-256 of that DER, as SigningCertificateV2 states it."""

    def __post_init__(self) -> None:
        """Refuse with `ValueError` whatever could escape its place in the text."""
        if ACKNOWLEDGEMENT_ID.fullmatch(self.acknowledgement_id) is None:
            raise ValueError("the acknowledgement's Id is not a plain name")
        parse_instant(self.signing_time)
        for text in (self.acknowledgement_digest, self.certificate, self.certificate_digest):
            from_base64(text)


def signed_properties(blanks: SignatureBlanks, *, embedded: bool = False) -> str:
    """Write xades:SignedProperties in exclusive canonical form (§5.2, §5.4 of the norm).

    Alone, it declares its prefixes where exclusive C14N puts them; `embedded`, its ancestors do.
    """
    ds, xades = ("", "") if embedded else (_DS_DECLARED, _XADES_DECLARED)
    own = blanks.acknowledgement_id
    return (
        f'<xades:SignedProperties{xades} Id="{own}-signed-properties">'
        "<xades:SignedSignatureProperties>"
        f"<xades:SigningTime>{blanks.signing_time}</xades:SigningTime>"
        "<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>"
        f'<ds:DigestMethod{ds} Algorithm="{_SHA256}"></ds:DigestMethod>'
        f"<ds:DigestValue{ds}>{blanks.certificate_digest}</ds:DigestValue>"
        "</xades:CertDigest></xades:Cert></xades:SigningCertificateV2>"
        "</xades:SignedSignatureProperties>"
        "<xades:SignedDataObjectProperties>"
        f'<xades:DataObjectFormat ObjectReference="#{own}-reference">'
        "<xades:MimeType>application/xml</xades:MimeType></xades:DataObjectFormat>"
        "</xades:SignedDataObjectProperties></xades:SignedProperties>"
    )


def signed_info(blanks: SignatureBlanks, *, embedded: bool = False) -> str:
    """Write ds:SignedInfo in exclusive canonical form: the two references, and nothing else."""
    ds = "" if embedded else _DS_DECLARED
    own = blanks.acknowledgement_id
    properties_digest = to_base64(sha256(signed_properties(blanks).encode("ascii")).digest())
    return (
        f"<ds:SignedInfo{ds}>"
        f'<ds:CanonicalizationMethod Algorithm="{_EXCLUSIVE}"></ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{_ECDSA_SHA256}"></ds:SignatureMethod>'
        f'<ds:Reference Id="{own}-reference" URI="#{own}"><ds:Transforms>'
        f'<ds:Transform Algorithm="{_ENVELOPED}"></ds:Transform>'
        f'<ds:Transform Algorithm="{_EXCLUSIVE}"></ds:Transform></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{_SHA256}"></ds:DigestMethod>'
        f"<ds:DigestValue>{blanks.acknowledgement_digest}</ds:DigestValue></ds:Reference>"
        f'<ds:Reference Type="{_SIGNED_PROPERTIES}" URI="#{own}-signed-properties"><ds:Transforms>'
        f'<ds:Transform Algorithm="{_EXCLUSIVE}"></ds:Transform></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{_SHA256}"></ds:DigestMethod>'
        f"<ds:DigestValue>{properties_digest}</ds:DigestValue></ds:Reference>"
        "</ds:SignedInfo>"
    )


def signature(blanks: SignatureBlanks, *, value: str) -> bytes:
    """Write the whole ds:Signature in exclusive canonical form; `value` is base64 of r || s."""
    from_base64(value)
    own = blanks.acknowledgement_id
    return (
        f'<ds:Signature{_DS_DECLARED} Id="{own}-signature">'
        f"{signed_info(blanks, embedded=True)}"
        f"<ds:SignatureValue>{value}</ds:SignatureValue>"
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{blanks.certificate}</ds:X509Certificate>"
        "</ds:X509Data></ds:KeyInfo><ds:Object>"
        f'<xades:QualifyingProperties{_XADES_DECLARED} Target="#{own}-signature">'
        f"{signed_properties(blanks, embedded=True)}"
        "</xades:QualifyingProperties></ds:Object></ds:Signature>"
    ).encode("ascii")
