"""The normal form of a transmission to the model (contract.md §1–§2). One reader a message."""

from datetime import date, datetime
from typing import Final

from gateway.identifiers import InvalidIdentifier, Nir, Siret
from gateway.model.transmission import (
    DoseResult,
    Dosimeter,
    Flow,
    Header,
    Measurement,
    Monitoring,
    Operation,
    Period,
    RadonExposure,
    SenderStatement,
    SenderType,
    Site,
    Status,
    Totals,
    Worker,
)
from gateway.wire.leaves import nano, usv
from gateway.wire.shape import Json
from gateway.wire.v1 import internal

VERSION: Final = "1.0"
_NUMBER_LENGTH: Final = 13
"""Of a NIR without its key."""
_OPERATIONS: Final = {str(operation): operation for operation in Operation}
_STATUSES: Final = {str(status): status for status in Status}


def without_defaults(form: dict[str, Json]) -> dict[str, Json]:
    """The header's or line's normal form: `test` false and `idType` NIR are omitted."""
    if form.get("test") is False:
        del form["test"]
    worker = form.get("worker")
    if worker is not None and worker.get("idType") == "NIR":
        del worker["idType"]
    return form


class Reader:
    """Reads the lines of one message; each distinct identifier is parsed once (D6)."""

    def __init__(self) -> None:
        self._nirs: dict[str, Nir | InvalidIdentifier] = {}
        self._heard: set[str] = set()
        self._sirets: dict[str, Siret | InvalidIdentifier] = {}
        self._monitorings: dict[tuple[Json, ...], Monitoring] = {}
        self._periods: dict[tuple[str, str], Period] = {}

    def hear(self, nir: str) -> None:
        """Remember a number that stands in a line that cannot be read."""
        self._heard.add(nir)

    @property
    def stated_numbers(self) -> frozenset[str]:
        """First 13 characters of every number as written, upper case; shorter ones are none."""
        stated = (nir[:_NUMBER_LENGTH].upper() for nir in (*self._nirs, *self._heard))
        return frozenset(number for number in stated if len(number) == _NUMBER_LENGTH)

    def header(self, form: dict[str, Json]) -> Header:
        """The header, of its normal form."""
        sender, totals = form["sender"], form["totals"]
        behalf = sender.get("onBehalfOf")
        return Header(
            id=form["id"],
            flow=Flow(form["flow"]),
            test=form.get("test", False),
            sender=SenderStatement(
                type=SenderType(sender["type"]),
                siret=self._siret(sender["siret"]),
                accreditation=sender.get("accreditation"),
                on_behalf_of=self._siret(behalf["siret"]) if behalf else None,
            ),
            issued_at=datetime.fromisoformat(form["issuedAt"]),
            totals=Totals(
                results=totals["results"],
                measurements=totals["measurements"],
                sum_usv=usv(totals["sumMsv"]),
            ),
        )

    def line(self, index: int, form: dict[str, Json]) -> DoseResult:
        """The line at 0-based `index`, of its normal form."""
        dosimeter, examination = form.get("dosimeter"), form.get("examination")
        committed, corrects = form.get("committed"), form.get("corrects")
        return DoseResult(
            index=index,
            ref=form["ref"],
            operation=_OPERATIONS[form["operation"]],
            worker=self._worker(form["worker"]),
            employer=self._siret(form["employer"]["siret"]),
            monitoring=self._monitoring(form["monitoring"]),
            period=self._period(form.get("period")),
            exposure_time=internal.exposure_time(form.get("exposureTime")),
            dosimeter=Dosimeter(
                type=dosimeter["type"],
                serial=dosimeter["serial"],
                location=dosimeter["location"],
                side=dosimeter.get("side"),
            )
            if dosimeter
            else None,
            measurements=tuple([self._measurement(m) for m in form.get("measurements", ())]),
            examination=internal.examination(examination) if examination else None,
            committed=internal.committed(committed) if committed else None,
            site=self._site(form.get("site")),
            corrects=internal.corrects(corrects, self._siret) if corrects else None,
            members=frozenset(form),
        )

    def _worker(self, form: dict[str, Json]) -> Worker:
        return Worker(
            nir=self._nir(form["nir"]),
            id_type=form.get("idType", "NIR"),
            birth_name=form["birthName"],
            used_name=form.get("usedName"),
            first_name=form["firstName"],
            other_first_names=form.get("otherFirstNames"),
            birth_date=form.get("birthDate"),
            sex=form.get("sex"),
        )

    def _monitoring(self, form: dict[str, Json]) -> Monitoring:
        others = form.get("otherExposures")
        key = (
            form["type"],
            form.get("category"),
            form.get("situation"),
            tuple(others) if others else None,
        )
        if key not in self._monitorings:
            self._monitorings[key] = Monitoring(
                type=form["type"],
                category=form.get("category"),
                other_exposures=frozenset(others) if others else None,
                situation=form.get("situation"),
            )
        return self._monitorings[key]

    def _period(self, form: dict[str, Json] | None) -> Period | None:
        if form is None:
            return None
        key = (form["start"], form["end"])
        known = self._periods.get(key)
        if known is None:
            known = self._periods[key] = Period(
                start=date.fromisoformat(key[0]), end=date.fromisoformat(key[1])
            )
        return known

    @staticmethod
    def _measurement(form: dict[str, Json]) -> Measurement:
        value, level = form.get("value"), form.get("recordingLevel")
        uncertainty, exposure = form.get("uncertainty"), form.get("exposure")
        return Measurement(
            quantity=form["quantity"],
            radiation=form["radiation"],
            status=_STATUSES[form["status"]],
            value_usv=None if value is None else usv(value),
            recording_level_usv=None if level is None else usv(level),
            uncertainty_nano=None if uncertainty is None else nano(uncertainty),
            background=form.get("background"),
            exposure=RadonExposure(value_nano=nano(exposure["value"]), unit=exposure["unit"])
            if exposure
            else None,
        )

    def _site(self, form: dict[str, Json] | None) -> Site | None:
        if form is None:
            return None
        return Site(siret=self._siret(form["siret"]), inb=form.get("inb"), work=form.get("work"))

    def _nir(self, text: str) -> Nir | InvalidIdentifier:
        known = self._nirs.get(text)
        if known is None:
            try:
                known = Nir.parse(text)
            except InvalidIdentifier as defect:
                known = defect.kept()
            self._nirs[text] = known
        return known

    def _siret(self, text: str) -> Siret | InvalidIdentifier:
        known = self._sirets.get(text)
        if known is None:
            try:
                known = Siret.parse(text)
            except InvalidIdentifier as defect:
                known = defect.kept()
            self._sirets[text] = known
        return known
