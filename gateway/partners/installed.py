"""Enrolment as an installation has it: its own authority, those trusted, what partners pin."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

import structlog

from gateway.model.enrolment import RefusedEnrolment
from gateway.partners.enrolment import Enrolment
from gateway.partners.openings import Openings
from gateway.partners.own_authority import OwnAuthority
from gateway.partners.root_of_trust import RootOfTrust
from gateway.partners.trusted_authorities import TrustedAuthorities
from gateway.ports import Clock, Credentials, PartnerRegister
from gateway.ports.enrolment import Enrolments, RevocationLists
from gateway.wire.shape import Json

log = structlog.get_logger(__name__)


class LoggedNotices:
    """Implements `ports.Notifier` by lines of the log, for whoever runs the gateway."""

    def enrolled(self, partner_id: str, thumbprint: str, at: datetime) -> None:
        """See ports.Notifier."""
        self._tell("credential enrolled", partner_id, thumbprint, at)

    def revoked(self, partner_id: str, thumbprint: str, at: datetime) -> None:
        """See ports.Notifier."""
        self._tell("credential revoked", partner_id, thumbprint, at)

    def refused(self, refused: RefusedEnrolment) -> None:
        """See ports.Notifier."""
        log.warning("credential refused", partner=refused.partner_id, code=refused.code)

    @staticmethod
    def _tell(event: str, partner_id: str, thumbprint: str, at: datetime) -> None:
        log.info(event, partner=partner_id, thumbprint=thumbprint, since=at.isoformat())


class Installation(Protocol):
    """What an installation decides of enrolment."""

    @property
    def public_address(self) -> str:
        """Where partners reach the gateway."""

    @property
    def environment(self) -> str:
        """The name of the installation."""

    @property
    def authority_keys(self) -> Path:
        """Folder of its own authority; it need not exist."""

    @property
    def trusted_authorities(self) -> Path:
        """Folder of the authorities that it trusts; it need not exist."""


class Kept(Protocol):
    """What an installation keeps of partners."""

    @property
    def clock(self) -> Clock:
        """By which it is dated."""

    @property
    def register(self) -> PartnerRegister:
        """Who is enrolled."""

    @property
    def credentials(self) -> Credentials:
        """By what they prove themselves."""

    @property
    def enrolments(self) -> Enrolments:
        """How that came in."""

    @property
    def revocation_lists(self) -> RevocationLists:
        """What our own authority revoked."""


class InstalledEnrolment:
    """What the doors of enrolment need."""

    def __init__(
        self,
        installation: Installation,
        kept: Kept,
        *,
        published_keys: Callable[[], Json],
    ) -> None:
        """`kept` puts what partners are told in the outbox; the log tells whoever runs the gateway.

        Raises:
            ConfigurationFault: a file of a trusted authority cannot be used.
        """
        address = installation.public_address
        trusted = TrustedAuthorities(installation.trusted_authorities)
        trusted.read()
        self.own = OwnAuthority(
            installation.authority_keys,
            lists=kept.revocation_lists,
            clock=kept.clock,
            public_address=address,
        )
        self.root = RootOfTrust(
            address=address,
            environment=installation.environment,
            published_keys=published_keys,
            authorities=self.own.certificates,
        )
        self.openings = Openings(
            register=kept.register,
            credentials=kept.credentials,
            enrolments=kept.enrolments,
            clock=kept.clock,
            audience=address,
        )
        self.enrolment = Enrolment(
            credentials=kept.credentials,
            enrolments=kept.enrolments,
            trusted=trusted,
            own=self.own,
            notifier=LoggedNotices(),
            clock=kept.clock,
            audience=address,
        )
