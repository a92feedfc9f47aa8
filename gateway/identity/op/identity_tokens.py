"""Identity tokens (OpenID Connect Core §2), and those that come back as hints."""

from datetime import datetime
from typing import Any, Final, cast

from authlib.oidc.core.util import create_half_hash

from gateway.errors import Overloaded
from gateway.model.directory import Fact
from gateway.model.portal import PortalGrant
from gateway.ports import Clock
from gateway.wire.shape import Json
from signing.errors import SigningError
from signing.oauth.identity_keys import ALG, IdentityKeys

LIFETIME_S: Final = 300
NO_KEY_RETRY_AFTER_S: Final = 60


class Hinted(Fact, frozen=True, kw_only=True):
    """Whom an identity token of ours spoke of, and to which portal."""

    portal_id: str
    subject: str


class IdentityTokens:
    """Gives identity tokens, and reads those that we gave."""

    def __init__(self, *, keys: IdentityKeys, issuer: str, clock: Clock) -> None:
        self._keys = keys
        self._issuer = issuer
        self._clock = clock

    def give(self, grant: PortalGrant, *, access_token: str) -> str:
        """The token of a sign-in: who, by which level, when; nothing of rights or names.

        Raises:
            Overloaded: no key may sign it now.
        """
        now = self._clock.now()
        issued = int(now.timestamp())
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "sub": grant.subject,
            "aud": grant.portal_id,
            "iat": issued,
            "exp": issued + LIFETIME_S,
            "auth_time": int(grant.authenticated_at.timestamp()),
            "acr": grant.acr,
            "at_hash": create_half_hash(access_token, ALG).decode("ascii"),
        }
        if grant.amr:
            claims["amr"] = list(grant.amr)
        if grant.nonce is not None:
            claims["nonce"] = grant.nonce
        try:
            return self._keys.sign(claims, now=now)
        except SigningError:
            raise _no_key() from None

    def hinted(self, compact: str, *, now: datetime) -> Hinted | None:
        """Whom it speaks of, if it is ours, though it be over (RP-Initiated Logout 1.0 §2)."""
        try:
            claims = self._keys.verify(compact, now=now).claims
        except SigningError:
            return None
        if claims.get("iss") != self._issuer:
            return None
        return Hinted(portal_id=str(claims["aud"]), subject=str(claims["sub"]))

    def published(self) -> Json:
        """The keys by which they verify, as a JWK Set (RFC 7517 §5).

        Raises:
            Overloaded: there is none, or they cannot be read.
        """
        try:
            return cast("Json", self._keys.published(now=self._clock.now()))
        except SigningError:
            raise _no_key() from None


def _no_key() -> Overloaded:
    return Overloaded("no key of identity tokens", retry_after_s=NO_KEY_RETRY_AFTER_S)
