"""What physicians decided on doses, on SQL: taking rows in, and what counts since.

The context of a seal names the line: what is sealed does not open in another row. Closings wait
meanwhile, so that a line is decided on or replaced, never both.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, bindparam, delete, insert, select, update

from gateway.directory.reasons import RowRefused
from gateway.directory.rows import BadRow, DecisionRow
from gateway.directory.store import Saved
from gateway.identifiers import Rpps
from gateway.model.audit import GATEWAY, Act, Actor, Deed
from gateway.model.decisions import DecisionKind, DoseDecision, LineName
from gateway.model.directory import DirectoryVersion
from gateway.model.record import LineId
from gateway.model.transmission import Operation
from gateway.ports import Clock, DataKey, Sealer
from gateway.rules.sums import Dose, counted
from gateway.storage.answers import wait_for_closings
from gateway.storage.audit_trail import enter
from gateway.storage.bulk import Among
from gateway.storage.directory_intake import TURN, state_version
from gateway.storage.directory_keys import DirectoryKeys
from gateway.storage.directory_tables import dose_decisions
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.import_turn import import_turn
from gateway.storage.lines_in_force import note_moved
from gateway.storage.sealing_tables import keys_in_use
from gateway.storage.tables import lines, month_of, transmissions
from gateway.storage.writer import Writer

_d, _l, _t = dose_decisions.c, lines.c, transmissions.c
_LINES: Final = Among(
    select(
        *(_l.transmission, _l.line, _l.ref, _l.operation, _l.is_in_force, _l.worker_id),
        *(_l.last_day, _l.effective_usv, _l.lens_usv, _l.extremity_usv),
        *(_d.kind, _d.decided_on, _d.key_generation, _d.sealed_physician),
        *(_d.sent_effective_usv, _d.sent_lens_usv, _d.sent_extremity_usv),
        _d.effective_usv.label("retained_effective_usv"),
        _d.lens_usv.label("retained_lens_usv"),
        _d.extremity_usv.label("retained_extremity_usv"),
    )
    .join_from(lines, transmissions, _l.transmission == _t.number)
    .outerjoin(dose_decisions, (_d.transmission == _l.transmission) & (_d.line == _l.line))
    .where(
        _t.id == bindparam("of_id"),
        _t.sender_siret == bindparam("of_sender"),
        _t.is_test.is_(False),
    ),
    refs=_l.ref,
)
_FORGET: Final = delete(dose_decisions).where(
    _d.transmission == bindparam("of_transmission"), _d.line == bindparam("of_line")
)
_COUNT: Final = (
    update(lines)
    .where(_l.transmission == bindparam("of_transmission"), _l.line == bindparam("of_line"))
    .values(
        effective_usv=bindparam("effective"),
        lens_usv=bindparam("lens"),
        extremity_usv=bindparam("extremity"),
        month=bindparam("of_month"),
    )
)


class _Line:
    """A line of the record while rows are taken in: what was sent, and what is decided of it."""

    __slots__ = ("before", "decision", "row", "sent")

    def __init__(self, row: Any, keys: dict[int, DataKey]) -> None:
        self.row = row
        self.before = self.decision = _decision(row, keys)
        self.sent = Dose(
            effective_usv=row.effective_usv, lens_usv=row.lens_usv, extremity_usv=row.extremity_usv
        )
        if self.before is not None:
            self.sent = Dose(
                effective_usv=row.sent_effective_usv,
                lens_usv=row.sent_lens_usv,
                extremity_usv=row.sent_extremity_usv,
            )

    @property
    def place(self) -> LineId:
        """Its row of a transmission, and its index there."""
        return self.row.transmission, self.row.line

    def refused_for(self) -> str | None:
        """Why nobody can decide on it, if so: a reason of the import."""
        if not self.row.is_in_force:
            return "LINE_NOT_IN_FORCE"
        return "ABSENCE" if self.row.operation == Operation.ABSENCE.value else None


class SqlDoseDecisions:
    """Implements `gateway.directory.store.DecisionStore`."""

    def __init__(
        self,
        *,
        engine: Engine,
        writer: Writer,
        sealer: Sealer,
        clock: Clock,
        by: Actor = GATEWAY,
    ) -> None:
        """`engine` from `open_engine`, migrated; `by`: who imports."""
        self._clock = clock
        self._by = by
        self._engine = reading(engine)
        self._writer = writer
        self._sealer = sealer
        self._keys = DirectoryKeys(sealer=sealer)

    def importing(self) -> AbstractContextManager[None]:
        """See `DecisionStore`."""
        return import_turn(self._engine)

    def save(self, rows: Sequence[DecisionRow], *, version: str) -> tuple[Saved, Sequence[BadRow]]:
        """See `DecisionStore`."""
        return self._writer.run(lambda connection: self._take_in(connection, rows, version))

    def finish(self, version: DirectoryVersion) -> None:
        """See `DecisionStore`."""

        def end(connection: Connection) -> None:
            wait_for_turn(connection, TURN)
            state_version(connection, version)
            self._enter(connection, Act.DIRECTORY_DECISIONS_IMPORTED, version=version.version)

        self._writer.run(end)

    def _take_in(
        self, connection: Connection, rows: Sequence[DecisionRow], version: str
    ) -> tuple[Saved, Sequence[BadRow]]:
        wait_for_turn(connection, TURN)
        wait_for_closings(connection)
        self._sealer.follow(keys_in_use(connection))
        self._keys.make_first(connection)
        keys = self._keys.by_generation(connection)
        named = _lines_of(connection, keys, (row.line for row in rows))
        refused, added, changed = [], 0, 0
        for row in rows:
            line = named.get(row.line)
            reason = "LINE_UNKNOWN" if line is None else line.refused_for()
            if line is None or reason is not None:
                refused.append(RowRefused("ref", reason or "LINE_UNKNOWN").at(row.number))
            elif row.decision != line.decision:
                added += line.decision is None
                changed += line.decision is not None
                line.decision = row.decision
        moved = [line for line in named.values() if line.decision != line.before]
        if moved:
            _write(connection, moved, keys)
            counts = {"added": str(added), "changed": str(changed)}
            self._enter(connection, Act.DIRECTORY_DECISIONS_WRITTEN, version=version, **counts)
        unchanged = len(rows) - len(refused) - added - changed
        return Saved(added=added, changed=changed, unchanged=unchanged), refused

    def _enter(self, connection: Connection, act: Act, **details: str) -> None:
        enter(connection, Deed(act=act, by=self._by, at=self._clock.now(), details=details))


def _lines_of(
    connection: Connection, keys: dict[int, DataKey], names: Iterable[LineName]
) -> dict[LineName, _Line]:
    """Those of these lines that are on record, by name."""
    refs: dict[tuple[str, str], set[str]] = defaultdict(set)
    asked = set(names)
    for name in asked:
        refs[str(name.sender), name.transmission].add(name.ref)
    senders = {str(name.sender): name.sender for name in asked}
    found = {}
    for (sender, transmission), of_it in sorted(refs.items()):
        given = {"of_id": transmission, "of_sender": sender, "refs": sorted(of_it)}
        for row in connection.execute(_LINES.on(connection), given):
            found[LineName(senders[sender], transmission, row.ref)] = _Line(row, keys)
    return found


def _write(connection: Connection, moved: Sequence[_Line], keys: dict[int, DataKey]) -> None:
    """Replace the decisions, have count what they say, and the workers judged by it."""
    at = [dict(zip(("of_transmission", "of_line"), line.place, strict=True)) for line in moved]
    connection.execute(_FORGET, at)
    stated = [_stated(line, line.decision, keys) for line in moved if line.decision is not None]
    if stated:
        connection.execute(insert(dose_decisions), stated)
    counts = []
    for place, line in zip(at, moved, strict=True):
        dose, last_day = counted(line.sent, line.decision), line.row.last_day
        doses = (dose.effective_usv, dose.lens_usv, dose.extremity_usv)
        month = month_of(last_day) if last_day is not None and any(doses) else None
        named = dict(zip(("effective", "lens", "extremity"), doses, strict=True))
        counts.append({**place, **named, "of_month": month})
    connection.execute(_COUNT, counts)
    note_moved(connection, sorted({line.row.worker_id for line in moved}))


def _stated(line: _Line, decision: DoseDecision, keys: dict[int, DataKey]) -> dict[str, object]:
    transmission, index = line.place
    generation = max(keys)
    physician = str(decision.physician).encode()
    return {
        "transmission": transmission,
        "line": index,
        "kind": decision.kind.value,
        "decided_on": decision.decided_on,
        "effective_usv": decision.effective_usv,
        "lens_usv": decision.lens_usv,
        "extremity_usv": decision.extremity_usv,
        **{f"sent_{name}": dose for name, dose in msgspec.structs.asdict(line.sent).items()},
        "key_generation": generation,
        "sealed_physician": keys[generation].seal(physician, context=_context(line.row)),
    }


def _decision(row: Any, keys: dict[int, DataKey]) -> DoseDecision | None:
    if row.kind is None:
        return None
    physician = keys[row.key_generation].open(row.sealed_physician, context=_context(row))
    return DoseDecision(
        kind=DecisionKind(row.kind),
        decided_on=row.decided_on,
        physician=Rpps(physician.decode()),
        effective_usv=row.retained_effective_usv,
        lens_usv=row.retained_lens_usv,
        extremity_usv=row.retained_extremity_usv,
    )


def _context(row: Any) -> bytes:
    return f"dose_decisions|{row.transmission}|{row.line}|sealed_physician".encode()
