"""What `ports.accounts.Sessions` promises."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.model.accounts import IDLE_SESSION
from gateway.model.federation import Provider
from tests.identities import NOW, a_link, a_session, a_subject

LATER = NOW + timedelta(minutes=20)
OPENED_BY, OTHER = a_subject(), a_subject("s-2")


def begin(sessions: Any, session: Any, *, replaced: str | None = None) -> None:
    """By whichever of the two identities opens its account."""
    begun = [
        sessions.begin(session, opened_by=each, replaced=replaced) for each in (OPENED_BY, OTHER)
    ]
    assert sorted(begun) == [False, True]


@pytest.fixture
def account_id(accounts: Any) -> str:
    return str(accounts.admit(a_link()).id)


@pytest.fixture
def other_id(accounts: Any) -> str:
    return str(accounts.admit(a_link(a_subject("s-2"), email="paul@exemple.fr")).id)


def test_a_session_is_found_whole_by_what_the_browser_holds(sessions: Any, account_id: str) -> None:
    session = a_session(account_id)
    begin(sessions, session)
    assert sessions.find(session.id) == session


@pytest.mark.parametrize("unknown", ["", "another", "\ud800"])
def test_what_no_browser_was_given_opens_nothing(
    sessions: Any, account_id: str, unknown: str
) -> None:
    begin(sessions, a_session(account_id))
    assert sessions.find(unknown) is None
    sessions.end(unknown)
    sessions.touch(unknown, at=NOW)


def test_the_session_that_a_browser_held_ends_when_the_next_begins(
    sessions: Any, account_id: str, other_id: str
) -> None:
    former, others, session = a_session(other_id), a_session(account_id), a_session(account_id)
    begin(sessions, former)
    begin(sessions, others)
    begin(sessions, session, replaced=former.id)
    assert sessions.find(former.id) is None
    assert sessions.find(others.id) == others
    assert sessions.find(session.id) == session


def test_a_session_that_is_used_is_seen_then(sessions: Any, account_id: str) -> None:
    session = a_session(account_id)
    begin(sessions, session)
    sessions.touch(session.id, at=LATER)
    assert sessions.find(session.id).last_seen_at == LATER
    assert sessions.of(session)[0].last_seen_at == LATER


def test_somebody_sees_their_own_sessions_the_latest_first(
    sessions: Any, account_id: str, other_id: str
) -> None:
    early = a_session(account_id, provider=Provider.FRANCECONNECT)
    late = a_session(account_id, at=LATER)
    for session in (early, late, a_session(other_id)):
        begin(sessions, session)
    seen = sessions.of(early)
    assert [(one.begun_at, one.is_this) for one in seen] == [(LATER, False), (NOW, True)]
    assert [one.provider for one in seen] == [Provider.PROCONNECT, Provider.FRANCECONNECT]
    assert [one.ends_at for one in seen] == [late.ends_at, early.ends_at]
    assert len({one.mark for one in seen}) == 2


def test_a_mark_opens_nothing(sessions: Any, account_id: str) -> None:
    session = a_session(account_id)
    begin(sessions, session)
    mark = sessions.of(session)[0].mark
    assert sessions.find(mark) is None
    assert mark not in session.id


def test_a_session_that_is_ended_opens_nothing_any_more(sessions: Any, account_id: str) -> None:
    session, other = a_session(account_id), a_session(account_id)
    begin(sessions, session)
    begin(sessions, other)
    for _ in range(2):
        sessions.end(session.id)
    sessions.touch(session.id, at=LATER)
    assert sessions.find(session.id) is None
    assert [one.is_this for one in sessions.of(other)] == [True]


def test_one_of_ones_own_sessions_is_ended_by_its_mark_and_nobody_elses(
    sessions: Any, account_id: str, other_id: str
) -> None:
    session, other, foreign = a_session(account_id), a_session(account_id), a_session(other_id)
    for each in (session, other, foreign):
        begin(sessions, each)
    (foreign_mark,) = (one.mark for one in sessions.of(foreign))
    (other_mark,) = (one.mark for one in sessions.of(session) if not one.is_this)
    sessions.end_marked(account_id, foreign_mark)
    assert sessions.find(foreign.id) is not None
    sessions.end_marked(account_id, other_mark)
    assert sessions.find(other.id) is None
    assert sessions.find(session.id) == session


def test_sessions_that_are_over_are_forgotten_when_the_next_one_begins(
    sessions: Any, account_id: str
) -> None:
    idle, used = a_session(account_id), a_session(account_id)
    begin(sessions, idle)
    begin(sessions, used)
    sessions.touch(used.id, at=LATER)
    begin(sessions, a_session(account_id, at=NOW + IDLE_SESSION))
    assert sessions.find(idle.id) is None
    assert sessions.find(used.id) is not None
    sessions.touch(used.id, at=used.ends_at)
    begin(sessions, a_session(account_id, at=used.ends_at))
    assert sessions.find(used.id) is None


def test_an_account_that_is_disabled_has_no_session_left(
    sessions: Any, account_id: str, other_id: str, account_life: Any
) -> None:
    session, other = a_session(account_id), a_session(other_id)
    for each in (session, other):
        begin(sessions, each)
    account_life.disable(account_id)
    assert sessions.find(session.id) is None
    assert sessions.find(other.id) == other


def test_a_session_begins_only_while_the_identity_opens_the_account(
    sessions: Any, accounts: Any, account_life: Any, account_id: str, other_id: str
) -> None:
    held, late = a_session(account_id), a_session(account_id)
    assert sessions.begin(held, opened_by=OPENED_BY, replaced=None)
    for stranger in (OTHER, a_subject("s-9")):
        assert not sessions.begin(late, opened_by=stranger, replaced=None)
    account_life.unlink(account_id)
    assert not sessions.begin(late, opened_by=OPENED_BY, replaced=None)
    assert sessions.find(held.id) is sessions.find(late.id) is None
    assert accounts.get(other_id) is not None


def test_a_session_that_does_not_begin_ends_the_one_that_the_browser_held(
    sessions: Any, account_life: Any, account_id: str, other_id: str
) -> None:
    held, late = a_session(other_id), a_session(account_id)
    begin(sessions, held)
    account_life.disable(account_id)
    assert not sessions.begin(late, opened_by=OPENED_BY, replaced=held.id)
    assert sessions.find(held.id) is sessions.find(late.id) is None
