"""Key pairs of one use in a folder, each with its time: the newest serves, the one before a while.

A folder holds a register, a JWK Set (RFC 7517 §5) of public keys, oldest first, each with its
`alg`, `from` and, once a newer one of the same `alg` took over, `to`; and the private half of each
in `<kid>.key.pem`. What has ended leaves the folder at the next rotation.
"""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

import orjson
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from signing.encoding import instant_text, parse_instant
from signing.errors import CredentialRefused, KeyUnusable
from signing.files import PRIVATE, PUBLIC, locked, read_private, write_durably
from signing.partner_key import (
    PublicKey,
    demand_strong,
    parse_public_jwk,
    public_jwk_of,
    thumbprint_of,
)
from signing.stored import PEM

KeyPair: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
_MEMBERS: Final = frozenset({"kty", "crv", "x", "y", "n", "e"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedKey:
    """One public key of the folder, with its time."""

    kid: str
    """RFC 7638 thumbprint."""
    alg: str
    key: PublicKey
    begin: datetime
    end: datetime | None = None
    """Last instant at which it serves, once a newer one took over."""

    def serves_at(self, at: datetime) -> bool:
        """Whether it serves then."""
        return self.begin <= at and not self.is_over_at(at)

    def is_over_at(self, at: datetime) -> bool:
        """Whether it has served."""
        return self.end is not None and self.end < at


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The file of a folder that lists its keys, and what they are for."""

    file: str
    use: str
    """`sig` or `enc` (RFC 7517 §4.2)."""

    def add(
        self, folder: Path, pair: KeyPair, *, alg: str, now: datetime, handover: timedelta
    ) -> str:
        """Write a key that serves from now on; give its kid.

        Those of the same `alg` serve for `handover` more: zero ends them at once, for a key that
        somebody else may have. Raises `KeyUnusable` where the register cannot be read.
        """
        made = DatedKey(
            kid=thumbprint_of(pair.public_key()), alg=alg, key=pair.public_key(), begin=now
        )
        pem = pair.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with locked(folder):
            former = self.load(folder) if (folder / self.file).exists() else ()
            write_durably(folder / f"{made.kid}{PEM}", pem, mode=PRIVATE)
            self._write(
                folder,
                [*(_ended(old, alg, now + handover) for old in former if old.serves_at(now)), made],
            )
            for old in former:
                if not old.serves_at(now):
                    (folder / f"{old.kid}{PEM}").unlink(missing_ok=True)
        return made.kid

    def load(self, folder: Path) -> tuple[DatedKey, ...]:
        """Read the keys, oldest first; raise `KeyUnusable` on any defect."""
        try:
            document = json.loads((folder / self.file).read_bytes())
            keys = tuple(_key(entry) for entry in document["keys"])
        except (OSError, ValueError, TypeError, LookupError, CredentialRefused) as error:
            raise KeyUnusable(f"{self.file} cannot be read") from error
        if not keys:
            raise KeyUnusable(f"{self.file} holds no key")
        return keys

    def published(self, key: DatedKey) -> dict[str, object]:
        """The JWK of a key, for others."""
        return {**public_jwk_of(key.key), "kid": key.kid, "use": self.use, "alg": key.alg}

    def _write(self, folder: Path, keys: Sequence[DatedKey]) -> None:
        entries = [
            {
                **self.published(one),
                "from": instant_text(one.begin),
                **({} if one.end is None else {"to": instant_text(one.end)}),
            }
            for one in keys
        ]
        octets = orjson.dumps({"keys": entries}, option=orjson.OPT_INDENT_2)
        write_durably(folder / self.file, octets + b"\n", mode=PUBLIC)


class KeyFolder:
    """The keys of a folder as they are now; safe to share between threads.

    The register is read again when its file changed, a private key once.
    """

    def __init__(self, folder: Path, register: Register) -> None:
        """Nothing is read yet."""
        self._folder = folder
        self._register = register
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._keys: tuple[DatedKey, ...] = ()
        self._opened: dict[str, KeyPair] = {}

    def every(self) -> tuple[DatedKey, ...]:
        """All of them, oldest first; `KeyUnusable` where the register cannot be read."""
        with self._lock:
            return self._current()

    def newest(self) -> tuple[DatedKey, KeyPair]:
        """The one that serves from now on; `KeyUnusable` where there is none."""
        with self._lock:
            newest = self._current()[-1]
            return newest, self._pair(newest.kid)

    def find(self, kid: str, *, now: datetime) -> DatedKey | None:
        """The key of that id until it is over, for what others made with it.

        Before its time too: another process may have seen it begin by a clock ahead of this one.
        """
        return next((it for it in self.every() if it.kid == kid and not it.is_over_at(now)), None)

    def private(self, key: DatedKey) -> KeyPair:
        """Its private half; `KeyUnusable` where it cannot be opened."""
        with self._lock:
            return self._pair(key.kid)

    def published(
        self, *, now: datetime, lead: timedelta = timedelta(0)
    ) -> list[dict[str, object]]:
        """The JWKs of the keys that serve now, or begin within `lead`, oldest first."""
        return [
            self._register.published(one)
            for one in self.every()
            if one.serves_at(max(now, min(one.begin, now + lead)))
        ]

    def _pair(self, kid: str) -> KeyPair:
        if kid not in self._opened:
            opened = _opened(read_private(self._folder / f"{kid}{PEM}"), name=f"{kid}{PEM}")
            if thumbprint_of(opened.public_key()) != kid:
                raise KeyUnusable(f"key {kid} is stored as another key than its name says")
            self._opened[kid] = opened
        return self._opened[kid]

    def _current(self) -> tuple[DatedKey, ...]:
        try:
            found = (self._folder / self._register.file).stat()
        except OSError as error:
            raise KeyUnusable(f"{self._register.file} cannot be read") from error
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        if stamp != self._stamp:  # taken before reading: a later change is seen the next time
            self._keys, self._stamp = self._register.load(self._folder), stamp
            kept = {one.kid for one in self._keys}
            self._opened = {kid: pair for kid, pair in self._opened.items() if kid in kept}
        return self._keys


def _ended(old: DatedKey, alg: str, end: datetime) -> DatedKey:
    """A key that is superseded, if it is of that algorithm."""
    return replace(old, end=min(old.end or end, end)) if old.alg == alg else old


def _opened(octets: bytes, *, name: str) -> KeyPair:
    try:
        pair = load_pem_private_key(octets, password=None)
        if isinstance(pair, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            demand_strong(pair.public_key())
            return pair
    except (ValueError, TypeError, UnsupportedAlgorithm, CredentialRefused) as error:
        raise KeyUnusable(
            f"{name} is not an unencrypted PKCS#8 key of a kind that serves"
        ) from error
    raise KeyUnusable(f"{name} is not a key of a kind that serves")


def _key(entry: Mapping[str, str]) -> DatedKey:
    key = parse_public_jwk({name: entry[name] for name in _MEMBERS & {*entry}})
    if thumbprint_of(key) != entry["kid"]:
        raise KeyUnusable("a kid is not the thumbprint of its key")
    end = entry.get("to")
    return DatedKey(
        kid=entry["kid"],
        alg=entry["alg"],
        key=key,
        begin=parse_instant(entry["from"]),
        end=None if end is None else parse_instant(end),
    )
