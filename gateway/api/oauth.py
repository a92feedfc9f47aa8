"""The doors of machine authentication: tokens, the server's metadata, the keys of its tokens."""

from typing import Final

import structlog
from starlette.responses import Response

from gateway.api.exchange import Exchange
from gateway.api.lanes import Lanes
from gateway.api.replies import JSON, json_reply, reply
from gateway.errors import NotAuthenticated
from gateway.model.scopes import EVERY_SCOPE
from gateway.partners.client_assertions import ALGORITHMS
from gateway.partners.machine import MachineAuthentication
from gateway.partners.token_endpoint import (
    GRANT_TYPE,
    METHODS,
    TokenAnswer,
    refused,
)
from gateway.partners.token_request import token_request
from gateway.wire.canonical import jcs
from gateway.wire.form import MAX_FORM_BYTES, MalformedForm, parse_form
from gateway.wire.shape import Json

TOKEN_PATH: Final = "/oauth/token"  # noqa: S105 - a path
KEYS_PATH: Final = "/.well-known/siseri-token-keys.json"
_FORM: Final = frozenset({"application/x-www-form-urlencoded"})
_UNAUTHORIZED: Final = 401
log = structlog.get_logger(__name__)


class OAuthDoors:
    """What a client asks before it has a token."""

    def __init__(self, *, machine: MachineAuthentication, lanes: Lanes) -> None:
        self._endpoint = machine.endpoint
        self._tokens = machine.tokens
        self._certificates = machine.certificates
        self._issuer = machine.issuer
        self._lanes = lanes

    async def token(self, exchange: Exchange) -> Response:
        """`requestToken`: whatever the form says is answered as RFC 6749 §5 has it."""
        try:
            exchange.media_type(_FORM)
            body = await exchange.body(max_bytes=MAX_FORM_BYTES)
            answer = await self._lanes.read(lambda: self._answer(exchange, body))
        except MalformedForm:
            answer = refused("invalid_request")
        except NotAuthenticated:
            answer = refused("invalid_client")
        if answer.status == _UNAUTHORIZED:
            log.info("token.refused")
        return self._told(answer, exchange)

    async def metadata(self, exchange: Exchange) -> Response:
        """`readServerMetadata`: RFC 8414, RFC 8705 §3.3."""
        return json_reply(exchange, server_metadata(self._issuer))

    async def keys(self, exchange: Exchange) -> Response:
        """`readTokenKeys`."""
        return json_reply(exchange, await self._lanes.read(self._tokens.published))

    def _answer(self, exchange: Exchange, body: bytes) -> TokenAnswer:
        facts = exchange.facts
        if facts.values("authorization"):  # a secret, or a second way (RFC 6749 §2.3)
            raise NotAuthenticated
        shown = self._certificates.shown(facts)
        return self._endpoint.answer(token_request(parse_form(body), shown=shown))

    def _told(self, answer: TokenAnswer, exchange: Exchange) -> Response:
        form = dict(answer.form)
        headers = {"pragma": "no-cache"}
        if answer.status == _UNAUTHORIZED:
            stated = (exchange.header_or_none("authorization") or "").lower()
            scheme = "Basic" if stated.startswith("basic") else "Bearer"
            headers["www-authenticate"] = f'{scheme} realm="siseri"'
            form["error_uri"] = f"{self._issuer}/docs/errors#A001"
        return reply(jcs(form), JSON, status=answer.status, headers=headers)


def server_metadata(issuer: str) -> Json:
    """What a client configures itself by."""
    algorithms: list[Json] = [*sorted(ALGORITHMS)]
    return {
        "issuer": issuer,
        "token_endpoint": f"{issuer}{TOKEN_PATH}",
        "jwks_uri": f"{issuer}{KEYS_PATH}",
        "scopes_supported": [*sorted(EVERY_SCOPE)],
        "response_types_supported": [],
        "grant_types_supported": [GRANT_TYPE],
        "token_endpoint_auth_methods_supported": [*METHODS],
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "tls_client_certificate_bound_access_tokens": True,
        "service_documentation": f"{issuer}/docs",
        "ui_locales_supported": ["fr", "en"],
    }
