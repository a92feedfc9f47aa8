"""One's own sessions: the list, ending one or the others, signing out here and at the provider."""

import hmac
import secrets
from collections.abc import Callable
from typing import Final

import structlog
from flask import Response, request

from gateway.errors import BadRequest, NotFound
from gateway.model.accounts import Session, SessionSeen
from gateway.pages.identity import cookies
from gateway.pages.identity.arriving import SESSIONS
from gateway.pages.identity.parameters import query_of
from gateway.pages.identity.refusals import Trouble
from gateway.pages.identity.shell import Shell
from gateway.pages.identity.signing_in import CHOICE, SLUGS
from gateway.pages.identity.wording import NAMES

LEAVE: Final = "/identite/deconnexion"
_RETURN: Final = f"{LEAVE}/retour"
_OTHERS: Final = "autres"
WayBack = Callable[[str], str | None]
"""Where a portal that asked to sign out waits for who comes back with this `state`; once."""
log = structlog.get_logger(__name__)


class OwnSessionDoors:
    """`/identite/sessions` and `/identite/deconnexion`."""

    def __init__(self, shell: Shell, *, way_back: WayBack) -> None:
        self._shell = shell
        self._way_back = way_back

    def sessions(self) -> Response:
        """`GET /identite/sessions`."""
        session = self._shell.session()
        if session is None:
            return self._shell.see(CHOICE)
        slug = next(slug for slug, provider in SLUGS.items() if provider is session.provider)
        return self._shell.page(
            "identity/sessions.html.j2",
            other_language=SESSIONS,
            session=session,
            slug=slug,
            rights=self._shell.signing_in.rights(session),
            seen=self._shell.signing_in.sessions_of(session),
            is_done="fini" in query_of(request, {"fini": 1}),
            others=_OTHERS,
        )

    def end(self) -> Response:
        """`POST /identite/sessions/fin`: the one that `session` names, or all others."""
        asked = self._shell.form({"session": 64})
        session = self._shell.session()
        if session is None:
            return self._shell.see(CHOICE)
        mark = asked.get("session", "")
        if not mark:
            raise BadRequest("session")
        for one in self._meant(session, mark):
            self._shell.signing_in.end(session, mark=one.mark)
        log.info("session.ended", by="holder")
        return self._shell.see(f"{SESSIONS}?fini=1")

    def _meant(self, session: Session, mark: str) -> list[SessionSeen]:
        seen = self._shell.signing_in.sessions_of(session)
        if mark == _OTHERS:
            return [one for one in seen if not one.is_this]
        return [one for one in seen if hmac.compare_digest(one.mark.encode(), mark.encode())]

    def confirm(self) -> Response:
        """`GET /identite/deconnexion`: asks, for a link alone signs nobody out."""
        session = self._shell.session()
        if session is None:
            return self._shell.see(CHOICE)
        return self._shell.page(
            "identity/leave.html.j2", other_language=LEAVE, name=NAMES[session.provider]
        )

    def leave(self) -> Response:
        """`POST /identite/deconnexion`: here first, then at the provider."""
        self._shell.form({})
        session = self._shell.session()
        state = secrets.token_urlsafe(32)
        address = None if session is None else self._shell.signing_in.leave(session, state=state)
        if session is None or address is None:
            response = self._shell.page("identity/left.html.j2", is_everywhere=False)
        else:
            response = self._shell.onward(address, name=NAMES[session.provider])
            cookies.put(response, cookies.LEAVING, state, max_age_s=cookies.TEN_MINUTES_S)
        log.info("session.left", provider=session.provider.value if session else None)
        for name in (cookies.SESSION, cookies.FORM, cookies.WAITING):
            cookies.drop(response, name)
        return response

    def left(self) -> Response:
        """`GET /identite/deconnexion/retour`: back from the provider, with our `state`."""
        if request.method != "GET":  # asking for the head alone would spend it
            raise NotFound
        expected = cookies.held(request, cookies.LEAVING)
        state = query_of(request, {"state": 512}).get("state", "")
        if expected is None or not hmac.compare_digest(expected.encode(), state.encode()):
            return self._shell.refused(Trouble.SIGN_OUT_UNPROVEN, step="state")
        portal = self._way_back(state)
        if portal is None:
            response = self._shell.page("identity/left.html.j2", is_everywhere=True)
        else:
            response = self._shell.see(portal)
        cookies.drop(response, cookies.LEAVING)
        return response
