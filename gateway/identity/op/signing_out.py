"""Signing out at a portal's wish: OpenID Connect RP-Initiated Logout 1.0.

(1) a form, each parameter once;
(2) `id_token_hint` is one of ours, over or not (§2), `client_id` the portal that it was made for;
(3) `post_logout_redirect_uri` is to the character one that this portal registered (§3): else
    nothing is ended and nobody is sent anywhere;
(4) nobody is signed out by a link alone: the hint is of who is signed in, or they are asked (§2);
(5) the session is over here first, then at the provider, then the browser is back at the portal,
    with its `state`; there only with a hint, or once the person has agreed (§3).
"""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from gateway.identity.op.answering import answered
from gateway.identity.op.identity_tokens import Hinted, IdentityTokens
from gateway.identity.op.outcomes import (
    AskSignOut,
    SignedOut,
    SignOutOutcome,
    SignOutThere,
    Unanswerable,
)
from gateway.identity.op.sign_in_flow import SignInFlow
from gateway.model.accounts import Session
from gateway.model.portal import Portal
from gateway.ports.portals import PairwiseSubjects, PortalReturns, Portals
from gateway.wire.form import MalformedForm, parse_form

ASKED: Final = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state")
_STATE_BYTES: Final = 32
_MAX_STATE_CHARS: Final = 1024


class SigningOut:
    """Ends sessions, and finds the way back."""

    def __init__(
        self,
        *,
        portals: Portals,
        tokens: IdentityTokens,
        subjects: PairwiseSubjects,
        returns: PortalReturns,
        signing_in: SignInFlow,
    ) -> None:
        self._portals = portals
        self._tokens = tokens
        self._subjects = subjects
        self._returns = returns
        self._signing_in = signing_in

    def outcome(
        self, octets: bytes, session: Session | None, *, is_agreed: bool, now: datetime
    ) -> SignOutOutcome:
        """What becomes of it. `is_agreed`: the person said so, by a form of ours."""
        # (1) a form
        try:
            form = parse_form(octets)
        except MalformedForm:
            return Unanswerable.MALFORMED
        asked = {name: form[name] for name in ASKED if name in form}
        state = asked.get("state", "")
        if len(state) > _MAX_STATE_CHARS or not state.isprintable():
            return Unanswerable.MALFORMED
        # (2) whose hint
        hint = asked.get("id_token_hint")
        known = None if hint is None else self._tokens.hinted(hint, now=now)
        stated = asked.get("client_id")
        if (hint is not None and known is None) or (
            known is not None and stated not in {None, known.portal_id}
        ):
            return Unanswerable.FORGED_HINT
        portal = self._portals.portal(stated or (known.portal_id if known else ""))
        # (3) back to where
        back = asked.get("post_logout_redirect_uri")
        if back is not None and (portal is None or back not in portal.post_logout_redirect_uris):
            return Unanswerable.UNKNOWN_ADDRESS
        # (4) whose session
        is_proven = session is not None and self._is_of(known, portal, session)
        if session is not None and not is_proven and not is_agreed:
            return AskSignOut(portal_name=portal.name if portal else None, asked=asked)
        # (5) over
        there = back if known is not None or (session is not None and is_agreed) else None
        return self._over(session, _with_state(there, asked), portal)

    def way_back(self, state: str) -> str | None:
        """Where a browser goes that comes back from the provider with this `state`; once."""
        return self._returns.take(state)

    def _is_of(self, known: Hinted | None, portal: Portal | None, session: Session) -> bool:
        return (
            known is not None
            and portal is not None
            and self._subjects.subject(session.account_id, sector=portal.sector) == known.subject
        )

    def _over(
        self, session: Session | None, back: str | None, portal: Portal | None
    ) -> SignOutOutcome:
        name = portal.name if portal else None
        if session is None:
            return SignedOut(address=back, portal_name=name)
        state = secrets.token_urlsafe(_STATE_BYTES)
        there = self._signing_in.leave(session, state=state)
        if there is None:
            return SignedOut(address=back, portal_name=name)
        if back is not None:
            self._returns.keep(state, back)
        return SignOutThere(address=there, state=state)


def _with_state(back: str | None, asked: Mapping[str, str]) -> str | None:
    if back is None or "state" not in asked:
        return back
    return answered(back, [("state", asked["state"])])
