"""The blind indexes of held lines, made anew for the index key that is looked up."""

from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from gateway.identifiers import Nir
from gateway.model.verdict import Verdict
from gateway.ports import Sealer
from gateway.storage.sealed_rows import NIR_PURPOSE, line_context, worker_from_identity
from gateway.storage.sealing_tables import keys_in_use
from gateway.storage.tables import acknowledgements, lines, transmissions

_a, _l, _t = acknowledgements.c, lines.c, transmissions.c
_BY_ANOTHER: Final = (
    select(
        *(_l.transmission, _l.line, _l.held_nir_index, _l.sealed_worker, _t.wrapped_key),
        _a.id.label("first"),
    )
    .join_from(lines, transmissions, _l.transmission == _t.number)
    .join(acknowledgements, _a.cursor == _t.number)
    .where(
        _l.verdict == Verdict.HELD.value,
        _l.held_nir_index_version != bindparam("index_version"),
    )
)
_INDEX: Final = (
    update(lines)
    .where(
        _l.transmission == bindparam("of_transmission"),
        _l.line == bindparam("of_line"),
        _l.held_nir_index == bindparam("former"),
    )
    .values(held_nir_index=bindparam("anew"), held_nir_index_version=bindparam("version"))
)


def index_some(connection: Connection, *, limit: int, sealer: Sealer) -> int:
    """Index some of the held lines anew that another key has indexed; how many there were.

    One that has got its verdict meanwhile waits no more, and keeps no index.
    """
    in_use = keys_in_use(connection)
    sealer.follow(in_use)
    rows = connection.execute(_BY_ANOTHER.limit(limit), {"index_version": in_use.index}).all()
    anew = [
        {
            "of_transmission": row.transmission,
            "of_line": row.line,
            "former": row.held_nir_index,
            **_index(row, version=in_use.index, sealer=sealer),
        }
        for row in rows
    ]
    if anew:
        connection.execute(_INDEX, anew)
    return len(anew)


def _index(row: Any, *, version: int, sealer: Sealer) -> dict[str, object]:
    """The index of a line by that version; none where its content is erased."""
    nir = None
    if row.wrapped_key is not None:
        context = line_context(row.first, row.line, "sealed_worker")
        plaintext = sealer.unwrap(row.wrapped_key).open(row.sealed_worker, context=context)
        nir = worker_from_identity(plaintext).nir
    if not isinstance(nir, Nir):
        return {"anew": None, "version": None}
    index = sealer.blind_index(NIR_PURPOSE, nir.reveal(), version=version)
    return {"anew": index, "version": version}
