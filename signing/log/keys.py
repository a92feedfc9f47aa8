"""The log's own keys, beside those of acknowledgements: made, rotated, loaded, published.

The folder holds `log-<key id>.key.pem` (Ed25519, PKCS#8, mode 0600) and names the key in the member
`log` of `signing-keys.json`, which is written last. During `HANDOVER` after a change both keys sign
every checkpoint, so that witnesses and receivers with an older copy of the register still follow.
No entry ever leaves the register, and the log never changes its origin.
"""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from signing.encoding import instant_text
from signing.errors import KeyUnusable
from signing.files import PRIVATE, locked, read_private, write_durably
from signing.log.published import PublishedLog, PublishedLogKey
from signing.log.signer import Ed25519Signer
from signing.log.vkey import SignatureType, VerifierKey, parse_vkey
from signing.published import to_second
from signing.register import CurrentRegister, Register, load_register, write_register

HANDOVER = timedelta(days=30)
"""How long a superseded key signs beside the new one."""


def new_log_key(folder: Path, *, origin: str, now: datetime, valid_days: int = 1095) -> VerifierKey:
    """Make the key that signs checkpoints from now on, and publish it; give its public half.

    `now` is aware and cut to the second. Raises `KeyUnusable` when the folder has no register yet
    (make the acknowledgement key first), when its log has another origin, or `origin` is no name.
    """
    private_key = Ed25519PrivateKey.generate()
    signer = Ed25519Signer.of(private_key, name=origin, kind=SignatureType.ED25519)
    begin = to_second(now)
    key = PublishedLogKey(
        vkey=signer.vkey, valid_from=begin, valid_to=begin + timedelta(days=valid_days)
    )
    pem = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with locked(folder):
        register = load_register(folder)
        former = register.log.keys if register.log is not None else ()
        if register.log is not None and register.log.origin != origin:
            raise KeyUnusable(f"the log of this folder is {register.log.origin}, for ever")
        superseded = tuple(_superseded(old, at=begin) for old in former)
        log = PublishedLog(origin=origin, keys=(*superseded, key))
        write_durably(_file(folder, key.vkey), pem, mode=PRIVATE)
        write_register(folder, replace(register, log=log))
    return key.vkey


def mark_log_key_compromised(folder: Path, vkey: str, *, at: datetime) -> None:
    """Publish that nothing signed by `vkey` from `at` on is believed; an earlier date stays."""
    with locked(folder):
        register = load_register(folder)
        log = _log_of(register)
        lost = log.key_of(parse_vkey(vkey))
        earliest = at if lost.compromised_at is None else min(at, lost.compromised_at)
        marked = replace(lost, compromised_at=earliest)
        keys = tuple(marked if key is lost else key for key in log.keys)
        write_register(folder, replace(register, log=replace(log, keys=keys)))


class LogKeys:
    """The log's keys as their folder has them at each checkpoint; safe to share between threads.

    The register is read again when its file changed, a private key once.
    """

    def __init__(self, folder: Path) -> None:
        """Nothing is read yet."""
        self._folder = folder
        self._lock = threading.Lock()
        self._current = CurrentRegister(folder)
        self._register: Register | None = None
        self._signers: dict[VerifierKey, Ed25519Signer] = {}

    def __repr__(self) -> str:
        """Show where, never what."""
        return f"LogKeys({str(self._folder)!r})"

    def origin(self) -> str:
        """Give the log's origin; raise `KeyUnusable` when the register names no log."""
        with self._lock:
            return _log_of(self._current.read()).origin

    def published(self) -> tuple[PublishedLogKey, ...]:
        """Give every key, oldest first; raise `KeyUnusable` when the register names no log."""
        with self._lock:
            return _log_of(self._current.read()).keys

    def signers(self, *, now: datetime) -> tuple[Ed25519Signer, ...]:
        """Give who signs a checkpoint at `now`: the newest key, then those it is taking over from.

        Raises `KeyUnusable` when the newest is out of its time, marked compromised, open to group
        or others, or not the key that is published.
        """
        with self._lock:
            register = self._current.read()
            if register is not self._register:
                self._signers.clear()
                self._register = register
            *former, newest = _log_of(register).keys
            _demand_in_force(newest, now=now)
            signing = [newest, *(key for key in reversed(former) if _signs_at(key, now))]
            return tuple(self._signer(key.vkey) for key in signing)

    def _signer(self, vkey: VerifierKey) -> Ed25519Signer:
        if vkey not in self._signers:
            private_key = _private_key(_file(self._folder, vkey))
            self._signers[vkey] = Ed25519Signer(vkey=vkey, private_key=private_key)
        return self._signers[vkey]


def _file(folder: Path, vkey: VerifierKey) -> Path:
    return folder / f"log-{vkey.key_id.hex()}.key.pem"


def _log_of(register: Register) -> PublishedLog:
    if register.log is None:
        raise KeyUnusable("the register names no log")
    return register.log


def _signs_at(key: PublishedLogKey, now: datetime) -> bool:
    return key.compromised_at is None and key.valid_from <= now <= key.valid_to


def _demand_in_force(key: PublishedLogKey, *, now: datetime) -> None:
    if key.compromised_at is not None:
        since = instant_text(key.compromised_at)
        raise KeyUnusable(f"log key {key.vkey.key_id.hex()} is marked compromised since {since}")
    if not _signs_at(key, now):
        raise KeyUnusable(f"log key {key.vkey.key_id.hex()} may not sign at {instant_text(now)}")


def _superseded(key: PublishedLogKey, *, at: datetime) -> PublishedLogKey:
    return replace(key, valid_to=max(key.valid_from, min(key.valid_to, at + HANDOVER)))


def _private_key(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(read_private(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"{path.name} is not an unencrypted PKCS#8 key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{path.name} is not an Ed25519 key")
    return key
