"""A request for a token, out of a form (`gateway.wire.form`): RFC 6749 §4.4.2.

The client authenticates in one way (§2.3), by an assertion or by its certificate. A parameter that
is unknown is ignored (§3.2).
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from gateway.model.partners import Credential
from gateway.wire.form import MalformedForm

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_CLIENT_ID: Final = re.compile(r"[\x20-\x7e]{1,128}", re.ASCII)


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


def token_request(form: Mapping[str, str], *, shown: Credential | None) -> TokenRequest:
    """What a form asks for; raise `MalformedForm` where it says two things at once."""
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
