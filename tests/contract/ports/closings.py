"""Closings for tests: each states only what matters to it."""

import hashlib
import itertools
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from gateway.identifiers import Nir, Siret
from gateway.model.partners import Proof, Proven
from gateway.model.record import DoseKey, RecordKey
from gateway.model.transmission import (
    DoseResult,
    Dosimeter,
    ExposureTime,
    Flow,
    Header,
    Measurement,
    Monitoring,
    Operation,
    Period,
    SenderStatement,
    SenderType,
    Site,
    Status,
    Totals,
    Worker,
)
from gateway.model.verdict import LineVerdict, Verdict
from gateway.ports import Closing, RecordedDose, RecordedLine, Rendering

LABORATORY = Siret.parse("73282932000074")
EMPLOYER = Siret.parse("55208131766522")
MARKED_NIR = Nir.parse("276091234644512")
MARKED_NAME = "ZYXWMARKED"
MARCH = Period(start=date(2026, 3, 1), end=date(2026, 3, 31))
AT = datetime(2026, 4, 7, 9, 30, 0, 250_000, tzinfo=UTC)

_serial = itertools.count(1)


def a_key(**changes: Any) -> RecordKey:
    number = f"transmission-{next(_serial)}"
    key = RecordKey(scope=str(LABORATORY), test=False, id=number, is_readable=True)
    return msgspec.structs.replace(key, **changes)


def a_header(*, flow: Flow = Flow.PASSIVE_EXTERNAL) -> Header:
    return Header(
        id="0b6f7a52-6d4c-4f7e-9a53-1f2d3c4b5a69",
        flow=flow,
        test=False,
        sender=SenderStatement(type=SenderType.OA, siret=LABORATORY, on_behalf_of=EMPLOYER),
        issued_at=AT,
        totals=Totals(results=1, measurements=1, sum_usv=120),
    )


def a_line(
    *,
    index: int = 0,
    worker_id: str | None = "worker-1",
    period: Period | None = MARCH,
    times: ExposureTime | None = None,
    status: Status = Status.MEASURED,
    effective_usv: int = 120,
    is_in_force: bool = True,
    replaces: tuple[tuple[int, int], ...] = (),
    flow: Flow = Flow.PASSIVE_EXTERNAL,
    work: str | None = None,
) -> RecordedLine:
    value = effective_usv if status.has_value else None
    line = DoseResult(
        index=index,
        ref=f"ref-{index}",
        operation=Operation.INITIAL,
        worker=Worker(
            nir=MARKED_NIR, birth_name=MARKED_NAME, first_name="Jeanne", birth_date="1976-09-12"
        ),
        employer=EMPLOYER,
        monitoring=Monitoring(type="SDI", category="B", other_exposures=frozenset({"RADON"})),
        period=None if times else period,
        exposure_time=times,
        dosimeter=Dosimeter(type="OSL", serial=f"S{index}", location="TRUNK"),
        measurements=(
            Measurement(quantity="HP10", radiation="PHOTON", status=status, value_usv=value),
        ),
        site=Site(siret=EMPLOYER, inb="INB-1", work=work),
        members=frozenset(),
    )
    key = DoseKey(worker_id or "", str(EMPLOYER), flow, "HP10", "PHOTON", "TRUNK", None, "site")
    dose = RecordedDose(key=key, status=status, value_usv=value, recording_level_usv=100)
    verdict = Verdict.HELD if worker_id is None else Verdict.ACCEPTED
    return RecordedLine(
        line=line,
        verdict=LineVerdict(index=index, ref=line.ref, verdict=verdict),
        worker_id=worker_id,
        doses=(dose,) if worker_id else (),
        effective_usv=effective_usv if worker_id else 0,
        is_in_force=is_in_force and worker_id is not None,
        replaces=replaces,
        work=work,
    )


def a_closing(*lines: RecordedLine, **changes: Any) -> Closing:
    number = next(_serial)
    canonical = f'{{"id":"ack-{number}"}}'.encode()
    stated: dict[str, Any] = {
        "key": a_key(),
        "content_sha256": hashlib.sha256(f"content {number}".encode()).hexdigest(),
        "submitter_id": "laboratory",
        "proven": Proven(by=Proof.ACCESS_TOKEN),
        "sender_siret": str(LABORATORY),
        "header": a_header(flow=changes.pop("flow", Flow.PASSIVE_EXTERNAL)),
        "body": b"<transmission/>",
        "door": "REST",
        "media_type": "application/xml",
        "received_at": AT,
        "acknowledgement_id": f"ack-{number}",
        "disposition": "ACCEPTED",
        "canonical": canonical,
        "canonical_sha256": hashlib.sha256(canonical).hexdigest(),
        "decided_at": AT,
        "renderings": (
            Rendering(representation="json", content=b"jws", kid="key-1"),
            Rendering(representation="xml", content=b"<receipt/>", kid="key-1"),
        ),
        "lines": lines,
    }
    return Closing(**(stated | changes))
