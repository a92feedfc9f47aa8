"""The authorization server proper, on authlib's: codes out, codes in, tokens (RFC 6749 §4.1).

authlib holds the grant: its parameters, PKCE (RFC 7636 §4.6), the client's authentication, that a
code comes with the address that it was given for, the errors of §5.2, `iss` on what goes back
(RFC 9207). Ours are the strict reading of what comes in (`asking`, `gateway.wire.form`), the one
way of authenticating, the secrets, the identity token, and what an error says: its code and a
constant text, never a value of the request.
"""

import logging
from collections.abc import Mapping
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationCodeGrant, AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidGrantError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core import OpenIDCode

from gateway.errors import NotAuthenticated
from gateway.identity.op.answering import with_query
from gateway.identity.op.asking import SCOPES
from gateway.identity.op.grants import ACCESS_LIFETIME_S, Grants, new_access_token
from gateway.identity.op.identity_tokens import IdentityTokens
from gateway.identity.op.outcomes import Answer
from gateway.identity.op.portal_clients import PortalClients
from gateway.identity.op.sign_in_flow import SignInFlow
from gateway.model.accounts import Session
from gateway.model.portal import Portal, PortalGrant
from gateway.ports.portals import Portals

PRIVATE_KEY_JWT: Final = "private_key_jwt"
AUTHORIZATION_CODE: Final = "authorization_code"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_NOWHERE: Final = "https://op.invalid/"
_ERRORS: Final[dict[str, tuple[int, str]]] = {
    "invalid_request": (400, "The request is malformed: see the documentation of the endpoint."),
    "invalid_client": (401, "Client authentication failed."),
    "invalid_grant": (400, "The code is over, was used, or was given for another request."),
    "unsupported_grant_type": (400, "The only grant type is authorization_code."),
}
"""By code of RFC 6749 §5.2: status and description."""


class _Client:
    """A portal, as authlib asks about it."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.portal.redirect_uris

    def get_default_redirect_uri(self) -> None:
        """None: it is always stated (OpenID Connect Core §3.1.2.1)."""

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method == PRIVATE_KEY_JWT

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == AUTHORIZATION_CODE


class _Code:
    """A code, as authlib asks about it."""

    code_challenge_method = "S256"

    def __init__(self, secret: str, grant: PortalGrant) -> None:
        self.secret = secret
        self.grant = grant
        self.code_challenge = grant.code_challenge

    def get_redirect_uri(self) -> str:
        return self.grant.redirect_uri

    def get_scope(self) -> str:
        return " ".join(self.grant.scopes)


class _Request(OAuth2Request):  # type: ignore[misc]
    """Of either endpoint; the address is one that authlib takes for safe: TLS ends elsewhere."""

    def __init__(self, stated: Mapping[str, str], *, granted: PortalGrant | None = None) -> None:
        super().__init__("POST", _NOWHERE)
        self.payload = BasicOAuth2Payload(dict(stated))
        self.stated = stated
        self.granted = granted
        self.presented: str | None = None
        """A code that is this portal's."""

    @property
    def form(self) -> Mapping[str, str]:
        return self.stated


class _Reply:
    """What authlib answers; its extensions may still change where it goes."""

    def __init__(self, status: int, body: Any, headers: Any) -> None:
        self.status = status
        self.body = body
        self.location: str = dict(headers).get("Location", "")


class _Issuer(IssuerParameter):  # type: ignore[misc]
    def __init__(self, server: "PortalServer") -> None:
        self._issuer = server.issuer
        super().__call__(server)

    def get_issuer(self) -> str:
        return self._issuer


class _Grant(AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS: ClassVar[list[str]] = [PRIVATE_KEY_JWT]

    def create_authorization_response(self, _redirect_uri: str, granted: PortalGrant) -> Any:
        """See authlib, which would encode the query of the portal's address anew."""
        return super().create_authorization_response(_NOWHERE, granted)

    def generate_authorization_code(self) -> str:
        code: str = self.server.grants.code_for(self.request.granted)
        return code

    def save_authorization_code(self, _code: str, _request: _Request) -> None:
        """Kept when it was made."""

    def query_authorization_code(self, code: str, client: _Client) -> _Code | None:
        grant = self.server.grants.grant_of(code, portal_id=client.portal.id)
        if grant is None:
            return None
        self.request.presented = code
        return _Code(code, grant)

    def delete_authorization_code(self, _code: _Code) -> None:
        """Spent when the token was kept."""

    def authenticate_user(self, code: _Code) -> Session | None:
        session: Session | None = self.server.session_of(code.grant)
        return session


class _Pkce(CodeChallenge):  # type: ignore[misc]
    SUPPORTED_CODE_CHALLENGE_METHOD: ClassVar[list[str]] = ["S256"]


class _IdentityToken(OpenIDCode):  # type: ignore[misc]
    """Beside the access token; `nonce` needs no memory: a code is exchanged once."""

    def __init__(self, tokens: IdentityTokens) -> None:
        super().__init__(require_nonce=False)
        self._tokens = tokens

    def exists_nonce(self, _nonce: str, _request: _Request) -> bool:
        return False

    def encode_id_token(self, token: Mapping[str, Any], request: _Request) -> str:
        grant: PortalGrant = request.authorization_code.grant
        return self._tokens.give(grant, access_token=token["access_token"])


class PortalServer(AuthorizationServer):  # type: ignore[misc]
    """Gives codes to who is let in, and tokens for codes."""

    def __init__(
        self,
        *,
        issuer: str,
        portals: Portals,
        clients: PortalClients,
        grants: Grants,
        tokens: IdentityTokens,
        signing_in: SignInFlow,
    ) -> None:
        super().__init__(scopes_supported=[*SCOPES])
        logging.getLogger(AuthorizationCodeGrant.__module__).disabled = True  # it logs tokens
        self.issuer = issuer
        self.grants = grants
        self._portals = portals
        self._clients = clients
        self._signing_in = signing_in
        self.register_extension(_Issuer)
        self.register_grant(_Grant, [_Pkce(required=True), _IdentityToken(tokens)])
        self.register_token_generator("default", self._token)
        self.register_client_auth_method(PRIVATE_KEY_JWT, self._by_assertion)

    def code_response(self, grant: PortalGrant, *, state: str | None) -> str:
        """Where the browser goes with a code for `grant`."""
        stated = {
            "response_type": "code",
            "client_id": grant.portal_id,
            "redirect_uri": grant.redirect_uri,
            "scope": " ".join(grant.scopes),
            "code_challenge": grant.code_challenge,
            "code_challenge_method": "S256",
        }
        request = _Request(stated | ({} if state is None else {"state": state}), granted=grant)
        held = self.get_authorization_grant(request)
        reply: _Reply = self.create_authorization_response(request, grant, held)
        return with_query(grant.redirect_uri, urlsplit(reply.location).query)

    def token_response(self, form: Mapping[str, str]) -> Answer:
        """A token for a code, or why there is none (RFC 6749 §4.1.3, §5)."""
        if "grant_type" not in form:
            return refused("invalid_request")
        reply: _Reply = self.create_token_response(_Request(form))
        return refused(reply.body) if reply.status != 200 else _given(reply.body)  # noqa: PLR2004

    def session_of(self, grant: PortalGrant) -> Session | None:
        """The session by which it was given, if it still stands."""
        return self._signing_in.session(grant.session_id)

    def query_client(self, client_id: str) -> _Client | None:
        """See authlib."""
        portal = self._portals.portal(client_id)
        return None if portal is None else _Client(portal)

    def create_oauth2_request(self, request: _Request) -> _Request:
        """See authlib."""
        return request

    def save_token(self, token: Mapping[str, Any], request: _Request) -> None:
        """See authlib: here a code is spent, once, whoever else brings it at the same time."""
        code: _Code = request.authorization_code
        session: Session = request.user
        if not self.grants.exchange(
            code.secret, token["access_token"], code.grant, account_id=session.account_id
        ):
            raise InvalidGrantError

    def send_signal(self, _name: str, *_args: Any, **_named: Any) -> None:
        """Nobody listens."""

    def handle_response(self, status: int, body: Any, headers: Any) -> _Reply:
        """See authlib."""
        return _Reply(status, body, headers)

    def handle_error_response(self, request: _Request, error: OAuth2Error) -> _Reply:
        """See authlib, whose descriptions repeat what was sent.

        A code that its own portal brings without what belongs to it is over: somebody else may
        have been given it (RFC 9700 §2.1.1).
        """
        if request.presented is not None:
            self.grants.end(request.presented)
        return _Reply(400, error.error, ())

    def _by_assertion(self, _query: Any, request: _Request) -> _Client | None:
        form = request.stated
        assertion = form.get("client_assertion")
        if assertion is None or form.get("client_assertion_type") != ASSERTION_TYPE:
            return None
        if "client_secret" in form:  # a second way (RFC 6749 §2.3)
            return None
        try:
            portal = self._clients.authenticated(assertion, client_id=form.get("client_id"))
        except NotAuthenticated:
            raise InvalidClientError from None
        return _Client(portal)

    def _token(self, *, scope: str, **_more: Any) -> dict[str, Any]:
        return {
            "access_token": new_access_token(),
            "token_type": "Bearer",
            "expires_in": ACCESS_LIFETIME_S,
            "scope": scope,
        }


def refused(error: str) -> Answer:
    """The answer of an error of RFC 6749 §5.2; of one that we do not give, `invalid_request`."""
    code = error if error in _ERRORS else "invalid_request"
    status, description = _ERRORS[code]
    challenge = 'Bearer realm="siseri"' if code == "invalid_client" else None
    form = {"error": code, "error_description": description}
    return Answer(status=status, form=form, challenge=challenge)


def _given(body: Mapping[str, Any]) -> Answer:
    return Answer(status=200, form=dict(body))
