"""What tests send: transmissions in JSON form, and writers of each door's form.

Nothing here uses `gateway.wire`: the writers, the normal form and the digest are read off the
contract a second time, so that a mistake there is not repeated here.
"""

import copy
import hashlib
import json
import random
import re
import unicodedata
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from xml.sax.saxutils import escape

import rfc8785

LABORATORY = "90000001900019"
OPERATOR = "90000002700012"
EMPLOYER = "90000003500015"
STRANGER = "90000004300019"
"""Fictitious establishments with valid keys; the last one is enrolled nowhere."""

TRANSMISSION = "urn:siseri:gateway:transmission:1"
SERVICE = "urn:siseri:gateway:service:1"
SOAP = {
    "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
    "1.2": "http://www.w3.org/2003/05/soap-envelope",
}
ORDER = (
    *("ref", "operation", "worker", "employer", "monitoring", "period", "exposureTime"),
    *("dosimeter", "measurements", "examination", "committed", "site", "corrects"),
    *("version", "id", "flow", "test", "sender", "issuedAt", "totals", "results"),
)
ORDER_WITHIN = {
    "sender": ("type", "siret", "accreditation", "onBehalfOf"),
    "totals": ("results", "measurements", "sumMsv"),
    "worker": (
        *("nir", "idType", "birthName", "usedName", "firstName", "otherFirstNames"),
        *("birthDate", "sex"),
    ),
    "monitoring": ("type", "category", "otherExposures", "situation"),
    "period": ("start", "end"),
    "exposureTime": ("startAt", "endAt"),
    "dosimeter": ("type", "serial", "location", "side"),
    "measurement": (
        *("quantity", "radiation", "status", "value", "recordingLevel", "uncertainty"),
        *("background", "exposure"),
    ),
    "exposure": ("value", "unit"),
    "site": ("siret", "inb", "work"),
    "examination": (
        *("kind", "takenOn", "collectedFrom", "collectedTo", "prescriber", "activities"),
    ),
    "activity": (
        *("radionuclide", "value", "unit", "uncertainty", "detectionLimit", "belowLimit"),
    ),
    "committed": (
        *("quantity", "organ", "radionuclides", "route", "intakeOn", "value", "physician"),
        "basedOn",
    ),
    "corrects": (
        *("transmission", "ref", "original", "acknowledgementSha256", "reason", "justification"),
    ),
    "original": (
        *("flow", "quantity", "radiation", "location", "side", "period", "exposureTime", "site"),
        *("kind", "takenOn", "collectedFrom", "radionuclide", "organ", "radionuclides"),
        *("intakeOn", "basedOn"),
    ),
}
"""The order of the contract's tables; members it does not know come last, but before the lines."""
REFERENCE = ("transmission", "ref")
"""The order within a reference to a line."""
ITEM = {
    "results": "result",
    "measurements": "measurement",
    "otherExposures": "otherExposure",
    "activities": "activity",
    "radionuclides": "radionuclide",
    "basedOn": "result",
}
ABSENT = object()
"""As the value of a change: the member is left out."""


def nir_of(number):
    """The NIR of the fictitious worker of that number: a woman born in June 1990, commune 999."""
    root = f"29006999{number:05d}"
    return f"{root}{97 - int(root) % 97:02d}"


def a_worker(number=1, **changes):
    worker = {
        "nir": nir_of(number),
        "birthName": "Lefebvre",
        "firstName": "Hélène",
        "birthDate": "1990-06-15",
        "sex": "F",
    }
    return changed(worker, changes)


def a_measurement(**changes):
    measurement = {
        "quantity": "HP10",
        "radiation": "PHOTON",
        "status": "MEASURED",
        "value": "0.15",
        "recordingLevel": "0.1",
    }
    return changed(measurement, changes)


def a_line(**changes):
    """One passive dosimeter of one worker; `worker__nir=…` changes a member of a member."""
    line = {
        "ref": "P-0001",
        "operation": "INITIAL",
        "worker": a_worker(),
        "employer": {"siret": EMPLOYER},
        "monitoring": {"type": "SDI", "category": "A"},
        "period": {"start": "2026-10-01", "end": "2026-10-31"},
        "dosimeter": {"type": "OSL", "serial": "A-0001", "location": "TRUNK"},
        "measurements": [a_measurement()],
    }
    return changed(line, changes)


def an_operational_line(**changes):
    """One passage through a controlled zone."""
    line = {
        "ref": "O-0001",
        "operation": "INITIAL",
        "worker": a_worker(),
        "employer": {"siret": EMPLOYER},
        "monitoring": {"type": "SDI", "category": "A"},
        "exposureTime": {
            "startAt": "2026-11-17T08:00:00.000Z",
            "endAt": "2026-11-17T10:30:00.000Z",
        },
        "dosimeter": {"type": "EPD", "serial": "E-0001", "location": "TRUNK"},
        "measurements": [a_measurement(value="0.012", recordingLevel=ABSENT)],
        "site": {"siret": OPERATOR, "inb": "101"},
    }
    return changed(line, changes)


def a_transmission(**changes):
    """A transmission of the laboratory; control totals follow the lines unless given."""
    transmission = {
        "version": "1.0",
        "id": str(uuid.uuid4()),
        "flow": "PASSIVE_EXTERNAL",
        "sender": {"type": "OA", "siret": LABORATORY, "accreditation": "1-0001"},
        "issuedAt": "2026-11-20T08:00:00.000Z",
        "results": [a_line()],
    }
    totals = changes.pop("totals", None)
    transmission = changed(transmission, changes)
    transmission["totals"] = totals if totals is not None else totals_of(transmission["results"])
    return transmission


def an_operational_transmission(**changes):
    """A transmission of the operator."""
    stated = {
        "flow": "OPERATIONAL",
        "sender": {"type": "OPERATOR", "siret": OPERATOR},
        "results": [an_operational_line()],
    }
    return a_transmission(**{**stated, **changes})


def totals_of(lines):
    measurements = [entry for line in lines for entry in line.get("measurements", ())]
    total = sum((Decimal(entry["value"]) for entry in measurements if "value" in entry), Decimal(0))
    text = format(total, "f")
    return {
        "results": len(lines),
        "measurements": len(measurements),
        "sumMsv": text.rstrip("0").rstrip(".") if "." in text else text,
    }


def changed(form, changes):
    """`form` itself, with those members changed."""
    for path, value in changes.items():
        *above, last = path.split("__")
        parent = form
        for name in above:
            parent = parent.setdefault(name, {})
        if value is ABSENT:
            parent.pop(last, None)
        else:
            parent[last] = copy.deepcopy(value)
    return form


# ---------- the form of each door


def in_json(form):
    """The JSON body, members in the order in which they stand."""
    return json.dumps(form, ensure_ascii=False).encode()


def shuffled(value, dice: random.Random):
    """The same with the members of every object in any order."""
    if isinstance(value, list):
        return [shuffled(item, dice) for item in value]
    if not isinstance(value, dict):
        return value
    names = list(value)
    dice.shuffle(names)
    return {name: shuffled(value[name], dice) for name in names}


def in_xml(form, *, root="transmission", declaration='<?xml version="1.0" encoding="UTF-8"?>\n'):
    """The XML body."""
    return (declaration + element(form, root=root)).encode()


def element(form, *, root="transmission"):
    """The `transmission` element as text, for a body or an envelope."""
    return f'<{root} xmlns="{TRANSMISSION}">{_members(form, ORDER)}</{root}>'


def _members(form, order):
    known = [name for name in order if name in form]
    last = [known.pop()] if known and known[-1] == "results" else []
    return "".join(
        _member(name, form[name]) for name in (*known, *sorted(form.keys() - set(order)), *last)
    )


def _member(name, value):
    if isinstance(value, list):
        item = ITEM[name]
        inside = "".join(_member(item, entry) for entry in value)
    elif isinstance(value, dict):
        is_line = name == "result" and "operation" in value
        inside = _members(value, ORDER_WITHIN.get(name, ORDER if is_line else REFERENCE))
    elif isinstance(value, bool):
        inside = "true" if value else "false"
    else:
        inside = escape(str(value), {"\r": "&#13;"})
    return f"<{name}>{inside}</{name}>"


def in_soap(inside, *, version="1.1", operation="SubmitTransmission", header=""):
    """An envelope whose Body asks for `operation`; `inside` is text."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<e:Envelope xmlns:e="{SOAP[version]}">{header}'
        f'<e:Body><o:{operation} xmlns:o="{SERVICE}">{inside}</o:{operation}></e:Body></e:Envelope>'
    ).encode()


def soap_headers(*, version="1.1", operation="SubmitTransmission"):
    action = f"{SERVICE}:{operation}"
    if version == "1.1":
        return {"content-type": "text/xml; charset=utf-8", "soapaction": f'"{action}"'}
    return {"content-type": f'application/soap+xml; charset=utf-8; action="{action}"'}


# ---------- the normal form and its digest (contract.md §0)


def _decimal(text):
    return re.sub(r"\.?0+\Z", "", text) if "." in text else text


def _instant(text):
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def _composed(text):
    return unicodedata.normalize("NFC", text)


_NORMAL = {
    **dict.fromkeys(("value", "recordingLevel", "uncertainty", "sumMsv"), _decimal),
    **dict.fromkeys(("issuedAt", "startAt", "endAt"), _instant),
    **dict.fromkeys(("birthName", "usedName", "firstName", "otherFirstNames"), _composed),
    **dict.fromkeys(("serial", "work", "type", "inb", "accreditation"), _composed),
    "id": str.lower,
    "nir": str.upper,
}


def normal(form):
    """A transmission of the external flows in normal form."""
    form = {name: _normal(name, value) for name, value in form.items()}
    if form.get("test") is False:
        del form["test"]
    for line in form["results"]:
        if line["worker"].get("idType") == "NIR":
            del line["worker"]["idType"]
    return form


def _normal(name, value):
    if isinstance(value, dict):
        return {key: _normal(key, entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_normal(name, entry) for entry in value]
    return _NORMAL.get(name, str)(value) if isinstance(value, str) else value


def content_sha256(form):
    """What identifies a transmission whose lines can all be read, whatever the door."""
    header = normal(form)
    lines = header.pop("results")
    return hashlib.sha256(b"\n".join(map(rfc8785.dumps, [header, *lines]))).hexdigest()
