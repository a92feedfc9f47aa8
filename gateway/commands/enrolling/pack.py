"""The enrolment pack: a folder of the partner's with its keys, and whom it believes.

    pack.json            who the partner is here, its credentials, the pinned root of trust
    trust.json           the register of signing keys of that root: the trust file of `verify`
    authorities.pem      certificates of the gateway's own authority, where it has one
    key-….pem, .p12      private keys, which never leave this folder; mode 0600
    current.key, current.cert.pem    links to the newest key and, where it stands apart, its
                                     certificate: what clients are configured with

The folder's mode is 0700. A key is written before anything is sent: after a cut, the same command
goes on with the same key.
"""

from base64 import b64decode
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson

from gateway.commands.terminal import CannotDo
from signing.errors import SigningError
from signing.files import PRIVATE, PUBLIC, locked, read_private, write_durably
from signing.held_key import HeldKey, certificates_pem, read_held_key

PACK: Final = "pack.json"
TRUST: Final = "trust.json"
AUTHORITIES: Final = "authorities.pem"
CURRENT_KEY: Final = "current.key"
CURRENT_CERTIFICATE: Final = "current.cert.pem"


class HeldCredential(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A credential that was enrolled, and where its private key is."""

    kind: str
    thumbprint: str
    enrolled_at: str
    expires_at: str | None = None
    key_file: str
    """Beside the pack, or an absolute path where the partner keeps it elsewhere."""
    certificate_file: str | None = None


class EnrolledPartner(msgspec.Struct, frozen=True, kw_only=True):
    """Who the partner is to the gateway; its id is also its `client_id`."""

    id: str
    name: str
    siret: str


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """What a partner keeps of its enrolment."""

    fingerprint: str
    partner: EnrolledPartner
    trust: dict[str, Any]
    endpoints: dict[str, str]
    credentials: tuple[HeldCredential, ...]

    @property
    def address(self) -> str:
        """Where the gateway is, and to whom statements are made."""
        return str(self.trust["address"])

    @property
    def newest(self) -> HeldCredential:
        """The one that proves the partner from now on."""
        return self.credentials[-1]


def read_pack(folder: Path) -> Pack | None:
    """The pack of that folder, if there is one.

    Raises:
        CannotDo: it cannot be read.
    """
    if not (folder / PACK).exists():
        return None
    try:
        return msgspec.json.decode(read_private(folder / PACK), type=Pack)
    except (SigningError, msgspec.MsgspecError):
        raise CannotDo(
            f"{folder / PACK} est illisible, ou ouvert à d'autres (droits : 600).",
            f"{folder / PACK} cannot be read, or is open to others (its mode must be 600).",
        ) from None


def write_pack(folder: Path, pack: Pack) -> None:
    """Keep the pack, and what it pins in the forms that other commands read."""
    with locked(folder):
        keys = orjson.dumps(pack.trust["signingKeys"], option=orjson.OPT_INDENT_2)
        write_durably(folder / TRUST, keys + b"\n", mode=PUBLIC)
        authorities = [b64decode(one) for one in pack.trust.get("authorities", ())]
        if authorities:
            write_durably(folder / AUTHORITIES, certificates_pem(authorities), mode=PUBLIC)
        _point(folder / CURRENT_KEY, pack.newest.key_file)
        _point(folder / CURRENT_CERTIFICATE, pack.newest.certificate_file)
        octets = msgspec.json.format(msgspec.json.encode(pack), indent=2)
        write_durably(folder / PACK, octets + b"\n", mode=PRIVATE)


def _point(link: Path, target: str | None) -> None:
    """Have a name that stays lead to the newest file, in one step."""
    if target is None:
        link.unlink(missing_ok=True)
        return
    unfinished = link.with_name(f".{link.name}.new")
    unfinished.unlink(missing_ok=True)
    unfinished.symlink_to(target)
    unfinished.replace(link)


def key_of(folder: Path, credential: HeldCredential, *, password: str) -> HeldKey:
    """The private key of a credential.

    Raises:
        CannotDo: it is not there, open to others, or the password does not open it.
    """
    try:
        certificate = credential.certificate_file
        return read_held_key(
            read_private(folder / credential.key_file),
            certificates=b"" if certificate is None else (folder / certificate).read_bytes(),
            password=password,
        )
    except (SigningError, OSError) as error:
        raise CannotDo(
            f"La clé {credential.key_file} ne peut être ouverte ({type(error).__name__}) : "
            "vérifiez ses droits (600) et le mot de passe.",
            f"The key {credential.key_file} cannot be opened ({type(error).__name__}): "
            "check its mode (600) and the password.",
        ) from None
