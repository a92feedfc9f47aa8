"""By which assertions a portal authenticates: `private_key_jwt` alone (OpenID Connect Core §9).

Read as `signing.oauth.client_assertion` has it: strict, of one client, for us alone, of now. Then:

(1) `kid` is one of the keys that this portal registered;
(2) the signature holds under that key, by its own algorithm, ES256 or PS256;
(3) its `jti` was not taken before.

An unknown portal or key costs one verification too; only what was proven is remembered as spent.
"""

from typing import Final

from gateway.errors import NotAuthenticated
from gateway.model.portal import Portal
from gateway.ports import Clock, SpentAssertions
from gateway.ports.portals import Portals
from signing.errors import SigningError
from signing.oauth.client_assertion import StatedAssertion, read_assertion
from signing.oauth.decoys import decoy_for
from signing.oauth.enrolled import enrolled_jwk
from signing.oauth.jwt import verify

ALGORITHMS: Final = frozenset({"ES256", "PS256"})
_SPENT_AS: Final = "op:"
"""Apart from the assertions of partners, who have ids of their own."""


class PortalClients:
    """Takes each assertion once."""

    def __init__(
        self, *, issuer: str, portals: Portals, spent: SpentAssertions, clock: Clock
    ) -> None:
        """`issuer` is the identifier of the provider that portals see."""
        self._issuer = issuer
        self._portals = portals
        self._spent = spent
        self._clock = clock

    def authenticated(self, assertion: str, *, client_id: str | None) -> Portal:
        """Which portal made it.

        Raises:
            NotAuthenticated: it proves nothing.
        """
        now = self._clock.now()
        try:
            stated = read_assertion(
                assertion,
                algorithms=ALGORITHMS,
                issuer=self._issuer,
                client_id=client_id,
                now=now,
            )
            # (1) a registered key, (2) the signature
            portal = self._proven(stated)
        except SigningError:
            raise NotAuthenticated from None
        # (3) once
        if not self._spent.spend(_SPENT_AS + portal.id, stated.jti, until=stated.until, now=now):
            raise NotAuthenticated
        return portal

    def _proven(self, stated: StatedAssertion) -> Portal:
        portal, token = self._portals.portal(stated.client_id), stated.token
        keys = {} if portal is None else {one.kid: one.jwk for one in portal.keys}
        known = keys.get(token.kid)
        verify(token, decoy_for(token.alg) if known is None else enrolled_jwk(known))
        if portal is None or known is None:
            raise NotAuthenticated
        return portal
