"""The gateway's own authority at work: certificates for partners, and the list of those revoked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from gateway.errors import CredentialNotTaken, NotFound, Overloaded
from gateway.model.directory import Partner
from gateway.model.enrolment import RevocationList, Withdrawn
from gateway.ports import Clock
from gateway.ports.enrolment import RevocationLists
from signing.authority import (
    Authority,
    AuthorityCertificate,
    Holder,
    Revoked,
    authority_certificates,
    load_authority,
)
from signing.errors import SigningError
from signing.offered import OfferedCertificate, OfferedRequest
from signing.partner_certificate import parse_certificate

NO_AUTHORITY: Final = "K013"
LISTS_PATH: Final = "/v1/enrolment/crl/"
_RENEWED_EVERY: Final = timedelta(days=1)
_RETRY_AFTER_S: Final = 300
"""Nothing but the key of the authority helps: whoever runs the gateway needs some time."""


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate for a partner, and its way up."""

    certificate: OfferedCertificate
    chain: tuple[bytes, ...]
    authority: str
    serial: str


class OwnAuthority:
    """Issues under the newest authority of a folder, and publishes what each has revoked."""

    def __init__(
        self, folder: Path, *, lists: RevocationLists, clock: Clock, public_address: str
    ) -> None:
        """`folder` need not exist: then nothing is issued."""
        self._folder = folder
        self._lists = lists
        self._clock = clock
        self._address = public_address

    def certificates(self) -> Sequence[bytes]:
        """Of every authority of the folder, in DER, the newest first."""
        return [one.der for one in self._found()]

    def issue(self, request: OfferedRequest, *, partner: Partner) -> Issued:
        """Certify the key of a request for that partner, under the name it is enrolled by.

        Raises:
            CredentialNotTaken: K013, there is no authority here.
            Overloaded: its key cannot be used.
        """
        found = self._found()
        if not found:
            raise CredentialNotTaken(code=NO_AUTHORITY)
        authority = self._opened(found[0].id)
        holder = Holder(id=partner.id, name=partner.name, siret=str(partner.siret))
        lists = f"{self._address}{LISTS_PATH}{authority.id}"
        try:
            der = authority.issue(request.key, holder=holder, lists=lists, now=self._clock.now())
        except SigningError:
            raise _unusable() from None
        certificate = parse_certificate(der)
        return Issued(
            certificate=OfferedCertificate(certificate=certificate),
            chain=(authority.der,),
            authority=authority.id,
            serial=f"{certificate.serial_number:x}",
        )

    def chain_of(self, certificate: bytes) -> tuple[bytes, ...]:
        """The way up from a certificate in DER that an authority here issued."""
        issued = parse_certificate(certificate)
        return tuple(one.der for one in self._found() if one.issued(issued))

    def revocation_list(self, authority: str) -> bytes:
        """The list in DER: made anew each day, and as soon as something was revoked.

        Raises:
            NotFound: there is no such authority.
            Overloaded: its key cannot be used, and no list is left that may serve.
        """
        if all(authority != one.id for one in self._found()):
            raise NotFound
        latest, revoked = self._lists.latest(authority)
        if latest is None or _is_due(latest, revoked, self._clock.now()):
            self._lists.publish(authority, lambda last, ended: self._made(authority, last, ended))
            latest, _ = self._lists.latest(authority)
        if latest is None:
            raise _unusable()
        return latest.der

    def _made(
        self, authority: str, last: RevocationList | None, revoked: Sequence[Withdrawn]
    ) -> RevocationList | None:
        now = self._clock.now()
        if last is not None and not _is_due(last, len(revoked), now):
            return None
        number = 1 if last is None else last.number + 1
        ended = [Revoked(serial=int(one.serial, 16), at=one.at) for one in revoked]
        der = self._opened(authority).revocation_list(ended, number=number, now=now)
        return RevocationList(number=number, issued_at=now, entries=len(revoked), der=der)

    def _found(self) -> Sequence[AuthorityCertificate]:
        try:
            return authority_certificates(self._folder)
        except SigningError:
            raise _unusable() from None

    def _opened(self, authority: str) -> Authority:
        try:
            (of,) = (one for one in self._found() if one.id == authority)
            return load_authority(self._folder, of)
        except SigningError:
            raise _unusable() from None


def _is_due(latest: RevocationList, revoked: int, now: datetime) -> bool:
    return latest.entries != revoked or latest.issued_at + _RENEWED_EVERY <= now


def _unusable() -> Overloaded:
    return Overloaded("the partners' authority cannot be used", retry_after_s=_RETRY_AFTER_S)
