"""The directory's blind indexes: whether they are of the keys at hand, and making those of another.

An index is made anew from the sealed NIR: nothing is read again from the register.
"""

from typing import Final

from sqlalchemy import Connection, bindparam, delete, exists, select

from gateway.errors import Overloaded
from gateway.ports import Sealer
from gateway.storage.directory_intake import TURN, insert_indexes
from gateway.storage.directory_keys import DirectoryKeys, open_identity
from gateway.storage.directory_tables import directory_indexes, directory_workers
from gateway.storage.engine import wait_for_turn
from gateway.storage.people_indexes import name_index
from gateway.storage.sealed_rows import NIR_PURPOSE
from gateway.storage.sealing_tables import keys_in_use

_i, _w = directory_indexes.c, directory_workers.c
_IS_INDEXED: Final = exists().where(
    _i.worker_id == _w.worker_id, _i.version == bindparam("index_version")
)
_UNINDEXED: Final = (
    select(_w.worker_id, _w.key_generation, _w.sealed_identity)
    .where(~_IS_INDEXED)
    .order_by(_w.worker_id)
)
_INCOMPLETE: Final = (
    select(_w.worker_id, _w.key_generation, _w.sealed_identity)
    .where(~_IS_INDEXED.where(_i.name_index.is_not(None)))
    .order_by(_w.worker_id)
)
_ANY: Final = (
    select(_w.worker_id, _w.key_generation, _w.sealed_identity, _i.nir_index)
    .join_from(directory_workers, directory_indexes)
    .where(_i.version == bindparam("index_version"))
    .limit(1)
)


def is_indexed(connection: Connection, *, keys: DirectoryKeys, sealer: Sealer) -> bool:
    """Whether every worker is indexed by the version in use, and its key here made one of them."""
    in_use = keys_in_use(connection)
    sealer.follow(in_use)
    if not is_filled(connection, version=in_use.index):
        return False
    known = connection.execute(_ANY, {"index_version": in_use.index}).first()
    if known is None:
        return True
    try:
        key = keys.by_generation(connection)[known.key_generation]
        identity = open_identity(key, worker_id=known.worker_id, sealed=known.sealed_identity)
        index = sealer.blind_index(NIR_PURPOSE, identity.nir, version=in_use.index)
    except Overloaded:  # a key is not at hand
        return False
    return bool(index == known.nir_index)


def is_filled(connection: Connection, *, version: int) -> bool:
    """Whether every worker has an index of the NIR of that version."""
    return connection.execute(_UNINDEXED.limit(1), {"index_version": version}).first() is None


def is_complete(connection: Connection, *, version: int) -> bool:
    """Whether every worker has each index of that version."""
    return connection.execute(_INCOMPLETE.limit(1), {"index_version": version}).first() is None


def fill_some(
    connection: Connection,
    *,
    version: int,
    after: str,
    limit: int,
    keys: DirectoryKeys,
    sealer: Sealer,
) -> str | None:
    """Index the next workers after that id by `version`; the last one's id, None at the end.

    Of a worker that has an index of the NIR alone, the one of the name is made.
    """
    wait_for_turn(connection, TURN)
    query = _INCOMPLETE.where(_w.worker_id > after).limit(limit)
    rows = connection.execute(query, {"index_version": version}).all()
    by_generation = keys.by_generation(connection)
    indexes = []
    for row in rows:
        identity = open_identity(
            by_generation[row.key_generation], worker_id=row.worker_id, sealed=row.sealed_identity
        )
        index = sealer.blind_index(NIR_PURPOSE, identity.nir, version=version)
        name = name_index(sealer, identity.birth_name, identity.birth_date, version=version)
        indexes.append((version, index, row.worker_id, name))
    insert_indexes(connection, indexes, are_new=False)
    return rows[-1].worker_id if rows else None


def drop_some(connection: Connection, *, version: int, limit: int) -> int:
    """Delete some of the indexes of a version that is looked up no more; how many."""
    some = select(_i.nir_index).where(_i.version == version).limit(limit)
    gone = delete(directory_indexes).where(_i.version == version, _i.nir_index.in_(some))
    return connection.execute(gone).rowcount
