"""Certificates as AC IGC-SANTÉ gives them: of the service, and of those who ask it."""

from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.authority import BEGIN, END
from tests.partner_pki import CLIENT_AUTH, Pki

EMITTER = "10B0123456"
"""OU of the certificates: repeated as `Emetteur`. Of nobody."""
_LOOPBACK = x509.SubjectAlternativeName(
    [x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))]
)


class Credentials:
    """Files of an authority and of what it issued, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pki = Pki("AC IGC-SANTE ESSAI")
        self.authorities = folder / "authorities.pem"
        both = (self._pki.root, self._pki.authority)
        self.authorities.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in both))
        self.server = self._issue("services-ps.ameli.example", is_server=True)
        self.auto = self._issue("INSI-AUTO")
        self.manual = self._issue("INSI-MANU")
        self.other = self._issue("INSI-AUTRE")
        self.ended = self._issue("INSI-AUTO", file="ended", end=BEGIN + timedelta(days=1))

    def _issue(
        self, common_name: str, *, file: str | None = None, is_server: bool = False, end=END
    ) -> tuple[Path, Path]:
        """Certificate and key, each in its file."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
                x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, EMITTER),
                x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            ]
        )
        issued = self._pki.issue(
            key.public_key(),
            name=name,
            extended=(ExtendedKeyUsageOID.SERVER_AUTH,) if is_server else CLIENT_AUTH,
            end=end,
            more=((_LOOPBACK, False),) if is_server else (),
        )
        certificate = self._folder / f"{file or common_name}.pem"
        certificate.write_bytes(issued.public_bytes(Encoding.PEM))
        secret = self._folder / f"{file or common_name}.key"
        secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        secret.chmod(0o600)
        return certificate, secret
