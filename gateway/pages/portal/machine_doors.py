"""What a portal itself asks of `/op`: the document of discovery, keys, tokens, userinfo."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from flask import Response, request

from gateway.errors import Overloaded
from gateway.identity.op import OpenIdProvider
from gateway.identity.op.outcomes import Answer
from gateway.identity.op.server import refused
from gateway.wire.canonical import jcs

PREFIX: Final = "/op"
_FORM: Final = "application/x-www-form-urlencoded"
DOCUMENT_MAX_AGE_S: Final = 600
"""A portal keeps the key set for as long; a new key is published an hour before it signs."""
_RETRY_AFTER_S: Final = 30
AWAY: Final = "temporarily_unavailable"
"""By its name at the other endpoint (RFC 6749 §4.1.2.1); a code that was brought still serves."""
PATHS: Final = frozenset(
    {
        f"{PREFIX}/{name}"
        for name in (".well-known/openid-configuration", "jwks.json", "token", "userinfo")
    }
)
"""Where no browser comes."""
_ERRORS: Final = {500: "server_error", 503: AWAY}
log = structlog.get_logger(__name__)


class MachineDoors:
    """JSON, and no page."""

    def __init__(self, provider: OpenIdProvider) -> None:
        self._provider = provider

    def metadata(self) -> Response:
        """`GET /op/.well-known/openid-configuration`."""
        return _document(self._provider.metadata(), "application/json")

    def keys(self) -> Response:
        """`GET /op/jwks.json`."""
        try:
            return _document(self._provider.keys(), "application/jwk-set+json")
        except Overloaded as fault:
            return _away(fault)

    def token(self) -> Response:
        """`POST /op/token`: whatever the form says is answered as RFC 6749 §5 has it."""
        if request.mimetype != _FORM or request.query_string or "Authorization" in request.headers:
            return _told(refused("invalid_request"))
        octets = request.get_data(cache=False)
        return self._answer("portal.token", lambda: self._provider.token(octets))

    def userinfo(self) -> Response:
        """`GET` and `POST /op/userinfo`: the access token is in the header alone."""
        stated = request.headers.get("Authorization")
        return self._answer("portal.userinfo", lambda: self._provider.userinfo(stated))

    def _answer(self, event: str, ask: Callable[[], Answer]) -> Response:
        try:
            answer = ask()
        except Overloaded as fault:
            log.warning(event, status=503, error=AWAY)
            return _away(fault)
        log.info(event, status=answer.status, error=answer.form.get("error"))
        return _told(answer)


def without_a_page(response: Response) -> Response:
    """The same refusal, as a machine reads it, where a page was shown at one of its doors.

    A method that a door has not (405), a form beyond its bound (413), a fault of ours (500): they
    are met before a door or above it, where pages are answered for all.
    """
    if request.path in PATHS and (response.mimetype or "").startswith("text/"):
        error = _ERRORS.get(response.status_code, "invalid_request")
        response.set_data(jcs({"error": error}))
        response.content_type = "application/json"
        for name in ("Content-Language", "Set-Cookie"):
            response.headers.pop(name, None)
    return response


def _document(form: Mapping[str, Any] | Any, media_type: str) -> Response:
    response = Response(jcs(form), content_type=media_type)
    response.headers["Cache-Control"] = f"public, max-age={DOCUMENT_MAX_AGE_S}"
    response.headers["Vary"] = "Accept-Encoding"
    return response


def _told(answer: Answer) -> Response:
    response = Response(jcs(answer.form), answer.status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"
    if answer.challenge is not None:
        response.headers["WWW-Authenticate"] = answer.challenge
    return response


def _away(fault: Overloaded) -> Response:
    response = _told(Answer(status=503, form={"error": AWAY}))
    response.headers["Retry-After"] = str(fault.retry_after_s or _RETRY_AFTER_S)
    return response
