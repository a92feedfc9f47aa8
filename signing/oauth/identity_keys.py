"""Keys of the identity tokens that portals are handed: a folder of their own (D10).

A portal keeps our key set for minutes, and some libraries ask for it again but once a minute: a new
key is published for `LEAD` before it signs. What the former signed verifies for `HANDOVER` more,
longer than any session lasts: a portal shows an old token when it signs somebody out (OpenID
Connect Core §10.1.1, RP-Initiated Logout 1.0 §2). Two keys stand side by side, and a rotation
fails nobody.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from signing.errors import KeyUnusable
from signing.oauth.jwt import Profile, ReadToken, TokenRefused, read, sign, verify
from signing.oauth.key_folder import DatedKey, KeyFolder, Register

IDENTITY_KEYS: Final = "identity-keys.json"
LEAD: Final = timedelta(hours=1)
"""How long a key is published before it signs; our set may be kept for ten minutes."""
HANDOVER: Final = timedelta(days=2)
TYPE: Final = "JWT"
"""OpenID Connect Core §2 has no other; no token of ours of another kind bears it."""
MAX_TOKEN_CHARS: Final = 4096
ALG: Final = "ES256"
_REGISTER: Final = Register(file=IDENTITY_KEYS, use="sig")
_PROFILE: Final = Profile(
    algorithms=frozenset({ALG}), types=frozenset({TYPE}), max_chars=MAX_TOKEN_CHARS
)


def new_identity_key(folder: Path, *, now: datetime, is_compromised: bool = False) -> str:
    """Make the key that signs after `LEAD`, at once where it is the first; give its kid.

    `is_compromised`: somebody else may have the former ones; they end, and this one signs, now.
    """
    pair = ec.generate_private_key(ec.SECP256R1())
    is_first = not (folder / IDENTITY_KEYS).exists()
    if is_first or is_compromised:
        return _REGISTER.add(folder, pair, alg=ALG, now=now, handover=timedelta(0))
    return _REGISTER.add(folder, pair, alg=ALG, now=now + LEAD, handover=HANDOVER)


def load_identity_keys(folder: Path) -> tuple[DatedKey, ...]:
    """Read the folder's keys, oldest first; raise `KeyUnusable` on any defect."""
    return _REGISTER.load(folder)


class IdentityKeys:
    """The keys of a folder as they are at each token; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read yet."""
        self._keys = KeyFolder(folder, _REGISTER)

    def sign(self, claims: Mapping[str, object], *, now: datetime) -> str:
        """An identity token, by the newest key that has begun; `KeyUnusable` if there is none."""
        for one in reversed(self._keys.every()):
            if one.serves_at(now):
                pair = self._keys.private(one)
                if not isinstance(pair, ec.EllipticCurvePrivateKey):
                    raise KeyUnusable(f"key {one.kid} does not sign by {ALG}")
                return sign(claims, typ=TYPE, kid=one.kid, private_key=pair)
        raise KeyUnusable("no key of identity tokens serves now")

    def verify(self, compact: str, *, now: datetime) -> ReadToken:
        """A token, over or not, by a key of ours that is not; else `TokenRefused`."""
        token = read(compact, _PROFILE)
        key = self._keys.find(token.kid, now=now)
        if key is None:
            raise TokenRefused("no key of ours has that kid now")
        verify(token, key.key)
        return token

    def published(self, *, now: datetime) -> dict[str, object]:
        """The JWK Set: the keys that serve, and the next one."""
        return {"keys": self._keys.published(now=now, lead=LEAD)}
