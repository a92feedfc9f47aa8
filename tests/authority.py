"""A certificate authority made for a test: a root, authorities below it, and whatever they sign."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = BEGIN + timedelta(days=3650)


def usage(**may: bool) -> x509.KeyUsage:
    """A KeyUsage with these bits alone."""
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
        *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{name: may.get(name, False) for name in names})


SIGNS = usage(digital_signature=True, content_commitment=True)
ISSUES = usage(key_cert_sign=True, crl_sign=True)


class Authority:
    """An authority with its certificate: self-signed, or issued by another."""

    def __init__(self, name: str, *, above: "Authority | None" = None) -> None:
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.key = ec.generate_private_key(ec.SECP256R1())
        issuer = above or self
        self.certificate = issuer.issue(
            self.key.public_key(), name=name, key_usage=ISSUES, is_authority=True
        )

    def issue(
        self,
        public_key: ec.EllipticCurvePublicKey,
        *,
        name: str = "Essai",
        begin: datetime = BEGIN,
        end: datetime = END,
        key_usage: x509.KeyUsage | None = SIGNS,
        is_authority: bool = False,
        more: tuple[tuple[x509.ExtensionType, bool], ...] = (),
    ) -> x509.Certificate:
        """Certify a key; `more` are further extensions, each with whether it is critical."""
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(self.name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if key_usage is not None:
            builder = builder.add_extension(key_usage, critical=True)
        for extension, critical in more:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(self.key, SHA256())
