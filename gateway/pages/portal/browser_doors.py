"""What browsers bring to `/op`: authorization and logout requests, and answers to our own forms.

A request by POST is answered by the same one by GET: browsers send our cookie along with a link of
another site, never with its form (`SameSite=Lax`). What answers a form of ours is a page that leads
on, no redirect (pages.identity.headers).
"""

from typing import Final
from urllib.parse import urlencode

import structlog
from flask import Response, request

from gateway.errors import BadRequest, NotFound
from gateway.identity.op import OpenIdProvider
from gateway.identity.op.outcomes import (
    AskConsent,
    AskSignOut,
    AuthorizationOutcome,
    GoBack,
    SignedOut,
    SignInFirst,
    SignOutOutcome,
    SignOutThere,
    Unanswerable,
)
from gateway.identity.op.signing_out import ASKED
from gateway.model.accounts import Session
from gateway.pages.identity import cookies
from gateway.pages.identity.arriving import PORTAL, PORTAL_ID
from gateway.pages.identity.parameters import query_of
from gateway.pages.identity.refusals import Trouble
from gateway.pages.identity.shell import Shell
from gateway.pages.identity.signing_in import CHOICE
from gateway.pages.identity.wording import NAMES
from gateway.pages.portal.wording import wording

_FORM: Final = "application/x-www-form-urlencoded"
_ID_CHARS: Final = 64
_ASKED_CHARS: Final = {
    "id_token_hint": 4096,
    "client_id": 128,
    "post_logout_redirect_uri": 2048,
    "state": 1024,
}
_YES: Final = "oui"
log = structlog.get_logger(__name__)


class BrowserDoors:
    """Pages and redirects."""

    def __init__(self, *, provider: OpenIdProvider, shell: Shell) -> None:
        self._provider = provider
        self._shell = shell

    def authorize(self) -> Response:
        """`GET` and `POST /op/authorize` (OpenID Connect Core §3.1.2.1)."""
        if request.method == "POST":
            return self._by_link("/op/authorize")
        octets, session = _query(), self._shell.session()
        return self._authorized(self._provider.authorize(octets, session), session)

    def resume(self) -> Response:
        """`GET /op/authorize/suite?id=`: back from signing in, or giving up."""
        _query()
        asked = query_of(request, {"id": _ID_CHARS, "renonce": 32})
        request_id, why = asked.get("id", ""), asked.get("renonce")
        if not PORTAL_ID.fullmatch(request_id):
            return self._unanswerable(Unanswerable.OVER)
        session = self._shell.session()
        if why is not None:
            return self._authorized(self._provider.given_up(request_id, why), session)
        return self._authorized(self._provider.resume(request_id, session), session)

    def consent(self) -> Response:
        """`POST /op/authorize/suite`: what somebody answered who was asked."""
        said = self._shell.form({"id": _ID_CHARS, "reponse": 3})
        session = self._shell.session()
        outcome = self._provider.consented(
            said.get("id", ""), session, is_given=said.get("reponse") == _YES
        )
        return self._authorized(outcome, session, is_form=True)

    def sign_out(self) -> Response:
        """`GET` and `POST /op/logout` (RP-Initiated Logout 1.0 §2)."""
        if request.method == "POST":
            return self._by_link("/op/logout")
        session = self._shell.session()
        return self._signed_out(self._provider.sign_out(_query(), session), session)

    def sign_out_agreed(self) -> Response:
        """`POST /op/logout/suite`: the person said so."""
        asked = self._shell.form(_ASKED_CHARS)
        octets = urlencode([(name, asked[name]) for name in ASKED if name in asked]).encode()
        session = self._shell.session()
        outcome = self._provider.sign_out(octets, session, is_agreed=True)
        return self._signed_out(outcome, session, is_form=True)

    def _authorized(
        self, outcome: AuthorizationOutcome, session: Session | None, *, is_form: bool = False
    ) -> Response:
        match outcome:
            case GoBack():
                log.info("portal.answered", portal=outcome.portal_id, error=outcome.error)
                return self._onward(outcome.address, name=outcome.portal_name, is_form=is_form)
            case SignInFirst():
                said = {"suite": outcome.request_id}
                if outcome.language is not None:
                    said["lang"] = outcome.language
                return self._shell.see(f"{CHOICE}?{urlencode(said)}")
            case AskConsent(language=str() as spoken):
                return self._shell.see(f"{PORTAL}{outcome.request_id}&lang={spoken}")
            case AskConsent():
                return self._shell.page(
                    "portal/consent.html.j2",
                    other_language=f"{PORTAL}{outcome.request_id}",
                    t=wording(self._shell.language),
                    portal=outcome.portal_name,
                    scopes=outcome.scopes,
                    session=session,
                    request_id=outcome.request_id,
                )
            case Unanswerable():
                return self._unanswerable(outcome)

    def _signed_out(
        self, outcome: SignOutOutcome, session: Session | None, *, is_form: bool = False
    ) -> Response:
        match outcome:
            case AskSignOut():
                return self._shell.page(
                    "portal/sign_out.html.j2",
                    other_language=f"/op/logout?{urlencode(outcome.asked)}",
                    t=wording(self._shell.language),
                    portal=outcome.portal_name,
                    asked=outcome.asked,
                )
            case Unanswerable():
                return self._unanswerable(outcome)
            case SignOutThere():
                name = "" if session is None else NAMES[session.provider]
                response = self._onward(outcome.address, name=name, is_form=is_form)
                cookies.put(
                    response, cookies.LEAVING, outcome.state, max_age_s=cookies.TEN_MINUTES_S
                )
            case SignedOut(address=None):
                response = self._shell.page("identity/left.html.j2", is_everywhere=False)
            case SignedOut():
                name = outcome.portal_name or ""
                response = self._onward(str(outcome.address), name=name, is_form=is_form)
        log.info("portal.signed_out")
        if session is not None:  # else another site would close somebody's open forms by a link
            for name in (cookies.SESSION, cookies.FORM, cookies.WAITING):
                cookies.drop(response, name)
        return response

    def _onward(self, address: str, *, name: str, is_form: bool) -> Response:
        return self._shell.onward(address, name=name) if is_form else self._shell.see(address)

    def _unanswerable(self, why: Unanswerable) -> Response:
        what = Trouble.REQUEST_OVER if why is Unanswerable.OVER else Trouble.PORTAL_NOT_KNOWN
        return self._shell.refused(what, step=why.value.lower())

    def _by_link(self, path: str) -> Response:
        """The same by GET; read there."""
        if request.mimetype != _FORM or request.query_string:
            raise BadRequest("media type")
        octets = request.get_data(cache=False)
        try:
            asked = octets.decode("ascii")
        except UnicodeDecodeError:
            raise BadRequest("parameters") from None
        if any(letter.isspace() or not letter.isprintable() for letter in asked):
            raise BadRequest("parameters")
        return self._shell.see(f"{path}?{asked}")


def _query() -> bytes:
    """What was asked by a link; asking for the head alone would spend it."""
    if request.method != "GET":
        raise NotFound
    return bytes(request.query_string)
