"""What `ports.accounts.AccountLife` promises."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.model.account_notices import AccountNotice, AccountNoticeKind, Announced
from gateway.model.partner_notices import NoticeState
from tests.identities import NOW, a_link, a_session, a_subject

LATER = NOW + timedelta(days=700)
DAY = LATER.date()


def told(account_id: str, **changes: Any) -> AccountNotice:
    stated = {
        "account_id": account_id,
        "kind": AccountNoticeKind.IDLE,
        "day": DAY,
        "days": 30,
        "decided_at": LATER,
    }
    return AccountNotice(**stated | changes)


@pytest.fixture
def account_id(accounts: Any) -> str:
    return str(accounts.admit(a_link()).id)


def test_accounts_are_told_that_nobody_used_since(
    accounts: Any, account_life: Any, account_id: str
) -> None:
    other = accounts.admit(a_link(a_subject("s-2"), email="paul@exemple.fr", at=LATER))
    assert account_life.unused_since(NOW) == []
    assert account_life.unused_since(LATER) == [(account_id, NOW)]
    after = LATER + timedelta(seconds=1)
    assert account_life.unused_since(after) == [(account_id, NOW), (other.id, LATER)]
    account_life.disable(account_id)
    assert account_life.unused_since(after) == [(other.id, LATER)]


def test_what_was_announced_is_known_until_its_holder_comes(
    account_life: Any, account_id: str
) -> None:
    assert account_life.announced(account_id, since=NOW) is None
    for _ in range(2):
        account_life.tell(told(account_id))
    assert account_life.announced(account_id, since=NOW) == Announced(day=DAY, is_told=False)
    assert account_life.announced(account_id, since=LATER) is None


def test_what_a_relay_took_is_told_and_of_the_last_day_that_was_announced_alone(
    account_life: Any, outbox: Any, account_id: str
) -> None:
    account_life.tell(told(account_id))
    outbox.settle(told(account_id).id, NoticeState.SENT, at=LATER)
    assert account_life.announced(account_id, since=NOW) == Announced(day=DAY, is_told=True)
    later = DAY + timedelta(days=30)
    account_life.tell(told(account_id, day=later))
    assert account_life.announced(account_id, since=NOW) == Announced(day=later, is_told=False)
    account_life.tell(told(account_id, day=later, days=7))
    outbox.settle(told(account_id, day=later, days=7).id, NoticeState.SENT, at=LATER)
    assert account_life.announced(account_id, since=NOW) == Announced(day=later, is_told=True)


def test_an_account_ends_with_its_sessions_once(
    accounts: Any, account_life: Any, sessions: Any, account_id: str
) -> None:
    session = a_session(account_id)
    sessions.begin(session, opened_by=a_subject(), replaced=None)
    ended = told(account_id, kind=AccountNoticeKind.DISABLED, days=0)
    assert account_life.disable_idle(ended, last_seen_at=NOW)
    assert accounts.get(account_id).disabled_at == LATER
    assert sessions.find(session.id) is None
    assert not account_life.disable_idle(ended, last_seen_at=NOW)


def test_who_came_in_between_keeps_the_account(
    accounts: Any, account_life: Any, account_id: str
) -> None:
    accounts.admit(a_link(at=LATER))
    ended = told(account_id, kind=AccountNoticeKind.DISABLED, days=0)
    assert not account_life.disable_idle(ended, last_seen_at=NOW)
    assert accounts.get(account_id).disabled_at is None
