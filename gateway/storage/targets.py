"""The recorded lines that corrections aim at, by name or by place."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, select

from gateway.identifiers import Nir
from gateway.model.internal import LineReference
from gateway.model.reading import Readings
from gateway.model.record import LineId, Target
from gateway.model.transmission import Flow
from gateway.model.verdict import Verdict
from gateway.ports import Sealer
from gateway.storage.bulk import among, lists_of
from gateway.storage.directory_tables import dose_decisions
from gateway.storage.readings import read_readings
from gateway.storage.sealed_rows import line_context, worker_from_identity
from gateway.storage.successions import successors_of
from gateway.storage.tables import acknowledgements, lines, transmissions

_a, _d, _l, _t = acknowledgements.c, dose_decisions.c, lines.c, transmissions.c
_LINES: Final = (
    select(
        _l.transmission,
        _l.line,
        _t.id,
        _l.ref,
        _t.sender_siret,
        _l.flow,
        _l.worker_id,
        _l.verdict,
        _l.is_in_force,
        _l.first_day,
        _l.last_day,
        _l.month,
        _l.effective_usv,
        _l.lens_usv,
        _l.extremity_usv,
        _l.sealed_worker,
        _l.closed_by_transmission,
        _l.closed_by_line,
        _t.wrapped_key,
        _a.id.label("first"),
        _d.kind.is_not(None).label("is_decided"),
    )
    .join_from(lines, transmissions, _l.transmission == _t.number)
    .join(acknowledgements, _a.cursor == _t.number)
    .outerjoin(dose_decisions, (_d.transmission == _l.transmission) & (_d.line == _l.line))
    .where(
        _t.is_test.is_(False),
        # what was held, then refused, is as unknown as what was refused at once
        (_l.verdict != Verdict.REJECTED.value) | _l.closed_by_transmission.is_not(None),
    )
)


def read_targets(
    engine: Engine,
    references: Iterable[LineReference],
    places: Iterable[LineId],
    *,
    sealer: Sealer,
) -> Sequence[Target]:
    """The targets of the port, each once."""
    named, placed = set(references), set(places)
    found: dict[LineId, Any] = {}
    with engine.connect() as connection:
        by_name = _LINES.where(among(connection, _t.id, "ids"), among(connection, _l.ref, "refs"))
        for some in lists_of(sorted((one.transmission, one.ref) for one in named), connection):
            asked = {"ids": sorted({id_ for id_, _ in some}), "refs": sorted({r for _, r in some})}
            rows = _rows(connection, by_name, asked)
            found |= {r[:2]: r for r in rows if LineReference(r.id, r.ref) in named}
        by_place = _LINES.where(
            among(connection, _l.transmission, "rows"), among(connection, _l.line, "lines")
        )
        for at in lists_of(sorted(placed), connection):
            asked_at = {"rows": sorted({n for n, _ in at}), "lines": sorted({i for _, i in at})}
            rows = _rows(connection, by_place, asked_at)
            found |= {row[:2]: row for row in rows if row[:2] in placed}
        digests = _digests(connection, {row.transmission for row in found.values()})
        readings = read_readings(connection, {at: Flow(row.flow) for at, row in found.items()})
        after = successors_of(connection, (row.sender_siret for row in found.values()))
    return [
        _target(found[line], readings.get(line, frozenset()), digests, after, sealer)
        for line in sorted(found)
    ]


def _rows(connection: Connection, query: Select[Any], asked: dict[str, list[Any]]) -> Sequence[Any]:
    return connection.execute(query, asked).all()


def _digests(connection: Connection, numbers: set[int]) -> dict[int, set[str]]:
    """Digests of the acknowledgements of each transmission."""
    digests: dict[int, set[str]] = defaultdict(set)
    query = select(_a.transmission, _a.canonical_sha256).where(
        among(connection, _a.transmission, "rows")
    )
    for rows in lists_of(sorted(numbers), connection):
        for number, digest in connection.execute(query, {"rows": rows}):
            digests[number].add(digest)
    return digests


def _nir(row: Any, sealer: Sealer) -> Nir | None:
    """The number in a line of no known worker; None once its key is erased."""
    if row.worker_id is not None or row.wrapped_key is None:
        return None
    context = line_context(row.first, row.line, "sealed_worker")
    plaintext = sealer.unwrap(row.wrapped_key).open(row.sealed_worker, context=context)
    nir = worker_from_identity(plaintext).nir
    return nir if isinstance(nir, Nir) else None


def _target(
    row: Any,
    readings: Readings,
    digests: dict[int, set[str]],
    after: dict[str, frozenset[str]],
    sealer: Sealer,
) -> Target:
    closed_by = (row.closed_by_transmission, row.closed_by_line)
    return Target(
        line=(row.transmission, row.line),
        transmission=row.id,
        ref=row.ref,
        sender_siret=row.sender_siret,
        flow=Flow(row.flow),
        worker_id=row.worker_id,
        is_held=row.verdict == Verdict.HELD.value,
        is_in_force=row.is_in_force,
        first_day=row.first_day,
        last_day=row.last_day,
        month=row.month,
        effective_usv=row.effective_usv,
        lens_usv=row.lens_usv,
        extremity_usv=row.extremity_usv,
        readings=readings,
        acknowledgements=frozenset(digests[row.transmission]),
        successors=after[row.sender_siret],
        nir=_nir(row, sealer),
        is_decided=row.is_decided,
        closed_by=None if row.closed_by_transmission is None else closed_by,
    )
