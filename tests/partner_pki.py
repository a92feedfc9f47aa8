"""Authorities such as RGS, eIDAS and IGC-Santé have them, for partners' certificates in tests."""

from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signing.organisation import Reading
from signing.partner_certificate import TrustedAuthority
from tests.authority import BEGIN, END, ISSUES, usage

CLIENT = usage(digital_signature=True)
CLIENT_AUTH = (ExtendedKeyUsageOID.CLIENT_AUTH,)
SIREN, SIRET = "732829320", "73282932000074"
"""Of nobody: the published example of INSEE's key."""


def subject(*, siret=SIRET, reading=Reading.ICD, number=None, more=()):
    """The name of an organisation, its number spelt as `reading` has it, or as `number` stands."""
    spelt = {
        Reading.ICD: (NameOID.ORGANIZATIONAL_UNIT_NAME, f"0002 {siret}"),
        Reading.STRUCT_IDNAT: (NameOID.ORGANIZATIONAL_UNIT_NAME, f"3{siret}"),
        Reading.ORGANIZATION_IDENTIFIER: (
            NameOID.ORGANIZATION_IDENTIFIER,
            f"NTRFR-{siret[:9]}",
        ),
    }[reading]
    oid, text = (spelt[0], number) if number is not None else spelt
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Organisme Exemple"),
            x509.NameAttribute(oid, text),
            *(x509.NameAttribute(one, value) for one, value in more),
        ]
    )


class Pki:
    """A root and one authority below it that certifies organisations."""

    def __init__(self, name="AC Exemple", *, end=END, path_length=None):
        self.root_key, self.key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        self.root = _certificate(
            self.root_key.public_key(), _cn(f"{name} racine"), self.root_key, None,
            key_usage=ISSUES, is_authority=True, path_length=path_length,
        )  # fmt: skip
        self.authority = _certificate(
            self.key.public_key(), _cn(name), self.root_key, self.root, key_usage=ISSUES,
            is_authority=True, end=end,
        )  # fmt: skip

    def trusted(self, *, reading=Reading.ICD, **changes):
        stated = {"name": "essai", "anchors": (self.root,), "reading": reading, **changes}
        return TrustedAuthority(**stated)

    def issue(self, public_key, *, name=None, **changes):
        return _certificate(public_key, name or subject(), self.key, self.authority, **changes)

    def below(self, name="AC en dessous"):
        """An authority that this one certifies, and a way to issue by it."""
        lower = Pki(name)
        lower.key = ec.generate_private_key(ec.SECP256R1())
        lower.authority = _certificate(
            lower.key.public_key(), _cn(name), self.key, self.authority, key_usage=ISSUES,
            is_authority=True,
        )  # fmt: skip
        return lower

    def lists(self, *, at, revoked=(), days=7, by=None, more=()):
        """What both publish: the authority's list, and its root's, which revokes nothing."""
        return (
            _list(self.authority, by or self.key, revoked, at=at, days=days, more=more),
            _list(self.root, self.root_key, (), at=at, days=days),
        )


def _cn(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _certificate(
    public_key, name, issuer_key, issuer, *, key_usage=CLIENT, extended=CLIENT_AUTH, begin=BEGIN,
    end=END, is_authority=False, path_length=None, more=(),
):  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name if issuer is None else issuer.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(
            x509.BasicConstraints(ca=is_authority, path_length=path_length), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )
    if key_usage is not None:
        builder = builder.add_extension(key_usage, critical=True)
    if extended and not is_authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(extended)), critical=False)
    for extension, critical in more:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(issuer_key, SHA256())


def _list(issuer, key, revoked, *, at, days, more=()):
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(at)
        .next_update(at + timedelta(days=days))
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    for extension, critical in more:
        builder = builder.add_extension(extension, critical=critical)
    for certificate in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
        builder = builder.add_revoked_certificate(entry.revocation_date(at).build())
    return builder.sign(key, SHA256())


def asked(key, *extensions, name="CN=whoever,O=Another", algorithm=None):
    """A signing request for these extensions, under any name."""
    builder = x509.CertificateSigningRequestBuilder(x509.Name.from_rfc4514_string(name))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    is_edwards = isinstance(key, ed25519.Ed25519PrivateKey)
    request = builder.sign(key, None if is_edwards else algorithm or SHA256())
    return request.public_bytes(Encoding.DER)


def der(certificate):
    return certificate.public_bytes(Encoding.DER)
