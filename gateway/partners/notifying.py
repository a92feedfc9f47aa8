"""Partners told by mail what became of their credentials, beside the lines of the log."""

from datetime import datetime

import structlog

from gateway.errors import Overloaded
from gateway.model.enrolment import RefusedEnrolment
from gateway.model.partner_notices import NoticeKind, PartnerNotice
from gateway.model.parts import legal_day
from gateway.ports.enrolment import Notifier
from gateway.ports.partner_notices import NoticeOutbox

log = structlog.get_logger(__name__)


class PostedNotices:
    """Implements `ports.Notifier`: a notice in the outbox, then whatever `beside` tells.

    Refusals are told once a day, however many there were. The credential is enrolled, revoked or
    refused already: an outbox that cannot be written leaves it so, and the log says it.
    """

    def __init__(self, *, outbox: NoticeOutbox, beside: Notifier) -> None:
        self._outbox = outbox
        self._beside = beside

    def enrolled(self, partner_id: str, thumbprint: str, at: datetime) -> None:
        """See ports.Notifier."""
        self._post(partner_id, NoticeKind.CREDENTIAL_ENROLLED, at, thumbprint)
        self._beside.enrolled(partner_id, thumbprint, at)

    def revoked(self, partner_id: str, thumbprint: str, at: datetime) -> None:
        """See ports.Notifier."""
        self._post(partner_id, NoticeKind.CREDENTIAL_REVOKED, at, thumbprint)
        self._beside.revoked(partner_id, thumbprint, at)

    def refused(self, refused: RefusedEnrolment) -> None:
        """See ports.Notifier."""
        self._post(refused.partner_id, NoticeKind.ENROLMENT_REFUSED, refused.at, "")
        self._beside.refused(refused)

    def _post(self, partner_id: str, kind: NoticeKind, at: datetime, subject: str) -> None:
        notice = PartnerNotice(
            partner_id=partner_id, kind=kind, day=legal_day(at), decided_at=at, subject=subject
        )
        try:
            self._outbox.decide((notice,))
        except Overloaded:
            log.warning("notice.not_decided", partner=partner_id, kind=kind.value)
