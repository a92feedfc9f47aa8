"""The token endpoint (RFC 6749 §3.2): client credentials alone, on authlib's server.

authlib finds the grant, has the client authenticated, checks the scope and gives the errors of
§5.2. Ours are the two ways of authenticating, both asymmetric (there is no secret to share), the
tokens, and what an error says: its code and a constant text, never a value of the request.
"""

import logging
from collections.abc import Mapping
from typing import Any, ClassVar, Final

import msgspec
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer, ClientCredentialsGrant, OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidScopeError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from gateway.errors import NotAuthenticated
from gateway.model.directory import Partner
from gateway.model.partners import Credential
from gateway.model.scopes import EVERY_SCOPE, Scope
from gateway.partners.access_tokens import AccessTokens
from gateway.partners.client_assertions import ClientAssertions
from gateway.partners.token_request import TokenRequest
from gateway.ports import Clock, PartnerRegister
from gateway.ports.partners import Credentials

PRIVATE_KEY_JWT: Final = "private_key_jwt"
TLS_CLIENT_AUTH: Final = "tls_client_auth"
METHODS: Final = (PRIVATE_KEY_JWT, TLS_CLIENT_AUTH)
GRANT_TYPE: Final = "client_credentials"
_ERRORS: Final[dict[str, tuple[int, str]]] = {
    "invalid_request": (400, "The request is malformed: see the documentation of the operation."),
    "invalid_client": (401, "Client authentication failed."),
    "unsupported_grant_type": (400, "The only grant type is client_credentials."),
    "invalid_scope": (400, "An unknown scope: see scopes_supported."),
}
"""By code of RFC 6749 §5.2: status and description."""


class TokenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered, before it is JSON."""

    status: int
    form: Mapping[str, Any]


class _Client(msgspec.Struct, frozen=True, kw_only=True):
    """A client that authenticated, as authlib asks about it."""

    partner: Partner
    credential: Credential
    bound_to: Credential | None

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method in METHODS

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == GRANT_TYPE


class _Request(OAuth2Request):  # type: ignore[misc]
    def __init__(self, asked: TokenRequest) -> None:
        # TLS ends at the proxy, so that the address that authlib looks at is not the client's
        super().__init__("POST", "https://token.invalid/oauth/token")
        stated = {"grant_type": asked.grant_type, "scope": asked.scope}
        self.payload = BasicOAuth2Payload({k: v for k, v in stated.items() if v is not None})
        self.asked = asked


class _Grant(ClientCredentialsGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS: ClassVar[list[str]] = list(METHODS)


class TokenEndpoint(AuthorizationServer):  # type: ignore[misc]
    """Answers requests for tokens."""

    def __init__(
        self,
        *,
        assertions: ClientAssertions,
        tokens: AccessTokens,
        register: PartnerRegister,
        credentials: Credentials,
        clock: Clock,
    ) -> None:
        super().__init__(scopes_supported=sorted(EVERY_SCOPE))
        logging.getLogger(ClientCredentialsGrant.__module__).disabled = True  # it logs tokens
        self._assertions = assertions
        self._tokens = tokens
        self._register = register
        self._enrolled = credentials
        self._clock = clock
        self.register_grant(_Grant)
        self.register_token_generator("default", self._token)
        self.register_client_auth_method(PRIVATE_KEY_JWT, self._by_assertion)
        self.register_client_auth_method(TLS_CLIENT_AUTH, self._by_certificate)

    def answer(self, asked: TokenRequest) -> TokenAnswer:
        """A token, or why there is none."""
        answer: TokenAnswer = self.create_token_response(asked)
        return answer

    def query_client(self, _client_id: str) -> None:
        """Asked by authlib's own methods, of which none is in use."""

    def create_oauth2_request(self, request: TokenRequest) -> _Request:
        """See authlib."""
        return _Request(request)

    def save_token(self, _token: Mapping[str, Any], _request: _Request) -> None:
        """Tokens are signed, not kept."""

    def send_signal(self, _name: str, *_args: Any, **_named: Any) -> None:
        """Nobody listens."""

    def validate_requested_scope(self, scope: str | None) -> None:
        """See authlib, which would let pass what is not separated by single spaces."""
        if scope is not None and not Scope.parse(scope):
            raise InvalidScopeError

    def handle_response(self, status: int, body: Mapping[str, Any], _headers: Any) -> TokenAnswer:
        """See authlib."""
        return TokenAnswer(status=status, form=body)

    def handle_error_response(self, _request: _Request, error: OAuth2Error) -> TokenAnswer:
        """See authlib, whose descriptions repeat what was sent."""
        return refused(error.error)

    def _by_assertion(self, _query: Any, request: _Request) -> _Client | None:
        asked = request.asked
        if asked.assertion is None:
            return None
        partner, credential = self._proven(asked)
        shown = asked.shown
        if shown is not None and shown.partner_id != partner.id:
            raise InvalidClientError
        self._enrolled.note_use(credential, self._clock.now())
        return _Client(partner=partner, credential=credential, bound_to=shown)

    def _proven(self, asked: TokenRequest) -> tuple[Partner, Credential]:
        try:
            return self._assertions.client(asked.assertion or "", client_id=asked.client_id)
        except NotAuthenticated:
            raise InvalidClientError from None

    def _by_certificate(self, _query: Any, request: _Request) -> _Client | None:
        """RFC 8705 §2.1: the client names itself, and its connection proves it."""
        asked = request.asked
        if asked.assertion is not None or asked.shown is None or asked.client_id is None:
            return None
        partner = self._register.partner(asked.client_id)
        if partner is None or asked.shown.partner_id != partner.id:
            return None
        self._enrolled.note_use(asked.shown, self._clock.now())
        return _Client(partner=partner, credential=asked.shown, bound_to=asked.shown)

    def _token(self, *, client: _Client, scope: str | None, **_more: Any) -> dict[str, Any]:
        scopes = Scope.parse(scope) if scope is not None else EVERY_SCOPE
        token = self._tokens.give(client.credential, scopes=scopes, bound_to=client.bound_to)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": self._tokens.lifetime_s,
            "scope": Scope.text(scopes),
        }


def refused(error: str) -> TokenAnswer:
    """The answer of an error of RFC 6749 §5.2; of one that we do not give, `invalid_request`."""
    code = error if error in _ERRORS else "invalid_request"
    status, description = _ERRORS[code]
    return TokenAnswer(status=status, form={"error": code, "error_description": description})
