"""What an admitted request comes to, by who is signed in (OpenID Connect Core §3.1.2.3 to 3.1.2.6).

In order; the first that does not hold decides:
(1) somebody is signed in;
(2) it is whom the portal means, if it means somebody (§3.1.2.1 `id_token_hint`, §5.5.1 `sub`);
(3) lately enough, by a proof of their own (`prompt`, `max_age`);
(4) at a level that was asked for;
(5) they agreed, where they are to be asked.

Under `prompt=none` what lacks is told, and nobody is shown a page. Otherwise the person signs in,
once for the request: what then still lacks is told. Nothing is ever answered that is weaker.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from gateway.identity.op.asking import CONSENT, NONE, UNMET
from gateway.identity.op.levels import is_reached, is_recent
from gateway.model.accounts import Session
from gateway.model.federation import SignInFailure
from gateway.model.portal import Portal, PortalRequest

GIVEN_UP: Final[Mapping[str, str]] = {
    SignInFailure.TOO_WEAK.value: UNMET,
    SignInFailure.PROVIDER_AWAY.value: "temporarily_unavailable",
    SignInFailure.NOT_BELIEVED.value: "server_error",
    SignInFailure.MISCONFIGURED.value: "server_error",
}
"""What a portal is told of whoever gives up after a failure (RFC 6749 §4.1.2.1); else `DENIED`."""
DENIED: Final = "access_denied"


class Lack(StrEnum):
    """What a request lacks, and by which name it is told under `prompt=none`."""

    LOGIN = "login_required"
    LEVEL = "interaction_required"
    CONSENT = "consent_required"


def lack_of(
    request: PortalRequest,
    portal: Portal,
    session: Session | None,
    *,
    subject: str | None,
    is_agreed: bool,
    now: datetime,
) -> Lack | None:
    """What is missing, if anything. `subject`: who is signed in, as this portal knows them."""
    # (1) somebody, (2) the right one, (3) lately
    if (
        session is None
        or request.subject not in {None, subject}
        or not is_recent(request, session, now=now)
    ):
        return Lack.LOGIN
    # (4) strongly
    if not is_reached(request, session.authentication):
        return Lack.LEVEL
    # (5) agreed
    is_asked = portal.needs_consent or CONSENT in request.prompts
    return Lack.CONSENT if is_asked and not is_agreed else None


def error_of(lack: Lack, request: PortalRequest, session: Session | None) -> str | None:
    """By which name the portal is told of a lack; None where the person may still mend it."""
    if NONE in request.prompts:
        return lack.value
    if lack is Lack.CONSENT or session is None or request.sent_at is None:
        return None
    if session.authentication.at <= request.sent_at:
        return None  # sent to sign in, and not back yet
    return UNMET if lack is Lack.LEVEL else lack.value
