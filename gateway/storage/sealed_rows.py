"""Recorded lines as rows: personal data sealed, the rest in clear columns.

A seal's context names the acknowledgement, the line and the column: a sealed value moved to
another row or column does not open.
"""

import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

import msgspec

from gateway.identifiers import InvalidIdentifier, Nir, Rpps, Siret
from gateway.model.transmission import DoseResult, Flow, Measurement, Worker
from gateway.ports import DataKey, RecordedDose, RecordedLine, Sealer
from gateway.storage.amounts import Nano
from gateway.storage.tables import month_of, to_ms

NIR_PURPOSE: Final = "worker-nir"
"""Purpose of the blind index under which a worker is found."""

LINE_COLUMNS: Final = (
    "transmission", "line", "ref", "operation", "verdict", "held_until", "is_in_force",
    "worker_id", "held_nir_index", "held_nir_index_version", "employer", "flow", "category",
    "other_exposures", "situation", "first_day", "last_day", "start_at", "end_at",
    "dosimeter_type", "dosimeter_location", "dosimeter_side", "site_siret",
    "site_inb", "month", "effective_usv", "lens_usv", "extremity_usv", "sealed_worker",
    "sealed_texts",
)  # fmt: skip
MEASUREMENT_COLUMNS: Final = (
    "transmission", "line", "place", "is_in_force", "worker_id", "employer", "flow", "quantity",
    "radiation", "location", "side", "site", "first_day", "last_day", "start_at", "end_at",
    "status", "value_usv", "recording_level_usv", "background", "uncertainty_nano",
    "exposure_nano", "exposure_unit",
)  # fmt: skip

Row = tuple[Any, ...]
_encode: Final = msgspec.json.Encoder().encode


def line_context(acknowledgement_id: str, line: int, column: str) -> bytes:
    """Context of a sealed column of a line."""
    return f"lines|{acknowledgement_id}|{line}|{column}".encode()


def body_context(acknowledgement_id: str) -> bytes:
    """Context of the sealed body of a transmission."""
    return f"transmission_bodies|{acknowledgement_id}|sealed_body".encode()


def sealed_body(body: bytes, *, key: DataKey, acknowledgement_id: str) -> bytes:
    """The body as received, compressed, then sealed."""
    return key.seal(zlib.compress(body, 1), context=body_context(acknowledgement_id))


def opened_body(sealed: bytes, *, key: DataKey, acknowledgement_id: str) -> bytes:
    """The body as received, of what `sealed_body` made."""
    return zlib.decompress(key.open(sealed, context=body_context(acknowledgement_id)))


class LineRows:
    """Rows of the lines of one closing, all but the number of their transmission."""

    def __init__(
        self,
        *,
        key: DataKey,
        sealer: Sealer,
        index_version: int,
        acknowledgement_id: str,
        flow: Flow,
    ) -> None:
        """`key` seals the lines' personal data; `sealer` indexes the workers not known yet."""
        self._key = key
        self._sealer = sealer
        self._index_version = index_version
        self._acknowledgement_id = acknowledgement_id
        self._flow = flow.value

    def of_line(self, recorded: RecordedLine) -> Row:
        """Values of `LINE_COLUMNS` but the first."""
        line, verdict = recorded.line, recorded.verdict
        monitoring, worn, site = line.monitoring, line.dosimeter, line.site
        others, last_day = monitoring.other_exposures, line.last_day or recorded.counted_on
        doses = (recorded.effective_usv, recorded.lens_usv, recorded.extremity_usv)
        texts = _texts(recorded)
        return (
            line.index,
            line.ref,
            line.operation.value,
            verdict.verdict.value,
            _utc_day(verdict.held_until),
            recorded.is_in_force,
            recorded.worker_id,
            *self._held_index(recorded),
            _siret(line.employer),
            self._flow,
            monitoring.category,
            ",".join(sorted(others)) if others else None,
            monitoring.situation,
            *_when(recorded),
            *((worn.type, worn.location, worn.side) if worn else (None,) * 3),
            *((_siret(site.siret), site.inb) if site else (None, None)),
            month_of(last_day) if last_day and any(doses) else None,
            *doses,
            self._seal(line.index, "sealed_worker", _identity(line.worker)),
            None if texts is None else self._seal(line.index, "sealed_texts", texts),
        )

    def of_measurements(self, recorded: RecordedLine) -> Iterator[Row]:
        """Values of `MEASUREMENT_COLUMNS` but the first, one row a measurement."""
        line = recorded.line
        when = _when(recorded)
        measured = _judged(recorded.doses) if recorded.doses else _unjudged(line)
        are_paired = len(measured) == len(line.measurements)
        for place, (key, status) in enumerate(measured):
            yield (
                line.index,
                place,
                recorded.is_in_force,
                recorded.worker_id,
                key[0],
                self._flow,
                *key[1:],
                *when,
                *status,
                *(_beside(line.measurements[place]) if are_paired else (None,) * 4),
            )

    def _held_index(self, recorded: RecordedLine) -> tuple[bytes | None, int | None]:
        """How the directory will find a held line of a worker it does not know yet."""
        nir = recorded.line.worker.nir
        if recorded.worker_id is not None or not isinstance(nir, Nir):
            return None, None
        version = self._index_version
        return self._sealer.blind_index(NIR_PURPOSE, nir.reveal(), version=version), version

    def _seal(self, line: int, column: str, plaintext: bytes) -> bytes:
        context = line_context(self._acknowledgement_id, line, column)
        return self._key.seal(plaintext, context=context)


def _texts(recorded: RecordedLine) -> bytes | None:
    """What the sender wrote freely or names a physician: the work, the serial number, an RPPS."""
    line, worn = recorded.line, recorded.line.dosimeter
    physicians = {
        "prescriber": None if line.examination is None else line.examination.prescriber,
        "physician": None if line.committed is None else line.committed.physician,
    }
    texts = {
        "work": recorded.work,
        "serial": worn.serial if worn else None,
        "justification": None if line.corrects is None else line.corrects.justification,
        **{name: str(rpps) for name, rpps in physicians.items() if isinstance(rpps, Rpps)},
    }
    given = {name: text for name, text in texts.items() if text is not None}
    return _encode(given) if given else None


def _identity(worker: Worker) -> bytes:
    """The worker as the sender named him, in the order of the fields of `Worker`."""
    return _encode(
        (
            worker.nir.reveal() if isinstance(worker.nir, Nir) else None,
            worker.id_type,
            worker.birth_name,
            worker.used_name,
            worker.first_name,
            worker.other_first_names,
            worker.birth_date,
            worker.sex,
        )
    )


def worker_from_identity(plaintext: bytes) -> Worker:
    """The worker back from an opened `sealed_worker`."""
    nir, id_type, birth, used, first, others, born, sex = msgspec.json.decode(plaintext)
    return Worker(
        nir=InvalidIdentifier("I001") if nir is None else Nir(nir),
        id_type=id_type,
        birth_name=birth,
        used_name=used,
        first_name=first,
        other_first_names=others,
        birth_date=born,
        sex=sex,
    )


def _judged(doses: Sequence[RecordedDose]) -> list[tuple[Row, Row]]:
    return [
        (
            (
                dose.key.employer,
                dose.key.quantity,
                dose.key.radiation,
                dose.key.location,
                dose.key.side,
                dose.key.site,
            ),
            (str(dose.status), dose.value_usv, dose.recording_level_usv),
        )
        for dose in doses
    ]


def _unjudged(line: DoseResult) -> list[tuple[Row, Row]]:
    """Measurements of a held line, as its sender stated them: no natural key was drawn yet."""
    worn = line.dosimeter
    where = (worn.location, worn.side) if worn else (None, None)
    employer = _siret(line.employer)
    return [
        (
            (employer, stated.quantity, stated.radiation, *where, None),
            (stated.status.value, stated.value_usv, stated.recording_level_usv),
        )
        for stated in line.measurements
    ]


def _beside(stated: Measurement) -> Row:
    """What stands beside the dose: background, uncertainty, radon exposure and its unit."""
    exposure, uncertainty = stated.exposure, Nano.plain(stated.uncertainty_nano)
    if exposure is None:
        return stated.background, uncertainty, None, None
    return stated.background, uncertainty, Nano.plain(exposure.value_nano), exposure.unit


def _when(recorded: RecordedLine) -> Row:
    """First day, last day, and the two instants of an exposure time."""
    line, times = recorded.line, recorded.line.exposure_time
    return (
        _day(line.first_day or recorded.counted_on),
        _day(line.last_day or recorded.counted_on),
        None if times is None else to_ms(times.start_at),
        None if times is None else to_ms(times.end_at),
    )


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _utc_day(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(UTC).date().isoformat()


def _siret(siret: Siret | InvalidIdentifier) -> str | None:
    return str(siret) if isinstance(siret, Siret) else None
