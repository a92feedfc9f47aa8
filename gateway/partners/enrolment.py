"""Enrolment: how a partner's key comes into the register, and leaves it. It is the partner's work.

What opens it stands in `Authorization`, as a bearer credential (RFC 6750 §2.1), before anything
else is read:

(1) an invitation, told once to the partner: looked up by its digest, not used, not withdrawn, not
    past its time; or
(2) a statement signed by a live credential of the partner's own (`signing.possession`), which names
    what is to be enrolled beside it, or revoked.

Then, of what is offered:

(3) it is what the statement of (2) names;
(4) whoever offers it holds its private key;
(5) it is fit: kind and strength of the key; path, time, use, revocation and organisation of a
    certificate; what a request asks (`signing.offered`);
(6) in one transaction: the invitation is used up, the key is nobody else's, and the partner has no
    more than two live credentials of that kind.

A refusal after (1) or (2) is that of a partner, or of whoever holds its invitation: it is kept, and
people are told. Before, it is a stranger's: it is told nothing, and nothing is kept.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

import msgspec

from gateway.errors import (
    CredentialNotTaken,
    EnrolledAlready,
    InvitationOver,
    NotFound,
    Refusal,
    SlotsTaken,
    TooManyRequests,
)
from gateway.model.directory import Partner
from gateway.model.enrolment import Enrolling, RefusedEnrolment
from gateway.model.partners import Credential, CredentialKind
from gateway.partners.offers import Sent, read_offer
from gateway.partners.openings import ByCredential, ByInvitation, Opening, key_of
from gateway.partners.own_authority import OwnAuthority
from gateway.partners.trusted_authorities import TrustedAuthorities
from gateway.ports import Clock, Credentials
from gateway.ports.enrolment import Enrolments, Notifier
from signing.errors import CredentialRefused, Unfit
from signing.offered import Offered, OfferedCertificate, OfferedKey, OfferedRequest
from signing.partner_key import thumbprint_of
from signing.possession import ENROLMENT, Statement, demand_statement

MAX_REFUSALS: Final = 50
"""Of one partner in a day, after which it waits: each is kept and told."""
_DAY: Final = timedelta(days=1)
_RETRY_AFTER_S: Final = 3600
_CODES: Final = {
    Unfit.KEY: "K001",
    Unfit.POSSESSION: "K002",
    Unfit.CERTIFICATE: "K003",
    Unfit.PATH: "K004",
    Unfit.TIME: "K005",
    Unfit.REVOKED: "K006",
    Unfit.REVOCATION_UNKNOWN: "K007",
    Unfit.USE: "K008",
    Unfit.ORGANISATION: "K009",
    Unfit.REQUEST: "K010",
}


class Enrolled(msgspec.Struct, frozen=True, kw_only=True):
    """What was enrolled; and, where our own authority issued it, its way up."""

    partner: Partner
    credential: Credential
    chain: tuple[bytes, ...] = ()


class Enrolment:
    """Enrols and revokes what partners send."""

    def __init__(
        self,
        *,
        credentials: Credentials,
        enrolments: Enrolments,
        trusted: TrustedAuthorities,
        own: OwnAuthority,
        notifier: Notifier,
        clock: Clock,
        audience: str,
    ) -> None:
        """`audience` is the gateway's public address, to which statements are made."""
        self._credentials = credentials
        self._enrolments = enrolments
        self._trusted = trusted
        self._own = own
        self._notifier = notifier
        self._clock = clock
        self._audience = audience

    def enrol(self, opening: Opening, body: bytes) -> Enrolled:
        """Enrol what `body` offers.

        Raises:
            CredentialNotTaken: it is not fit, or not proven to be the partner's.
            EnrolledAlready: it, or its key under another partner.
            InvitationOver: it enrolled something else.
            SlotsTaken: two live credentials are there.
            TooManyRequests: too much was refused today.
        """
        now = self._clock.now()
        partner_id = opening.partner.id
        if len(self._enrolments.refusals(partner_id, since=now - _DAY)) >= MAX_REFUSALS:
            raise TooManyRequests(retry_after_s=_RETRY_AFTER_S)
        try:
            return self._enrolled(opening, read_offer(body), now)
        except CredentialRefused as refused:
            refusal: Refusal = CredentialNotTaken(code=_CODES[refused.why])
        except (CredentialNotTaken, EnrolledAlready, InvitationOver, SlotsTaken) as known:
            refusal = known
        kept = RefusedEnrolment(partner_id=partner_id, at=now, code=refusal.code)
        self._enrolments.note_refusal(kept)
        self._notifier.refused(kept)
        raise refusal

    def revoke(self, opening: ByCredential) -> datetime:
        """Revoke the credential of the partner that the statement names, perhaps the one it is by.

        Raises:
            NotFound: the partner has no such credential.
        """
        now = self._clock.now()
        try:
            self._credentials.revoke(opening.partner.id, opening.named, now)
        except LookupError:
            raise NotFound from None
        self._notifier.revoked(opening.partner.id, opening.named, now)
        return now

    def _enrolled(self, opening: Opening, sent: Sent, now: datetime) -> Enrolled:
        self._prove(opening, sent, now)
        again = self._again(opening, sent.offered, now)
        if again is not None:
            return again
        enrolling, chain = self._judged(sent.offered, opening.partner, now)
        if isinstance(opening, ByInvitation):
            self._enrolments.enrol_invited(enrolling, digest=opening.digest)
        else:
            self._enrolments.enrol_beside(enrolling, live=opening.live)
        credential = enrolling.credential
        self._notifier.enrolled(opening.partner.id, credential.thumbprint, now)
        return Enrolled(partner=opening.partner, credential=credential, chain=chain)

    def _prove(self, opening: Opening, sent: Sent, now: datetime) -> None:
        """Possession, and what the statement that opened it names; else `CredentialRefused`."""
        offered = sent.offered
        if isinstance(opening, ByCredential) and opening.named != offered.subject:
            raise CredentialRefused(Unfit.POSSESSION, "another credential was announced")
        if sent.proof is not None:  # a request is signed by its own key
            nonce = opening.nonce if isinstance(opening, ByInvitation) else None
            said = Statement(
                typ=ENROLMENT, audience=self._audience, subject=offered.subject, nonce=nonce
            )
            demand_statement(sent.proof, said, key=offered.key, now=now)

    def _again(self, opening: Opening, offered: Offered, now: datetime) -> Enrolled | None:
        """What is enrolled of that offer already, for whoever proves it again: answers get lost.

        Under an invitation that was used, it is what was enrolled by it, or nothing.
        """
        used_at = opening.used_at if isinstance(opening, ByInvitation) else None
        if isinstance(opening, ByInvitation) and used_at is None:
            return None
        for one in self._credentials.credentials_of(opening.partner.id):
            if not one.opens_at(now) or used_at not in {None, one.enrolled_at}:
                continue
            if one.thumbprint == offered.subject:
                return Enrolled(partner=opening.partner, credential=one)
            is_certified = one.kind is CredentialKind.CERTIFICATE
            if is_certified and isinstance(offered, OfferedRequest) and key_of(one) == offered.key:
                chain = self._own.chain_of(one.public)
                return Enrolled(partner=opening.partner, credential=one, chain=chain)
        return None

    def _judged(
        self, offered: Offered, partner: Partner, now: datetime
    ) -> tuple[Enrolling, tuple[bytes, ...]]:
        """What is to be enrolled; and its way up, where we issue it ourselves."""
        if isinstance(offered, OfferedKey):
            key = _credential(offered, partner, now, kind=CredentialKind.JWK)
            return Enrolling(credential=key, key_thumbprint=offered.subject, authority=""), ()
        if isinstance(offered, OfferedCertificate):
            found = offered.demand(
                authorities=self._trusted.read(), siret=str(partner.siret), now=now
            )
            return _certified(offered, partner, now, authority=found.name), ()
        issued = self._own.issue(offered, partner=partner)
        enrolling = _certified(
            issued.certificate, partner, now, authority=issued.authority, serial=issued.serial
        )
        return enrolling, issued.chain


def _certified(
    certificate: OfferedCertificate,
    partner: Partner,
    now: datetime,
    *,
    authority: str,
    serial: str | None = None,
) -> Enrolling:
    credential = _credential(certificate, partner, now, kind=CredentialKind.CERTIFICATE)
    return Enrolling(
        credential=credential,
        key_thumbprint=thumbprint_of(certificate.key),
        authority=authority,
        serial=serial,
    )


def _credential(
    offered: OfferedKey | OfferedCertificate,
    partner: Partner,
    now: datetime,
    *,
    kind: CredentialKind,
) -> Credential:
    return Credential(
        id=str(uuid4()),
        partner_id=partner.id,
        kind=kind,
        thumbprint=offered.subject,
        public=offered.public,
        not_before=offered.not_before or now,
        not_after=offered.not_after,
        enrolled_at=now,
    )
