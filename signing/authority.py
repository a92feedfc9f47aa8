"""The gateway's own small authority, for partners who have no certificate of any other.

Keys are in a folder: `<id>.key.pem` (P-384, PKCS#8, mode 0400) and `<id>.cert.pem`; `<id>` is the
subject key identifier in hexadecimal. The newest one that is in its time issues; an older one stays
as long as what it issued, and signs its own list of revocations.

What is demanded of a signing request (PKCS#10, RFC 2986):

(1) it is one request in DER, no longer than `MAX_REQUEST_BYTES`;
(2) its key is on P-256 or P-384, or RSA of 3,072 bits or more;
(3) its signature verifies under that key (§4.2): whoever asks holds it;
(4) it asks for nothing but what is given: to sign and to authenticate a client. Another name,
    address or right is refused, so that nobody believes to have got it.

Its subject is not read: the name in a certificate is the one under which the partner is enrolled.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signing.certificates import is_issued_by
from signing.errors import CredentialRefused, KeyUnusable, Unfit
from signing.files import PUBLIC, locked, read_private, write_durably
from signing.partner_key import PublicKey, demand_certifiable
from signing.published import to_second

AUTHORITY_DAYS: Final = 3653
VALID_DAYS: Final = 1095
"""Of what it issues: three years."""
LIST_DAYS: Final = 7
"""How long a list of revocations may serve; a new one is made each day."""
MAX_REQUEST_BYTES: Final = 8 * 1024
_BACKDATED: Final = timedelta(minutes=5)
"""Clocks of partners may be behind ours."""
_READ_ONLY: Final = 0o400
_X520_TEXT: Final = 64
"""Longest common name, organisation or unit (RFC 5280, appendix A)."""
_HASHES: Final = (SHA256, SHA384, SHA512)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whom a certificate is for, as enrolled."""

    id: str
    name: str
    siret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """A certificate of the authority that opens nothing any more."""

    serial: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityCertificate:
    """What anybody may know of an authority."""

    certificate: x509.Certificate

    @property
    def id(self) -> str:
        """Its subject key identifier, in hexadecimal."""
        of = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        return of.value.digest.hex()

    @property
    def der(self) -> bytes:
        """The certificate in DER."""
        return self.certificate.public_bytes(Encoding.DER)

    def issued(self, certificate: x509.Certificate) -> bool:
        """Whether it is the issuer of `certificate`."""
        return is_issued_by(certificate, self.certificate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority(AuthorityCertificate):
    """One key that issues certificates, and its own certificate."""

    key: ec.EllipticCurvePrivateKey = field(repr=False)

    def issue(self, key: PublicKey, *, holder: Holder, lists: str, now: datetime) -> bytes:
        """Certify `key` for `holder`, for three years; DER. `lists` is where to look for its end.

        Raises:
            KeyUnusable: the authority itself ends before.
        """
        begin = to_second(now) - _BACKDATED
        end = begin + timedelta(days=VALID_DAYS)
        if end > self.certificate.not_valid_after_utc:
            raise KeyUnusable("the authority ends before what it would issue: make a new one")
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(lists)], None, None, None)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name_of(holder))
            .issuer_name(self.certificate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(self._own_name(), critical=False)
            .add_extension(x509.CRLDistributionPoints([point]), critical=False)
            .sign(self.key, SHA384())
        )
        return certificate.public_bytes(Encoding.DER)

    def revocation_list(self, revoked: Iterable[Revoked], *, number: int, now: datetime) -> bytes:
        """Sign the list of all that is revoked (RFC 5280 §5); DER. `number` only ever grows."""
        begin = to_second(now)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(begin)
            .next_update(begin + timedelta(days=LIST_DAYS))
            .add_extension(self._own_name(), critical=False)
            .add_extension(x509.CRLNumber(number), critical=False)
        )
        for one in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(one.serial)
            builder = builder.add_revoked_certificate(
                entry.revocation_date(to_second(one.at)).build()
            )
        return builder.sign(self.key, SHA384()).public_bytes(Encoding.DER)

    def _own_name(self) -> x509.AuthorityKeyIdentifier:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())


def new_authority(
    folder: Path, *, common_name: str, organisation: str, now: datetime, days: int = AUTHORITY_DAYS
) -> str:
    """Make the authority that issues from now on; give its id."""
    key = ec.generate_private_key(ec.SECP384R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:_X520_TEXT]),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name[:_X520_TEXT]),
        ]
    )
    begin = to_second(now)
    certificate = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin - _BACKDATED)
        .not_valid_after(begin + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA384())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    stem = AuthorityCertificate(certificate=certificate).id
    with locked(folder):
        write_durably(folder / f"{stem}.key.pem", pem, mode=_READ_ONLY)
        write_durably(
            folder / f"{stem}.cert.pem", certificate.public_bytes(Encoding.PEM), mode=PUBLIC
        )
    return stem


def authority_certificates(folder: Path) -> tuple[AuthorityCertificate, ...]:
    """Give the authorities of the folder, the newest first; none where there is no folder."""
    try:
        found = [
            x509.load_pem_x509_certificate(path.read_bytes())
            for path in sorted(folder.glob("*.cert.pem"))
        ]
    except (OSError, ValueError) as error:
        raise KeyUnusable("a certificate of the authority cannot be read") from error
    found.sort(key=lambda one: one.not_valid_before_utc, reverse=True)
    return tuple(AuthorityCertificate(certificate=one) for one in found)


def load_authority(folder: Path, of: AuthorityCertificate) -> Authority:
    """Open the key of that authority; raise `KeyUnusable` where it is not there, or another's."""
    name = f"{of.id}.key.pem"
    try:
        key = load_pem_private_key(read_private(folder / name), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"{name} is not an unencrypted PKCS#8 key") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or (
        key.public_key() != of.certificate.public_key()
    ):
        raise KeyUnusable(f"{name} is not the key of its certificate")
    return Authority(certificate=of.certificate, key=key)


def name_of(holder: Holder) -> x509.Name:
    """Name a partner as it is enrolled: what RGS writes in `OU`, and ETSI in 2.5.4.97."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, holder.name[:_X520_TEXT]),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, f"NTRFR-{holder.siret[:9]}"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"0002 {holder.siret}"),
            x509.NameAttribute(NameOID.COMMON_NAME, holder.id[:_X520_TEXT]),
        ]
    )


def judge_request(der: bytes) -> PublicKey:
    """Hold the four points of this module; give the key that is to be certified.

    Raises `CredentialRefused` with the first point that fails.
    """
    # (1) one request
    try:
        request = x509.load_der_x509_csr(der) if len(der) <= MAX_REQUEST_BYTES else None
    except ValueError:
        request = None
    if request is None or request.public_bytes(Encoding.DER) != der:
        raise CredentialRefused(Unfit.REQUEST, "not a signing request in DER, or too long")
    # (2) its key
    try:
        key = demand_certifiable(request.public_key())
    except (ValueError, UnsupportedAlgorithm):
        raise CredentialRefused(Unfit.KEY, "the request's key is of no known kind") from None
    # (3) possession
    if not _is_signed(request):
        raise CredentialRefused(Unfit.POSSESSION, "the request is not signed by its own key")
    # (4) what it asks
    if not all(map(_is_given, _asked(request))):
        raise CredentialRefused(
            Unfit.REQUEST, "the request asks for a name or a right that is not given"
        )
    return key


def _is_signed(request: x509.CertificateSigningRequest) -> bool:
    try:
        algorithm = request.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return False
    return isinstance(algorithm, _HASHES) and request.is_signature_valid


def _asked(request: x509.CertificateSigningRequest) -> list[x509.Extension[x509.ExtensionType]]:
    try:
        return list(request.extensions)
    except ValueError:
        raise CredentialRefused(Unfit.REQUEST, "the request's extensions cannot be read") from None


def _is_given(extension: x509.Extension[x509.ExtensionType]) -> bool:
    asked = extension.value
    if isinstance(asked, x509.BasicConstraints):
        return not asked.ca
    if isinstance(asked, x509.ExtendedKeyUsage):
        return list(asked) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    if isinstance(asked, x509.KeyUsage):
        return not (asked.key_cert_sign or asked.crl_sign)
    return isinstance(asked, x509.SubjectKeyIdentifier)


def _usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )
