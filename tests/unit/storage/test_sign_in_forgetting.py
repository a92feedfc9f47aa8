"""What is over is forgotten without anybody coming: the minutes that are promised are kept."""

from datetime import timedelta

import pytest

from gateway.model.accounts import (
    IDLE_SESSION,
    LONGEST_SESSION,
    TRIES_IN_ALL,
    TRIES_WINDOW,
    WAITING,
)
from gateway.model.background import Stopped, Turn
from gateway.model.federation import Provider
from gateway.storage.account_tables import sign_in_sessions, waiting_identities
from gateway.storage.hand_overs import OPENED_FOR, enter_hand_over
from gateway.storage.portal_tables import portal_hand_overs
from gateway.storage.sign_in_attempts import LIFETIME, sign_in_attempts, spent_identity_tokens
from gateway.storage.users import Users
from gateway.storage.writer import Writer
from tests.fakes import FakeSealer, FixedClock
from tests.identities import NOW, a_link, a_professional, a_session, a_subject, who_waits
from tests.portal import a_hand_over
from tests.postgresql import KINDS, opened
from tests.signing_in import Portal

GO = Turn(is_stopping=lambda: False)
MOMENT = timedelta(milliseconds=1)
TOKEN = timedelta(minutes=5)
TABLES = (
    *(sign_in_attempts, spent_identity_tokens, waiting_identities),
    *(sign_in_sessions, portal_hand_overs),
)


class Installed:
    """A database of those who sign in, each table with one row of this moment."""

    def __init__(self, engine):
        self.engine = engine
        self.clock = FixedClock(NOW)
        self.writer = Writer(engine=engine)
        parts = {"engine": engine, "writer": self.writer}
        self.users = users = Users(**parts, sealer=FakeSealer(), clock=self.clock)
        portal = Portal(self.clock, attempts=users.attempts)
        portal.depart(Provider.PROCONNECT)
        users.attempts.spend("a" * 64, until=NOW + TOKEN)
        users.waiting.keep(who_waits(since=NOW))
        account = users.accounts.admit(a_link(email=a_professional().email))
        self.session = a_session(account.id)
        users.sessions.begin(self.session, opened_by=a_subject(), replaced=None)
        handed = {"portal_id": "portail", "at": NOW}
        self.writer.run(lambda connection: enter_hand_over(connection, a_hand_over(), **handed))

    def kept(self):
        with self.engine.connect() as connection:
            return [t.name for t in TABLES if connection.execute(t.select()).first() is not None]

    def after(self, lapse):
        self.clock.advance(NOW + lapse - self.clock.now())
        self.users.forgetting(GO)
        return self.kept()


@pytest.fixture(params=KINDS)
def installed(request, tmp_path):
    with opened(request.param, tmp_path) as engine:
        found = Installed(engine)
        yield found
        found.writer.close()


def test_each_goes_when_its_time_is_over_and_none_before(installed):
    names = [table.name for table in TABLES]
    attempts, _, waiting, sessions, handed = names
    assert LIFETIME == WAITING
    assert installed.after(timedelta(0)) == names
    assert installed.after(TOKEN) == names
    assert installed.after(TOKEN + MOMENT) == [attempts, waiting, sessions, handed]
    assert installed.after(WAITING) == [attempts, waiting, sessions, handed]
    assert installed.after(WAITING + MOMENT) == [sessions, handed]
    assert installed.after(IDLE_SESSION - MOMENT) == [sessions, handed]
    assert installed.after(IDLE_SESSION) == [handed]
    assert installed.after(OPENED_FOR) == [handed]
    assert installed.after(OPENED_FOR + MOMENT) == []


def test_of_whom_a_hand_over_was_is_forgotten_and_its_entry_is_not(installed):
    hand_overs = installed.users.hand_overs
    (known,) = hand_overs.opened()
    assert (known.account_id, known.portal_id, known.is_true) == ("account-1", "portail", True)
    installed.after(OPENED_FOR + MOMENT)
    (told,) = hand_overs.opened()
    assert (told.number, told.at, told.portal_id) == (known.number, NOW, "portail")
    assert (told.account_id, told.salt, told.is_true) == (None, b"", True)
    assert [*hand_overs.opened(account_id="account-1")] == []


def test_the_numbers_that_were_refused_are_never_forgotten_by_time(installed):
    for _ in range(TRIES_IN_ALL):
        installed.users.waiting.draw(a_subject("p"))
        installed.clock.advance(TRIES_WINDOW)
        installed.users.forgetting(GO)
    assert installed.users.waiting.tries_left(a_subject("p")) == 0


def test_a_session_in_use_goes_after_eight_hours(installed):
    installed.users.sessions.touch(installed.session.id, at=NOW + LONGEST_SESSION)
    assert sign_in_sessions.name in installed.after(LONGEST_SESSION - MOMENT)
    assert sign_in_sessions.name not in installed.after(LONGEST_SESSION)


def test_a_process_that_stops_leaves_the_rest_to_the_next(installed):
    installed.clock.advance(TRIES_WINDOW)
    with pytest.raises(Stopped):
        installed.users.forgetting(Turn(is_stopping=iter([False, True]).__next__))
    assert installed.kept() == [table.name for table in TABLES[1:]]
    assert installed.after(TRIES_WINDOW) == [portal_hand_overs.name]
