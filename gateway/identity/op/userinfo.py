"""Userinfo (OpenID Connect Core §5.3): what a portal is handed, by scope, as it stands now.

(1) one access token, in the header alone (RFC 6750 §2.1, §5.3);
(2) it is live, and its portal still registered;
(3) so is the session by which it was given;
(4) rights are the directory's word of this moment; a role for which the sign-in is too weak is
    withheld, and the portal may ask for more (`acr_values`).

Never a NIR, an address of mail, a civil status: `siseri_worker_id` is the register's pseudonym.
"""

import re
from typing import Any, Final

from gateway.identity.op.asking import PROFILE, SISERI
from gateway.identity.op.grants import Grants
from gateway.identity.op.outcomes import Answer
from gateway.identity.op.sign_in_flow import SignInFlow
from gateway.model.accounts import Rights, Session
from gateway.model.portal import PortalGrant
from gateway.ports.portals import Portals

_BEARER: Final = re.compile(r"(?i:bearer) +([A-Za-z0-9_-]{43})", re.ASCII)
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
        if grant is None or self._portals.portal(grant.portal_id) is None:
            return _over()
        # (3) of a session that stands
        session = self._signing_in.session(grant.session_id)
        if session is None:
            return _over()
        # (4) now
        rights = self._signing_in.rights(session) if SISERI in grant.scopes else Rights()
        return Answer(status=200, form=_claims(grant, session, rights))


def _claims(grant: PortalGrant, session: Session, rights: Rights) -> dict[str, Any]:
    claims: dict[str, Any] = {"sub": grant.subject}
    if SISERI in grant.scopes:
        claims[ROLES] = [
            {"role": one.role.value, "establishments": [str(siret) for siret in one.establishments]}
            for one in rights.given
        ]
        if rights.worker_id is not None:
            claims[WORKER_ID] = rights.worker_id
    if PROFILE in grant.scopes and session.professional is not None:
        claims["given_name"] = session.professional.given_name
        claims["family_name"] = session.professional.usual_name
    return claims


def _over() -> Answer:
    return Answer(status=401, form={"error": "invalid_token"}, challenge=_OVER)
