"""The lines of a transmission as a careful sender writes them: each would be plainly accepted."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final

from gateway.commands.samples.doses import msv, operational_usv, passive_usv
from gateway.commands.samples.people import Person

Line = dict[str, Any]
"""A line in the JSON form of the contract."""
_BODY_STEP: Final = 50
_MIDDLE: Final = 15
_FINGER_STEP: Final = 100
_RING_SHARE: Final = 0.12
_NEUTRON_SHARE: Final = 0.15
_MISSING: Final = (("NOT_RETURNED", 0.02), ("LOST", 0.004), ("NOT_WORN", 0.01))
_WORKS: Final = (
    "Remplacement de joints, puits de cuve",
    "Contrôle de soudures",
    "Ronde d'exploitation",
    "Logistique, bâtiment réacteur",
    "Essais périodiques",
)


def passive_lines(draw: Random, person: Person, *, number: int, day: date) -> list[Line]:
    """One or two dosimeters of one worker for the last period that is over."""
    start, end = _last_period(day, months=1 if person.category == "A" else 3)
    lines = [_worn(draw, person, number=number, place="TRUNK", quantity="HP10", step=_BODY_STEP)]
    if draw.random() < _RING_SHARE:
        ring = _worn(
            draw, person, number=number, place="FINGER", quantity="HP007", step=_FINGER_STEP
        )
        ring["dosimeter"]["side"] = draw.choice(("LEFT", "RIGHT"))
        lines.append(ring)
    for line in lines:
        line["period"] = {"start": start.isoformat(), "end": end.isoformat()}
    return lines


def operational_line(
    draw: Random, person: Person, *, number: int, day: date, site: str, inb: str
) -> Line:
    """One entry into the zone within the week before `day`."""
    entered = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(
        days=draw.randint(1, 6),
        minutes=-draw.randint(6 * 60, 15 * 60),
        seconds=-draw.randint(0, 59),
    )
    left = entered + timedelta(minutes=draw.randint(15, 200), seconds=draw.randint(0, 59))
    dose = operational_usv(draw, category=person.category)
    measurements = [_measured("PHOTON", dose)]
    if draw.random() < _NEUTRON_SHARE:
        measurements.append(_measured("NEUTRON", dose // 25 * 5))
    line = _base(person, number)
    line["exposureTime"] = {"startAt": _instant(entered), "endAt": _instant(left)}
    line["dosimeter"] = {
        "type": "EPD", "serial": f"DMC-{draw.randint(100_000, 999_999)}", "location": "TRUNK",
    }  # fmt: skip
    line["measurements"] = measurements
    line["site"] = {"siret": site, "inb": inb, "work": draw.choice(_WORKS)}
    return line


def _worn(
    draw: Random, person: Person, *, number: int, place: str, quantity: str, step: int
) -> Line:
    line = _base(person, number)
    kind = "TLD" if place == "FINGER" else draw.choice(("RPL", "OSL"))
    serial = f"{kind[0]}-{draw.randint(1_000_000, 9_999_999)}"
    line["dosimeter"] = {"type": kind, "serial": serial, "location": place}
    measurement = {"quantity": quantity, "radiation": "PHOTON"}
    line["measurements"] = [measurement]
    for status, share in _MISSING:
        if draw.random() < share:
            measurement["status"] = status
            return line
    dose = passive_usv(draw, category=person.category, step=step)
    measurement["status"] = "MEASURED" if dose else "BELOW_RECORDING_LEVEL"
    measurement["value"] = msv(dose)
    measurement["recordingLevel"] = msv(step)
    measurement["background"] = "CONTROL"
    return line


def _base(person: Person, number: int) -> Line:
    return {
        "ref": f"S{number:06d}",
        "operation": "INITIAL",
        "worker": {
            "nir": person.nir,
            "birthName": person.birth_name,
            "firstName": person.first_name,
            "birthDate": person.birth_date,
            "sex": person.sex,
        },
        "employer": {"siret": person.employer.siret},
        "monitoring": {"type": "SDI", "category": person.category, "situation": "PLANNED"},
    }


def _measured(radiation: str, usv: int) -> dict[str, str]:
    return {"quantity": "HP10", "radiation": radiation, "status": "MEASURED", "value": msv(usv)}


def _last_period(day: date, *, months: int) -> tuple[date, date]:
    """The last period that ended before `day`, on the 15th or with a month: so it is never late."""
    is_late = day.day > _MIDDLE
    end = day.replace(day=_MIDDLE) if is_late else day.replace(day=1) - timedelta(days=1)
    after = end + timedelta(days=1)
    month = after.year * 12 + after.month - 1 - months
    return date(month // 12, month % 12 + 1, after.day), end


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
