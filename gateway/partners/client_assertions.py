"""Assertions by which a client authenticates at the token endpoint: `private_key_jwt`.

RFC 7521 §4.2, RFC 7523 §3, draft-ietf-oauth-rfc7523bis, RFC 8725. A numbered proof:

(1) a strict token, whose `typ` is that of a client's assertion where it has one;
(2) `iss` and `sub` are the client, and `client_id` too where the request states it;
(3) `aud` is our issuer identifier, as one string: no assertion made for us and another is taken;
(4) it was made for at most 60 seconds, and is of now: nothing in it lies in the future;
(5) `kid` is an enrolled public key of that client, live now;
(6) the signature holds under that key, by its own algorithm;
(7) its `jti` was not taken before.

An unknown client or key costs what a known one does: the same look-ups, and one verification
(T26). Only what was proven is remembered as spent: nobody else fills that store.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from gateway.errors import NotAuthenticated
from gateway.model.directory import Partner
from gateway.model.partners import Credential, CredentialKind
from gateway.ports import Clock, PartnerRegister
from gateway.ports.partners import Credentials, SpentAssertions
from signing.errors import SigningError
from signing.oauth.decoys import decoy_for
from signing.oauth.enrolled import enrolled_jwk
from signing.oauth.jwt import Profile, ReadToken, read, verify

MAX_LIFETIME_S: Final = 60
SKEW_S: Final = 30
"""How far a client's clock may go ahead of ours, or its assertion's end lie behind it."""
ALGORITHMS: Final = frozenset({"ES256", "ES384", "PS256", "EdDSA", "Ed25519"})
_PROFILE: Final = Profile(
    algorithms=ALGORITHMS,
    types=frozenset({None, "JWT", "client-authentication+jwt"}),
    max_chars=4096,
)
_JTI: Final = re.compile(r"[\x21-\x7e]{8,128}", re.ASCII)


class ClientAssertions:
    """Takes each assertion once."""

    def __init__(
        self,
        *,
        issuer: str,
        register: PartnerRegister,
        credentials: Credentials,
        spent: SpentAssertions,
        clock: Clock,
    ) -> None:
        """`issuer` is our identifier (RFC 8414 §2)."""
        self._issuer = issuer
        self._register = register
        self._credentials = credentials
        self._spent = spent
        self._clock = clock

    def client(self, assertion: str, *, client_id: str | None) -> tuple[Partner, Credential]:
        """Who made `assertion`, and by which key.

        Raises:
            NotAuthenticated: it proves nothing.
        """
        now = self._clock.now()
        # (1) strict
        try:
            token = read(assertion, _PROFILE)
        except SigningError:
            raise NotAuthenticated from None
        # (2) one client, (3) for us alone
        claims = token.claims
        stated = claims.get("iss")
        is_one = isinstance(stated, str) and claims.get("sub") == stated == (client_id or stated)
        if not is_one or claims.get("aud") != self._issuer:
            raise NotAuthenticated
        # (4) of now
        ends = _demand_of_now(token, now)
        # (5) an enrolled key, (6) the signature
        partner, credential = self._proven(token, str(stated), now)
        # (7) once
        jti = claims.get("jti")
        if not isinstance(jti, str) or not _JTI.fullmatch(jti):
            raise NotAuthenticated
        until = ends + timedelta(seconds=SKEW_S)
        if not self._spent.spend(partner.id, jti, until=until, now=now):
            raise NotAuthenticated
        return partner, credential

    def _proven(
        self, token: ReadToken, client_id: str, now: datetime
    ) -> tuple[Partner, Credential]:
        partner = self._register.partner(client_id)
        credential = self._credentials.credential(token.kid)
        is_theirs = (
            partner is not None
            and credential is not None
            and credential.kind is CredentialKind.JWK
            and credential.partner_id == partner.id
            and credential.opens_at(now)
        )
        try:
            enrolled = credential.public if credential is not None and is_theirs else None
            verify(token, decoy_for(token.alg) if enrolled is None else enrolled_jwk(enrolled))
        except SigningError:
            raise NotAuthenticated from None
        if partner is None or credential is None or not is_theirs:
            raise NotAuthenticated
        return partner, credential


def _demand_of_now(token: ReadToken, now: datetime) -> datetime:
    """When the assertion ends, if it is of now and short; `NotAuthenticated` if not."""
    instants = [token.claims.get(name) for name in ("iat", "exp")]
    not_before = token.claims.get("nbf", instants[0])
    if not all(type(instant) is int for instant in (*instants, not_before)):
        raise NotAuthenticated
    issued, ends, begins = (int(str(instant)) for instant in (*instants, not_before))
    at = now.timestamp()
    is_short = 0 < ends - issued <= MAX_LIFETIME_S
    if not is_short or max(issued, begins) > at + SKEW_S or ends < at - SKEW_S:
        raise NotAuthenticated
    return datetime.fromtimestamp(ends, UTC)
