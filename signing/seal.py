"""Personal data at rest: found by a keyed index, sealed under keys that can be erased.

A NIR has too few values for any unkeyed digest to hide it, so a worker is found by a blind index:
HMAC-SHA-256 (RFC 2104) under a secret index key. Content is sealed by AES-256-GCM (NIST SP 800-38D)
under a fresh data key per transmission, itself wrapped under the master key: to erase the wrapped
key is to erase the content, in every back-up too.

The folder holds `sealing-master-v<N>.key` and `sealing-index-v<N>.key`: 64 hexadecimal digits each,
mode 0600. Which version is in use is the caller's to say; the newest unless it does. One that
nothing on record needs any more is renamed to `….key.retired`, and read no more.
"""

import hmac
import os
import re
from collections.abc import KeysView, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from signing.errors import KeyUnusable, SealBroken
from signing.files import PRIVATE, locked, read_private, rename_durably, write_durably

KEY_BYTES = 32
NONCE_BYTES = 12
"""96 random bits: a data key may seal 2**32 times before a repeat is likely (SP 800-38D §8.3)."""
TAG_BYTES = 16
MAX_VERSION = 0xFFFF
VERSION_BYTES = 2
WRAPPED_KEY_BYTES = VERSION_BYTES + NONCE_BYTES + KEY_BYTES + TAG_BYTES
"""Version of the master key (big-endian), nonce, sealed data key."""

_PURPOSE = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_HEX = re.compile(rb"[0-9a-f]{64}\n?")


class DataKey:
    """The key of one transmission's personal data; one AES-GCM object for all its seals."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        """`key` is 32 bytes, and is not kept readable."""
        self._cipher = AESGCM(key)

    def __repr__(self) -> str:
        """Show nothing of the key."""
        return "DataKey(***)"

    def seal(self, plaintext: bytes, *, context: bytes) -> bytes:
        """Give nonce || ciphertext || tag. It opens for the same `context` only."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plaintext, context)

    def open(self, sealed: bytes, *, context: bytes) -> bytes:
        """Give the plaintext; raise `SealBroken` on another key or context or a changed bit."""
        if len(sealed) < NONCE_BYTES + TAG_BYTES:
            raise SealBroken("too short to be sealed")
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
        except InvalidTag as error:
            raise SealBroken("not sealed by this key for this context") from error


class SealingKeys:
    """The gateway's master and index keys, by version; safe to share between threads."""

    __slots__ = ("_indexes", "_masters", "_versions", "index_version", "master_version")

    def __init__(self, *, masters: Mapping[int, bytes], indexes: Mapping[int, bytes]) -> None:
        """Each mapping goes from version (1 to 65,535) to a key of 32 bytes; neither is empty."""
        for keys in (masters, indexes):
            if not keys or any(len(key) != KEY_BYTES for key in keys.values()):
                raise KeyUnusable("sealing needs a master key and an index key of 32 bytes")
            if not all(1 <= version <= MAX_VERSION for version in keys):
                raise KeyUnusable("a sealing key's version is not within 1 to 65535")
        self._masters = {version: DataKey(key) for version, key in masters.items()}
        self._versions = frozenset(masters)
        self._indexes = dict(indexes)
        self.master_version = max(masters)
        """The newest version of the master key."""
        self.index_version = max(indexes)
        """The newest version of the index key."""

    def __repr__(self) -> str:
        """Show the versions, never a key."""
        return f"SealingKeys(master=v{self.master_version}, index=v{self.index_version}, keys=***)"

    @property
    def index_versions(self) -> KeysView[int]:
        """Every index version at hand."""
        return self._indexes.keys()

    @property
    def master_versions(self) -> frozenset[int]:
        """Every master version at hand."""
        return self._versions

    def blind_index(self, purpose: str, value: str, *, version: int | None = None) -> bytes:
        """Give the 32 bytes under which `value` is found, and from which it cannot be told.

        `purpose` (`worker-nir`) keeps equal values of two kinds apart: lower-case letters, digits
        and `-`, so that the `|` after it is unambiguous. `value` must be in its canonical form.
        `version` is the newest unless given. Raises `KeyUnusable` on a version not at hand.
        """
        if _PURPOSE.fullmatch(purpose) is None:
            raise ValueError("a purpose is made of lower-case letters, digits and '-'")
        key = self._indexes.get(self.index_version if version is None else version)
        if key is None:
            raise KeyUnusable(f"no index key of version {version}")
        return hmac.digest(key, f"{purpose}|{value}".encode(), "sha256")

    def new_data_key(self, *, version: int | None = None) -> tuple[DataKey, bytes]:
        """Give a fresh data key and its wrapped form, the only one to be stored."""
        key = os.urandom(KEY_BYTES)
        return DataKey(key), self._wrap(key, version)

    def unwrap(self, wrapped: bytes) -> DataKey:
        """Give the data key back; raise `SealBroken` when it is not one that we wrapped."""
        return DataKey(self._open_wrapped(wrapped))

    def rewrap(self, wrapped: bytes, *, version: int | None = None) -> bytes:
        """Wrap a data key anew: all that a rotation of the master key has to do."""
        return self._wrap(self._open_wrapped(wrapped), version)

    def _wrap(self, key: bytes, version: int | None) -> bytes:
        """Wrap by the newest master key, or that of `version`; `KeyUnusable` if not at hand."""
        by = self.master_version if version is None else version
        if by not in self._masters:
            raise KeyUnusable(f"no master key of version {by}")
        prefix = by.to_bytes(VERSION_BYTES, "big")
        return prefix + self._masters[by].seal(key, context=_wrapping(prefix))

    def _open_wrapped(self, wrapped: bytes) -> bytes:
        # (1) the length is that of a wrapped key
        if len(wrapped) != WRAPPED_KEY_BYTES:
            raise SealBroken("not a wrapped data key")
        # (2) its master key is at hand
        master = self._masters.get(version_of(wrapped))
        if master is None:
            raise SealBroken(f"no master key of version {version_of(wrapped)}")
        # (3) that master key wrapped it, under that very version
        context = _wrapping(wrapped[:VERSION_BYTES])
        return master.open(wrapped[VERSION_BYTES:], context=context)


def new_sealing_keys(folder: Path) -> SealingKeys:
    """Make version 1 of both keys; raise `KeyUnusable` if the folder holds any sealing key.

    A key never replaces another: what it sealed or indexed would be lost.
    """
    with locked(folder):
        if any(folder.glob("sealing-*.key")):
            raise KeyUnusable("the folder holds sealing keys already")
        for kind in ("master", "index"):
            _write_key(folder, kind=kind, version=1)
    return load_sealing_keys(folder)


def next_key(folder: Path, *, kind: str, beyond: int) -> int:
    """Give the version of the `master` or `index` key to rotate to: newer than `beyond`, in use.

    One that waits in the folder is given again, so that a rotation cut short makes no second one;
    else a key is made.
    """
    with locked(folder):
        newest = max(_read_keys(folder, kind=kind), default=0)
        if newest > beyond:
            return newest
        _write_key(folder, kind=kind, version=beyond + 1)
    return beyond + 1


def has_key(folder: Path, *, kind: str, version: int) -> bool:
    """Tell whether a key of that kind and version is in the folder, and not put by."""
    return _key_file(folder, kind=kind, version=version).exists()


def retire_key(folder: Path, *, kind: str, version: int) -> bool:
    """Put a key by that nothing on record needs; tell whether it was still there.

    It stays as `….key.retired`: back-ups made before the rotation open by it alone.
    """
    with locked(folder):
        path = _key_file(folder, kind=kind, version=version)
        if not path.exists():
            return False
        rename_durably(path, path.with_name(f"{path.name}.retired"))
    return True


def load_sealing_keys(folder: Path) -> SealingKeys:
    """Read every version; raise `KeyUnusable` when none, malformed, or open to group or others."""
    return SealingKeys(
        masters=_read_keys(folder, kind="master"), indexes=_read_keys(folder, kind="index")
    )


def version_of(wrapped: bytes) -> int:
    """Give the version of the master key that a wrapped data key says it is wrapped by."""
    return int.from_bytes(wrapped[:VERSION_BYTES], "big")


def _wrapping(version: bytes) -> bytes:
    return b"siseri data key|" + version


def _key_file(folder: Path, *, kind: str, version: int) -> Path:
    return folder / f"sealing-{kind}-v{version}.key"


def _write_key(folder: Path, *, kind: str, version: int) -> None:
    text = os.urandom(KEY_BYTES).hex().encode("ascii") + b"\n"
    write_durably(_key_file(folder, kind=kind, version=version), text, mode=PRIVATE)


def _read_keys(folder: Path, *, kind: str) -> dict[int, bytes]:
    keys: dict[int, bytes] = {}
    for path in folder.glob(f"sealing-{kind}-v*.key"):
        version = path.stem.rpartition("-v")[2]
        text = read_private(path)
        if re.fullmatch(r"[1-9]\d{0,4}", version, re.ASCII) is None or not _HEX.fullmatch(text):
            raise KeyUnusable(f"{path.name} is not a sealing key")
        keys[int(version)] = bytes.fromhex(text.decode("ascii"))
    return keys
