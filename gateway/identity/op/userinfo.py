"""Userinfo (OpenID Connect Core §5.3): what a portal is handed, by scope, as it stands now.

(1) one access token, in the header alone (RFC 6750 §2.1, §5.3);
(2) it is live, and its portal still registered;
(3) so is the session by which it was given;
(4) what is handed is what was asked for, as far as the portal is registered for it still;
(5) rights are the directory's word of this moment; a role for which the sign-in is too weak is
    withheld, and the portal may ask for more (`acr_values`).

Never a NIR, an address of mail, a civil status: `siseri_worker_id` is the register's pseudonym. It
is one for all who are told it, so it has a scope of its own, for the register's own portals.
"""

import re
from collections.abc import Collection
from typing import Any, Final

from gateway.identity.op.asking import OPENID, PROFILE, SISERI, WORKER
from gateway.identity.op.grants import Grants
from gateway.identity.op.outcomes import Answer
from gateway.identity.op.sign_in_flow import SignInFlow
from gateway.model.accounts import Rights, Session
from gateway.ports.portals import Portals

_BEARER: Final = re.compile(r"(?i:bearer) +([A-Za-z0-9_-]{43})", re.ASCII)
_OF_RIGHTS: Final = {SISERI, WORKER}
_REALM: Final = 'Bearer realm="siseri"'
_OVER: Final = (
    f'{_REALM}, error="invalid_token", error_description="The access token is over or unknown"'
)
ROLES: Final = "siseri_roles"
WORKER_ID: Final = "siseri_worker_id"


class Userinfo:
    """Answers whoever brings an access token."""

    def __init__(self, *, portals: Portals, grants: Grants, signing_in: SignInFlow) -> None:
        self._portals = portals
        self._grants = grants
        self._signing_in = signing_in

    def answer(self, authorization: str | None) -> Answer:
        """The claims, or 401.

        Raises:
            Overloaded: what is on record cannot be read.
        """
        # (1) in the header
        if authorization is None:
            return Answer(status=401, form={}, challenge=_REALM)
        found = _BEARER.fullmatch(authorization)
        # (2) live
        grant = None if found is None else self._grants.opened(found[1])
        portal = None if grant is None else self._portals.portal(grant.portal_id)
        if grant is None or portal is None:
            return _over()
        # (3) of a session that stands
        session = self._signing_in.session(grant.session_id)
        if session is None:
            return _over()
        # (4) as registered, (5) now
        scopes = {*grant.scopes} & {OPENID, *portal.scopes}
        rights = self._signing_in.rights(session) if scopes & _OF_RIGHTS else Rights()
        return Answer(status=200, form=_claims(grant.subject, scopes, session, rights))


def _claims(
    subject: str, scopes: Collection[str], session: Session, rights: Rights
) -> dict[str, Any]:
    claims: dict[str, Any] = {"sub": subject}
    if SISERI in scopes:
        claims[ROLES] = [
            {"role": one.role.value, "establishments": [str(siret) for siret in one.establishments]}
            for one in rights.given
        ]
    if WORKER in scopes and rights.worker_id is not None:
        claims[WORKER_ID] = rights.worker_id
    if PROFILE in scopes and session.professional is not None:
        claims["given_name"] = session.professional.given_name
        claims["family_name"] = session.professional.usual_name
    return claims


def _over() -> Answer:
    return Answer(status=401, form={"error": "invalid_token"}, challenge=_OVER)
