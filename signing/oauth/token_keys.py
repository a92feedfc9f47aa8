"""Keys of access tokens: a folder of their own, apart from those of acknowledgements (D10).

The newest signs. The former one verifies for `HANDOVER`, longer than any token lives, so that a
rotation fails no request; then it leaves what is published.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from signing.errors import KeyUnusable
from signing.oauth.jwt import Profile, ReadToken, TokenRefused, read, sign, verify
from signing.oauth.key_folder import DatedKey, KeyFolder, Register

TOKEN_KEYS: Final = "token-keys.json"  # noqa: S105 - the name of a file
HANDOVER: Final = timedelta(hours=1)
"""How long a superseded key verifies; tokens live ten minutes at most."""
TYPE: Final = "at+jwt"
"""RFC 9068 §2.1: no other token of ours or of a partner passes for an access token."""
MAX_TOKEN_CHARS: Final = 2048
"""Ours take some 750."""
_ALG: Final = "ES256"
_REGISTER: Final = Register(file=TOKEN_KEYS, use="sig")
_PROFILE: Final = Profile(
    algorithms=frozenset({_ALG}), types=frozenset({TYPE}), max_chars=MAX_TOKEN_CHARS
)


def new_token_key(folder: Path, *, now: datetime, handover: timedelta = HANDOVER) -> str:
    """Make the key that signs tokens from now on; give its kid.

    `handover` of zero ends the former ones at once: for a key that somebody else may have.
    """
    pair = ec.generate_private_key(ec.SECP256R1())
    return _REGISTER.add(folder, pair, alg=_ALG, now=now, handover=handover)


def load_token_keys(folder: Path) -> tuple[DatedKey, ...]:
    """Read the folder's keys, oldest first; raise `KeyUnusable` on any defect."""
    return _REGISTER.load(folder)


class TokenKeys:
    """The keys of a folder as they are at each token; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read yet."""
        self._keys = KeyFolder(folder, _REGISTER)

    def sign(self, claims: Mapping[str, object]) -> str:
        """An access token of these claims, by the newest key; `KeyUnusable` where there is none."""
        newest, pair = self._keys.newest()
        if not isinstance(pair, ec.EllipticCurvePrivateKey):
            raise KeyUnusable(f"key {newest.kid} does not sign by {_ALG}")
        return sign(claims, typ=TYPE, kid=newest.kid, private_key=pair)

    def verify(self, compact: str, *, now: datetime) -> ReadToken:
        """The token, signed by a key of ours that is not over; or raise `TokenRefused`."""
        token = read(compact, _PROFILE)
        key = self._keys.find(token.kid, now=now)
        if key is None:
            raise TokenRefused("no key of ours has that kid now")
        verify(token, key.key)
        return token

    def published(self, *, now: datetime) -> dict[str, object]:
        """The JWK Set of the keys that serve now."""
        return {"keys": self._keys.published(now=now)}
