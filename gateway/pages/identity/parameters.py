"""What a browser sends, read within bounds: each name at most once (ASVS 5.0, 2.2 and 15.3.7)."""

import re
from collections.abc import Mapping
from typing import Final

from flask import Request

from gateway.errors import BadRequest
from gateway.model.federation import Callback
from gateway.wire.form import MAX_FORM_BYTES, MalformedForm, parse_form

MAX_BYTES: Final = MAX_FORM_BYTES
"""Of a query, and of a form."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_FORM: Final = "application/x-www-form-urlencoded"
_CALLBACK: Final = {
    "state": 512,
    "code": 2048,
    "iss": 512,
    "error": 128,
    "error_description": 1024,
}
"""Members that mean something on the way back, and how long each may be."""


def query_of(request: Request, allowed: Mapping[str, int]) -> dict[str, str]:
    """The parameters of the address that are known, with the length that each may have.

    Raises:
        BadRequest: one stands twice, is too long, or cannot be read. Unknown ones are passed over.
    """
    return _bounded(_pairs(request.query_string), allowed)


def form_of(request: Request, allowed: Mapping[str, int]) -> dict[str, str]:
    """The fields of a form.

    Raises:
        BadRequest: as `query_of`; also of a field that is not in the form, and of another encoding.
    """
    if request.mimetype != _FORM:
        raise BadRequest("media-type")
    fields = _pairs(request.get_data(cache=False))
    if fields.keys() - allowed.keys():
        raise BadRequest("field")
    return _bounded(fields, allowed)


def callback_of(request: Request) -> Callback:
    """What came back from a provider.

    Raises:
        BadRequest: as `query_of`.
    """
    said = query_of(request, _CALLBACK)
    return Callback(
        state=said.get("state"),
        code=said.get("code"),
        issuer=said.get("iss"),
        error=said.get("error"),
        error_description=said.get("error_description"),
    )


def _pairs(raw: bytes) -> Mapping[str, str]:
    try:
        return parse_form(raw)
    except MalformedForm:
        raise BadRequest("parameters") from None


def _bounded(named: Mapping[str, str], allowed: Mapping[str, int]) -> dict[str, str]:
    known = {name: value for name, value in named.items() if name in allowed}
    if any(len(value) > allowed[name] or _CONTROL.search(value) for name, value in known.items()):
        raise BadRequest("value")
    return known
