"""New acknowledgement keys: made here, asked of an authority, or brought in; and their publication.

Whatever its form, a key takes over the moment it is published: it is the newest of the register,
and the one before stays valid for `HANDOVER`, so that what running processes sign until they load
the new one still verifies. The register is written last: a crash leaves at worst a file of a key
that nobody knows. No entry ever leaves the register.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from signing.certificates import chain_of, demand_fit, distinguished_name, request, self_signed
from signing.errors import KeyUnusable
from signing.files import PRIVATE, PUBLIC, locked, read_private, write_durably
from signing.pkcs11 import Token
from signing.published import PublishedKey, thumbprint, to_second
from signing.register import REGISTER, Register, load_register, write_register
from signing.stored import PEM, PKCS12, TOKEN, parse_pkcs12, private_key_of_pem, reference_to

HANDOVER = timedelta(days=1)
"""How long a superseded key stays valid: every process must have loaded the new one by then."""
VALID_DAYS = 1095
"""How long a certificate of our own is valid."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A private key that stays where it is, and the file that leads to it."""

    key: ec.EllipticCurvePrivateKey
    kid: str
    files: Mapping[str, bytes]
    """Private content by name of file."""


def new_signing_key(
    folder: Path,
    *,
    common_name: str,
    organisation: str,
    now: datetime,
    valid_days: int = VALID_DAYS,
    token: Token | None = None,
) -> str:
    """Make the key that signs from now on, certify and publish it; give its kid.

    In `token` where one is given, else in a file. `now` is aware and cut to the second. The name is
    that of the issuer, as receivers will read it.
    """
    begin = to_second(now)
    made = _made(token)
    certificate = self_signed(
        made.key,
        subject=distinguished_name(common_name=common_name, organisation=organisation),
        begin=begin,
        end=begin + timedelta(days=valid_days),
    )
    return _take_over(folder, made, certificate, chain=(), begin=begin)


def request_certificate(
    folder: Path, *, common_name: str, organisation: str, token: Token | None = None
) -> bytes:
    """Make a key that signs nothing yet; give the request for its certificate (PKCS#10, PEM).

    `import_certificate` takes it up with what the authority answers.
    """
    made = _made(token)
    name = distinguished_name(common_name=common_name, organisation=organisation)
    asked = request(made.key, subject=name).public_bytes(Encoding.PEM)
    with locked(folder):
        for file, octets in made.files.items():
            write_durably(folder / file, octets, mode=PRIVATE)
    return asked


def import_certificate(
    folder: Path, pem: bytes, *, now: datetime, token: Token | None = None
) -> str:
    """Let the key of a certificate take over; give its kid.

    `pem` holds the certificate, then its chain in any order. The key is in the folder, from
    `request_certificate`, or in `token`, however it came there.

    Raises:
        KeyUnusable: the key is not there, or the certificates are not fit (`demand_fit`).
    """
    try:
        certificate, *others = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise KeyUnusable("not certificates in PEM") from error
    public_key = certificate.public_key()
    if (
        not isinstance(public_key, ec.EllipticCurvePublicKey)
        or public_key.curve.name != "secp256r1"
    ):
        raise KeyUnusable("the certificate's key is not on P-256")
    kid = thumbprint(public_key)
    if token is None:
        key = private_key_of_pem(read_private(folder / f"{kid}{PEM}"), name=f"{kid}{PEM}")
        made = _Made(key=key, kid=kid, files={})
    else:
        made = _of_token(token, token.find(public_key))
    return _import(folder, made, certificate, others, now=now)


def import_pkcs12(folder: Path, octets: bytes, *, password: str, now: datetime) -> str:
    """Let the key of a PKCS#12 file take over, kept as it is with its password; give its kid.

    Raises:
        KeyUnusable: the password does not open it, or its certificates are not fit (`demand_fit`).
    """
    content = parse_pkcs12(octets, password=password)
    kid = thumbprint(content.private_key.public_key())
    made = _Made(key=content.private_key, kid=kid, files={f"{kid}{PKCS12}": octets})
    return _import(folder, made, content.certificate, content.others, now=now)


def _import(
    folder: Path,
    made: _Made,
    certificate: x509.Certificate,
    others: "tuple[x509.Certificate, ...] | list[x509.Certificate]",
    *,
    now: datetime,
) -> str:
    chain = chain_of(certificate, others)
    demand_fit(certificate, chain, public_key=made.key.public_key(), now=now)
    return _take_over(folder, made, certificate, chain=chain, begin=to_second(now))


def _made(token: Token | None) -> _Made:
    if token is not None:
        key_id, _ = token.generate(label="siseri-acknowledgements")
        return _of_token(token, key_id)
    key = ec.generate_private_key(ec.SECP256R1())
    kid = thumbprint(key.public_key())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return _Made(key=key, kid=kid, files={f"{kid}{PEM}": pem})


def _of_token(token: Token, key_id: bytes) -> _Made:
    key = token.private_key(key_id)
    kid = thumbprint(key.public_key())
    return _Made(
        key=key,
        kid=kid,
        files={f"{kid}{TOKEN}": reference_to(label=token.label, key_id=key_id)},
    )


def _take_over(
    folder: Path,
    made: _Made,
    certificate: x509.Certificate,
    *,
    chain: tuple[x509.Certificate, ...],
    begin: datetime,
) -> str:
    key = PublishedKey(
        kid=made.kid,
        certificate=certificate,
        chain=chain,
        valid_from=max(begin, certificate.not_valid_before_utc),
        valid_to=certificate.not_valid_after_utc,
    )
    with locked(folder):
        former = load_register(folder) if (folder / REGISTER).exists() else Register(keys=())
        if any(old.kid == key.kid for old in former.keys):
            raise KeyUnusable(f"key {key.kid} is in the register already; a new key takes over")
        for name, octets in made.files.items():
            write_durably(folder / name, octets, mode=PRIVATE)
        pem = b"".join(one.public_bytes(Encoding.PEM) for one in (certificate, *chain))
        write_durably(folder / f"{key.kid}.cert.pem", pem, mode=PUBLIC)
        superseded = tuple(_superseded(old, at=begin) for old in former.keys)
        write_register(folder, replace(former, keys=(*superseded, key)))
    return key.kid


def _superseded(key: PublishedKey, *, at: datetime) -> PublishedKey:
    return replace(key, valid_to=max(key.valid_from, min(key.valid_to, at + HANDOVER)))
