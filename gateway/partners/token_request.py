"""A request for a token as read at the border: RFC 6749 §4.4.2 and appendix B, strictly.

(1) a form in UTF-8 of at most 16 KiB, in the alphabet of `application/x-www-form-urlencoded`;
(2) each parameter once (§3.2); one without a value is as if omitted, an unknown one is ignored;
(3) the client authenticates in one way (§2.3), by an assertion or by its certificate.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

import msgspec

from gateway.model.partners import Credential

MAX_FORM_BYTES: Final = 16 * 1024
MAX_PARAMETERS: Final = 16
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_FORM: Final = re.compile(rb"(?:[A-Za-z0-9*._~+!$'(),:;@/?=&-]|%[0-9A-Fa-f]{2})*")
_CLIENT_ID: Final = re.compile(r"[\x20-\x7e]{1,128}", re.ASCII)


class MalformedForm(ValueError):
    """The body is no form of the profile."""


class TokenRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a client asks for, and shows. Its `repr` shows nothing."""

    grant_type: str | None
    scope: str | None
    client_id: str | None
    assertion: str | None
    shown: Credential | None
    """The enrolled certificate of its connection."""

    def __repr__(self) -> str:
        return "TokenRequest(…)"


def parse_form(body: bytes) -> Mapping[str, str]:
    """The parameters that have a value; raise `MalformedForm` on any other body than a form's."""
    # (1) a form
    if len(body) > MAX_FORM_BYTES or not _FORM.fullmatch(body):
        raise MalformedForm
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MAX_PARAMETERS,
        )
    except ValueError:
        raise MalformedForm from None
    # (2) each once
    if len({name for name, _ in pairs}) != len(pairs):
        raise MalformedForm
    return {name: value for name, value in pairs if value}


def token_request(form: Mapping[str, str], *, shown: Credential | None) -> TokenRequest:
    """What a form asks for; raise `MalformedForm` where it says two things at once."""
    # (3) one way
    assertion, kind = form.get("client_assertion"), form.get("client_assertion_type")
    if (assertion is None) != (kind is None) or kind not in {None, ASSERTION_TYPE}:
        raise MalformedForm
    client_id = form.get("client_id")
    if client_id is not None and not _CLIENT_ID.fullmatch(client_id):
        raise MalformedForm
    if "grant_type" not in form:
        raise MalformedForm
    return TokenRequest(
        grant_type=form["grant_type"],
        scope=form.get("scope"),
        client_id=client_id,
        assertion=assertion,
        shown=shown,
    )
