"""What is kept of those who sign in, sealed; and what they hold, as digests.

The context of a seal names table, row and column: what is sealed opens nowhere else.
"""

import hashlib
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import Connection, Row

from gateway.identifiers import Siret
from gateway.model.accounts import Subject
from gateway.ports import Sealer
from gateway.storage.account_tables import account_keys
from gateway.storage.data_keys import DataKeys
from gateway.storage.engine import wait_for_turn
from gateway.storage.sealing_tables import keys_in_use

TURN: Final = "siseri accounts"
"""Whose turn it is to change accounts: they are read, then what differs is written."""
_Told = TypeVar("_Told", bound=msgspec.Struct)
_encode: Final = msgspec.json.Encoder(enc_hook=str).encode


class AccountSeals:
    """Seals by the newest of the accounts' data keys, and opens by any of them."""

    def __init__(self, *, sealer: Sealer) -> None:
        self._sealer = sealer
        self._keys = DataKeys(account_keys, sealer=sealer)

    def prepare(self, connection: Connection) -> None:
        """Within a transaction that seals: there is a key from then on."""
        if not self._keys.by_generation(connection):
            wait_for_turn(connection, TURN)
            self._sealer.follow(keys_in_use(connection))
            self._keys.make_first(connection)

    def newest(self, connection: Connection) -> int:
        """Generation of the key that seals now; after `prepare`."""
        return max(self._keys.by_generation(connection))

    def seal(self, connection: Connection, plaintext: bytes, *, context: str) -> tuple[int, bytes]:
        """Generation of the key, and the sealed form; after `prepare`."""
        keys = self._keys.by_generation(connection)
        generation = max(keys)
        return generation, keys[generation].seal(plaintext, context=context.encode())

    def open(
        self, connection: Connection, generation: int, sealed: bytes, *, context: str
    ) -> bytes:
        """What was sealed for that context."""
        key = self._keys.by_generation(connection)[generation]
        return key.open(sealed, context=context.encode())

    def open_email(self, connection: Connection, row: Row[Any]) -> str | None:
        """Where the account of that row is written to."""
        if row.sealed_email is None:
            return None
        context = email_context(row.id)
        return self.open(connection, row.key_generation, row.sealed_email, context=context).decode()


def email_context(account_id: str) -> str:
    """Of the address in an account."""
    return f"accounts|{account_id}|sealed_email"


def digest_of_subject(subject: Subject) -> bytes:
    """SHA-256 of issuer and subject: both long and drawn by the provider, so that it tells none."""
    return hashlib.sha256(_encode([subject.issuer, subject.subject])).digest()


def digest_of_secret(held: str) -> bytes:
    """SHA-256 of what a browser holds: 256 random bits."""
    return hashlib.sha256(held.encode("utf-8", "surrogatepass")).digest()


def encoded(told: msgspec.Struct) -> bytes:
    """As it is sealed."""
    return _encode(told)


def decoded(plaintext: bytes, kind: type[_Told]) -> _Told:
    """What `encoded` gave."""
    return msgspec.json.decode(plaintext, type=kind, dec_hook=_siret)


def _siret(kind: type, text: Any) -> Siret:
    if kind is not Siret:
        raise NotImplementedError
    return Siret(text)
