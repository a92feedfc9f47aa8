"""An authorization request, held to OpenID Connect Core §3.1.2.1, RFC 9700 and RFC 7636 §4.3.

Before these hold nothing is sent to any address, a page says so:
(1) a form within its bound, each parameter once (RFC 6749 §3.1);
(2) `client_id` is a registered portal;
(3) `redirect_uri` is there, and is to the character one that it registered (RFC 9700 §4.1.3);
(4) `state` is visible ASCII within its bound: what cannot be given back exactly is not taken.

From here on the portal is told, at that address:
(5) no `request`, `request_uri` or `registration` (Core §6, §7.2.1): nothing comes by another way;
(6) `response_type` is `code`, `response_mode` none or `query`;
(7) `scope` holds `openid`; others that are not known, or not registered for this portal, are
    passed over (Core §3.1.2.1);
(8) `code_challenge` is there, by S256 (RFC 9700 §2.1.1);
(9) `nonce`, `prompt`, `max_age`, `claims` are what they must be; `none` stands alone (§3.1.2.1);
(10) a level that is asked for exists: one that does not is never met (Unmet Authentication
    Requirements 1.0), nor is one that no fresh proof has, where a fresh proof is asked for;
(11) `id_token_hint` is one that we gave this portal, over or not, and agrees with `sub` asked for.
"""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from gateway.errors import Inadmissible, PortalRefused
from gateway.identity.op.identity_tokens import IdentityTokens
from gateway.identity.op.levels import LEVELS, LOGIN, SELECT_ACCOUNT, can_be_met
from gateway.identity.op.outcomes import Unanswerable
from gateway.model.directory import Fact
from gateway.model.portal import Portal, PortalRequest
from gateway.ports.portals import Portals
from gateway.wire.form import MalformedForm, parse_form
from gateway.wire.json import read

OPENID: Final = "openid"
SISERI: Final = "siseri"
WORKER: Final = "siseri_worker"
PROFILE: Final = "profile"
SCOPES: Final = (OPENID, SISERI, WORKER, PROFILE)
NONE: Final = "none"
CONSENT: Final = "consent"
PROMPTS: Final = (NONE, LOGIN, CONSENT, SELECT_ACCOUNT)
_MAX_PARAMETERS: Final = 32
_ID_BYTES: Final = 32
_VISIBLE: Final = re.compile(r"[\x20-\x7e]{1,1024}", re.ASCII)
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_SECONDS: Final = re.compile(r"\d{1,9}", re.ASCII)
_BY_ANOTHER_WAY: Final = {
    "request": "request_not_supported",
    "request_uri": "request_uri_not_supported",
    "registration": "registration_not_supported",
}
_MAX_CLAIMS_CHARS: Final = 4096
LANGUAGES: Final = ("fr", "en")
INVALID: Final = "invalid_request"
UNMET: Final = "unmet_authentication_requirements"


class Addressed(Fact, frozen=True, kw_only=True):
    """A request whose portal can be answered, whatever it asks."""

    portal: Portal
    redirect_uri: str
    state: str | None
    form: Mapping[str, str]


class Asking:
    """Admits authorization requests, in two steps."""

    def __init__(self, *, portals: Portals, tokens: IdentityTokens) -> None:
        self._portals = portals
        self._tokens = tokens

    def addressed(self, octets: bytes) -> Addressed | Unanswerable:
        """Hold points (1) to (4)."""
        # (1) a form
        try:
            form = parse_form(octets, max_parameters=_MAX_PARAMETERS)
        except MalformedForm:
            return Unanswerable.MALFORMED
        # (2) a portal
        portal = self._portals.portal(form.get("client_id", ""))
        if portal is None:
            return Unanswerable.UNKNOWN_PORTAL
        # (3) its address
        address = form.get("redirect_uri")
        if address is None or address not in portal.redirect_uris:
            return Unanswerable.UNKNOWN_ADDRESS
        # (4) what is given back
        state = form.get("state")
        if state is not None and not _VISIBLE.fullmatch(state):
            return Unanswerable.MALFORMED
        return Addressed(portal=portal, redirect_uri=address, state=state, form=form)

    def admitted(self, addressed: Addressed, *, now: datetime) -> PortalRequest:
        """Hold points (5) to (11).

        Raises:
            PortalRefused: one does not hold.
        """
        form = addressed.form
        # (5) by no other way
        for name, error in _BY_ANOTHER_WAY.items():
            if name in form:
                raise PortalRefused(error)
        # (6) a code, in the query
        if "response_type" not in form:
            raise PortalRefused(INVALID)
        if form["response_type"] != "code":
            raise PortalRefused("unsupported_response_type")
        if form.get("response_mode", "query") != "query":
            raise PortalRefused(INVALID)
        # (7) OpenID Connect
        if OPENID not in form.get("scope", "").split(" "):
            raise PortalRefused("invalid_scope")
        # (8) PKCE
        challenge = form.get("code_challenge", "")
        if form.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
            raise PortalRefused(INVALID)
        # (9) the rest, (10) its levels
        request = self._read(addressed, now)
        if not can_be_met(request):
            raise PortalRefused(UNMET)
        return request

    def _read(self, addressed: Addressed, now: datetime) -> PortalRequest:
        """Point (9), the levels of (10), and (11)."""
        form, portal = addressed.form, addressed.portal
        claims = _claims(form.get("claims"))
        values, is_essential = _levels(form.get("acr_values", ""), claims)
        may_ask = {OPENID, *portal.scopes}
        scopes = may_ask.intersection(form["scope"].split(" "))
        return PortalRequest(
            id=secrets.token_urlsafe(_ID_BYTES),
            portal_id=portal.id,
            redirect_uri=addressed.redirect_uri,
            state=addressed.state,
            nonce=_visible(form.get("nonce")),
            scopes=tuple(one for one in SCOPES if one in scopes),
            code_challenge=form["code_challenge"],
            prompts=_prompts(form.get("prompt", "")),
            max_age_s=_seconds(form.get("max_age")),
            acr_values=values,
            is_acr_essential=is_essential,
            subject=self._subject(form.get("id_token_hint"), claims, portal, now),
            language=_language(form.get("ui_locales", "")),
            begun_at=now,
        )

    def _subject(
        self, hint: str | None, claims: Mapping[str, Any], portal: Portal, now: datetime
    ) -> str | None:
        stated = claims.get("sub")
        asked = stated.get("value") if isinstance(stated, dict) else None
        if asked is not None and not isinstance(asked, str):
            raise PortalRefused(INVALID)
        if hint is None:
            return asked
        # (11) ours, of this portal
        known = self._tokens.hinted(hint, now=now)
        if known is None or known.portal_id != portal.id or asked not in {None, known.subject}:
            raise PortalRefused(INVALID)
        return known.subject


def _language(text: str) -> str | None:
    """The first that we speak (Core §3.1.2.1 `ui_locales`)."""
    spoken = [one.partition("-")[0].lower() for one in text.split(" ")]
    return next((one for one in spoken if one in LANGUAGES), None)


def _visible(text: str | None) -> str | None:
    if text is not None and not _VISIBLE.fullmatch(text):
        raise PortalRefused(INVALID)
    return text


def _seconds(text: str | None) -> int | None:
    if text is not None and not _SECONDS.fullmatch(text):
        raise PortalRefused(INVALID)
    return None if text is None else int(text)


def _prompts(text: str) -> tuple[str, ...]:
    prompts = {*text.split(" ")} - {""}
    if prompts - {*PROMPTS} or (NONE in prompts and len(prompts) > 1):
        raise PortalRefused(INVALID)
    return tuple(one for one in PROMPTS if one in prompts)


def _claims(text: str | None) -> Mapping[str, Any]:
    """What is asked of the identity token (§5.5); of userinfo nothing is by name."""
    if text is None:
        return {}
    try:
        asked = read(text.encode()) if len(text) <= _MAX_CLAIMS_CHARS else None
    except Inadmissible:
        asked = None
    of_token = asked.get("id_token", {}) if isinstance(asked, dict) else None
    if not isinstance(of_token, dict):
        raise PortalRefused(INVALID)
    return of_token


def _levels(text: str, claims: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
    """The levels asked for that exist, and whether they are to be met to the letter (§5.5.1.1)."""
    asked = [one for one in text.split(" ") if one]
    stated = claims.get("acr")
    if stated is not None and not isinstance(stated, dict):
        raise PortalRefused(INVALID)
    by_claim = stated or {}
    values = by_claim.get("values", [by_claim["value"]] if "value" in by_claim else [])
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise PortalRefused(INVALID)
    if by_claim.keys() >= {"value", "values"} or ("values" in by_claim and not values):
        raise PortalRefused(INVALID)  # which of both, or none of none: it would be guessed
    is_essential = by_claim.get("essential") is True and bool(values)
    if values and asked and is_essential:
        asked = [one for one in asked if one in values] or values
    asked = asked or values
    known = tuple(one for one in LEVELS if one in asked)
    if asked and not known:
        raise PortalRefused(UNMET)
    return known, is_essential
