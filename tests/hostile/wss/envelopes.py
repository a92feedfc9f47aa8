"""Signed envelopes, written without the code that verifies them: from the norms a second time.

`signed(**changes)` is a sound message of the profile. A change before the signature is part of what
was signed; what attacks change afterwards is changed on the tree or on the bytes.
"""

import hashlib
import hmac
from base64 import b64encode
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509 import SubjectKeyIdentifier
from lxml import etree

from tests import builders
from tests.hostile.wss import credentials

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE, WSU = f"{OASIS}wssecurity-secext-1.0.xsd", f"{OASIS}wssecurity-utility-1.0.xsd"
DS, WSA = "http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2005/08/addressing"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
INC = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
X509 = f"{OASIS}x509-token-profile-1.0#"
BASE64 = f"{OASIS}soap-message-security-1.0#Base64Binary"
MORE, MORE_2007 = (
    "http://www.w3.org/2001/04/xmldsig-more#",
    "http://www.w3.org/2007/05/xmldsig-more#",
)
SHA = {
    "sha1": f"{DS}sha1",
    "md5": f"{MORE}md5",
    "sha256": "http://www.w3.org/2001/04/xmlenc#sha256",
    "sha384": f"{MORE}sha384",
    "sha512": "http://www.w3.org/2001/04/xmlenc#sha512",
}
METHODS = {
    "ecdsa-sha256": f"{MORE}ecdsa-sha256",
    "ecdsa-sha384": f"{MORE}ecdsa-sha384",
    "ecdsa-sha1": f"{MORE}ecdsa-sha1",
    "ecdsa-sha512": f"{MORE}ecdsa-sha512",
    "rsa-pss-sha256": f"{MORE_2007}sha256-rsa-MGF1",
    "rsa-pss-sha384": f"{MORE_2007}sha384-rsa-MGF1",
    "rsa-pss-sha512": f"{MORE_2007}sha512-rsa-MGF1",
    "rsa-sha256": f"{MORE}rsa-sha256",
    "rsa-sha1": f"{DS}rsa-sha1",
    "hmac-sha256": f"{MORE}hmac-sha256",
}
ID = f"{{{WSU}}}Id"
HEADERS = ("To", "Action", "MessageID", "ReplyTo")
PING = f'<s:Ping xmlns:s="{builders.SERVICE}"/>'


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a message is written and signed."""

    version: str = "1.2"
    body: str = PING
    sender: str = "laboratory"
    named: str = "token"
    method: str = "ecdsa-sha256"
    digest: str = "sha256"
    c14n: str = EXC
    transforms: tuple[str, ...] = (EXC,)
    prefixes: dict[str, str] = field(default_factory=dict)
    """InclusiveNamespaces, by the Id of the node; `""` is ds:SignedInfo."""
    created: datetime = NOW - timedelta(seconds=10)
    expires: datetime = NOW + timedelta(seconds=290)
    instants: tuple[str, str] | None = None
    """Created and Expires as text."""
    timestamp: str | None = None
    addressing: dict[str, str] = field(default_factory=dict)
    """Block by its name: text, or the content of an endpoint reference."""
    security: str = 'e:mustUnderstand="1"'
    beside: str = ""
    """Other header blocks."""
    within: str = ""
    """Other children of wsse:Security."""
    also_signed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def instant(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def to_us(operation="Ping", **changes):
    """The header blocks of WS-Addressing for an operation of ours."""
    blocks = {
        "To": "http://127.0.0.1:8480/soap/v1",
        "Action": f"{builders.SERVICE}:{operation}",
        "MessageID": "urn:uuid:6a4f2c1e-0000-4000-8000-000000000001",
        "ReplyTo": f"<a:Address>{WSA}/anonymous</a:Address>",
    }
    return {name: text for name, text in (blocks | changes).items() if text is not None}


def _token(recipe):
    if recipe.named != "token":
        return ""
    der = b64encode(credentials.sender(recipe.sender).der).decode()
    return (
        f'<w:BinarySecurityToken EncodingType="{BASE64}" ValueType="{X509}X509v3" u:Id="X509">'
        f"{der}</w:BinarySecurityToken>"
    )


def unsigned(recipe):
    """The envelope before its signature, as a tree."""
    created, expires = recipe.instants or (instant(recipe.created), instant(recipe.expires))
    timestamp = recipe.timestamp
    if timestamp is None:
        timestamp = (
            f'<u:Timestamp u:Id="TS"><u:Created>{created}</u:Created>'
            f"<u:Expires>{expires}</u:Expires></u:Timestamp>"
        )
    blocks = "".join(
        f'<a:{name} u:Id="A-{name}">{text}</a:{name}>' for name, text in recipe.addressing.items()
    )
    return etree.fromstring(
        f'<e:Envelope xmlns:e="{builders.SOAP[recipe.version]}" xmlns:u="{WSU}"><e:Header'
        f' xmlns:a="{WSA}" xmlns:w="{WSSE}"><w:Security {recipe.security}>{_token(recipe)}'
        f"{timestamp}{recipe.within}</w:Security>{blocks}{recipe.beside}</e:Header>"
        f'<e:Body u:Id="BODY">{recipe.body}</e:Body></e:Envelope>'.encode()
    )


def canonical(node, algorithm=EXC, prefixes=""):
    inclusive = {"inclusive_ns_prefixes": prefixes.split()} if prefixes else {}
    return etree.tostring(
        node, method="c14n", exclusive=algorithm.startswith(EXC), with_comments=False, **inclusive
    )


def _listed(prefixes):
    if prefixes is None:
        return ""
    return f'<c:InclusiveNamespaces xmlns:c="{EXC}" PrefixList="{prefixes}"/>'


def reference(recipe, node, target):
    """A ds:Reference to that node, under that Id."""
    prefixes = recipe.prefixes.get(target)
    octets = canonical(node, recipe.transforms[-1], prefixes or "")
    digest = b64encode(hashlib.new(recipe.digest, octets).digest()).decode()
    transforms = "".join(
        f'<d:Transform Algorithm="{one}">{_listed(prefixes)}</d:Transform>'
        for one in recipe.transforms
    )
    return (
        f'<d:Reference URI="#{target}"><d:Transforms>{transforms}</d:Transforms>'
        f'<d:DigestMethod Algorithm="{SHA[recipe.digest]}"/>'
        f"<d:DigestValue>{digest}</d:DigestValue></d:Reference>"
    )


def named(recipe, sender):
    """The content of wsse:SecurityTokenReference."""
    if recipe.named == "token":
        return f'<w:Reference URI="#X509" ValueType="{X509}X509v3"/>'
    if recipe.named == "issuer":
        issuer = sender.certificate.issuer.rfc4514_string()
        return (
            f"<d:X509Data><d:X509IssuerSerial><d:X509IssuerName>{issuer}</d:X509IssuerName>"
            f"<d:X509SerialNumber>{sender.certificate.serial_number}</d:X509SerialNumber>"
            "</d:X509IssuerSerial></d:X509Data>"
        )
    if recipe.named == "ski":
        found = sender.certificate.extensions.get_extension_for_class(SubjectKeyIdentifier)
        kind, value = f"{X509}X509SubjectKeyIdentifier", found.value.digest
    else:
        kind = "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1"
        value = hashlib.sha1(sender.der, usedforsecurity=False).digest()
    text = b64encode(value).decode()
    return f'<w:KeyIdentifier EncodingType="{BASE64}" ValueType="{kind}">{text}</w:KeyIdentifier>'


def value_of(key, method, octets, *, secret=b""):
    """A signature value as RFC 9231 writes it."""
    kind, _, digest = method.rpartition("-")
    if kind == "hmac":
        return hmac.digest(secret, octets, digest)
    algorithm = {
        "sha1": hashes.SHA1,
        "sha256": hashes.SHA256,
        "sha384": hashes.SHA384,
        "sha512": hashes.SHA512,
    }[digest]()
    if kind == "ecdsa":
        r, s = decode_dss_signature(key.sign(octets, ec.ECDSA(algorithm)))
        length = (key.curve.key_size + 7) // 8
        return r.to_bytes(length, "big") + s.to_bytes(length, "big")
    scheme = padding.PKCS1v15()
    if kind == "rsa-pss":
        scheme = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
    return key.sign(octets, scheme, algorithm)


def sign(root, recipe, *, references=None, info=""):
    """Sign the nodes of the profile, and put the signature last into wsse:Security."""
    sender = credentials.sender(recipe.sender)
    security = next(root.iter(f"{{{WSSE}}}Security"))
    nodes = {node.get(ID): node for node in root.iter() if node.get(ID)}
    targets = ["BODY", "TS", *(f"A-{name}" for name in recipe.addressing), *recipe.also_signed]
    targets = [one for one in targets if one not in recipe.left_out and one in nodes]
    written = references or "".join(reference(recipe, nodes[one], one) for one in targets)
    signature = etree.fromstring(
        f'<d:Signature xmlns:d="{DS}" xmlns:w="{WSSE}"><d:SignedInfo>'
        f'<d:CanonicalizationMethod Algorithm="{recipe.c14n}">{_listed(recipe.prefixes.get(""))}'
        f'</d:CanonicalizationMethod><d:SignatureMethod Algorithm="{METHODS[recipe.method]}"/>'
        f"{info}{written}</d:SignedInfo><d:SignatureValue/><d:KeyInfo><w:SecurityTokenReference>"
        f"{named(recipe, sender)}</w:SecurityTokenReference></d:KeyInfo></d:Signature>".encode()
    )
    security.append(signature)
    octets = canonical(signature[0], recipe.c14n, recipe.prefixes.get("") or "")
    value = value_of(sender.key, recipe.method, octets, secret=sender.certificate_pem)
    signature[1].text = b64encode(value).decode()
    return root


def signed(recipe=None, **changes):
    """A message of the profile as a tree."""
    recipe = replace(recipe or Recipe(), **changes)
    return sign(unsigned(recipe), recipe)


def octets(root):
    return etree.tostring(root)
