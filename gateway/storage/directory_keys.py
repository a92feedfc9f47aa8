"""Sealing identities of the directory: one data key a generation, wrapped in the database.

The context of a seal names the worker's id: an identity moved to another row does not open.
"""

from typing import Final

import msgspec

from gateway.directory.rows import DirectoryRow
from gateway.ports import DataKey, Sealer
from gateway.storage.data_keys import DataKeys
from gateway.storage.directory_tables import directory_keys


class Identity(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is sealed of a worker."""

    nir: str
    id_type: str
    birth_name: str
    used_name: str | None
    first_name: str
    other_first_names: str | None
    birth_date: str
    sex: str

    def __repr__(self) -> str:
        return "Identity(…)"


_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(Identity).decode


class DirectoryKeys(DataKeys):
    """The directory's data keys."""

    def __init__(self, *, sealer: Sealer) -> None:
        super().__init__(directory_keys, sealer=sealer)


def identity_of(row: DirectoryRow) -> Identity:
    """What of `row` is sealed."""
    return Identity(
        row.nir.reveal(),
        row.id_type,
        row.birth_name,
        row.used_name,
        row.first_name,
        row.other_first_names,
        row.birth_date,
        row.sex,
    )


def seal_identity(key: DataKey, *, worker_id: str, identity: Identity) -> bytes:
    """The sealed form, good for this worker's row only."""
    return key.seal(_encode(identity), context=_context(worker_id))


def open_identity(key: DataKey, *, worker_id: str, sealed: bytes) -> Identity:
    """The identity sealed for this worker's row."""
    return _decode(key.open(sealed, context=_context(worker_id)))


def _context(worker_id: str) -> bytes:
    return f"directory_workers|{worker_id}|sealed_identity".encode()
