"""`contentSha256` of what was said, read off contract.md §0 once more: no code of the gateway."""

import hashlib
import re
import unicodedata
from datetime import UTC, datetime

import rfc8785

from tests.differential import said

_DECIMALS = {
    *((said.Totals, "sum_msv"), (said.Exposure, "value"), (said.Committed, "value")),
    *((said.Measurement, name) for name in ("value", "recording_level", "uncertainty")),
    *((said.Activity, name) for name in ("value", "uncertainty", "detection_limit")),
}
_INSTANTS = {
    (said.Transmission, "issued_at"),
    (said.ExposureTime, "start_at"),
    (said.ExposureTime, "end_at"),
}
_LOWER = {
    (said.Transmission, "id"),
    (said.LineReference, "transmission"),
    (said.Corrects, "transmission"),
    (said.Corrects, "acknowledgement_sha256"),
}
_UPPER = {(said.Worker, "nir")}
_TEXTS = {
    *((said.Worker, f"{name}") for name in ("birth_name", "used_name", "first_name")),
    *((said.Worker, "other_first_names"), (said.Sender, "accreditation")),
    *((said.Dosimeter, "type"), (said.Dosimeter, "serial"), (said.Site, "work")),
    *((said.Corrects, "justification"), (said.Committed, "organ"), (said.Original, "organ")),
}
_DEFAULTS = {(said.Transmission, "test"): False, (said.Worker, "id_type"): "NIR"}


def content_sha256(transmission):
    """Of a transmission whose lines can all be read."""
    header = _object(transmission)
    lines = header.pop("results")
    return hashlib.sha256(b"\n".join(map(rfc8785.dumps, [header, *lines]))).hexdigest()


def _object(part):
    form = {}
    for name in said.MEMBERS[type(part)]:
        value = getattr(part, name)
        if value is None or _DEFAULTS.get((type(part), name)) == value:
            continue
        first, *others = name.split("_")
        form[first + "".join(map(str.capitalize, others))] = _value(value, (type(part), name))
    return form


def _value(value, member):
    if isinstance(value, said.Part):
        return _object(value)
    if isinstance(value, tuple):
        return [_value(entry, member) for entry in value]
    return _scalar(value, member) if isinstance(value, str) else value


def _scalar(value, member):
    if member in _DECIMALS and "." in value:
        return re.sub(r"\.?0*\Z", "", value)
    if member in _INSTANTS:
        at = datetime.fromisoformat(value).astimezone(UTC)
        return f"{at.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
    if member in _TEXTS:
        return unicodedata.normalize("NFC", value)
    return value.lower() if member in _LOWER else value.upper() if member in _UPPER else value
