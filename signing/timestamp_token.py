"""A TimeStampToken as it is written, read and not yet believed (RFC 3161 §2.4.2, RFC 5652 §5).

Every part is read, in DER, of exactly these forms: what nobody signed as well. The certificates
and the revocation lists alone, sets that nobody signed either, may stand in any order: `openssl ts`
writes certificates so.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from signing import der
from signing.der import Element

MAX_TOKEN_BYTES: Final = 64 * 1024
"""A token with its whole chain takes about 6 KiB."""
MAX_CERTIFICATES: Final = 16
"""Most that come with a token."""
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_TST_INFO = bytes.fromhex("2a864886f70d0109100104")
_CONTENT_TYPE = bytes.fromhex("2a864886f70d010903")
_MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
_BY_SHA1, _BY_SHA2 = (bytes.fromhex(f"2a864886f70d0109100{end}") for end in ("20c", "22f"))
_SHA256 = bytes.fromhex("608648016503040201")
_BASIC_CONSTRAINTS, _KEY_USAGE, _PURPOSES = (
    bytes.fromhex(f"551d{end}") for end in ("13", "0f", "25")
)
_VERSION = bytes.fromhex("a003020102")
_TBS = re.compile(rb"(?:\xa0)?\x02\x30\x30\x30\x30\x30(?:\x81|\xa1)?(?:\x82|\xa2)?(?:\xa3)?")
_STATED = re.compile(rb"\x02\x06\x30\x02\x18(?:\x30)?(?:\x01)?(?:\x02)?(?:\xa0)?(?:\xa1)?")
_SIGNER = re.compile(rb"\x02\x30\x30\xa0\x30\x04(?:\xa1)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenCertificate:
    """A certificate of which every part is in DER (RFC 5280 §4.1)."""

    raw: bytes
    serial: bytes
    issuer: bytes
    subject: bytes
    """These three as they are written, with tag and length."""
    begin: datetime
    end: datetime
    critical: frozenset[bytes]
    """Object identifiers of its critical extensions."""
    extensions: frozenset[bytes]
    """Those of all."""
    is_authority: bool
    path_length: int | None
    usage: int | None
    """First byte of keyUsage: 0x80 digitalSignature, 0x40 nonRepudiation, 0x04 keyCertSign."""
    purposes: tuple[bytes, ...]
    """Of extendedKeyUsage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a token says."""

    stated: bytes
    """The TSTInfo, DER: what the attributes digest."""
    policy: bytes
    imprint: tuple[bytes, bytes]
    """Object identifier of the digest, and the digest."""
    nonce: int | None
    gen_time: datetime
    """Cut to the millisecond."""
    certificates: tuple[WrittenCertificate, ...]
    issuer: bytes
    serial: bytes
    """By these two the signer names its certificate."""
    digest: bytes
    signature_algorithm: bytes
    """Object identifiers of the signer."""
    signed: bytes
    """The signed attributes as they are signed (RFC 5652 §5.4)."""
    attributes: Mapping[bytes, Sequence[Element]]
    """Their values by type."""
    signature: bytes


def read_token(octets: bytes) -> Token:
    """Read a token; raise `ValueError` on anything else."""
    _demand(len(octets) <= MAX_TOKEN_BYTES, "longer than any time-stamp")
    kind, explicit = der.read(octets).inside()
    _demand(kind.leaf(der.OID) == _SIGNED_DATA, "not signed data")
    (signed_data,) = explicit.inside(0xA0)
    version, digests, encapsulated, *more, signers = signed_data.inside()
    _demand(version.raw == b"\x02\x01\x03", "signed data of another version")
    _demand(bytes(one.tag for one in more) in {b"", b"\xa0", b"\xa1", b"\xa0\xa1"}, "another form")
    content_type, boxed = encapsulated.inside()
    _demand(content_type.leaf(der.OID) == _TST_INFO, "not a time-stamp")
    (content,) = boxed.inside(0xA0)
    stated = content.leaf(der.OCTET_STRING)
    (signer,) = signers.inside(der.SET)
    written = [one for part in more if part.tag == 0xA0 for one in part.parts]  # noqa: PLR2004
    _demand(len(written) <= MAX_CERTIFICATES, "too many certificates")
    token = _token(stated, signer, tuple(map(read_certificate, written)))
    named = [_algorithm(one) for one in digests.inside(der.SET)]
    _demand(named == [token.digest], "another digest is announced")
    return token


def _token(stated: bytes, signer: Element, certificates: tuple[WrittenCertificate, ...]) -> Token:
    info = der.read(stated)
    _demand(info.tag == der.SEQUENCE and _STATED.fullmatch(info.tags), "not a TSTInfo")
    version, policy, imprint, _, time, *rest = info.parts
    _demand(version.raw == b"\x02\x01\x01", "a TSTInfo of another version")
    algorithm, digest = imprint.inside()
    _demand(signer.tag == der.SEQUENCE and _SIGNER.fullmatch(signer.tags), "not a signer")
    number, sid, hashed, attributes, signature_algorithm, signature, *_ = signer.parts
    _demand(
        number.raw == b"\x02\x01\x01" and sid.tags == b"\x30\x02", "a signer of another version"
    )
    _demand(all(one.is_sorted for one in signer.parts if one.tag in {0xA0, 0xA1}), "out of order")
    nonces = [one.value for one in rest if one.tag == der.INTEGER]
    issuer, serial = sid.parts
    return Token(
        stated=stated,
        policy=policy.value,
        imprint=(_algorithm(algorithm), digest.leaf(der.OCTET_STRING)),
        nonce=int.from_bytes(nonces[0], "big", signed=True) if nonces else None,
        gen_time=der.instant(time),
        certificates=certificates,
        issuer=issuer.raw,
        serial=serial.raw,
        digest=_algorithm(hashed),
        signature_algorithm=signature_algorithm.inside()[0].leaf(der.OID),
        signed=bytes([der.SET]) + attributes.raw[1:],
        attributes=_attributes(attributes),
        signature=signature.value,
    )


def stated_digest(token: Token) -> bytes | None:
    """The digest of the TSTInfo that is signed; `None` where another content is."""
    types, digests = (token.attributes.get(kind, ()) for kind in (_CONTENT_TYPE, _MESSAGE_DIGEST))
    if [one.raw for one in types] != [b"\x06\x0b" + _TST_INFO] or len(digests) != 1:
        return None
    return digests[0].value if digests[0].tag == der.OCTET_STRING else None


def attested_sha256(token: Token) -> bytes:
    """The SHA-256 of the signer's certificate that signingCertificateV2 states (RFC 5035 §3)."""
    values = token.attributes.get(_BY_SHA2, ())
    if not values and _BY_SHA1 in token.attributes:
        raise ValueError(
            "its certificate is named by SHA-1 alone, which proves nothing: the authority must "
            "send signingCertificateV2 (openssl ts: ess_cert_id_alg = sha256)"
        )
    _demand(len(values) == 1, "no one signingCertificateV2")
    first = values[0].inside()[0].inside()[0].inside()
    if first[0].tag == der.SEQUENCE:  # DEFAULT sha256
        _demand(_algorithm(first[0]) == _SHA256, "signingCertificateV2 of another digest")
        first = first[1:]
    return first[0].leaf(der.OCTET_STRING)


def read_certificate(element: Element) -> WrittenCertificate:
    """Read a certificate; raise `ValueError` on any part that is not as RFC 5280 §4.1 has it."""
    tbs, algorithm, signature = element.inside()
    _demand(tbs.tag == der.SEQUENCE and _TBS.fullmatch(tbs.tags), "not a certificate")
    _demand(signature.tag == der.BIT_STRING, "not a certificate")
    is_versioned = tbs.tags[0] == _VERSION[0]
    _demand(not is_versioned or tbs.parts[0].raw == _VERSION, "not a certificate of version 3")
    members = [one for one in tbs.parts if one.tag != 0xA0]  # noqa: PLR2004 (its version)
    serial, inner, issuer, validity, subject = members[:5]
    _demand(inner.raw == algorithm.raw, "two algorithms of one signature")
    begin, end = map(der.instant, validity.parts)
    found = _extensions(tbs)
    constraints = der.read(found[_BASIC_CONSTRAINTS][1]) if _BASIC_CONSTRAINTS in found else None
    usage = der.read(found[_KEY_USAGE][1]).leaf(der.BIT_STRING) if _KEY_USAGE in found else None
    purposes = der.read(found[_PURPOSES][1]).inside() if _PURPOSES in found else ()
    is_authority, path_length = _constraints(constraints)
    return WrittenCertificate(
        raw=element.raw,
        serial=serial.raw,
        issuer=issuer.raw,
        subject=subject.raw,
        begin=begin,
        end=end,
        critical=frozenset(kind for kind, (is_critical, _) in found.items() if is_critical),
        extensions=frozenset(found),
        is_authority=is_authority,
        path_length=path_length,
        usage=None if usage is None else (usage + b"\0")[1],
        purposes=tuple(one.leaf(der.OID) for one in purposes),
    )


def _constraints(element: Element | None) -> tuple[bool, int | None]:
    """BasicConstraints (RFC 5280 §4.2.1.9)."""
    if element is None:
        return False, None
    _demand(element.tag == der.SEQUENCE, "not basicConstraints")
    _demand(element.tags in {b"", b"\x01", b"\x02", b"\x01\x02"}, "not basicConstraints")
    lengths = [one.value for one in element.parts if one.tag == der.INTEGER]
    is_authority = element.tags[:1] == b"\x01" and element.parts[0].value == b"\xff"
    return is_authority, int.from_bytes(lengths[0], "big", signed=True) if lengths else None


def _extensions(tbs: Element) -> dict[bytes, tuple[bool, bytes]]:
    found: dict[bytes, tuple[bool, bytes]] = {}
    for box in (one for one in tbs.parts if one.tag == 0xA3):  # noqa: PLR2004
        (sequence,) = box.parts
        for extension in sequence.inside():
            _demand(extension.tag == der.SEQUENCE, "not an extension")
            _demand(extension.tags in {b"\x06\x04", b"\x06\x01\x04"}, "not an extension")
            kind, *critical, value = extension.parts
            _demand(kind.value not in found, "an extension twice")
            found[kind.value] = any(one.value == b"\xff" for one in critical), value.value
    return found


def _attributes(element: Element) -> dict[bytes, Sequence[Element]]:
    found: dict[bytes, Sequence[Element]] = {}
    for attribute in element.parts:
        kind, values = attribute.inside()
        _demand(kind.leaf(der.OID) not in found, "an attribute twice")
        found[kind.value] = values.inside(der.SET)
    return found


def _algorithm(element: Element) -> bytes:
    """The object identifier of a digest, which has no parameter (RFC 5754 §2)."""
    kind, *parameters = element.inside()
    _demand([one.raw for one in parameters] in ([], [b"\x05\x00"]), "a digest with a parameter")
    return kind.leaf(der.OID)


def _demand(condition: object, reason: str) -> None:
    if not condition:
        raise ValueError(reason)
