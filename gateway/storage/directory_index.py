"""Indexing the directory's workers anew, after the index key was rotated."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Row, select, update

from gateway.ports import Sealer
from gateway.storage.directory_intake import TURN
from gateway.storage.directory_keys import DirectoryKeys, open_identity
from gateway.storage.directory_tables import directory_workers
from gateway.storage.engine import wait_for_turn
from gateway.storage.sealed_rows import NIR_PURPOSE

_STEP: Final = 1000
_w = directory_workers.c


def unindexed(
    connection: Connection, *, index_version: int, limit: int
) -> Sequence[Row[str, int, bytes]]:
    """Workers indexed by another key than that of `index_version`."""
    query = select(_w.worker_id, _w.key_generation, _w.sealed_identity)
    return connection.execute(query.where(_w.nir_index_version != index_version).limit(limit)).all()


def reindex_some(connection: Connection, *, keys: DirectoryKeys, sealer: Sealer) -> int:
    """Index at most a thousand of them by the key in use, from their sealed NIR; how many."""
    wait_for_turn(connection, TURN)
    rows = unindexed(connection, index_version=sealer.index_version, limit=_STEP)
    by_generation = keys.by_generation(connection)
    for row in rows:
        identity = open_identity(
            by_generation[row.key_generation], worker_id=row.worker_id, sealed=row.sealed_identity
        )
        connection.execute(
            update(directory_workers)
            .where(_w.worker_id == row.worker_id)
            .values(
                nir_index=sealer.blind_index(NIR_PURPOSE, identity.nir),
                nir_index_version=sealer.index_version,
            )
        )
    return len(rows)
