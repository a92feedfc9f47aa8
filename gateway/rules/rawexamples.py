"""Examples as bytes: for codes raised before a transmission can be read."""

from typing import Final
from uuid import UUID, uuid5
from xml.sax.saxutils import escape

import orjson

from gateway.rules.example import Json, RawExample, RawRequest

_NAMESPACE: Final = "urn:siseri:gateway:transmission:1"
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_ITEM: Final = {
    "results": "result",
    "measurements": "measurement",
    "otherExposures": "otherExposure",
    "activities": "activity",
    "radionuclides": "radionuclide",
    "basedOn": "result",
}
_IN_JSON: Final = {
    "long-number": ('"results":1', f'"results":1{"0" * 40}'),
    "repeated-member": ('"version":', '"version":"1.0","version":'),
    "lone-surrogate": ('"firstName":"', '"firstName":"\\ud800'),
    "not-a-number": ('"results":1', '"results":NaN'),
}
"""What stands in the good example, and what the bad one has instead."""
_OTHER: Final = UUID("5d1f2f0c-2f83-4d55-8a50-53495345524a")


def raw_request(transmission: Json, example: RawExample, variant: str) -> RawRequest:
    """`transmission` as a request, with the defect named by `variant`."""
    is_json = example.media_type == "application/json"
    text = orjson.dumps(transmission).decode() if is_json else _DECLARATION + xml(transmission)
    headers: tuple[tuple[str, str], ...] = ()
    if variant == "truncated":
        text = text[:-2]
    elif variant == "foreign-root":
        text = text.replace("transmission", "message")
    elif variant == "doctype":
        text = text.replace(_DECLARATION, _DECLARATION + "<!DOCTYPE transmission>\n")
    elif variant in _IN_JSON:
        text = text.replace(*_IN_JSON[variant], 1)
    elif variant == "own-key":
        headers = (("Idempotency-Key", transmission["id"]),)
    elif variant == "other-key":
        headers = (("Idempotency-Key", str(uuid5(_OTHER, transmission["id"]))),)
    body = text.encode()
    if variant == "latin-1":
        body = text.replace('encoding="UTF-8"', 'encoding="ISO-8859-1"').encode("iso-8859-1")
    return RawRequest(media_type=example.media_type, body=body, headers=headers)


def xml(transmission: Json) -> str:
    """The XML form of a transmission whose members stand in the order of the contract's tables."""
    members = "".join(_element(name, value) for name, value in transmission.items())
    return f'<transmission xmlns="{_NAMESPACE}">{members}</transmission>'


def _element(name: str, value: Json) -> str:
    """One member and what is in it."""
    if isinstance(value, dict):
        inside = "".join(_element(key, entry) for key, entry in value.items())
    elif isinstance(value, list):
        inside = "".join(_element(_ITEM[name], entry) for entry in value)
    else:
        inside = escape(str(value).lower() if isinstance(value, bool) else str(value))
    return f"<{name}>{inside}</{name}>"
