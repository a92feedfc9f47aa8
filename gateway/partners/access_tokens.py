"""Access tokens (RFC 9068): what ours say, and what is demanded of one on each call.

(1) it is of type `at+jwt`, signed by a key of ours that serves now (`signing.oauth.token_keys`);
(2) it has exactly the claims that we write, each of its type, `iss` and `aud` ours;
(3) it is of now, and was made for ten minutes at most;
(4) the connection is held by the very certificate to which it is bound (RFC 8705 §3, `cnf`): a
    stolen token opens nothing elsewhere;
(5) its partner still is one, and the credential by which it was asked for is still live: what is
    revoked or disabled opens nothing, whatever was given before.
"""

import secrets
from datetime import datetime
from typing import Final, cast

from gateway.errors import NotAuthenticated, Overloaded
from gateway.model.directory import Partner
from gateway.model.partners import Credential, Proof, Proven
from gateway.model.scopes import Scope
from gateway.ports import Clock, PartnerRegister
from gateway.ports.partners import Credentials
from gateway.wire.shape import Json
from signing.errors import SigningError
from signing.oauth.jwt import ReadToken
from signing.oauth.token_keys import TokenKeys

MAX_LIFETIME_S: Final = 600
_SKEW_S: Final = 5
"""Between processes of ours, which have clocks of their own."""
_CLAIMS: Final = frozenset(
    {"iss", "sub", "client_id", "aud", "iat", "exp", "jti", "scope", "credential"}
)
NO_KEY_RETRY_AFTER_S: Final = 60
CONFIRMATION: Final = "cnf"
X5T: Final = "x5t#S256"


class AccessTokens:
    """Gives and takes tokens."""

    def __init__(
        self,
        *,
        keys: TokenKeys,
        issuer: str,
        lifetime_s: int,
        register: PartnerRegister,
        credentials: Credentials,
        clock: Clock,
    ) -> None:
        """`issuer` is our identifier, and the audience too: the gateway is the one resource."""
        self._keys = keys
        self._issuer = issuer
        self.lifetime_s = min(lifetime_s, MAX_LIFETIME_S)
        self._register = register
        self._credentials = credentials
        self._clock = clock

    def give(
        self, credential: Credential, *, scopes: frozenset[Scope], bound_to: Credential | None
    ) -> str:
        """A token for the partner of `credential`, by which it was asked for.

        `bound_to` is the certificate of the connection.

        Raises:
            Overloaded: no key may sign tokens now.
        """
        now = int(self._clock.now().timestamp())
        claims: dict[str, object] = {
            "iss": self._issuer,
            "sub": credential.partner_id,
            "client_id": credential.partner_id,
            "aud": self._issuer,
            "iat": now,
            "exp": now + self.lifetime_s,
            "jti": secrets.token_urlsafe(16),
            "scope": Scope.text(scopes),
            "credential": credential.thumbprint,
        }
        if bound_to is not None:
            claims[CONFIRMATION] = {X5T: bound_to.thumbprint}
        try:
            return self._keys.sign(claims)
        except SigningError:
            raise _no_key() from None

    def published(self) -> Json:
        """The keys by which tokens verify now, as a JWK Set (RFC 7517 §5).

        Raises:
            Overloaded: there is none, or they cannot be read.
        """
        try:
            return cast("Json", self._keys.published(now=self._clock.now()))
        except SigningError:
            raise _no_key() from None

    def holder(
        self, compact: str, *, shown: Credential | None
    ) -> tuple[Partner, Proven, frozenset[Scope]]:
        """Whose token it is, by what it was proven, and what it opens.

        `shown` is the certificate of the connection, if there is one.

        Raises:
            NotAuthenticated: it opens nothing.
        """
        now = self._clock.now()
        # (1) ours
        try:
            token = self._keys.verify(compact, now=now)
        except SigningError:
            raise NotAuthenticated from None
        # (2) our claims, (3) of now
        partner_id, thumbprint, scopes = self._said(token, now)
        # (4) bound
        bound_to = token.claims.get(CONFIRMATION)
        held_by = None if shown is None else {X5T: shown.thumbprint}
        if bound_to is not None and bound_to != held_by:
            raise NotAuthenticated
        # (5) still a partner's
        partner = self._register.partner(partner_id)
        credential = self._credentials.credential(thumbprint)
        is_theirs = (
            credential is not None
            and credential.partner_id == partner_id
            and credential.opens_at(now)
        )
        if partner is None or credential is None or not is_theirs:
            raise NotAuthenticated
        proven = Proven(
            by=Proof.ACCESS_TOKEN, thumbprint=thumbprint, expires_at=credential.not_after
        )
        return partner, proven, scopes

    def _said(self, token: ReadToken, now: datetime) -> tuple[str, str, frozenset[Scope]]:
        claims = token.claims
        if claims.keys() - {CONFIRMATION} != _CLAIMS or not (
            claims["iss"] == claims["aud"] == self._issuer
        ):
            raise NotAuthenticated
        issued, ends = claims["iat"], claims["exp"]
        if type(issued) is not int or type(ends) is not int:
            raise NotAuthenticated
        is_of_now = issued - _SKEW_S <= now.timestamp() < ends
        if not is_of_now or not 0 < ends - issued <= MAX_LIFETIME_S:
            raise NotAuthenticated
        partner_id, thumbprint, scope = (claims[name] for name in ("sub", "credential", "scope"))
        texts = (partner_id, thumbprint, scope, claims["jti"])
        if not all(type(text) is str for text in texts) or claims["client_id"] != partner_id:
            raise NotAuthenticated
        scopes = Scope.parse(str(scope))
        if not scopes:
            raise NotAuthenticated
        return str(partner_id), str(thumbprint), scopes


def _no_key() -> Overloaded:
    return Overloaded("no key of tokens", retry_after_s=NO_KEY_RETRY_AFTER_S)
