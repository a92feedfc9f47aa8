"""What is asked of a provider: its addresses, its keys, a token for a code, and who it is of.

Each call ends by the clock on the wall, follows no redirect and reads a bounded answer
(`adapters.http`). A code is asked for once: what may have been taken is not sent again. So nothing
is sent over a kept connection, which the provider may be closing at that moment: each has its own.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol
from urllib.parse import parse_qs, urlsplit

import structlog
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_token_request
from joserfc.jwk import Key

from adapters.http import Answer, Assessment, Request
from adapters.oidc.dialect import Registration
from adapters.oidc.documents import read_json
from adapters.oidc.error_names import error_name
from adapters.oidc.keys import read_keys
from adapters.oidc.metadata import WELL_KNOWN, Metadata, MetadataRefused
from gateway.errors import SignInRefused
from gateway.model.federation import SignInFailure
from gateway.model.verification import NotAnswered, Urgency

LOOKING_UP_S: Final = 3.0
"""For addresses and keys."""
EXCHANGING_S: Final = 10.0
_ALONE: Final = {"Connection": "close"}
"""RFC 9112 §9.6: no other request follows on this connection."""
_OK: Final = 200
_LATER: Final = frozenset({408, 429})
"""Of the client's errors, those that pass by themselves (RFC 9110 §15.5.9, RFC 6585 §4)."""
_OUR_FAULT: Final = frozenset({"invalid_client", "invalid_client_metadata", "unauthorized_client"})
_ACCESS_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*", re.ASCII)
"""What a header may bear (RFC 6750 §2.1)."""
_SUPPORT: Final = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)
log = structlog.get_logger(__name__)


class Calls(Protocol):
    """How the provider is reached: `adapters.http.Upstream` on its origin, one attempt a call."""

    def call(
        self,
        request: Request,
        *,
        urgency: Urgency,
        deadline_s: float,
        assess: Callable[[Answer], Assessment],
    ) -> Answer | NotAnswered:
        """The answer, or why there is none."""
        ...


class Granted:
    """What a code was worth."""

    def __init__(self, *, access_token: str, id_token: str) -> None:
        self.access_token = access_token
        self.id_token = id_token

    def __repr__(self) -> str:
        return "Granted(…)"


class ProviderCalls:
    """The calls to one provider."""

    def __init__(self, *, calls: Calls, registration: Registration) -> None:
        self._calls = calls
        self._registration = registration

    def discover(self) -> Metadata | None:
        """Its addresses as it publishes them now; None where it does not, or not its own."""
        issuer = self._registration.issuer
        document = self._document(f"{urlsplit(issuer).path}{WELL_KNOWN}")
        try:
            return None if document is None else Metadata.read(document, issuer=issuer)
        except MetadataRefused as refused:
            log.warning("oidc.metadata_refused", what=str(refused))
            return None

    def keys(self, metadata: Metadata) -> tuple[Key, ...] | None:
        """Its public keys now; None where it does not tell."""
        document = self._document(metadata.jwks)
        try:
            return None if document is None else read_keys(document)
        except ValueError:
            log.warning("oidc.keys_unreadable")
            return None

    def exchange(self, metadata: Metadata, *, code: str, code_verifier: str | None) -> Granted:
        """What the code is worth (RFC 6749 §4.1.3), by `client_secret_post`.

        Raises:
            SignInRefused: it is worth nothing, or nobody answered.
        """
        ours, extra = self._registration, {}
        if code_verifier is not None:
            extra["code_verifier"] = code_verifier
        body = prepare_token_request(
            "authorization_code", redirect_uri=ours.redirect_uri, code=code, **extra
        )
        form = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        auth = ClientAuth(ours.client_id, ours.client_secret, "client_secret_post")
        _, headers, content = auth.prepare("POST", "", form, body)
        headers |= {"Content-Length": str(len(content)), **_ALONE}
        request = Request(
            method="POST", path=metadata.token, content=content.encode(), headers=headers
        )
        answer = self._answer(request, step="token")
        if answer.status != _OK:
            raise _refused_token(answer)
        return _granted(_json(answer))

    def userinfo(self, metadata: Metadata, *, access_token: str) -> bytes:
        """What it says of the person, as it stands: JSON or a token, by registration.

        Raises:
            SignInRefused: nothing.
        """
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "*/*", **_ALONE}
        request = Request(method="GET", path=metadata.userinfo, content=None, headers=headers)
        answer = self._answer(request, step="userinfo")
        if answer.status != _OK:
            error, support = _stated(answer)
            log.warning("oidc.userinfo_refused", status=answer.status, error=error, **support)
            raise SignInRefused(SignInFailure.NOT_BELIEVED, step="userinfo-status")
        return answer.content

    def _answer(self, request: Request, *, step: str) -> Answer:
        answer = self._calls.call(
            request, urgency=Urgency.INTERACTIVE, deadline_s=EXCHANGING_S, assess=_assessed
        )
        if isinstance(answer, NotAnswered):
            raise SignInRefused(SignInFailure.PROVIDER_AWAY, step=f"{step}-{answer.cause.lower()}")
        return answer

    def _document(self, path: str) -> object:
        """The JSON at a path; None where there is none."""
        headers = {"Accept": "application/json, */*", **_ALONE}
        request = Request(method="GET", path=path, content=None, headers=headers)
        answer = self._calls.call(
            request, urgency=Urgency.INTERACTIVE, deadline_s=LOOKING_UP_S, assess=_assessed
        )
        if isinstance(answer, NotAnswered) or answer.status != _OK:
            return None
        return _json(answer)


def _assessed(answer: Answer) -> Assessment:
    """A refusal is an answer: what a stranger's code is refused with must keep nobody else out."""
    status = answer.status
    is_refusal = 400 <= status < 500 and status not in _LATER  # noqa: PLR2004 - RFC 9110 §15.5
    return Assessment.ANSWERED if status == _OK or is_refusal else Assessment.TRANSIENT


def _json(answer: Answer) -> Any:
    """A JSON document, whatever it calls itself; None where it is none."""
    try:
        return read_json(answer.content)
    except ValueError:
        return None


def _granted(document: object) -> Granted:
    """RFC 6749 §5.1: the type in any case, the lifetime recommended only."""
    if not isinstance(document, Mapping):
        raise SignInRefused(SignInFailure.PROVIDER_AWAY, step="token-unreadable")
    access_token, id_token = document.get("access_token"), document.get("id_token")
    if str(document.get("token_type")).lower() != "bearer":
        raise SignInRefused(SignInFailure.NOT_BELIEVED, step="token-type")
    if not isinstance(access_token, str) or not isinstance(id_token, str):
        raise SignInRefused(SignInFailure.NOT_BELIEVED, step="token-members")
    if not _ACCESS_TOKEN.fullmatch(access_token):
        raise SignInRefused(SignInFailure.NOT_BELIEVED, step="token-members")
    return Granted(access_token=access_token, id_token=id_token)


def _refused_token(answer: Answer) -> SignInRefused:
    """An error of RFC 6749 §5.2."""
    error, support = _stated(answer)
    log.warning("oidc.token_refused", status=answer.status, error=error, **support)
    if error in _OUR_FAULT:
        return SignInRefused(SignInFailure.MISCONFIGURED, step=f"token-{error}")
    if error == "invalid_grant":  # spent, too late, or another client's
        return SignInRefused(SignInFailure.NOT_OURS, step="token-invalid_grant")
    return SignInRefused(SignInFailure.PROVIDER_AWAY, step=f"token-{error or 'error'}")


def _stated(answer: Answer) -> tuple[str, dict[str, str]]:
    """The error, and what support at the providers asks for: its code and id, and nothing else."""
    document = _json(answer)
    if not isinstance(document, Mapping):
        return "", {}
    try:
        where = parse_qs(urlsplit(str(document.get("error_uri", ""))).query)
    except ValueError:  # a bracket in what should be a host
        where = {}
    support: dict[str, str] = {
        name: where[name][0]
        for name in ("code", "id")
        if name in where and _SUPPORT.fullmatch(where[name][0])
    }
    return error_name(document.get("error")), support
