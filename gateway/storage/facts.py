"""What the record holds of workers: measurements in force and sums by month."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Final

from sqlalchemy import Connection, Engine, bindparam, func, select

from gateway.model.record import DoseKey, DoseOnRecord, MonthlyDose, RecordFacts, adding_up
from gateway.model.transmission import Flow, Status
from gateway.storage.bulk import Among, lists_of
from gateway.storage.lines_in_force import current_revision
from gateway.storage.tables import lines, measurements, month_of

_MONTHS_AROUND: Final = 12
_PENDING: Final = Status.PENDING.value

_m = measurements.c
_DOSES: Final = Among(
    select(
        _m.worker_id,
        _m.employer,
        _m.quantity,
        _m.radiation,
        _m.location,
        _m.side,
        _m.site,
        _m.status,
        _m.first_day,
        _m.last_day,
        _m.start_at,
        _m.end_at,
        _m.transmission,
        _m.line,
    ).where(
        _m.flow == bindparam("flow"),
        _m.last_day >= bindparam("first_day"),
        _m.first_day <= bindparam("last_day"),
        _m.is_in_force.is_(True),
    ),
    ids=_m.worker_id,
)

_l = lines.c
_MONTHS: Final = Among(
    select(
        _l.worker_id,
        _l.flow,
        _l.month,
        func.sum(_l.effective_usv),
        func.sum(_l.lens_usv),
        func.sum(_l.extremity_usv),
    )
    .where(
        _l.flow.in_(bindparam("flows", expanding=True)),
        _l.month.between(bindparam("first_month"), bindparam("last_month")),
        _l.is_in_force.is_(True),
    )
    .group_by(_l.worker_id, _l.flow, _l.month)
    .order_by(_l.worker_id, _l.flow, _l.month),
    ids=_l.worker_id,
)


def read_facts(
    engine: Engine, worker_ids: Iterable[str], *, flow: Flow, first_day: date, last_day: date
) -> RecordFacts:
    """The facts of the port. Months without a dose are left out.

    The revision is read first: what is committed while the rest is read makes it older than the
    facts, never newer, so that `close` refuses rather than misses.
    """
    doses: dict[str, list[DoseOnRecord]] = defaultdict(list)
    months: dict[tuple[str, Flow], list[MonthlyDose]] = defaultdict(list)
    days = {"flow": flow.value, "first_day": first_day, "last_day": last_day}
    span = {
        "flows": [other.value for other in adding_up(flow)],
        "first_month": month_of(first_day) - _MONTHS_AROUND,
        "last_month": month_of(last_day) + _MONTHS_AROUND,
    }
    with engine.connect() as connection:
        revision = current_revision(connection)
        for ids in lists_of(sorted(set(worker_ids)), connection):
            _read_doses(connection, flow, {"ids": ids, **days}, into=doses)
            _read_months(connection, {"ids": ids, **span}, into=months)
    return RecordFacts(
        revision=revision,
        doses={worker: tuple(found) for worker, found in doses.items()},
        months={key: tuple(found) for key, found in months.items()},
    )


def _read_doses(
    connection: Connection,
    flow: Flow,
    asked: dict[str, object],
    *,
    into: dict[str, list[DoseOnRecord]],
) -> None:
    for row in connection.execute(_DOSES.on(connection), asked).all():
        worker, employer, quantity, radiation, location, side, site = row[:7]
        status, first_day, last_day, start_at, end_at, transmission, line = row[7:]
        is_period = start_at is None
        into[worker].append(
            DoseOnRecord(
                key=DoseKey(worker, employer, flow, quantity, radiation, location, side, site),
                is_absence=status == _PENDING,
                start=first_day if is_period else None,
                end=last_day if is_period else None,
                start_at=start_at,
                end_at=end_at,
                line=(transmission, line),
            )
        )


def _read_months(
    connection: Connection,
    asked: dict[str, object],
    *,
    into: dict[tuple[str, Flow], list[MonthlyDose]],
) -> None:
    rows = connection.execute(_MONTHS.on(connection), asked).all()
    for worker, flow, month, effective, lens, extremity in rows:
        into[worker, Flow(flow)].append(
            MonthlyDose(
                month=month,
                effective_usv=int(effective),
                lens_usv=int(lens),
                extremity_usv=int(extremity),
            )
        )
