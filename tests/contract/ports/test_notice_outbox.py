"""What `ports.NoticeOutbox` promises."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from gateway.model.partner_notices import (
    EXPIRY_DAYS,
    MailAddress,
    NoticeKind,
    NoticeState,
    PartnerNotice,
)
from gateway.storage.outbox import PAUSES
from gateway.storage.partner_notices import SqlNoticeOutbox
from gateway.storage.partner_register import SqlPartnerRegister
from tests.contract.ports.test_partner_register import LABORATORY
from tests.fakes import FixedClock

NOW = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
NOTICE = PartnerNotice(
    partner_id=LABORATORY.id,
    kind=NoticeKind.CREDENTIAL_EXPIRES,
    day=date(2026, 12, 12),
    decided_at=NOW,
    subject="t" * 43,
    days=40,
)
ADDRESSES = (MailAddress.parse("it@labo.example"), MailAddress.parse("siseri@labo.example"))


@pytest.fixture
def outbox(database: Any) -> SqlNoticeOutbox:
    SqlPartnerRegister(**database.parts(), clock=FixedClock()).add(LABORATORY)
    made = SqlNoticeOutbox(**database.parts(), clock=FixedClock())
    for address in ADDRESSES:
        made.add_contact(LABORATORY.id, address)
    return made


def test_the_same_thing_is_told_once_whoever_decides_it_and_when(outbox: SqlNoticeOutbox) -> None:
    later = msgspec.structs.replace(NOTICE, decided_at=NOW + timedelta(days=1))
    assert [outbox.decide([NOTICE]), outbox.decide([later, NOTICE])] == [1, 0]
    assert outbox.upcoming(LABORATORY.id) == [(NOTICE, NoticeState.WAITING)]


def test_what_is_taken_is_nobody_elses_until_its_next_turn(outbox: SqlNoticeOutbox) -> None:
    outbox.decide([NOTICE])
    due = outbox.take(NOW)
    assert due is not None
    assert (due.notice, due.attempts, due.recipients) == (NOTICE, 1, ADDRESSES)
    assert outbox.take(NOW) is None
    again = outbox.take(NOW + PAUSES[0])
    assert again is not None
    assert again.attempts == 2


def test_attempts_come_later_and_later_and_never_end_by_themselves(outbox: SqlNoticeOutbox) -> None:
    outbox.decide([NOTICE])
    now = NOW
    for pause in (*PAUSES, PAUSES[-1]):
        assert outbox.take(now) is not None
        assert outbox.take(now + pause - timedelta(milliseconds=1)) is None
        outbox.settle(NOTICE.id, NoticeState.WAITING, at=now, fault="deadline")
        now += pause
    assert outbox.not_sent()[0][3] == "deadline"


@pytest.mark.parametrize("state", [NoticeState.SENT, NoticeState.GIVEN_UP])
def test_what_is_settled_is_due_no_more(outbox: SqlNoticeOutbox, state: NoticeState) -> None:
    outbox.decide([NOTICE])
    assert outbox.take(NOW) is not None
    outbox.settle(NOTICE.id, state, at=NOW)
    outbox.settle(NOTICE.id, NoticeState.MOOT, at=NOW)  # settled once
    assert outbox.take(NOW + timedelta(days=30)) is None
    assert outbox.upcoming(LABORATORY.id) == [(NOTICE, state)]


def test_of_several_that_were_missed_the_last_alone_is_sent(outbox: SqlNoticeOutbox) -> None:
    missed = [msgspec.structs.replace(NOTICE, days=days) for days in EXPIRY_DAYS[:3]]
    assert outbox.decide(missed) == 3
    due = outbox.take(NOW)
    assert due is not None
    assert due.notice.days == EXPIRY_DAYS[2]
    assert outbox.take(NOW) is None
    states = [state for _, state in outbox.upcoming(LABORATORY.id)]
    assert sorted(states) == ["MOOT", "MOOT", "WAITING"]


def test_what_waits_for_a_day_or_was_given_up_calls_for_somebody(outbox: SqlNoticeOutbox) -> None:
    outbox.decide([NOTICE])
    assert not outbox.is_late(NOW + timedelta(hours=23))
    assert outbox.is_late(NOW + timedelta(hours=25))
    outbox.settle(NOTICE.id, NoticeState.GIVEN_UP, at=NOW)
    assert outbox.is_late(NOW + timedelta(days=29))
    assert not outbox.is_late(NOW + timedelta(days=31))


def test_contacts_are_those_of_the_moment_of_sending(outbox: SqlNoticeOutbox) -> None:
    outbox.decide([NOTICE])
    outbox.remove_contact(LABORATORY.id, ADDRESSES[0])
    due = outbox.take(NOW)
    assert due is not None
    assert due.recipients == ADDRESSES[1:]
    with pytest.raises(LookupError):
        outbox.remove_contact(LABORATORY.id, ADDRESSES[0])
    with pytest.raises(LookupError):
        outbox.add_contact("nobody", ADDRESSES[0])
