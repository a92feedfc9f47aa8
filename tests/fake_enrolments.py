"""Enrolments and lists of revocations in memory, honest to `gateway/ports/enrolment.py`."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from gateway.errors import EnrolledAlready, InvitationOver, NotAuthenticated, SlotsTaken
from gateway.model.enrolment import (
    SLOTS,
    Enrolling,
    Invitation,
    RefusedEnrolment,
    RevocationList,
    Withdrawn,
)
from gateway.model.partners import Credential
from tests.fake_credentials import MemoryCredentials
from tests.fakes import MemoryPartnerRegister


class MemoryEnrolments:
    """Invitations by digest, over credentials in memory."""

    def __init__(self, *, register: MemoryPartnerRegister, credentials: MemoryCredentials) -> None:
        self._register = register
        self._credentials = credentials
        self._lock = threading.Lock()
        self._invitations: dict[bytes, Invitation] = {}
        self._enrolled: list[Enrolling] = []
        self._refusals: list[RefusedEnrolment] = []

    def invite(
        self, partner_id: str, *, digest: bytes, issued_at: datetime, expires_at: datetime
    ) -> None:
        partner = self._register.partner(partner_id)
        if partner is None:
            raise LookupError("no such partner")
        for known, one in self._invitations.items():
            if one.partner.id == partner_id and one.used_at is None and one.withdrawn_at is None:
                self._invitations[known] = msgspec.structs.replace(one, withdrawn_at=issued_at)
        self._invitations[digest] = Invitation(
            partner=partner, issued_at=issued_at, expires_at=expires_at
        )

    def invitation(self, digest: bytes) -> Invitation | None:
        found = self._invitations.get(digest)
        is_live = found is not None and self._register.partner(found.partner.id) is not None
        return found if is_live else None

    def enrol_invited(self, enrolling: Enrolling, *, digest: bytes) -> None:
        at = enrolling.credential.enrolled_at
        with self._lock:
            found = self._invitations.get(digest)
            if (
                found is None
                or found.partner.id != enrolling.credential.partner_id
                or found.used_at is not None
                or found.withdrawn_at is not None
                or found.expires_at <= at
            ):
                raise InvitationOver
            self._insert(enrolling)
            self._invitations[digest] = msgspec.structs.replace(found, used_at=at)

    def enrol_beside(self, enrolling: Enrolling, *, live: str) -> None:
        credential = enrolling.credential
        with self._lock:
            known = self._credentials.credential(live)
            if (
                known is None
                or known.partner_id != credential.partner_id
                or not _is_live(known, credential.enrolled_at)
            ):
                raise NotAuthenticated
            self._insert(enrolling)

    def note_refusal(self, refused: RefusedEnrolment) -> None:
        self._refusals.append(refused)

    def refusals(self, partner_id: str, *, since: datetime) -> Sequence[RefusedEnrolment]:
        own = [one for one in self._refusals if one.partner_id == partner_id and one.at >= since]
        return sorted(own, key=lambda one: one.at)

    def _insert(self, enrolling: Enrolling) -> None:
        credential = enrolling.credential
        is_known = self._credentials.credential(credential.thumbprint) is not None
        if is_known or any(
            one.key_thumbprint == enrolling.key_thumbprint
            and one.credential.partner_id != credential.partner_id
            for one in self._enrolled
        ):
            raise EnrolledAlready
        live = [
            one
            for one in self._credentials.credentials_of(credential.partner_id)
            if one.kind is credential.kind and _is_live(one, credential.enrolled_at)
        ]
        if len(live) >= SLOTS:
            raise SlotsTaken
        self._credentials.enrol(credential)
        self._enrolled.append(enrolling)

    def revoked_by(self, authority: str) -> Sequence[Withdrawn]:
        """What of that authority is revoked."""
        found = []
        for one in self._enrolled:
            now = self._credentials.credential(one.credential.thumbprint)
            if one.authority == authority and one.serial and now and now.revoked_at:
                found.append(Withdrawn(serial=one.serial, at=now.revoked_at))
        return sorted(found, key=lambda one: (one.at, one.serial))


class MemoryRevocationLists:
    """Lists by authority, over enrolments in memory."""

    def __init__(self, *, enrolments: MemoryEnrolments) -> None:
        self._enrolments = enrolments
        self._lock = threading.Lock()
        self._lists: dict[str, RevocationList] = {}

    def latest(self, authority: str) -> tuple[RevocationList | None, int]:
        return self._lists.get(authority), len(self._enrolments.revoked_by(authority))

    def publish(
        self,
        authority: str,
        make: Callable[[RevocationList | None, Sequence[Withdrawn]], RevocationList | None],
    ) -> None:
        with self._lock:
            made = make(self._lists.get(authority), self._enrolments.revoked_by(authority))
            if made is not None:
                self._lists[authority] = made


def _is_live(credential: Credential, at: datetime) -> bool:
    ends = credential.not_after
    return credential.revoked_at is None and (ends is None or ends > at)
