"""What `ports.PartnerLife` promises."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from gateway.model.account_notices import Announced
from gateway.model.partner_notices import MailAddress, NoticeKind, NoticeState, PartnerNotice
from gateway.model.partners import Credential, CredentialKind
from gateway.storage.partner_credentials import SqlCredentials, new_credential_id
from gateway.storage.partner_life import SqlPartnerLife
from gateway.storage.partner_notices import SqlNoticeOutbox
from gateway.storage.partner_register import SqlPartnerRegister
from tests.contract.ports.test_partner_register import LABORATORY
from tests.enrolled import put
from tests.fakes import FixedClock

NOW = FixedClock().now()
TODAY = NOW.date()
ENDED = PartnerNotice(
    partner_id=LABORATORY.id, kind=NoticeKind.ACCOUNT_DISABLED, day=TODAY, decided_at=NOW
)


def a_credential(thumbprint: str, not_after: datetime | None) -> Credential:
    return Credential(
        id=new_credential_id(),
        partner_id=LABORATORY.id,
        kind=CredentialKind.CERTIFICATE,
        thumbprint=thumbprint,
        public=b"der",
        not_before=NOW,
        not_after=not_after,
        enrolled_at=NOW,
    )


class Parts:
    """What stands on one database."""

    def __init__(self, database: Any) -> None:
        self.register = SqlPartnerRegister(**database.parts(), clock=FixedClock())
        self.token = self.register.add(LABORATORY)
        self.credentials = SqlCredentials(**database.parts(), clock=FixedClock())
        self.life = SqlPartnerLife(**database.parts())
        self.outbox = SqlNoticeOutbox(**database.parts(), clock=FixedClock())


@pytest.fixture
def parts(database: Any) -> Parts:
    return Parts(database)


def endings(parts: Parts) -> list[str]:
    until = NOW + timedelta(days=40)
    return [ending.thumbprint for ending in parts.life.endings(after=NOW, until=until)]


def test_credentials_that_end_within_the_span_are_told_the_first_first(parts: Parts) -> None:
    put(parts.credentials, a_credential("later", NOW + timedelta(days=40)))
    put(parts.credentials, a_credential("first", NOW + timedelta(days=1)))
    assert endings(parts) == ["first", "later"]
    parts.credentials.revoke(LABORATORY.id, "first", NOW)
    assert endings(parts) == ["later"]


@pytest.mark.parametrize("not_after", [None, NOW, NOW + timedelta(days=40, milliseconds=1)])
def test_no_other_credential_is_told(parts: Parts, not_after: datetime | None) -> None:
    put(parts.credentials, a_credential("other", not_after))
    assert endings(parts) == []


def test_who_is_disabled_is_told_of_no_credential(parts: Parts) -> None:
    put(parts.credentials, a_credential("one", NOW + timedelta(days=3)))
    parts.register.disable(LABORATORY.id)
    assert endings(parts) == []
    assert parts.life.last_seen() == []


def test_an_account_ends_and_its_notice_is_in_the_outbox_once(parts: Parts) -> None:
    assert parts.register.holder_of(parts.token) is not None
    assert parts.life.disable(ENDED, last_seen=TODAY)
    assert parts.register.holder_of(parts.token) is None
    assert parts.outbox.upcoming(LABORATORY.id) == [(ENDED, NoticeState.WAITING)]
    again = msgspec.structs.replace(ENDED, day=date(2027, 1, 1))
    assert not parts.life.disable(again, last_seen=TODAY)
    assert len(parts.outbox.upcoming(LABORATORY.id)) == 1


def test_who_came_meanwhile_keeps_its_account(parts: Parts) -> None:
    parts.life.note(LABORATORY.id, TODAY)
    assert not parts.life.disable(ENDED, last_seen=TODAY - timedelta(days=1))
    assert parts.register.holder_of(parts.token) is not None
    assert parts.outbox.upcoming(LABORATORY.id) == []


IDLE = msgspec.structs.replace(ENDED, kind=NoticeKind.ACCOUNT_IDLE, day=TODAY + timedelta(days=30))
BEFORE = TODAY - timedelta(days=1)


def announced(parts: Parts, since: date = BEFORE) -> Any:
    return parts.life.announced(LABORATORY.id, since=since)


def test_the_end_of_an_account_is_told_once_a_relay_took_the_mail_of_the_last_day_announced(
    parts: Parts,
) -> None:
    parts.outbox.add_contact(LABORATORY.id, MailAddress.parse("dosimetrie@exemple.fr"))
    assert announced(parts) is None
    parts.outbox.decide([IDLE])
    assert announced(parts) == Announced(day=IDLE.day, is_told=False)
    assert announced(parts, since=TODAY) is None
    parts.outbox.settle(IDLE.id, NoticeState.SENT, at=NOW)
    assert announced(parts) == Announced(day=IDLE.day, is_told=True)
    later = msgspec.structs.replace(IDLE, day=IDLE.day + timedelta(days=30))
    parts.outbox.decide([later])
    assert announced(parts) == Announced(day=later.day, is_told=False)


def test_what_was_announced_for_another_day_and_not_sent_is_moot(parts: Parts) -> None:
    later = msgspec.structs.replace(IDLE, day=IDLE.day + timedelta(days=30), decided_at=NOW)
    parts.outbox.decide([IDLE])
    parts.outbox.decide([later])
    states = {notice.day: state for notice, state in parts.outbox.upcoming(LABORATORY.id)}
    assert states == {IDLE.day: NoticeState.MOOT, later.day: NoticeState.WAITING}


@pytest.mark.parametrize("state", [NoticeState.WAITING, NoticeState.GIVEN_UP])
def test_who_has_no_contact_cannot_be_told_and_is_not_waited_for(
    parts: Parts, state: NoticeState
) -> None:
    parts.outbox.decide([IDLE])
    parts.outbox.settle(IDLE.id, state, at=NOW)
    assert announced(parts) == Announced(day=IDLE.day, is_told=True)
    parts.outbox.add_contact(LABORATORY.id, MailAddress.parse("dosimetrie@exemple.fr"))
    assert announced(parts) == Announced(day=IDLE.day, is_told=False)


def test_no_end_is_announced_for_sooner_than_thirty_days(parts: Parts) -> None:
    parts.outbox.decide([msgspec.structs.replace(IDLE, day=TODAY)])
    assert announced(parts).day == TODAY + timedelta(days=30)
