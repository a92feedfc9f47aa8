"""Which registered certificate a message names. A name selects; it never brings a key along.

X.509 Token Profile 1.1.1 §3.2 has three ways, and WSS 1.1.1 §7.3 a fourth:

- a `wsse:BinarySecurityToken` of one X.509 v3 certificate, referred to by its Id (§3.2.1);
- the subject key identifier of the certificate (§3.2.2), or its SHA-1 thumbprint (WSS §7.3);
- its issuer and serial number (§3.2.3).

SHA-1 only finds the certificate here: the key that verifies is the registered one in any case.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from lxml import etree

from signing.certificates import is_authority, key_usage
from signing.encoding import to_base64url
from signing.wss.faults import Fault, Step
from signing.wss.names import (
    BASE64_BINARY,
    DS,
    SUBJECT_KEY_IDENTIFIER,
    THUMBPRINT_SHA1,
    TOKEN_REFERENCE,
    WSSE,
    WSSE_11,
    WSU_ID,
    X509_V3,
)
from signing.wss.reading import base64_leaf, leaf, members, own_id, same_document

MAX_SERIAL_DIGITS: Final = 49
"""RFC 5280 §4.1.2.2: at most 20 octets."""
_MAX_ISSUER: Final = 1_024
_ENCODED: Final = ("EncodingType", "ValueType")
_NAMES: Final[Mapping[str, x509.ObjectIdentifier]] = {
    "E": NameOID.EMAIL_ADDRESS,
    "EMAILADDRESS": NameOID.EMAIL_ADDRESS,
    "S": NameOID.STATE_OR_PROVINCE_NAME,
    "SERIALNUMBER": NameOID.SERIAL_NUMBER,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
}
"""How Java and .NET write what RFC 4514 leaves to dotted numbers."""
_IN_HEXADECIMAL: Final = re.compile(
    r"=#(?:0c|13|16)([0-7][0-9a-f])((?:[0-9a-f]{2})+)(?=[,+]|\Z)", re.IGNORECASE | re.ASCII
)
"""UTF8String, PrintableString or IA5String of less than 128 octets."""
_SIGNING_USES: Final = frozenset(
    {
        ExtendedKeyUsageOID.CLIENT_AUTH,
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
        x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"),  # id-kp-documentSigning (RFC 9336)
    }
)


class NameKind(Enum):
    """In which way a certificate is named."""

    SHA256 = "x5t#S256"
    SHA1 = "x5t"
    SUBJECT_KEY_IDENTIFIER = "ski"
    SERIAL_NUMBER = "serial"


@dataclass(frozen=True, slots=True)
class CertificateName:
    """One name of a certificate; equal names are the same way and the same value."""

    kind: NameKind
    value: str
    """Base64url of a digest or identifier; a serial number in decimal."""
    issuer: str = ""
    """With a serial number, the issuer as the message writes it (RFC 4514)."""


def names_of(certificate: x509.Certificate) -> dict[NameKind, str]:
    """Every name by which a message may select this certificate, the issuer left aside."""
    der = certificate.public_bytes(Encoding.DER)
    names = {
        NameKind.SHA256: to_base64url(hashlib.sha256(der).digest()),
        NameKind.SHA1: _sha1(der),
        NameKind.SERIAL_NUMBER: str(certificate.serial_number),
    }
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        names[NameKind.SUBJECT_KEY_IDENTIFIER] = to_base64url(found.value.digest)
    except (x509.ExtensionNotFound, ValueError):
        pass
    return names


def may_sign(certificate: x509.Certificate) -> bool:
    """Whether its key may sign messages (RFC 5280 §4.2.1.3, §4.2.1.9, §4.2.1.12).

    It is no authority; keyUsage, where stated, has digitalSignature or nonRepudiation; the
    extended use, where stated, is of a client, of mail or of documents: not of a server or code.
    """
    usage = key_usage(certificate)
    if is_authority(certificate) or not (
        usage is None or usage.digital_signature or usage.content_commitment
    ):
        return False
    try:
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except ValueError:
        return False
    return not _SIGNING_USES.isdisjoint(uses)


def is_named(certificate: x509.Certificate, name: CertificateName) -> bool:
    """Whether `name` is one of this certificate's, its issuer included where one is stated."""
    if names_of(certificate).get(name.kind) != name.value:
        return False
    return name.kind is not NameKind.SERIAL_NUMBER or _is_issuer(certificate.issuer, name.issuer)


def certificate_name(
    step: Step, key_info: etree._Element, token: etree._Element | None
) -> CertificateName:
    """The name in ds:KeyInfo: one wsse:SecurityTokenReference with one reference (BSP R3061)."""
    (reference,) = members(step, key_info, (TOKEN_REFERENCE,), attributes=("Id",))
    step.demand(len(reference) == 1, "not one reference to a token")
    inside = reference[0]
    allowed = (WSU_ID, f"{{{WSSE_11}}}TokenType")
    members(step, reference, (str(inside.tag),), attributes=allowed)
    if inside.tag == f"{{{WSSE}}}Reference":
        return _by_token(step, inside, token)
    step.demand(token is None, "a token that the signature does not refer to")
    if inside.tag == f"{{{WSSE}}}KeyIdentifier":
        return _by_identifier(step, inside)
    is_issuer = inside.tag == f"{{{DS}}}X509Data"
    step.demand(is_issuer, "another reference", fault=Fault.UNSUPPORTED_SECURITY_TOKEN)
    return _by_issuer(step, inside)


def _by_token(
    step: Step, reference: etree._Element, token: etree._Element | None
) -> CertificateName:
    members(step, reference, (), attributes=("URI", "ValueType"))
    is_x509 = reference.get("ValueType", X509_V3) == X509_V3
    step.demand(is_x509, "a token of another kind", fault=Fault.UNSUPPORTED_SECURITY_TOKEN)
    target = same_document(step, reference.get("URI"))
    is_there = token is not None and token.get(WSU_ID) == target
    if token is None or not is_there:
        step.refuse("no such token here", fault=Fault.SECURITY_TOKEN_UNAVAILABLE)
    own_id(step, token)
    is_x509 = token.get("ValueType") == X509_V3
    step.demand(is_x509, "a token of another kind", fault=Fault.UNSUPPORTED_SECURITY_TOKEN)
    is_base64 = token.get("EncodingType") == BASE64_BINARY
    step.demand(is_base64, "a token in another encoding", fault=Fault.INVALID_SECURITY_TOKEN)
    der = base64_leaf(step, token, attributes=(WSU_ID, *_ENCODED))
    return CertificateName(NameKind.SHA256, to_base64url(hashlib.sha256(der).digest()))


def _by_identifier(step: Step, identifier: etree._Element) -> CertificateName:
    kinds = {
        SUBJECT_KEY_IDENTIFIER: NameKind.SUBJECT_KEY_IDENTIFIER,
        THUMBPRINT_SHA1: NameKind.SHA1,
    }
    kind = kinds.get(identifier.get("ValueType", ""))
    if kind is None:
        step.refuse("an identifier of another kind", fault=Fault.UNSUPPORTED_SECURITY_TOKEN)
    is_base64 = identifier.get("EncodingType", BASE64_BINARY) == BASE64_BINARY
    step.demand(is_base64, "a token in another encoding", fault=Fault.INVALID_SECURITY_TOKEN)
    return CertificateName(kind, to_base64url(base64_leaf(step, identifier, attributes=_ENCODED)))


def _by_issuer(step: Step, x509_data: etree._Element) -> CertificateName:
    shape = [f"{{{DS}}}X509IssuerSerial"]
    is_serial = [child.tag for child in x509_data] == shape
    # a certificate or a chain in KeyInfo is a token that the profile has not (BSP R5417)
    step.demand(is_serial, "not an issuer and serial", fault=Fault.UNSUPPORTED_SECURITY_TOKEN)
    (both,) = members(step, x509_data, shape)
    issuer, serial = members(step, both, (f"{{{DS}}}X509IssuerName", f"{{{DS}}}X509SerialNumber"))
    number, name = leaf(step, serial).strip(), leaf(step, issuer).strip()
    is_number = number.isascii() and number.isdigit() and len(number) <= MAX_SERIAL_DIGITS
    step.demand(is_number, "not a serial number", fault=Fault.INVALID_SECURITY_TOKEN)
    step.demand(len(name) <= _MAX_ISSUER, "too long a name", fault=Fault.INVALID_SECURITY_TOKEN)
    return CertificateName(NameKind.SERIAL_NUMBER, str(int(number)), issuer=name)


def _is_issuer(issuer: x509.Name, stated: str) -> bool:
    """Whether `stated` (RFC 4514 §2: most specific first) is that name; either order is read.

    Blanks after a comma, which .NET writes, and `OID.`, which Java does, are dropped; a value in
    hexadecimal (§2.4) is read as the string whose DER it is.
    """
    try:
        name = x509.Name.from_rfc4514_string(_as_rfc4514(stated), attr_name_overrides=_NAMES)
    except ValueError:
        return False
    return name == issuer or x509.Name(reversed(list(name.rdns))) == issuer


def _as_rfc4514(stated: str) -> str:
    parts = stated.split(",")
    joined = parts[0].removeprefix("OID.")
    for before, part in pairwise(parts):
        is_escaped = (len(before) - len(before.rstrip("\\"))) % 2 == 1
        joined += "," + (part if is_escaped else part.lstrip(" ").removeprefix("OID."))
    return _IN_HEXADECIMAL.sub(_without_der, joined)


def _without_der(found: re.Match[str]) -> str:
    """The same value less its tag and length, which `cryptography` would leave in the text."""
    is_whole = len(found[2]) == 2 * int(found[1], 16)
    return f"=#{found[2]}" if is_whole else found[0]


def _sha1(der: bytes) -> str:
    return to_base64url(hashlib.sha1(der, usedforsecurity=False).digest())
