"""Time-stamps of an authority on a text (RFC 3161, RFC 5816): asked for, and proved offline.

The text is that of a signed checkpoint, so that one stamp dates every entry under it. What an
authority answered, and what was kept of it, is proved in numbered steps:

(1) the bytes are one TimeStampResp in DER, of at most 64 KiB (RFC 3161 §2.4.2), but that its
    certificates may stand in any order;
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
it came. How a token is read: `signing.timestamp_token`; signature and path:
`signing.timestamp_path`. Requests are made by `rfc3161-client`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography import x509
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from signing import der
from signing.encoding import instant_text
from signing.errors import KeyUnusable
from signing.proof import ProofSteps, Step
from signing.timestamp_path import is_signed, leads
from signing.timestamp_token import Token, WrittenCertificate, attested_sha256, read_token

QUERY_TYPE = "application/timestamp-query"
REPLY_TYPE = "application/timestamp-reply"
MAX_REPLY_BYTES = 64 * 1024
"""A reply with its whole chain takes about 6 KiB."""
CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far our clock and the authority's may differ."""
STRANGER_STEP = 9
"""Where a stamp fails that nobody trusted has signed."""
_SHA256 = bytes.fromhex("608648016503040201")
_TIME_STAMPING = bytes.fromhex("2b06010505070308")
_EXTENDED_KEY_USAGE = bytes.fromhex("551d25")
_SIGNATURES = 0xC0
"""keyUsage: digitalSignature and nonRepudiation."""
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
    return _proved(reply, is_reply=True, text=query.text, trust=trust, exchange=(query.nonce, now))


def prove_token(token: bytes, *, text: bytes, trust: TimestampTrust) -> TimestampProof:
    """Prove a token that was kept, at whatever time; or raise `SignatureInvalid`."""
    return _proved(token, is_reply=False, text=text, trust=trust, exchange=None)


def parse_roots(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Read certificates of roots; raise `KeyUnusable` unless there is at least one."""
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError as error:
        raise KeyUnusable("not certificates in PEM") from error


def _proved(
    octets: bytes,
    *,
    is_reply: bool,
    text: bytes,
    trust: TimestampTrust,
    exchange: tuple[int, datetime] | None,
) -> TimestampProof:
    steps = ProofSteps()
    try:
        kept = _granted(steps, octets) if is_reply else octets
        token = read_token(kept)
        if not is_reply:
            steps.hold("the bytes are one token in DER", f"{len(kept)} bytes")
        steps.hold("the stamp was granted", "PKIStatus 0" if is_reply else "by giving a token")
        timestamp = _held(steps, token, kept, text=text, trust=trust, exchange=exchange)
    except (ValueError, IndexError) as error:
        steps.refuse(f"a part of it cannot be read: {error}", error)
    return TimestampProof(steps=steps.held, timestamp=timestamp)


def _held(
    steps: ProofSteps,
    token: Token,
    kept: bytes,
    *,
    text: bytes,
    trust: TimestampTrust,
    exchange: tuple[int, datetime] | None,
) -> Timestamp:
    # (3) over this text
    algorithm, imprint = token.imprint
    steps.demand(algorithm == _SHA256, "the stamp is over another digest than SHA-256")
    steps.demand(imprint == sha256(text).digest(), "the stamp is over another text")
    steps.hold("the stamp is over this text", imprint.hex())
    # (4) of this exchange
    if exchange is not None:
        steps.demand(token.nonce == exchange[0], "the nonce is not that of the request")
    steps.hold("the nonce is that of the request", _KEPT if exchange is None else "the same")
    # (5) under an accepted policy
    policy = _dotted(token.policy)
    is_accepted = not trust.policies or policy in trust.policies
    steps.demand(is_accepted, "the stamp is under another policy")
    steps.hold("its policy is accepted", policy)
    # (6), (7), (8) by a certificate fit for it
    certificate = _signer(steps, token)
    _fit(steps, certificate)
    begin, end = certificate.begin, certificate.end
    steps.demand(begin <= token.gen_time <= end, "its certificate was not valid at genTime")
    steps.hold(
        "its certificate was valid at genTime",
        f"{instant_text(token.gen_time)}, from {instant_text(begin)} to {instant_text(end)}",
    )
    # (9) of a trusted root
    is_trusted = is_signed(token, certificate) and leads(
        certificate, among=token.certificates, roots=trust.roots, at=token.gen_time
    )
    steps.demand(is_trusted, "not signed by an authority of a trusted root")
    names = ", ".join(root.subject.rfc4514_string() for root in trust.roots)
    steps.hold("signed by an authority of a trusted root", names)
    # (10) now
    if exchange is not None:
        away = abs(token.gen_time - exchange[1])
        steps.demand(away <= CLOCK_TOLERANCE, "genTime is not the time of the exchange")
    steps.hold("genTime is the time of the exchange", _KEPT if exchange is None else "near enough")
    return Timestamp(token=kept, gen_time=token.gen_time, authority=_name(certificate))


def _granted(steps: ProofSteps, reply: bytes) -> bytes:
    """Hold step (1), demand (2), and give the token of the reply (RFC 3161 §2.4.2)."""
    steps.demand(len(reply) <= MAX_REPLY_BYTES, "longer than any reply")
    try:
        info, *tokens = der.read(reply).inside()
        status = int.from_bytes(info.inside()[0].leaf(der.INTEGER), "big", signed=True)
    except (ValueError, IndexError) as error:
        steps.refuse("not a reply in DER", error)
    steps.hold("the bytes are one reply in DER", f"{len(reply)} bytes")
    steps.demand(status == _GRANTED, f"not granted: {_STATUS.get(status, 'unknown status')}")
    steps.demand(len(tokens) == 1, "granted without a token that can be read")
    return tokens[0].raw


def _signer(steps: ProofSteps, token: Token) -> WrittenCertificate:
    named = [
        one
        for one in token.certificates
        if (one.issuer, one.serial) == (token.issuer, token.serial)
    ]
    steps.demand(len(named) == 1, "the signer's certificate does not come along")
    digest = sha256(named[0].raw).digest()
    is_named = attested_sha256(token) == digest
    steps.demand(is_named, "signingCertificateV2 does not name that certificate")
    steps.hold("one signer, with the certificate that it names", digest.hex())
    return named[0]


def _fit(steps: ProofSteps, certificate: WrittenCertificate) -> None:
    is_alone = certificate.purposes == (_TIME_STAMPING,)
    is_critical = _EXTENDED_KEY_USAGE in certificate.critical
    steps.demand(is_alone and is_critical, "its certificate is not for time-stamping alone")
    signs = certificate.usage is None or certificate.usage & _SIGNATURES
    steps.demand(signs, "its certificate is not for signatures (keyUsage)")
    steps.hold("its certificate is for time-stamping alone", "extendedKeyUsage")


def _name(certificate: WrittenCertificate) -> str:
    return x509.load_der_x509_certificate(certificate.raw).subject.rfc4514_string()


def _dotted(policy: bytes) -> str:
    """Write an object identifier that is in DER (X.690 §8.19)."""
    arcs, number = [], 0
    for octet in policy:
        number = number << 7 | octet & 0x7F
        if octet < 0x80:  # noqa: PLR2004
            arcs.append(number)
            number = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))
