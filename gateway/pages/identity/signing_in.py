"""Choosing a provider, the way to it, the way back, and the second path."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import structlog
from flask import Response, request

from gateway.errors import BadRequest, NotFound, SignInRefused
from gateway.model.accounts import MustTypeNir, NoAccount
from gateway.model.federation import Provider, SignInFailure, SignInWish
from gateway.pages.identity import cookies
from gateway.pages.identity.arriving import PORTAL, PORTAL_ID, SECOND_PATH, SESSIONS, Arrivals
from gateway.pages.identity.parameters import callback_of, query_of
from gateway.pages.identity.refusals import Trouble
from gateway.pages.identity.shell import Shell
from gateway.pages.identity.wording import NAMES

CHOICE: Final = "/identite"
SLUGS: Final = {"proconnect": Provider.PROCONNECT, "franceconnect": Provider.FRANCECONNECT}
_SLUG_OF: Final = {provider: slug for slug, provider in SLUGS.items()}
_ID: Final = 64
_YES: Final = "oui"
_LONGEST_NUMBER: Final = 64
PortalWish = Callable[[str], SignInWish | None]
"""What the portal's request that waits under this id asks for; None where none waits."""
PortalName = Callable[[str], str | None]
"""Of the portal whose request waits under this id, as people read it."""
log = structlog.get_logger(__name__)


class SigningInDoors:
    """`/identite`, `/identite/{provider}`, `/identite/{provider}/retour`, `…/rattachement`."""

    def __init__(self, *, shell: Shell, portal_wish: PortalWish, portal_name: PortalName) -> None:
        self._shell = shell
        self._arrivals = Arrivals(shell)
        self._portal_wish = portal_wish
        self._portal_name = portal_name

    def choose(self) -> Response:
        """`GET /identite`: which provider is for whom; `?suite=` continues the portal's request."""
        asked = query_of(request, {"suite": _ID})
        suite = asked.get("suite")
        if suite is not None and self._wish_of(suite) is None:
            return self._shell.refused(Trouble.REQUEST_OVER, step="suite")
        return self._shell.page(
            "identity/choice.html.j2",
            other_language=CHOICE if suite is None else f"{CHOICE}?suite={suite}",
            offered=[(_SLUG_OF[one], one) for one in self._shell.signing_in.offered],
            suite=suite,
            portal=None if suite is None else self._portal_name(suite),
            session=self._shell.session(),
        )

    def depart(self, slug: str) -> Response:
        """`POST /identite/{provider}`: leaves for it, and holds the attempt."""
        provider = self._provider(slug)
        asked = self._shell.form({"suite": _ID, "role": 32, "certification": 3})
        suite = asked.get("suite")
        wish = self._wish_of(suite) if suite is not None else self._own_wish(asked)
        if wish is None:
            return self._shell.refused(Trouble.REQUEST_OVER, provider=provider, step="suite")
        return_to = SESSIONS if suite is None else PORTAL + suite
        try:
            departure = self._shell.signing_in.depart(provider, wish, return_to=return_to)
        except SignInRefused as refused:
            return self._refused(refused, provider, suite=suite)
        log.info("sign_in.departed", provider=provider.value)
        response = self._shell.onward(departure.url, name=NAMES[provider])
        cookies.keep_attempt(request, response, departure.attempt, suite=suite)
        return response

    def arrive(self, slug: str) -> Response:
        """`GET /identite/{provider}/retour`: what the browser brought back."""
        provider = self._provider(slug)
        if request.method != "GET":  # asking for the head alone would spend the attempt
            raise NotFound
        try:
            callback = callback_of(request)
        except BadRequest:
            return self._shell.refused(
                SignInFailure.NOT_OURS, provider=provider, step="callback-shape"
            )
        suite = cookies.suite_of(request, callback.state)
        try:
            arrival = self._shell.signing_in.arrive(
                provider,
                cookies.attempt_of(request, callback.state),
                callback,
                replaced=cookies.held(request, cookies.SESSION),
            )
        except SignInRefused as refused:
            response = self._refused(refused, provider, suite=suite)
        else:
            response = self._arrivals.settled(
                arrival, provider=provider, is_form=False, suite=suite
            )
        cookies.drop_attempt(request, response, callback.state)
        return response

    def second_path(self) -> Response:
        """`GET /identite/rattachement`: asks for the number."""
        waiting = self._waiting()
        if waiting is None:
            return self._shell.refused(NoAccount.WAITED_TOO_LONG, step="second-path")
        return self._ask(waiting)

    def type_nir(self) -> Response:
        """`POST /identite/rattachement`: the number, which no answer repeats."""
        typed = self._shell.form({"nir": _LONGEST_NUMBER}).get("nir", "")
        waiting = self._waiting()
        if waiting is None:
            return self._shell.refused(NoAccount.WAITED_TOO_LONG, step="second-path")
        arrival = self._shell.signing_in.type_nir(
            waiting.id, typed, replaced=cookies.held(request, cookies.SESSION)
        )
        if not isinstance(arrival, MustTypeNir):
            return self._arrivals.settled(
                arrival, provider=Provider.FRANCECONNECT, is_form=True, suite=waiting.suite
            )
        waiting = cookies.Waiting(arrival.waiting_id, arrival.tries_left, waiting.suite)
        response = self._ask(waiting, is_refused=True, status=422)
        cookies.keep_waiting(response, waiting)
        return response

    def _waiting(self) -> cookies.Waiting | None:
        """Who is to type a number, and the portal's request as long as it waits too."""
        found = cookies.waiting_of(request)
        if found is None or found.suite is None or self._wish_of(found.suite) is not None:
            return found
        return replace(found, suite=None)

    def _ask(
        self, waiting: cookies.Waiting, *, is_refused: bool = False, status: int = 200
    ) -> Response:
        return self._shell.page(
            "identity/second_path.html.j2",
            status=status,
            other_language=SECOND_PATH,
            tries_left=waiting.tries_left,
            suite=waiting.suite,
            gives_up=SignInFailure.CANCELLED.value,
            is_refused=is_refused,
        )

    def _refused(
        self, refused: SignInRefused, provider: Provider, *, suite: str | None
    ) -> Response:
        failure = SignInFailure(refused.failure)
        return self._shell.refused(failure, provider=provider, step=refused.step, suite=suite)

    def _provider(self, slug: str) -> Provider:
        provider = SLUGS.get(slug)
        if provider is None or provider not in self._shell.signing_in.offered:
            raise NotFound
        return provider

    def _wish_of(self, suite: str) -> SignInWish | None:
        return self._portal_wish(suite) if PORTAL_ID.fullmatch(suite) else None

    def _own_wish(self, asked: Mapping[str, str]) -> SignInWish:
        """What one's own session lacks for a role that the directory gives; else the least."""
        role, is_certified = asked.get("role"), asked.get("certification") == _YES
        session = self._shell.session() if role is not None else None
        if session is None:
            return SignInWish()
        withheld = self._shell.signing_in.rights(session).withheld
        lacks = next((one for one in withheld if one.role.value == role), None)
        wish = None if lacks is None else lacks.certification if is_certified else lacks.wish
        return wish or SignInWish()
