"""What `ports.PartnerLife` promises."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from gateway.model.partner_notices import NoticeKind, NoticeState, PartnerNotice
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
    assert parts.life.was_told(ENDED) is None
    assert parts.life.disable(ENDED, last_seen=TODAY)
    assert parts.register.holder_of(parts.token) is None
    assert parts.outbox.upcoming(LABORATORY.id) == [(ENDED, NoticeState.WAITING)]
    assert parts.life.was_told(ENDED) == NOW
    again = msgspec.structs.replace(ENDED, day=date(2027, 1, 1))
    assert not parts.life.disable(again, last_seen=TODAY)
    assert len(parts.outbox.upcoming(LABORATORY.id)) == 1


def test_who_came_meanwhile_keeps_its_account(parts: Parts) -> None:
    parts.life.note(LABORATORY.id, TODAY)
    assert not parts.life.disable(ENDED, last_seen=TODAY - timedelta(days=1))
    assert parts.register.holder_of(parts.token) is not None
    assert parts.outbox.upcoming(LABORATORY.id) == []
