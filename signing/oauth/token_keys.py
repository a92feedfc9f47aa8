"""Keys of access tokens: a folder of their own, apart from those of acknowledgements (D10).

`token-keys.json` is a JWK Set (RFC 7517 §5) of public keys, oldest first, each with `from` and,
once a newer one took over, `to`. The newest signs. The former one verifies for `HANDOVER`, longer
than any token lives, so that a rotation fails no request; then it leaves what is published.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from signing.encoding import instant_text, parse_instant
from signing.errors import CredentialRefused, KeyUnusable
from signing.files import PRIVATE, PUBLIC, locked, read_private, write_durably
from signing.oauth.jwt import Profile, ReadToken, TokenRefused, read, sign, verify
from signing.partner_key import PublicKey, parse_public_jwk, public_jwk_of, thumbprint_of
from signing.stored import PEM, private_key_of_pem

TOKEN_KEYS: Final = "token-keys.json"  # noqa: S105 - the name of a file
HANDOVER: Final = timedelta(hours=1)
"""How long a superseded key verifies; tokens live ten minutes at most."""
TYPE: Final = "at+jwt"
"""RFC 9068 §2.1: no other token of ours or of a partner passes for an access token."""
MAX_TOKEN_CHARS: Final = 2048
"""Ours take some 750."""
_PROFILE: Final = Profile(
    algorithms=frozenset({"ES256"}), types=frozenset({TYPE}), max_chars=MAX_TOKEN_CHARS
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenKey:
    """One public key of the folder, with its time."""

    kid: str
    """RFC 7638 thumbprint."""
    key: PublicKey
    begin: datetime
    end: datetime | None = None
    """Last instant at which it verifies, once a newer one took over."""

    def serves_at(self, at: datetime) -> bool:
        """Whether what it signed is believed then."""
        return self.begin <= at and (self.end is None or at <= self.end)


def new_token_key(folder: Path, *, now: datetime, handover: timedelta = HANDOVER) -> str:
    """Make the key that signs tokens from now on; give its kid.

    `handover` of zero ends the former ones at once: for a key that somebody else may have.
    """
    private_key = ec.generate_private_key(ec.SECP256R1())
    public_key = private_key.public_key()
    made = TokenKey(kid=thumbprint_of(public_key), key=public_key, begin=now)
    pem = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with locked(folder):
        former = load_token_keys(folder) if (folder / TOKEN_KEYS).exists() else ()
        write_durably(folder / f"{made.kid}{PEM}", pem, mode=PRIVATE)
        kept = [
            replace(old, end=min(old.end or now + handover, now + handover))
            for old in former
            if old.serves_at(now)
        ]
        _write(folder, [*kept, made])
        for old in former:
            if not old.serves_at(now):
                (folder / f"{old.kid}{PEM}").unlink(missing_ok=True)
    return made.kid


def load_token_keys(folder: Path) -> tuple[TokenKey, ...]:
    """Read the folder's keys, oldest first; raise `KeyUnusable` on any defect."""
    try:
        document = json.loads((folder / TOKEN_KEYS).read_bytes())
        keys = tuple(_key(entry) for entry in document["keys"])
    except (OSError, ValueError, TypeError, LookupError, CredentialRefused) as error:
        raise KeyUnusable(f"{TOKEN_KEYS} cannot be read") from error
    if not keys:
        raise KeyUnusable(f"{TOKEN_KEYS} holds no key")
    return keys


class TokenKeys:
    """The keys of a folder as they are at each token; safe to share between threads.

    The register is read again when its file changed, a private key once.
    """

    def __init__(self, folder: Path) -> None:
        """Nothing is read yet."""
        self._folder = folder
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._keys: tuple[TokenKey, ...] = ()
        self._private: _Opened | None = None

    def sign(self, claims: Mapping[str, object]) -> str:
        """An access token of these claims, by the newest key; `KeyUnusable` where there is none."""
        with self._lock:
            kid = self._current()[-1].kid
            if self._private is None or self._private.kid != kid:
                octets = read_private(self._folder / f"{kid}{PEM}")
                opened = private_key_of_pem(octets, name=f"{kid}{PEM}")
                if thumbprint_of(opened.public_key()) != kid:
                    raise KeyUnusable(f"key {kid} is stored as another key than its name says")
                self._private = _Opened(kid=kid, private_key=opened)
            private_key = self._private.private_key
        return sign(claims, typ=TYPE, kid=kid, private_key=private_key)

    def verify(self, compact: str, *, now: datetime) -> ReadToken:
        """The token, signed by a key of ours that serves now; or raise `TokenRefused`."""
        token = read(compact, _PROFILE)
        with self._lock:
            keys = self._current()
        for one in keys:
            if one.kid == token.kid and one.serves_at(now):
                verify(token, one.key)
                return token
        raise TokenRefused("no key of ours has that kid now")

    def published(self, *, now: datetime) -> dict[str, object]:
        """The JWK Set of the keys that serve now."""
        with self._lock:
            keys = self._current()
        return {"keys": [_published(one) for one in keys if one.serves_at(now)]}

    def _current(self) -> tuple[TokenKey, ...]:
        try:
            found = (self._folder / TOKEN_KEYS).stat()
        except OSError as error:
            raise KeyUnusable(f"{TOKEN_KEYS} cannot be read") from error
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        if stamp != self._stamp:  # taken before reading: a later change is seen the next time
            self._keys, self._stamp = load_token_keys(self._folder), stamp
        return self._keys


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    kid: str
    private_key: ec.EllipticCurvePrivateKey = field(repr=False)


def _published(one: TokenKey) -> dict[str, object]:
    return {**public_jwk_of(one.key), "kid": one.kid, "use": "sig", "alg": "ES256"}


def _write(folder: Path, keys: list[TokenKey]) -> None:
    entries = [
        {
            **_published(one),
            "from": instant_text(one.begin),
            **({} if one.end is None else {"to": instant_text(one.end)}),
        }
        for one in keys
    ]
    octets = orjson.dumps({"keys": entries}, option=orjson.OPT_INDENT_2)
    write_durably(folder / TOKEN_KEYS, octets + b"\n", mode=PUBLIC)


def _key(entry: Mapping[str, str]) -> TokenKey:
    members = {name: entry[name] for name in ("kty", "crv", "x", "y")}
    key = parse_public_jwk(members)
    if thumbprint_of(key) != entry["kid"]:
        raise KeyUnusable("a kid is not the thumbprint of its key")
    end = entry.get("to")
    return TokenKey(
        kid=entry["kid"],
        key=key,
        begin=parse_instant(entry["from"]),
        end=None if end is None else parse_instant(end),
    )
