"""Time-stamps of an authority on a text (RFC 3161, RFC 5816): asked for, and proved offline.

The text is that of a signed checkpoint, so that one stamp dates every entry under it. What an
authority answered, and what was kept of it, is proved in numbered steps:

(1) the bytes are one TimeStampResp in DER, of at most 64 KiB (RFC 3161 §2.4.2);
(2) the stamp was granted, without modification;
(3) it is over the SHA-256 of this very text, and no other digest (§2.4.2, messageImprint);
(4) its nonce is that of the request: not the answer to another one (§2.4.1);
(5) its policy is one that the verifier accepts;
(6) there is one signer, whose certificate comes along, and is the one that the signed attribute
    signingCertificateV2 names (RFC 5816 §2.2.1): no other certificate of the same key or name;
(7) that certificate is for time-stamping and nothing else, and says so critically (§2.3);
(8) it was valid at genTime;
(9) the signature verifies, and the certificate led to a root that the verifier trusts at genTime;
(10) genTime is the time at which the answer came, within `CLOCK_TOLERANCE`.

Steps (4) and (10) are about an exchange: of a token that was kept they say that they were held when
it came. Parsing, signature and path are those of `rfc3161-client` (strict DER; OpenSSL).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from asn1crypto.parser import emit
from asn1crypto.tsp import ContentInfo  # it knows signingCertificateV2, which cms does not
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from signing.certificates import key_usage
from signing.encoding import instant_text
from signing.errors import KeyUnusable, SignatureInvalid
from signing.proof import ProofSteps, Step

QUERY_TYPE = "application/timestamp-query"
REPLY_TYPE = "application/timestamp-reply"
MAX_REPLY_BYTES = 64 * 1024
"""A reply with its whole chain takes about 6 KiB."""
MAX_CERTIFICATES = 16
CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far our clock and the authority's may differ."""
STRANGER_STEP = 9
"""Where a stamp fails that nobody trusted has signed."""
_SHA256 = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")
_GRANTED = 0
_STATUS = {
    2: "rejection",
    3: "waiting",
    4: "revocation warning",
    5: "revocation notification",
    1: "granted with modifications",
}
_KEPT = "held when it was received"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampTrust:
    """Whom a verifier believes about the time."""

    roots: tuple[x509.Certificate, ...]
    """Of the authorities; at least one."""
    policies: tuple[str, ...] = ()
    """Accepted policies, dotted; empty accepts whatever policy these roots stamp under."""

    def __post_init__(self) -> None:
        """Refuse with `KeyUnusable` to trust nobody: nothing could ever be proved."""
        if not self.roots:
            raise KeyUnusable("no authority of time is trusted")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampQuery:
    """A request for a stamp."""

    text: bytes
    """What is to be stamped; only its digest is sent."""
    nonce: int
    """Told apart from every other request."""
    octets: bytes
    """The TimeStampReq, in DER."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamp:
    """A stamp of which every step held."""

    token: bytes
    """The TimeStampToken, in DER: what is kept, and what travels with a proof."""
    gen_time: datetime
    """From when on the text existed, by the authority's clock, cut to the millisecond."""
    authority: str
    """Subject of its certificate (RFC 4514)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampProof:
    """A stamp with the steps that prove it."""

    steps: tuple[Step, ...]
    timestamp: Timestamp


def new_query(text: bytes) -> TimestampQuery:
    """Ask for a stamp on `text`, with a fresh nonce and the authority's certificate."""
    request = (
        TimestampRequestBuilder()
        .data(text)
        .hash_algorithm(HashAlgorithm.SHA256)
        .nonce(nonce=True)
        .cert_request(cert_request=True)
        .build()
    )
    if request.nonce is None:  # the library's type allows it; its builder does not
        raise ValueError("a request without a nonce")
    return TimestampQuery(text=text, nonce=request.nonce, octets=request.as_bytes())


def prove_reply(
    reply: bytes, *, query: TimestampQuery, trust: TimestampTrust, now: datetime
) -> TimestampProof:
    """Prove what an authority answered to `query`, received `now`; or raise `SignatureInvalid`."""
    return _proved(reply, text=query.text, trust=trust, exchange=(query.nonce, now))


def prove_token(token: bytes, *, text: bytes, trust: TimestampTrust) -> TimestampProof:
    """Prove a token that was kept, at whatever time; or raise `SignatureInvalid`."""
    return _proved(_granted(token), text=text, trust=trust, exchange=None)


def parse_roots(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Read certificates of roots; raise `KeyUnusable` unless there is at least one."""
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError as error:
        raise KeyUnusable("not certificates in PEM") from error


def _proved(
    reply: bytes, *, text: bytes, trust: TimestampTrust, exchange: tuple[int, datetime] | None
) -> TimestampProof:
    steps = ProofSteps()
    try:
        return _held(steps, reply, text=text, trust=trust, exchange=exchange)
    except SignatureInvalid:
        raise
    except Exception as error:  # noqa: BLE001 - hostile bytes: whatever a parser says of them
        steps.refuse("a part of it cannot be read", error)


def _held(
    steps: ProofSteps,
    reply: bytes,
    *,
    text: bytes,
    trust: TimestampTrust,
    exchange: tuple[int, datetime] | None,
) -> TimestampProof:
    response = _read(steps, reply)
    stamp = response.tst_info
    # (3) over this text
    imprint = stamp.message_imprint
    steps.demand(imprint.hash_algorithm == _SHA256, "the stamp is over another digest than SHA-256")
    digest = sha256(text).digest()
    steps.demand(imprint.message == digest, "the stamp is over another text")
    steps.hold("the stamp is over this text", digest.hex())
    # (4) of this exchange
    if exchange is not None:
        steps.demand(stamp.nonce == exchange[0], "the nonce is not that of the request")
    steps.hold("the nonce is that of the request", _KEPT if exchange is None else "the same")
    # (5) under an accepted policy
    policy = stamp.policy.dotted_string
    is_accepted = not trust.policies or policy in trust.policies
    steps.demand(is_accepted, "the stamp is under another policy")
    steps.hold("its policy is accepted", policy)
    # (6), (7), (8) by a certificate fit for it
    certificate = _signer(steps, response)
    _fit(steps, certificate)
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    gen_time = _gen_time(response)
    steps.demand(begin <= gen_time <= end, "its certificate was not valid at genTime")
    steps.hold(
        "its certificate was valid at genTime",
        f"{instant_text(gen_time)}, from {instant_text(begin)} to {instant_text(end)}",
    )
    _signed(steps, response, digest=digest, roots=trust.roots)
    if exchange is not None:
        away = abs(gen_time - exchange[1])
        steps.demand(away <= CLOCK_TOLERANCE, "genTime is not the time of the exchange")
    steps.hold("genTime is the time of the exchange", _KEPT if exchange is None else "near enough")
    name = certificate.subject.rfc4514_string()
    timestamp = Timestamp(token=response.time_stamp_token(), gen_time=gen_time, authority=name)
    return TimestampProof(steps=steps.held, timestamp=timestamp)


def _read(steps: ProofSteps, reply: bytes) -> TimeStampResponse:
    steps.demand(len(reply) <= MAX_REPLY_BYTES, "longer than any reply")
    try:
        response = decode_timestamp_response(reply)
        status = response.status
    except ValueError as error:
        steps.refuse("not a reply in DER", error)
    steps.hold("the bytes are one reply in DER", f"{len(reply)} bytes")
    steps.demand(status == _GRANTED, f"not granted: {_STATUS.get(status, 'unknown status')}")
    try:
        _ = response.tst_info, response.signed_data
    except ValueError as error:
        steps.refuse("granted without a token that can be read", error)
    steps.hold("the stamp was granted", "PKIStatus 0")
    return response


def _gen_time(response: TimeStampResponse) -> datetime:
    """Give genTime to the millisecond; the other reader of the token drops its fraction."""
    content = ContentInfo.load(response.time_stamp_token(), strict=True)["content"]
    stated = content["encap_content_info"]["content"].parsed["gen_time"].contents
    digits = stated.removesuffix(b"Z").partition(b".")[2].ljust(3, b"0")[:3]
    return response.tst_info.gen_time.replace(microsecond=int(digits) * 1000)


def _signer(steps: ProofSteps, response: TimeStampResponse) -> x509.Certificate:
    signers = response.signed_data.signer_infos
    steps.demand(len(signers) == 1, "not one signer")
    count = len(response.signed_data.certificates)
    steps.demand(count <= MAX_CERTIFICATES, "too many certificates")
    (signer,) = signers
    certificates = [
        x509.load_der_x509_certificate(der) for der in response.signed_data.certificates
    ]
    named = [
        one
        for one in certificates
        if (one.issuer, one.serial_number) == (signer.issuer, signer.serial_number)
    ]
    attested = _attested_sha256(response.time_stamp_token())
    steps.demand(len(named) == 1, "the signer's certificate does not come along")
    digest = sha256(named[0].public_bytes(Encoding.DER)).digest()
    steps.demand(attested == digest, "signingCertificateV2 does not name that certificate")
    steps.hold("one signer, with the certificate that it names", digest.hex())
    return named[0]


def _attested_sha256(token: bytes) -> bytes | None:
    """Give the SHA-256 of the first certificate that signingCertificateV2 names (RFC 5035 §3)."""
    signed_data = ContentInfo.load(token, strict=True)["content"]
    attributes = signed_data["signer_infos"][0]["signed_attrs"]
    found = [one["values"] for one in attributes if one["type"].native == "signing_certificate_v2"]
    if len(found) != 1 or len(found[0]) != 1:
        return None
    first = found[0][0]["certs"][0]
    if first["hash_algorithm"]["algorithm"].native != "sha256":
        return None
    attested: bytes = first["cert_hash"].native
    return attested


def _fit(steps: ProofSteps, certificate: x509.Certificate) -> None:
    try:
        purpose = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        usage = key_usage(certificate)
    except (x509.ExtensionNotFound, ValueError) as error:
        steps.refuse("its certificate states no purpose", error)
    only = [*purpose.value] == [ExtendedKeyUsageOID.TIME_STAMPING]
    steps.demand(only and purpose.critical, "its certificate is not for time-stamping alone")
    signs = usage is None or usage.digital_signature or usage.content_commitment
    steps.demand(signs, "its certificate is not for signatures (keyUsage)")
    steps.hold("its certificate is for time-stamping alone", certificate.subject.rfc4514_string())


def _signed(
    steps: ProofSteps,
    response: TimeStampResponse,
    *,
    digest: bytes,
    roots: Sequence[x509.Certificate],
) -> None:
    builder = VerifierBuilder()
    for root in dict.fromkeys(roots):
        builder = builder.add_root_certificate(root)
    try:
        builder.build().verify(response, digest)
    except VerificationError as error:
        steps.refuse("not signed by an authority of a trusted root", error)
    names = ", ".join(root.subject.rfc4514_string() for root in roots)
    steps.hold("signed by an authority of a trusted root", names)


def _granted(token: bytes) -> bytes:
    """Make the reply that gave `token`: SEQUENCE { SEQUENCE { INTEGER 0 }, token } (X.690 §8.9)."""
    return bytes(emit(class_=0, method=1, tag=16, contents=b"\x30\x03\x02\x01\x00" + token))
