"""Private keys as they are stored in a folder: plain, as PKCS#12, or in a PKCS#11 token.

A key `kid` has exactly one of these files, all of mode 0600:

    <kid>.key.pem      PKCS#8, unencrypted: whoever reads the file signs
    <kid>.p12          PKCS#12 (RFC 7292), opened by a password that is not in the folder
    <kid>.token.json   {"id", "token"}: the key is in the token of that label, under that CKA_ID

Which library reaches the token, its PIN and the password come from whoever runs the gateway, never
from the folder: who may write here may not choose code to run.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from signing.errors import KeyUnusable
from signing.files import read_private
from signing.pkcs11 import Token

PEM = ".key.pem"
PKCS12 = ".p12"
TOKEN = ".token.json"  # noqa: S105 - the end of a file's name


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAccess:
    """What opens keys that are not plain files. Its `repr` shows no secret."""

    pkcs12_password: str = field(default="", repr=False)
    pkcs11_pin: str = field(default="", repr=False)
    pkcs11_module: Path | None = None
    """The library of the token's maker."""

    def token(self, label: str, *, may_write: bool = False) -> Token:
        """The token of that label; raises `KeyUnusable` where no library is configured."""
        if self.pkcs11_module is None:
            raise KeyUnusable("a key is in a token, and no PKCS#11 library is configured")
        return Token(
            module=self.pkcs11_module, label=label, pin=self.pkcs11_pin, may_write=may_write
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pkcs12Content:
    """A key with its certificate and whatever other certificates the file holds."""

    private_key: ec.EllipticCurvePrivateKey = field(repr=False)
    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]


class PrivateKeys:
    """Opens the private keys of a folder; a token is opened once for all its keys."""

    def __init__(self, folder: Path, *, access: KeyAccess) -> None:
        """Nothing is read yet."""
        self._folder = folder
        self._access = access
        self._tokens: dict[str, Token] = {}

    def load(self, kid: str) -> ec.EllipticCurvePrivateKey:
        """Give the key that is stored as `kid`; whether it is that one is for the caller to see.

        Raises `KeyUnusable` when it is stored nowhere or twice, or cannot be opened now.
        """
        stored = [end for end in (PEM, PKCS12, TOKEN) if (self._folder / f"{kid}{end}").exists()]
        if len(stored) != 1:
            raise KeyUnusable(f"key {kid} is stored {'twice' if stored else 'nowhere'}")
        octets = read_private(self._folder / f"{kid}{stored[0]}")
        if stored == [PEM]:
            return private_key_of_pem(octets, name=f"{kid}{PEM}")
        if stored == [PKCS12]:
            return parse_pkcs12(octets, password=self._access.pkcs12_password).private_key
        label, key_id = _parse_reference(octets, name=f"{kid}{TOKEN}")
        return self._token(label).private_key(key_id)

    def _token(self, label: str) -> Token:
        if label not in self._tokens:
            self._tokens[label] = self._access.token(label)
        return self._tokens[label]


def private_key_of_pem(octets: bytes, *, name: str) -> ec.EllipticCurvePrivateKey:
    """Read an unencrypted P-256 key; `name` is told in errors."""
    try:
        key = load_pem_private_key(octets, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"{name} is not an unencrypted PKCS#8 key") from error
    return _on_p256(key, name=name)


def parse_pkcs12(octets: bytes, *, password: str) -> Pkcs12Content:
    """Open a PKCS#12 file; raise `KeyUnusable` unless it holds a P-256 key and its certificate."""
    try:
        content = load_pkcs12(octets, password.encode() or None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable("not a PKCS#12 file that this password opens") from error
    if content.key is None or content.cert is None:
        raise KeyUnusable("the PKCS#12 file does not hold a key with its certificate")
    return Pkcs12Content(
        private_key=_on_p256(content.key, name="the PKCS#12 file"),
        certificate=content.cert.certificate,
        others=tuple(other.certificate for other in content.additional_certs),
    )


def reference_to(*, label: str, key_id: bytes) -> bytes:
    """Give the content of a `.token.json`."""
    return json.dumps({"id": key_id.hex(), "token": label}).encode() + b"\n"


def _parse_reference(octets: bytes, *, name: str) -> tuple[str, bytes]:
    try:
        members = json.loads(octets)
        label, key_id = members["token"], bytes.fromhex(members["id"])
    except (ValueError, TypeError, LookupError) as error:
        raise KeyUnusable(f"{name} names no key of a token") from error
    if not isinstance(label, str) or not key_id:
        raise KeyUnusable(f"{name} names no key of a token")
    return label, key_id


def _on_p256(key: object, *, name: str) -> ec.EllipticCurvePrivateKey:
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise KeyUnusable(f"{name} does not hold a P-256 key")
    return key
