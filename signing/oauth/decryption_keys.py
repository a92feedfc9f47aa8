"""Keys that FranceConnect+ encrypts for: a folder of their own (D10, RFC 7516).

The provider takes the first key of our set that fits its algorithm, and keeps the set for as long
as we say: the newest is published first, and whatever was encrypted for the former one in the
meantime still opens for `HANDOVER`. Keys of both algorithms stand beside each other, so that the
one that is registered at the provider may be changed without a break.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from signing.oauth.key_folder import DatedKey, KeyFolder, KeyPair, Register
from signing.partner_key import MIN_RSA_BITS

DECRYPTION_KEYS: Final = "decryption-keys.json"
ECDH_ES: Final = "ECDH-ES"
RSA_OAEP_256: Final = "RSA-OAEP-256"
HANDOVER: Final = timedelta(days=1)
"""How long a superseded key opens what comes: the provider keeps our set for minutes."""
_REGISTER: Final = Register(file=DECRYPTION_KEYS, use="enc")


def new_decryption_key(
    folder: Path, *, alg: str, now: datetime, handover: timedelta = HANDOVER
) -> str:
    """Make the key that is published first from now on; give its kid.

    `alg` is `ECDH-ES` (on P-256) or `RSA-OAEP-256` (of 3,072 bits). `handover` of zero ends the
    former ones of that algorithm at once: for a key that somebody else may have.
    """
    pair: KeyPair = (
        ec.generate_private_key(ec.SECP256R1())
        if alg == ECDH_ES
        else rsa.generate_private_key(public_exponent=65_537, key_size=MIN_RSA_BITS)
    )
    return _REGISTER.add(folder, pair, alg=alg, now=now, handover=handover)


def load_decryption_keys(folder: Path) -> tuple[DatedKey, ...]:
    """Read the folder's keys, oldest first; raise `KeyUnusable` on any defect."""
    return _REGISTER.load(folder)


class DecryptionFolder:
    """The keys of a folder as they are at each token; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read yet."""
        self._keys = KeyFolder(folder, _REGISTER)

    def find(self, kid: str, *, now: datetime) -> tuple[str, KeyPair] | None:
        """Algorithm and private key of that id, until it is over; `KeyUnusable` on any defect."""
        found = self._keys.find(kid, now=now)
        return None if found is None else (found.alg, self._keys.private(found))

    def published(self, *, now: datetime) -> dict[str, object]:
        """The JWK Set of the keys that serve now, newest first; `KeyUnusable` on any defect."""
        return {"keys": self._keys.published(now=now)[::-1]}
