"""What opens enrolment: one bearer credential in `Authorization` (RFC 6750 §2.1), of two kinds.

An invitation is looked up by its digest. A statement is signed by a live credential of the
partner's own (`signing.possession`), and names what it is about. Whatever fails before either is
found good is a stranger's: the answer is one and the same, nothing is kept. Who holds the secret of
an invitation may know that it is over.
"""

import re
from datetime import datetime
from typing import Final

import msgspec

from gateway.errors import BadRequest, InvitationOver, NotAuthenticated
from gateway.model.directory import Partner
from gateway.model.partners import Credential, CredentialKind, RequestFacts
from gateway.partners.invitations import digest_of_invitation
from gateway.ports import Clock, Credentials, PartnerRegister
from gateway.ports.enrolment import Enrolments
from signing.errors import SigningError
from signing.oauth.enrolled import enrolled_certificate, enrolled_jwk
from signing.partner_key import PublicKey
from signing.possession import (
    RENEWAL,
    REVOCATION,
    Statement,
    claimed_by,
    demand_statement,
    digest_of,
)

WAITED: Final = "K016"
"""Of an invitation past its time, or in whose place there is another."""
_BEARER: Final = re.compile(r"(?i:bearer) +([A-Za-z0-9._~+/-]{20,4096}=*)", re.ASCII)


class ByInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """Opened by an invitation that is good now."""

    partner: Partner
    digest: bytes
    nonce: str
    """What a statement made under it names it by."""
    used_at: datetime | None = None
    """When it was used: whoever holds the key that it enrolled then is told so again."""


class ByCredential(msgspec.Struct, frozen=True, kw_only=True):
    """Opened by a statement that a live credential of the partner signed."""

    partner: Partner
    live: str
    """Thumbprint of that credential."""
    named: str
    """What the statement is about."""


Opening = ByInvitation | ByCredential


class Openings:
    """Finds what opens enrolment in a request."""

    def __init__(
        self,
        *,
        register: PartnerRegister,
        credentials: Credentials,
        enrolments: Enrolments,
        clock: Clock,
        audience: str,
    ) -> None:
        """`audience` is the gateway's public address, to which statements are made."""
        self._register = register
        self._credentials = credentials
        self._enrolments = enrolments
        self._clock = clock
        self._audience = audience

    def opened(self, request: RequestFacts) -> Opening:
        """What opens enrolment in that request.

        Raises:
            BadRequest: it names two credentials.
            InvitationOver: an invitation that was withdrawn or waited too long.
            NotAuthenticated: nothing that opens.
        """
        secret = _bearer(request)
        if claimed_by(secret) is not None:
            return self._by_statement(secret, RENEWAL)
        return self._by_invitation(secret)

    def revoking(self, request: RequestFacts) -> ByCredential:
        """What a request asks to be revoked, by a statement of a live credential.

        Raises:
            BadRequest: it names two credentials.
            NotAuthenticated: nothing that opens.
        """
        return self._by_statement(_bearer(request), REVOCATION)

    def _by_invitation(self, secret: str) -> ByInvitation:
        digest = digest_of_invitation(secret)
        found = self._enrolments.invitation(digest)
        if found is None:
            raise NotAuthenticated
        is_past = found.expires_at <= self._clock.now()
        if found.used_at is None and (is_past or found.withdrawn_at is not None):
            raise InvitationOver(code=WAITED)
        if found.used_at is not None and is_past:
            raise InvitationOver
        return ByInvitation(
            partner=found.partner,
            digest=digest,
            nonce=digest_of(secret),
            used_at=found.used_at,
        )

    def _by_statement(self, compact: str, typ: str) -> ByCredential:
        """The partner of the key that signed; whatever fails, the answer is the same."""
        now = self._clock.now()
        claimed = claimed_by(compact)
        live = None if claimed is None else self._credentials.credential(claimed.kid)
        if claimed is None or live is None or not live.opens_at(now):
            raise NotAuthenticated
        partner = self._register.partner(live.partner_id)
        said = Statement(typ=typ, audience=self._audience, subject=claimed.subject)
        try:
            demand_statement(compact, said, key=key_of(live), now=now, kid=claimed.kid)
        except SigningError:
            raise NotAuthenticated from None
        if partner is None:
            raise NotAuthenticated
        self._credentials.note_use(live, now)
        return ByCredential(partner=partner, live=live.thumbprint, named=claimed.subject)


def key_of(credential: Credential) -> PublicKey:
    """The public key of a credential on record; `SigningError` where it cannot be read."""
    is_jwk = credential.kind is CredentialKind.JWK
    return (enrolled_jwk if is_jwk else enrolled_certificate)(credential.public)


def _bearer(request: RequestFacts) -> str:
    """The one bearer credential of a request; `NotAuthenticated` where there is none."""
    stated = request.values("authorization")
    if len(stated) > 1:
        raise BadRequest("authorization")
    matched = _BEARER.fullmatch(stated[0]) if stated else None
    if matched is None:
        raise NotAuthenticated
    return matched[1]
