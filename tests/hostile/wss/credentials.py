"""Keys and certificates of senders, made for the tests: good ones, and one for each defect."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = BEGIN + timedelta(days=3 * 365)


@dataclass(frozen=True)
class Sender:
    """A private key with its certificate."""

    key: object
    certificate: x509.Certificate

    @property
    def der(self):
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def certificate_pem(self):
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self):
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def name_of(common_name):
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Exemple, laboratoire"),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, "NTRFR-900000019"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def certify(
    key,
    *,
    common_name="Laboratoire Exemple",
    begin=BEGIN,
    end=END,
    uses=(ExtendedKeyUsageOID.CLIENT_AUTH,),
    signs=True,
    is_authority=False,
    serial=None,
):
    """A certificate of `key` by an authority made for it."""
    authority = ec.derive_private_key(7, ec.SECP256R1())
    builder = (
        x509.CertificateBuilder(subject_name=name_of(common_name), issuer_name=name_of("Autorité"))
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=signs,
                content_commitment=False,
                key_encipherment=not signs,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=is_authority,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if uses:
        builder = builder.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
    return Sender(key, builder.sign(authority, SHA256()))


_KEYS = {
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "rsa3072": lambda: rsa.generate_private_key(65_537, 3072),
    "rsa2048": lambda: rsa.generate_private_key(65_537, 2048),
}
_CERTIFICATES = {
    "laboratory": ("p256", {}),
    "p384": ("p384", {}),
    "p521": ("p521", {}),
    "rsa3072": ("rsa3072", {}),
    "old-stack": ("rsa3072", {}),
    "rsa2048": ("rsa2048", {}),
    "old-stack-rsa2048": ("rsa2048", {}),
    "stranger": ("p256", {}),
    "expired": ("p256", {"end": BEGIN + timedelta(days=30)}),
    "not-yet": ("p256", {"begin": END - timedelta(days=1)}),
    "revoked": ("p256", {}),
    "server": ("p256", {"uses": (ExtendedKeyUsageOID.SERVER_AUTH,)}),
    "code": ("p256", {"uses": (ExtendedKeyUsageOID.CODE_SIGNING,)}),
    "mail": ("p256", {"uses": (ExtendedKeyUsageOID.EMAIL_PROTECTION,)}),
    "any-use": ("p256", {"uses": ()}),
    "encipherment": ("p256", {"signs": False}),
    "authority": ("p256", {"is_authority": True}),
}
REGISTERED = tuple(name for name in _CERTIFICATES if name != "stranger")
"""What stands in the register: good certificates, and those whose defect must be seen there."""
DEVIATIONS = frozenset({"old-stack", "old-stack-rsa2048"})


@cache
def _key(kind, owner):
    del owner  # each has a key of its own, but for RSA, which takes long to make
    return _KEYS[kind]()


@cache
def sender(name):
    """The sender of that name; or the one itself, where a test made it."""
    if isinstance(name, Sender):
        return name
    kind, changes = _CERTIFICATES[name]
    return certify(_key(kind, "" if kind.startswith("rsa") else name), **changes)
