"""Acknowledgement signing keys in a folder: loaded, chosen, marked compromised.

The folder holds each private key in one of three forms (`signing.stored`), `<kid>.cert.pem` with
its chain, and the public register `signing-keys.json`. How keys come there: `signing.making`. The
newest key signs. The former one stays valid for `HANDOVER`, so that what running processes sign
until they load the new key still verifies; `SigningKeys` loads it when the register changes.
No entry ever leaves the register.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from signing.encoding import instant_text
from signing.errors import KeyUnusable
from signing.files import locked
from signing.making import (
    HANDOVER,
    import_certificate,
    import_pkcs12,
    new_signing_key,
    request_certificate,
)
from signing.pkcs11 import TokenKey
from signing.published import PublishedKey, parse_published, published_document, thumbprint
from signing.register import REGISTER, CurrentRegister, Register, load_register, write_register
from signing.signer import AcknowledgementSigner
from signing.stored import KeyAccess, PrivateKeys

__all__ = [
    "HANDOVER",
    "REGISTER",
    "InForce",
    "KeyAccess",
    "PublishedKey",
    "SigningKeys",
    "import_certificate",
    "import_pkcs12",
    "load_published",
    "load_signer",
    "mark_compromised",
    "new_signing_key",
    "parse_published",
    "published_document",
    "request_certificate",
]

_FILES = KeyAccess()


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


def load_signer(
    folder: Path, *, now: datetime, access: KeyAccess = _FILES
) -> AcknowledgementSigner:
    """Load the newest key, the only one that signs.

    Raises `KeyUnusable` when it is out of its time at `now`, compromised, open to group or others,
    or not the key that is published under its name.
    """
    newest = load_published(folder)[-1]
    _demand_in_force(newest, begin=now, end=now)
    return _signer_of(_checked(PrivateKeys(folder, access=access).load(newest.kid), newest), newest)


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """Which key signs, and which one should."""

    signs: PublishedKey
    newest: PublishedKey
    """Another than `signs` where this process cannot open it, within the handover."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    key: PublishedKey
    private_key: ec.EllipticCurvePrivateKey = field(repr=False)
    signer: AcknowledgementSigner


class SigningKeys:
    """The keys of a folder as they are at each signature; safe to share between threads.

    The register is read again when its file changed, a private key once.
    """

    def __init__(self, folder: Path, *, access: KeyAccess = _FILES) -> None:
        """Nothing is read yet."""
        self._lock = threading.Lock()
        self._current = CurrentRegister(folder)
        self._register: Register | None = None
        self._private = PrivateKeys(folder, access=access)
        self._opened: dict[str, _Opened] = {}

    def signer(self, *, decided_at: datetime, now: datetime) -> AcknowledgementSigner:
        """Load the newest key whose time had begun at `decided_at`, if it may sign until `now`.

        A decision taken just before a new key is thus signed by the former one, and verifies. So is
        one taken within the handover when this process cannot open the new key: what the former
        signs verifies as well. Raises `KeyUnusable` as `load_signer` does.
        """
        with self._lock:
            return self._chosen(begin=decided_at, end=now).signer

    def in_force(self, *, now: datetime) -> InForce:
        """Tell which key signs `now`; raise `KeyUnusable` when none does, or its token is away.

        A key in a token is looked up there. Nothing is signed.
        """
        with self._lock:
            opened = self._chosen(begin=now, end=now)
            newest = self._begun(now)[-1]
        if isinstance(opened.private_key, TokenKey):
            opened.private_key.demand_present()
        return InForce(signs=opened.key, newest=newest)

    def _chosen(self, *, begin: datetime, end: datetime) -> _Opened:
        *former, newest = self._begun(begin)
        _demand_in_force(newest, begin=begin, end=end)
        try:
            return self._open(newest)
        except KeyUnusable:
            for key in reversed(former):
                try:
                    _demand_in_force(key, begin=begin, end=end)
                    return self._open(key)
                except KeyUnusable:
                    continue
            raise

    def _begun(self, decided_at: datetime) -> Sequence[PublishedKey]:
        register = self._current.read()
        if register is not self._register:
            self._opened.clear()
            self._register = register
        begun = [key for key in register.keys if key.valid_from <= decided_at]
        if not begun:
            raise KeyUnusable(f"no key may sign at {instant_text(decided_at)}")
        return begun

    def _open(self, key: PublishedKey) -> _Opened:
        if key.kid not in self._opened:
            private_key = _checked(self._private.load(key.kid), key)
            self._opened[key.kid] = _Opened(
                key=key, private_key=private_key, signer=_signer_of(private_key, key)
            )
        return self._opened[key.kid]


def _demand_in_force(key: PublishedKey, *, begin: datetime, end: datetime) -> None:
    if key.compromised_at is not None:
        raise KeyUnusable(
            f"key {key.kid} is marked compromised since {instant_text(key.compromised_at)}"
        )
    for instant in (begin, end):
        if not key.valid_from <= instant <= key.valid_to:
            raise KeyUnusable(f"key {key.kid} may not sign at {instant_text(instant)}")


def _checked(
    private_key: ec.EllipticCurvePrivateKey, key: PublishedKey
) -> ec.EllipticCurvePrivateKey:
    """Hold that it is the published key: a receipt that it signs will verify."""
    if thumbprint(private_key.public_key()) != key.kid:
        raise KeyUnusable(f"key {key.kid} is stored as another key than its name says")
    return private_key


def _signer_of(private_key: ec.EllipticCurvePrivateKey, key: PublishedKey) -> AcknowledgementSigner:
    return AcknowledgementSigner(kid=key.kid, private_key=private_key, certificate=key.certificate)


def _compromised(key: PublishedKey, *, at: datetime) -> PublishedKey:
    earliest = at if key.compromised_at is None else min(at, key.compromised_at)
    return replace(key, compromised_at=earliest)
