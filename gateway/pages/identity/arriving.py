"""Where a browser goes once it arrived, out of a closed list, and what it holds from then on."""

import re
from typing import Final

import structlog
from flask import Response

from gateway.model.accounts import Arrival, Entered, MustTypeNir, NoAccount
from gateway.model.federation import Provider
from gateway.pages.identity import cookies
from gateway.pages.identity.shell import Shell

SESSIONS: Final = "/identite/sessions"
SECOND_PATH: Final = "/identite/rattachement"
PORTAL: Final = "/op/authorize/suite?id="
PORTAL_ID: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
log = structlog.get_logger(__name__)


def return_path(path: str) -> str:
    """`path` if it is one of those that a sign-in may return to, else the list of sessions."""
    return (
        path if path.startswith(PORTAL) and PORTAL_ID.fullmatch(path[len(PORTAL) :]) else SESSIONS
    )


class Arrivals:
    """Answers whoever comes from a provider, or from the second path."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def settled(
        self, arrival: Arrival, *, provider: Provider, is_form: bool, suite: str | None = None
    ) -> Response:
        """The answer to `arrival`; `is_form` where a form is answered, not a link.

        `suite`: the request of a portal that waits for it.
        """
        match arrival:
            case Entered():
                return self._entered(arrival, is_form=is_form)
            case MustTypeNir():
                log.info("sign_in.number_needed", provider=provider.value)
                response = self._shell.see(SECOND_PATH)
                waiting = cookies.Waiting(arrival.waiting_id, arrival.tries_left, suite)
                cookies.keep_waiting(response, waiting)
            case NoAccount():
                response = self._shell.refused(
                    arrival, provider=provider, step="account", suite=suite
                )
                cookies.drop(response, cookies.WAITING)
        return response

    def _entered(self, arrival: Entered, *, is_form: bool) -> Response:
        """A new session under a new id; the secret of forms is new too (ASVS 5.0, 7.2.4)."""
        shell = self._shell
        log.info("sign_in.entered", provider=arrival.session.provider.value)
        path = return_path(arrival.return_to)
        name = "SISERI"
        response = shell.onward(path, name=name) if is_form else shell.see(path)
        cookies.put(response, cookies.SESSION, arrival.session.id)
        cookies.drop(response, cookies.FORM)
        cookies.drop(response, cookies.WAITING)
        return response
