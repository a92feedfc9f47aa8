"""Acknowledgement signing keys in a folder: made, rotated, loaded, published.

The folder holds `<kid>.key.pem` (PKCS#8, mode 0600), `<kid>.cert.pem`, and the public register
`signing-keys.json`, which is written last: a crash leaves at worst a key file that nobody knows.
Only the newest key signs. The former one stays valid for `HANDOVER`, so that what running processes
sign until they load the new key still verifies; `SigningKeys` loads it when the register changes.
No entry ever leaves the register.
"""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from signing.encoding import instant_text
from signing.errors import KeyUnusable
from signing.files import PRIVATE, PUBLIC, locked, read_private, write_durably
from signing.published import (
    PublishedKey,
    parse_published,
    published_document,
    thumbprint,
    to_second,
)
from signing.register import REGISTER, CurrentRegister, Register, load_register, write_register
from signing.signer import AcknowledgementSigner

__all__ = [
    "HANDOVER",
    "REGISTER",
    "PublishedKey",
    "SigningKeys",
    "load_published",
    "load_signer",
    "mark_compromised",
    "new_signing_key",
    "parse_published",
    "published_document",
]

HANDOVER = timedelta(days=1)
"""How long a superseded key stays valid: every process must have loaded the new one by then."""


def new_signing_key(
    folder: Path, *, common_name: str, organisation: str, now: datetime, valid_days: int = 1095
) -> str:
    """Make the key that signs from now on, certify and publish it; give its kid.

    `now` is aware and cut to the second. The name is that of the issuer, as receivers will read it.
    """
    private_key = ec.generate_private_key(ec.SECP256R1())
    begin = to_second(now)
    certificate = _self_signed(
        private_key,
        subject=_name(common_name=common_name, organisation=organisation),
        begin=begin,
        end=begin + timedelta(days=valid_days),
    )
    key = PublishedKey(
        kid=thumbprint(private_key.public_key()),
        certificate=certificate,
        valid_from=begin,
        valid_to=certificate.not_valid_after_utc,
    )
    pem = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with locked(folder):
        former = load_register(folder) if (folder / REGISTER).exists() else Register(keys=())
        write_durably(folder / f"{key.kid}.key.pem", pem, mode=PRIVATE)
        cert_pem = certificate.public_bytes(Encoding.PEM)
        write_durably(folder / f"{key.kid}.cert.pem", cert_pem, mode=PUBLIC)
        superseded = tuple(_superseded(old, at=begin) for old in former.keys)
        write_register(folder, replace(former, keys=(*superseded, key)))
    return key.kid


def mark_compromised(folder: Path, kid: str, *, at: datetime) -> None:
    """Publish that nothing signed by `kid` from `at` on is believed; an earlier date stays."""
    with locked(folder):
        register = load_register(folder)
        if kid not in {key.kid for key in register.keys}:
            raise KeyUnusable(f"no key {kid} in the register")
        marked = (_compromised(key, at=at) if key.kid == kid else key for key in register.keys)
        write_register(folder, replace(register, keys=tuple(marked)))


def load_published(folder: Path) -> tuple[PublishedKey, ...]:
    """Read the folder's keys of acknowledgements, oldest first; raise `KeyUnusable` if it fails."""
    return load_register(folder).keys


def load_signer(folder: Path, *, now: datetime) -> AcknowledgementSigner:
    """Load the newest key, the only one that signs.

    Raises `KeyUnusable` when it is out of its time at `now`, compromised, open to group or others,
    or not the key that is published under its name.
    """
    newest = load_published(folder)[-1]
    _demand_in_force(newest, begin=now, end=now)
    return _signer_of(folder, newest)


class SigningKeys:
    """The keys of a folder as they are at each signature; safe to share between threads.

    The register is read again when its file changed, a private key once.
    """

    def __init__(self, folder: Path) -> None:
        """Nothing is read yet."""
        self._folder = folder
        self._lock = threading.Lock()
        self._current = CurrentRegister(folder)
        self._register: Register | None = None
        self._signers: dict[str, AcknowledgementSigner] = {}

    def signer(self, *, decided_at: datetime, now: datetime) -> AcknowledgementSigner:
        """Load the newest key whose time had begun at `decided_at`, if it may sign until `now`.

        A decision taken just before a new key is thus signed by the former one, and verifies.
        Raises `KeyUnusable` as `load_signer` does: what that key signed would not verify.
        """
        with self._lock:
            register = self._current.read()
            if register is not self._register:
                self._signers.clear()
                self._register = register
            begun = [key for key in register.keys if key.valid_from <= decided_at]
            if not begun:
                raise KeyUnusable(f"no key may sign at {instant_text(decided_at)}")
            key = begun[-1]
            _demand_in_force(key, begin=decided_at, end=now)
            if key.kid not in self._signers:
                self._signers[key.kid] = _signer_of(self._folder, key)
            return self._signers[key.kid]


def _demand_in_force(key: PublishedKey, *, begin: datetime, end: datetime) -> None:
    if key.compromised_at is not None:
        raise KeyUnusable(
            f"key {key.kid} is marked compromised since {instant_text(key.compromised_at)}"
        )
    for instant in (begin, end):
        if not key.valid_from <= instant <= key.valid_to:
            raise KeyUnusable(f"key {key.kid} may not sign at {instant_text(instant)}")


def _signer_of(folder: Path, key: PublishedKey) -> AcknowledgementSigner:
    # (1) its file is private and holds a P-256 key
    private_key = _private_key(read_private(folder / f"{key.kid}.key.pem"), kid=key.kid)
    # (2) that key is the published one: a receipt that it signs will verify
    if thumbprint(private_key.public_key()) != key.kid:
        raise KeyUnusable(f"{key.kid}.key.pem holds another key than its name says")
    return AcknowledgementSigner(kid=key.kid, private_key=private_key, certificate=key.certificate)


def _private_key(pem: bytes, *, kid: str) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"{kid}.key.pem is not an unencrypted PKCS#8 key") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise KeyUnusable(f"{kid}.key.pem is not a P-256 key")
    return key


def _superseded(key: PublishedKey, *, at: datetime) -> PublishedKey:
    return replace(key, valid_to=max(key.valid_from, min(key.valid_to, at + HANDOVER)))


def _compromised(key: PublishedKey, *, at: datetime) -> PublishedKey:
    earliest = at if key.compromised_at is None else min(at, key.compromised_at)
    return replace(key, compromised_at=earliest)


def _name(*, common_name: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _self_signed(
    key: ec.EllipticCurvePrivateKey, *, subject: x509.Name, begin: datetime, end: datetime
) -> x509.Certificate:
    """Certify `key` for signatures that bind their issuer, and for nothing else (RFC 5280 §4.2)."""
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    name_of_key = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder(subject_name=subject, issuer_name=subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(name_of_key, critical=False)
        .sign(key, SHA256())
    )
