"""Assertions by which a partner authenticates at the token endpoint: `private_key_jwt`.

Read as `signing.oauth.client_assertion` has it: strict, of one client, for us alone, of now. Then:

(1) `kid` is an enrolled public key of that partner, live now;
(2) the signature holds under that key, by its own algorithm;
(3) its `jti` was not taken before.

An unknown client or key costs what a known one does: the same look-ups, and one verification
(T26). Only what was proven is remembered as spent: nobody else fills that store.
"""

from datetime import datetime
from typing import Final

from gateway.errors import NotAuthenticated
from gateway.model.directory import Partner
from gateway.model.partners import Credential, CredentialKind
from gateway.ports import Clock, PartnerRegister
from gateway.ports.partners import Credentials, SpentAssertions
from signing.errors import SigningError
from signing.oauth.client_assertion import read_assertion
from signing.oauth.decoys import decoy_for
from signing.oauth.enrolled import enrolled_jwk
from signing.oauth.jwt import ReadToken, verify

ALGORITHMS: Final = frozenset({"ES256", "ES384", "PS256", "EdDSA", "Ed25519"})


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
        try:
            stated = read_assertion(
                assertion,
                algorithms=ALGORITHMS,
                issuer=self._issuer,
                client_id=client_id,
                now=now,
            )
        except SigningError:
            raise NotAuthenticated from None
        # (1) an enrolled key, (2) the signature
        partner, credential = self._proven(stated.token, stated.client_id, now)
        # (3) once
        if not self._spent.spend(partner.id, stated.jti, until=stated.until, now=now):
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
