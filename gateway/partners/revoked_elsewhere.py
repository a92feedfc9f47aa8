"""Certificates that their own authority revoked after they were enrolled: they end here too."""

from collections.abc import Iterable

import msgspec

from gateway.model.partners import Credential, CredentialKind
from gateway.partners.trusted_authorities import TrustedAuthorities
from gateway.ports import Clock, Credentials
from signing.errors import SigningError
from signing.partner_certificate import is_revoked, parse_certificate


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the live certificates of other authorities; by thumbprint."""

    revoked: tuple[str, ...]
    """These open nothing any more."""
    untold: tuple[str, ...]
    """Of these no fresh list of an issuer that is configured says anything; they still open."""
    good: int


class RevokedElsewhere:
    """Looks every live certificate up in the lists at hand."""

    def __init__(
        self,
        *,
        credentials: Credentials,
        trusted: TrustedAuthorities,
        clock: Clock,
    ) -> None:
        self._credentials = credentials
        self._trusted = trusted
        self._clock = clock

    def look(self, enrolled: Iterable[Credential], *, own: frozenset[str]) -> Looked:
        """Revoke what was revoked; `own` are the thumbprints of what we issued ourselves.

        Raises:
            ConfigurationFault: a file of an authority cannot be used.
        """
        now, authorities = self._clock.now(), self._trusted.read()
        revoked, untold, good = [], [], 0
        for one in enrolled:
            is_ours = one.thumbprint in own
            if one.kind is not CredentialKind.CERTIFICATE or is_ours or not one.opens_at(now):
                continue
            try:
                told = is_revoked(parse_certificate(one.public), authorities=authorities, now=now)
            except SigningError:
                told = None
            if told:
                self._credentials.revoke(one.partner_id, one.thumbprint, now)
                revoked.append(one.thumbprint)
            elif told is None:
                untold.append(one.thumbprint)
            else:
                good += 1
        return Looked(revoked=tuple(revoked), untold=tuple(untold), good=good)
