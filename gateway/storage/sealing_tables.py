"""What stands on the sealing keys: which versions are in use, and the columns that need them.

A column made by a sealing key has one of the two types here, so that a rotation can be held
against all of them (`tests/unit/storage/test_key_columns.py`).
"""

from typing import Final

from sqlalchemy import Column, Connection, Integer, String, Table, select

from gateway.errors import ConfigurationFault
from gateway.model.sealing import KeyKind, KeysInUse, KeyState
from gateway.storage.tables import metadata

key_versions = Table(
    "key_versions",
    metadata,
    Column("kind", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("state", String, nullable=False),
    sqlite_with_rowid=False,
)
"""Every version of the master and index keys, and its `KeyState`. What writes by a key reads this
within its transaction; what changes this waits for those that have read it."""

MASTER_VERSION_BYTES: Final = 2
_k = key_versions.c
_IN_USE: Final = select(_k.kind, _k.version, _k.state).where(_k.state != KeyState.RETIRED.value)


def keys_in_use(connection: Connection) -> KeysInUse:
    """The versions in use, as the database has them now.

    Raises:
        ConfigurationFault: it has none: rows were taken out of it.
    """
    found: dict[tuple[str, str], list[int]] = {}
    for kind, version, state in connection.execute(_IN_USE):
        found.setdefault((kind, state), []).append(version)
    (master, *_), (index, *_) = (
        found.get((kind, KeyState.SERVING.value)) or _none() for kind in KeyKind
    )
    former = found.get((KeyKind.INDEX.value, KeyState.FORMER.value), [])
    filling = found.get((KeyKind.INDEX.value, KeyState.FILLING.value), [])
    return KeysInUse(
        master=master,
        index=index,
        complete=(index, *former),
        written=(index, *former, *filling),
    )


def master_version(wrapped: bytes) -> int:
    """The version of the master key that wrapped a data key (ports.Sealer)."""
    return int.from_bytes(wrapped[:MASTER_VERSION_BYTES], "big")


def _none() -> list[int]:
    raise ConfigurationFault(
        "la base ne dit pas quelles clés de scellement la servent",
        "the database does not say which sealing keys serve it",
    )
