"""What becomes of a credential and the notice of it: one transaction, so both or neither.

A process that dies in between is one that dies before COMMIT, or after it: there is no other place.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from sqlalchemy import event

from gateway.model.enrolment import RefusedEnrolment
from gateway.model.partner_notices import NoticeKind, NoticeState
from gateway.storage.enrolments import SqlEnrolments
from gateway.storage.partner_credentials import SqlCredentials
from gateway.storage.partner_notices import SqlNoticeOutbox
from gateway.storage.partner_register import SqlPartnerRegister
from tests.contract.ports.conftest import Database
from tests.contract.ports.test_enrolments import DAY, NOON, Kept, enrolling, invite
from tests.contract.ports.test_partner_register import LABORATORY
from tests.fakes import FixedClock

FIRST, SECOND = (enrolling(number).credential.thumbprint for number in (1, 2))


class Died(Exception):
    """The process came no further."""


class Installed:
    """A partner with a live credential, and an invitation to a second one."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        parts = database.parts()
        self.engine = database.engine
        self.outbox = SqlNoticeOutbox(**parts, clock=clock)
        register = SqlPartnerRegister(**parts, clock=clock)
        register.add(LABORATORY)
        self.kept = Kept(
            enrolments=SqlEnrolments(**parts),
            credentials=SqlCredentials(**parts, clock=clock),
            register=register,
        )
        first = invite(self.kept, "first")
        self.kept.enrolments.enrol_invited(enrolling(), digest=first)
        self.invitation = invite(self.kept, "second")

    def told(self) -> set[tuple[NoticeKind, str]]:
        """What the outbox holds beside the first enrolment; all of it waits to be sent."""
        found = self.outbox.upcoming(LABORATORY.id)
        assert {state for _, state in found} == {NoticeState.WAITING}
        return {(notice.kind, notice.subject) for notice, _ in found} - {
            (NoticeKind.CREDENTIAL_ENROLLED, FIRST)
        }

    def decided(self) -> tuple[object, ...]:
        """All that a decision changes."""
        enrolments, credentials = self.kept.enrolments, self.kept.credentials
        invitation = enrolments.invitation(self.invitation)
        return (
            [(one.thumbprint, one.revoked_at) for one in credentials.every()],
            invitation.used_at,
            list(enrolments.refusals(LABORATORY.id, since=NOON - DAY)),
        )


@pytest.fixture
def installed(database: Database, clock: FixedClock) -> Installed:
    return Installed(database, clock)


def refused(installed: Installed) -> None:
    at = RefusedEnrolment(partner_id=LABORATORY.id, at=NOON + DAY, code="K002")
    installed.kept.enrolments.note_refusal(at)


Decision = Callable[[Installed], None]
DECISIONS: Final[dict[str, tuple[Decision, NoticeKind, str]]] = {
    "invited": (
        lambda it: it.kept.enrolments.enrol_invited(enrolling(2), digest=it.invitation),
        NoticeKind.CREDENTIAL_ENROLLED,
        SECOND,
    ),
    "beside": (
        lambda it: it.kept.enrolments.enrol_beside(enrolling(2), live=FIRST),
        NoticeKind.CREDENTIAL_ENROLLED,
        SECOND,
    ),
    "revoked": (
        lambda it: it.kept.credentials.revoke(LABORATORY.id, FIRST, NOON + DAY),
        NoticeKind.CREDENTIAL_REVOKED,
        FIRST,
    ),
    "refused": (refused, NoticeKind.ENROLMENT_REFUSED, ""),
}
OF_EACH = pytest.mark.parametrize(
    ("decide", "kind", "subject"), DECISIONS.values(), ids=DECISIONS.keys()
)


@contextmanager
def dying(engine: Any, where: str) -> Iterator[None]:
    """Die at the insertion of the notice, or when all is written and COMMIT would be next."""

    def at_statement(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
        if "INSERT INTO partner_notices" in statement:
            raise Died

    def at_commit(_connection: Any) -> None:
        raise Died

    name, function = {
        "notice": ("before_cursor_execute", at_statement),
        "commit": ("commit", at_commit),
    }[where]
    event.listen(engine, name, function)
    try:
        yield
    finally:
        event.remove(engine, name, function)


@OF_EACH
def test_who_dies_before_the_notice_is_kept_has_decided_nothing_and_after_it_waits(
    installed: Installed, decide: Decision, kind: NoticeKind, subject: str
) -> None:
    before = installed.decided()
    for where in ("notice", "commit"):
        with dying(installed.engine, where), pytest.raises(Died):
            decide(installed)
        assert (installed.decided(), installed.told()) == (before, set())
    decide(installed)  # whatever dies from here on, it is decided and told
    assert installed.decided() != before
    assert installed.told() == {(kind, subject)}


def test_a_revocation_is_told_once_and_refusals_once_a_day(installed: Installed) -> None:
    for days in (1, 2, 3):
        installed.kept.credentials.revoke(LABORATORY.id, FIRST, NOON + days * DAY)
    for _ in range(3):
        refused(installed)
    of_next_day = RefusedEnrolment(partner_id=LABORATORY.id, at=NOON + 2 * DAY, code="K001")
    installed.kept.enrolments.note_refusal(of_next_day)
    told = [one for one, _ in installed.outbox.upcoming(LABORATORY.id)]
    days_of = {
        kind: [one.day for one in told if one.kind is kind]
        for kind in (NoticeKind.CREDENTIAL_REVOKED, NoticeKind.ENROLMENT_REFUSED)
    }
    assert days_of == {
        NoticeKind.CREDENTIAL_REVOKED: [(NOON + DAY).date()],
        NoticeKind.ENROLMENT_REFUSED: [(NOON + 2 * DAY).date(), (NOON + DAY).date()],
    }
