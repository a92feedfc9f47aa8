"""Which held lines are to be judged again in a round: those for whom something has moved.

A line is passed over while neither its worker in the directory, nor what Ameli said of him or
Sirene of his employer has changed since it was judged last, on the same basis and within a day.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import Connection, Engine, and_, bindparam, delete, exists, insert, or_, select

from gateway.model.closing import Moved
from gateway.model.verdict import Verdict
from gateway.storage.bulk import Among, chunked
from gateway.storage.directory_tables import directory_indexes, directory_workers
from gateway.storage.engine import reading
from gateway.storage.held_tables import Changing, changes_now, held_judgements
from gateway.storage.tables import lines, transmissions
from gateway.storage.verified_tables import verified_establishments, verified_identities
from gateway.storage.writer import Writer

AT_LEAST_EVERY: Final = timedelta(days=1)
"""A line that waits is judged so often in any case: for a cause that nobody has thought of."""
_AT_ONCE: Final = 1_000
_ONE_DAY: Final = timedelta(days=1)
_l, _t, _j = lines.c, transmissions.c, held_judgements.c
_i, _w = directory_indexes.c, directory_workers.c
_e, _v = verified_establishments.c, verified_identities.c
_HELD: Final = _l.verdict == Verdict.HELD.value
_KNOWN: Final = _i.worker_id.is_not(None)
_HAS_MOVED: Final = or_(
    _j.transmission.is_(None),
    _w.change > _j.directory,
    _v.change > _j.ameli,
    _e.change > _j.sirene,
    _j.basis != bindparam("of_basis"),
    _j.judged_at < bindparam("long_ago", type_=_j.judged_at.type),
)
_WAITING: Final = (
    select(_l.transmission)
    .select_from(
        lines.outerjoin(held_judgements, _j.transmission == _l.transmission)
        .outerjoin(
            directory_indexes,
            and_(_i.nir_index == _l.held_nir_index, _i.version == _l.held_nir_index_version),
        )
        .outerjoin(directory_workers, _w.worker_id == _i.worker_id)
        .outerjoin(verified_identities, _v.worker_id == _i.worker_id)
        .outerjoin(verified_establishments, _e.siret == _l.employer)
    )
    .where(_HELD, or_(_l.held_until < bindparam("over"), and_(_KNOWN, _HAS_MOVED)))
)
_MOVED: Final = select(_t.number).where(_t.number.in_(_WAITING)).order_by(_t.received_at, _t.number)
_FORGET: Final = delete(held_judgements).where(_j.transmission == bindparam("of_transmission"))
_STILL: Final = Among(
    select(_t.number).where(exists().where(_l.transmission == _t.number, _HELD)), asked=_t.number
)


class SqlHeldRounds:
    """Implements `ports.held.HeldRounds`."""

    def __init__(self, *, engine: Engine, writer: Writer) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        self._engine = reading(engine)
        self._writer = writer

    def moved(self, *, at: datetime, basis: str) -> Moved:
        """See ports.held.HeldRounds."""
        asked = {
            "over": at.astimezone(UTC).date() + _ONE_DAY,
            "of_basis": basis,
            "long_ago": at - AT_LEAST_EVERY,
        }
        with self._engine.connect() as connection:
            changes = changes_now(connection)  # before the facts are read
            found = connection.scalars(_MOVED, asked).all()
        return Moved(
            transmissions=tuple(found),
            at=at,
            basis=basis,
            directory=changes[Changing.DIRECTORY],
            sirene=changes[Changing.SIRENE],
            ameli=changes[Changing.AMELI],
        )

    def judged(self, transmissions: Collection[int], moved: Moved) -> None:
        """See ports.held.HeldRounds."""
        for some in chunked(sorted(transmissions), _AT_ONCE):
            self._writer.run(partial(_note, transmissions=some, moved=moved))


def _note(connection: Connection, *, transmissions: list[int], moved: Moved) -> None:
    connection.execute(_FORGET, [{"of_transmission": number} for number in transmissions])
    still = connection.scalars(_STILL.on(connection), {"asked": transmissions}).all()
    seen = {
        "directory": moved.directory,
        "sirene": moved.sirene,
        "ameli": moved.ameli,
        "basis": moved.basis,
        "judged_at": moved.at,
    }
    if still:
        connection.execute(
            insert(held_judgements), [{"transmission": number, **seen} for number in still]
        )
