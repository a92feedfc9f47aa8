"""The columns of a CSV of doses (docs/checking.md): the member of a line that each one fills."""

from typing import Final

from gateway.commands.converting.cells import Cell, day, instant, number, plain, squeezed

ORDER: Final[dict[str, tuple[tuple[str, ...], Cell]]] = {
    "ref": (("ref",), plain),
    "operation": (("operation",), plain),
    "nir": (("worker", "nir"), squeezed),
    "id_type": (("worker", "idType"), plain),
    "birth_name": (("worker", "birthName"), plain),
    "used_name": (("worker", "usedName"), plain),
    "first_name": (("worker", "firstName"), plain),
    "other_first_names": (("worker", "otherFirstNames"), plain),
    "birth_date": (("worker", "birthDate"), day),
    "sex": (("worker", "sex"), plain),
    "employer_siret": (("employer", "siret"), squeezed),
    "monitoring_type": (("monitoring", "type"), plain),
    "category": (("monitoring", "category"), plain),
    "other_exposures": (("monitoring", "otherExposures"), plain),
    "situation": (("monitoring", "situation"), plain),
    "period_start": (("period", "start"), day),
    "period_end": (("period", "end"), day),
    "start_at": (("exposureTime", "startAt"), instant),
    "end_at": (("exposureTime", "endAt"), instant),
    "dosimeter_type": (("dosimeter", "type"), plain),
    "dosimeter_serial": (("dosimeter", "serial"), plain),
    "location": (("dosimeter", "location"), plain),
    "side": (("dosimeter", "side"), plain),
    "site_siret": (("site", "siret"), squeezed),
    "inb": (("site", "inb"), plain),
    "work": (("site", "work"), plain),
}
"""Those that say something of the line; in every row of a line they say the same."""
OF_MEASUREMENT: Final[dict[str, tuple[tuple[str, ...], Cell]]] = {
    "quantity": (("quantity",), plain),
    "radiation": (("radiation",), plain),
    "status": (("status",), plain),
    "value": (("value",), number),
    "recording_level": (("recordingLevel",), number),
    "uncertainty": (("uncertainty",), number),
    "background": (("background",), plain),
    "exposure_value": (("exposure", "value"), number),
    "exposure_unit": (("exposure", "unit"), plain),
}
"""Those of one measurement: each row has one."""
REQUIRED: Final = (
    "ref", "nir", "birth_name", "first_name", "employer_siret", "quantity", "radiation", "status",
)  # fmt: skip
DEFAULTS: Final = {"operation": "INITIAL", "monitoring_type": "SDI"}
"""What an empty cell, or a column that is not there, stands for."""
KNOWN: Final = frozenset(ORDER) | frozenset(OF_MEASUREMENT)


def column_of(pointer: str) -> str:
    """The column that fills a member of a line, for what is said of a bad row."""
    steps = tuple(step for step in pointer.split("/")[1:] if not step.isdigit())
    in_measurement = steps[:1] == ("measurements",)
    table, wanted = (OF_MEASUREMENT, steps[1:]) if in_measurement else (ORDER, steps)
    exact = [name for name, (member, _) in table.items() if member == wanted]
    inside = [name for name, (member, _) in table.items() if member[: len(wanted)] == wanted]
    return " / ".join(exact or inside) or "?"
