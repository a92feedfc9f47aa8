"""What is offered to the gateway, and its private key kept before anything is sent."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gateway.commands.terminal import CannotDo
from signing.encoding import to_base64
from signing.errors import SigningError
from signing.files import PRIVATE, PUBLIC, locked, read_private, write_durably
from signing.held_key import (
    HeldKey,
    Kind,
    certificates_pem,
    new_key,
    pem_of,
    pkcs12_of,
    read_held_key,
    request_of,
)
from signing.offered import Offered, OfferedCertificate, OfferedKey, OfferedRequest

PENDING: Final = "key-pending.pem"
_NAMED: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering:
    """A key and what is offered of it."""

    held: HeldKey
    offered: Offered
    kept_at: Path | None = None
    """Where the partner keeps the key itself; None for one that was made here."""
    kept_certificate: Path | None = None

    def form(self, proof: str) -> dict[str, Any]:
        """The body that is sent; a request is signed by itself."""
        match self.offered:
            case OfferedRequest():
                return {"request": to_base64(request_of(self.held.key))}
            case OfferedCertificate(others=others) as certificate:
                form = {"certificate": to_base64(certificate.public), "proof": proof}
                chain = [to_base64(OfferedCertificate(certificate=one).public) for one in others]
                return {**form, "chain": chain} if chain else form
            case OfferedKey() as key:
                return {"jwk": key.jwk, "proof": proof}


def made(folder: Path, *, kind: Kind, is_request: bool, password: str) -> Offering:
    """A key that is made here, or that a cut left, to be offered itself or by a request.

    Raises:
        CannotDo: the folder cannot be written, or what a cut left cannot be opened.
    """
    pending = folder / PENDING
    try:
        with locked(folder):
            if not pending.exists():
                pem = pem_of(new_key(kind), password=password)
                write_durably(pending, pem, mode=PRIVATE)
            held = read_held_key(read_private(pending), password=password)
    except (SigningError, OSError) as error:
        raise CannotDo(
            f"{pending} : clé inutilisable ({type(error).__name__}) ; vérifiez le mot de passe.",
            f"{pending}: the key cannot be used ({type(error).__name__}); check the password.",
        ) from None
    of = OfferedRequest if is_request else OfferedKey
    return Offering(held=held, offered=of(key=held.key.public_key()))


def brought(file: Path, key_file: Path | None, *, password: str) -> Offering:
    """A certificate of an authority that the partner has: PKCS#12, or PEM with its key.

    Raises:
        CannotDo: a file cannot be read, or they do not belong together.
    """
    try:
        octets = file.read_bytes()
        is_alone = key_file is not None
        held = read_held_key(
            read_private(key_file or file),
            certificates=octets if is_alone else b"",
            password=password,
        )
    except (SigningError, OSError) as error:
        raise CannotDo(
            f"{file.name} : certificat ou clé inutilisable ({error}) ; la clé privée doit être "
            "à vous seul (droits 600).",
            f"{file.name}: certificate or key unusable ({error}); the private key must be yours "
            "alone (mode 600).",
        ) from None
    if held.certificate is None:
        raise CannotDo(
            f"{file.name} : aucun certificat ; ajoutez --key si la clé est à part.",
            f"{file.name}: no certificate; add --key if the key stands apart.",
        )
    offered = OfferedCertificate(certificate=held.certificate, others=held.others)
    return Offering(
        held=held,
        offered=offered,
        kept_at=(key_file or file).absolute(),
        kept_certificate=file.absolute() if is_alone else None,
    )


def keep(
    folder: Path, offering: Offering, thumbprint: str, certificates: list[bytes], *, password: str
) -> tuple[str, str | None]:
    """Give the key its lasting name, with the certificate that was issued; the two files' names.

    With a password and a certificate, both are one PKCS#12 file.
    """
    if offering.kept_at is not None:
        certificate = offering.kept_certificate
        return str(offering.kept_at), None if certificate is None else str(certificate)
    stem = f"key-{thumbprint[:_NAMED]}"
    pem = certificates_pem(certificates) if certificates else b""
    with locked(folder):
        if pem and password:
            name = f"{stem}.p12"
            octets = pkcs12_of(offering.held.key, pem, password=password)
            write_durably(folder / name, octets, mode=PRIVATE)
            return name, None
        if pem:
            write_durably(folder / f"{stem}.cert.pem", pem, mode=PUBLIC)
        octets = pem_of(offering.held.key, password=password)
        write_durably(folder / f"{stem}.pem", octets, mode=PRIVATE)
    return f"{stem}.pem", f"{stem}.cert.pem" if pem else None


def settle(folder: Path) -> None:
    """What was pending is enrolled, and has its lasting name."""
    (folder / PENDING).unlink(missing_ok=True)
