"""What every door of the pages uses: who is signed in, a page in two languages, a form's proof.

A door reads its form with `form`, which proves that it was this browser's; asks `session` who it
is; and answers by `page`, `see` (after a GET), `onward` (after a POST) or `refused`. Templates
extend `identity/layout.html.j2` and put `{{ token("/path") }}` in each form that is sent there.
"""

import re
import secrets
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import structlog
from flask import Response, render_template, request
from markupsafe import Markup, escape

from gateway.identity.signing_in import SigningIn
from gateway.model.accounts import Session
from gateway.model.acknowledgement import Issuer
from gateway.model.federation import Provider
from gateway.pages.identity import cookies, language
from gateway.pages.identity.csrf import FIELD, LENGTH, FormSecret, demand_own_form
from gateway.pages.identity.parameters import form_of
from gateway.pages.identity.refusals import RETRY_AFTER_S, STATUSES, What
from gateway.pages.identity.refusals_en import ENGLISH
from gateway.pages.identity.refusals_fr import FRENCH
from gateway.pages.identity.wording import NAMES, wording

HELP: Final = "/identite/aide"
_STEP: Final = re.compile(r"[a-z0-9_-]{1,64}", re.ASCII | re.IGNORECASE)
EXPLANATIONS: Final = {"fr": FRENCH, "en": ENGLISH}
log = structlog.get_logger(__name__)


class Shell:
    """Of one application; its methods speak of the request that Flask serves at the moment."""

    def __init__(self, *, signing_in: SigningIn, public_address: str, register: Issuer) -> None:
        """`public_address`: ours, without a trailing slash; `register`: whom to write to."""
        self.signing_in = signing_in
        self.public_address = public_address
        self._register = register

    @property
    def language(self) -> str:
        """`fr` or `en`: of the request."""
        return language.language_of(request)

    def session(self) -> Session | None:
        """Who is signed in with this browser; asked anew each time.

        Raises:
            Overloaded: the database cannot answer.
        """
        session_id = cookies.held(request, cookies.SESSION)
        return None if session_id is None else self.signing_in.session(session_id)

    def form(self, fields: Mapping[str, int]) -> dict[str, str]:
        """The fields of this form, by the length that each may have; none may stand twice.

        Raises:
            NotAuthorised: the form is not ours, or not this browser's (csrf.py).
            BadRequest: it cannot be read.
        """
        given = form_of(request, {FIELD: LENGTH, **fields})
        demand_own_form(request, given.pop(FIELD, ""), origin=self.public_address)
        return given

    def page(
        self,
        template: str,
        *,
        status: int = 200,
        other_language: str | None = None,
        **values: Any,
    ) -> Response:
        """A template with its values, and what all pages have.

        `other_language`: the path, with its query, that shows this page again in the other
        language; the help page, where the page answers a form or a provider.
        """
        secret = FormSecret(request)
        tokens: list[str] = []

        def token(path: str) -> Markup:
            tokens.append(path)
            return Markup('<input type="hidden" name="{}" value="{}">').format(
                FIELD, secret.token(path)
            )

        spoken = self.language
        other = "fr" if spoken == "en" else "en"
        path = other_language or HELP
        content = render_template(
            template,
            w=wording(spoken),
            names=NAMES,
            language=spoken,
            other=other,
            other_href=f"{path}{'&' if '?' in path else '?'}{urlencode({'lang': other})}",
            register=self._register,
            token=token,
            **values,
        )
        response = Response(content, status, mimetype="text/html")
        response.headers["Content-Language"] = spoken
        language.remember(request, response)
        if tokens and secret.is_new:
            cookies.put(response, cookies.FORM, secret.value)
        return response

    def see(self, path: str) -> Response:
        """Leads on by a redirect to a path of ours; from a form, to one that leads no further."""
        response = Response(status=303)
        response.headers["Location"] = path
        return response

    def onward(self, address: str, *, name: str) -> Response:
        """Leads on from a form: a page that goes to `address` by itself, without a script.

        No redirect, which browsers would hold against `form-action` (headers.py).
        """
        response = self.page("identity/onward.html.j2", address=address, name=name)
        response.headers["Refresh"] = f"0; url={address}"
        return response

    def refused(
        self,
        what: What,
        *,
        provider: Provider | None = None,
        step: str = "",
        suite: str | None = None,
        **facts: str,
    ) -> Response:
        """The page that says what happened and what to do, and one line of log with its reference.

        `step` and `facts` are ours: nothing that a browser or a provider sent. `suite`: the request
        of a portal that waits: it is led back to, and told.
        """
        reference = secrets.token_hex(4).upper()
        log.warning(
            "pages.refused",
            why=what.value,
            status=STATUSES[what],
            provider=provider.value if provider else None,
            step=step if _STEP.fullmatch(step) else "",
            reference=reference,
            **facts,
        )
        response = self.page(
            "identity/refused.html.j2",
            status=STATUSES[what],
            other_language=f"{HELP}?erreur={what.value}",
            what=what,
            suite=suite,
            explanation=EXPLANATIONS[self.language][what],
            reference=f"{reference[:4]}-{reference[4:]}",
        )
        if what in RETRY_AFTER_S:
            response.headers["Retry-After"] = str(RETRY_AFTER_S[what])
        return response


def plainly_broken() -> Response:
    """What is said where even a page cannot be made."""
    said = "Erreur de notre côté. Réessayez. / An error on our side. Try again."
    return Response(f"<!DOCTYPE html><title>{escape(said)}</title><p>{escape(said)}", 500)
