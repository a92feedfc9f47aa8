"""The normal form of examinations, committed doses and corrections to the model."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TypeAlias

from gateway.identifiers import InvalidIdentifier, Rpps, Siret
from gateway.model.correction import Corrects, Original, SiteKey
from gateway.model.internal import Activity, Committed, Examination, LineReference
from gateway.model.parts import ExposureTime, Flow, Period
from gateway.wire.leaves import nano, usv
from gateway.wire.shape import Json

ReadSiret: TypeAlias = Callable[[str], Siret | InvalidIdentifier]


def examination(form: dict[str, Json]) -> Examination:
    """An analysis or a body count."""
    prescriber = form.get("prescriber")
    return Examination(
        kind=form["kind"],
        taken_on=_day(form.get("takenOn")),
        collected_from=_day(form.get("collectedFrom")),
        collected_to=_day(form.get("collectedTo")),
        prescriber=None if prescriber is None else _rpps(prescriber["rpps"]),
        activities=tuple([_activity(activity) for activity in form.get("activities", ())]),
    )


def _activity(form: dict[str, Json]) -> Activity:
    value, uncertainty = form.get("value"), form.get("uncertainty")
    return Activity(
        radionuclide=form["radionuclide"],
        value_nano=None if value is None else nano(value),
        unit=form["unit"],
        uncertainty_nano=None if uncertainty is None else nano(uncertainty),
        detection_limit_nano=nano(form["detectionLimit"]),
        is_below_limit=form["belowLimit"],
    )


def committed(form: dict[str, Json]) -> Committed:
    """A committed dose."""
    return Committed(
        quantity=form["quantity"],
        organ=form.get("organ"),
        radionuclides=tuple(form.get("radionuclides", ())),
        route=form["route"],
        intake_on=_day(form.get("intakeOn")),
        value_usv=usv(form["value"]),
        physician=_rpps(form["physician"]["rpps"]),
        based_on=_references(form.get("basedOn", ())),
    )


def corrects(form: dict[str, Json], siret: ReadSiret) -> Corrects:
    """What a correction aims at."""
    original = form.get("original")
    return Corrects(
        target=None if original is not None else LineReference(form["transmission"], form["ref"]),
        original=None if original is None else _original(original, siret),
        acknowledgement_sha256=form.get("acknowledgementSha256"),
        reason=form["reason"],
        justification=form.get("justification"),
    )


def _original(form: dict[str, Json], siret: ReadSiret) -> Original:
    site = form.get("site")
    return Original(
        flow=Flow(form["flow"]),
        quantity=form.get("quantity"),
        radiation=form.get("radiation"),
        location=form.get("location"),
        side=form.get("side"),
        period=period(form.get("period")),
        exposure_time=exposure_time(form.get("exposureTime")),
        site=None if site is None else SiteKey(siret(site["siret"]), site.get("inb")),
        kind=form.get("kind"),
        taken_on=_day(form.get("takenOn")),
        collected_from=_day(form.get("collectedFrom")),
        radionuclide=form.get("radionuclide"),
        organ=form.get("organ"),
        radionuclides=tuple(form.get("radionuclides", ())),
        intake_on=_day(form.get("intakeOn")),
        based_on=_references(form.get("basedOn", ())),
    )


def period(form: dict[str, Json] | None) -> Period | None:
    """A wear period."""
    if form is None:
        return None
    return Period(start=date.fromisoformat(form["start"]), end=date.fromisoformat(form["end"]))


def exposure_time(form: dict[str, Json] | None) -> ExposureTime | None:
    """From entry to exit."""
    if form is None:
        return None
    return ExposureTime(
        start_at=datetime.fromisoformat(form["startAt"]),
        end_at=datetime.fromisoformat(form["endAt"]),
    )


def _references(forms: list[dict[str, Json]]) -> tuple[LineReference, ...]:
    return tuple([LineReference(form["transmission"], form["ref"]) for form in forms])


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _rpps(text: str) -> Rpps | InvalidIdentifier:
    try:
        return Rpps.parse(text)
    except InvalidIdentifier as defect:
        return defect.kept()
