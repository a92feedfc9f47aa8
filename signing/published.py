"""The public register of keys: every key ever used, with its time and its fate.

`keys` are those of acknowledgements; `log` is the evidence log, where there is one
(`signing.log.published`).

It is served at `/.well-known/siseri-signing-keys.json` and is the trust file of `verify`. A
receiver keeps a copy: a receipt is proved by this file, the receipt, and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise, starmap
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from signing.canonical import jcs, plain_json
from signing.certificates import MAX_CHAIN, is_issued_by
from signing.encoding import from_base64, instant_text, parse_instant, to_base64, to_base64url
from signing.errors import KeyUnusable
from signing.log.published import PublishedLog, log_member, parse_log_member


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedKey:
    """One entry of the register: a key that signs, or once signed, acknowledgements."""

    kid: str
    """RFC 7638 thumbprint of the public key."""
    certificate: x509.Certificate
    """It carries the key and the issuer's name, and is trusted by being published."""
    valid_from: datetime
    """First instant at which this key may sign."""
    valid_to: datetime
    """Last instant: the certificate's end, or shortly after a newer key took over."""
    compromised_at: datetime | None = None
    """From this instant on, nothing that the key signed is believed."""
    chain: tuple[x509.Certificate, ...] = ()
    """Certificates of the authorities above, the issuer first; empty where it is self-signed."""

    def __post_init__(self) -> None:
        """Refuse with `KeyUnusable` a key not on P-256, misnamed, out of its certificate's time.

        And one whose chain is no chain: each certificate must have issued the one before it.
        """
        if thumbprint(self.public_key) != self.kid:
            raise KeyUnusable("a kid is not the thumbprint of its certificate's key")
        begin, end = self.certificate.not_valid_before_utc, self.certificate.not_valid_after_utc
        if not begin <= self.valid_from <= self.valid_to <= end:
            raise KeyUnusable(f"the validity of key {self.kid} is not within its certificate's")
        path = (self.certificate, *self.chain)
        if len(self.chain) > MAX_CHAIN or not all(starmap(is_issued_by, pairwise(path))):
            raise KeyUnusable(f"the certificates of key {self.kid} are not a chain")

    @property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        """The certificate's key; raises `KeyUnusable` unless it is on P-256."""
        key = self.certificate.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
            raise KeyUnusable("a certificate's key is not on P-256")
        return key

    @property
    def certificate_der(self) -> bytes:
        """The certificate's DER bytes, as receipts carry them."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def certificate_sha256(self) -> bytes:
        """Digest of the DER: `x5t#S256` of a JWS, CertDigest of a XAdES signature."""
        return sha256(self.certificate_der).digest()


def public_jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """Give the four required members of `key` as a JWK (RFC 7518 §6.2.1)."""
    numbers = key.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": to_base64url(numbers.x.to_bytes(32, "big")),
        "y": to_base64url(numbers.y.to_bytes(32, "big")),
    }


def thumbprint(key: ec.EllipticCurvePublicKey) -> str:
    """Name `key` by its content: RFC 7638 §3, SHA-256, base64url."""
    return to_base64url(sha256(jcs(public_jwk(key))).digest())


def published_document(
    keys: Sequence[PublishedKey], *, log: PublishedLog | None = None
) -> dict[str, object]:
    """Give the register that is served: a JWK Set (RFC 7517 §5) of `keys`, oldest first.

    `log` stands beside it, as a member that readers of JWK Sets leave unread.
    """
    document: dict[str, object] = {"keys": [_entry(key) for key in keys]}
    if log is not None:
        document["log"] = log_member(log)
    return document


def parse_published(octets: bytes) -> tuple[PublishedKey, ...]:
    """Read a register; raise `KeyUnusable` on any defect. Unknown members are left unread.

    An empty register is a defect: a verifier that trusts nobody can only be a mistake.
    """
    document = _document(octets)
    try:
        keys = tuple(_key(entry) for entry in document["keys"])
    except (ValueError, TypeError, LookupError) as error:
        raise KeyUnusable("not a register of signing keys") from error
    if not keys:
        raise KeyUnusable("the register holds no key")
    if len({key.kid for key in keys}) != len(keys):
        raise KeyUnusable("the register holds a key twice")
    return keys


def parse_published_log(octets: bytes) -> PublishedLog | None:
    """Read the log of a register; `None` when it names none, `KeyUnusable` on any defect."""
    document = _document(octets)
    return parse_log_member(document["log"]) if "log" in document else None


def _document(octets: bytes) -> dict[str, Any]:
    try:
        document = plain_json(octets)
    except ValueError as error:
        raise KeyUnusable("not a register of signing keys") from error
    if not isinstance(document, dict):
        raise KeyUnusable("not a register of signing keys")
    return document


def _entry(key: PublishedKey) -> dict[str, object]:
    entry: dict[str, object] = {
        **public_jwk(key.public_key),
        "kid": key.kid,
        "use": "sig",
        "alg": "ES256",
        "x5c": [to_base64(one.public_bytes(Encoding.DER)) for one in (key.certificate, *key.chain)],
        "x5t#S256": to_base64url(key.certificate_sha256),
        "from": instant_text(key.valid_from),
        "to": instant_text(key.valid_to),
    }
    if key.compromised_at is not None:
        entry["compromisedAt"] = instant_text(key.compromised_at)
    return entry


def _key(entry: object) -> PublishedKey:
    if not isinstance(entry, dict):
        raise TypeError("an entry is not an object")
    # there with whatever value but an instant, null included, it does not say "never"
    is_compromised = "compromisedAt" in entry
    certificate, *chain = (
        x509.load_der_x509_certificate(from_base64(_text(one))) for one in entry["x5c"]
    )
    key = PublishedKey(
        kid=_text(entry["kid"]),
        certificate=certificate,
        chain=tuple(chain),
        valid_from=parse_instant(_text(entry["from"])),
        valid_to=parse_instant(_text(entry["to"])),
        compromised_at=parse_instant(_text(entry["compromisedAt"])) if is_compromised else None,
    )
    if not public_jwk(key.public_key).items() <= entry.items():
        raise KeyUnusable(f"the entry of key {key.kid} is not its certificate's key")
    return key


def _text(member: object) -> str:
    if not isinstance(member, str):
        raise TypeError("a member is not a text")
    return member


def to_second(instant: datetime) -> datetime:
    """Cut an aware `instant` to the second in UTC, the precision of X.509 (RFC 5280 §4.1.2.5)."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC).replace(microsecond=0)
