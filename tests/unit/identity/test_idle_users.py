"""Accounts that nobody uses for 24 months end, and their holders are told twice before."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from gateway.identity.idle_users import IdleUsers
from gateway.identity.notice_texts import message_of
from gateway.model.account_notices import AccountNotice, AccountNoticeKind, DueAccountNotice
from gateway.model.accounts import Entered, NoAccount
from gateway.model.background import Turn
from gateway.model.federation import Provider
from gateway.model.partner_notices import MailAddress, NotSent
from gateway.partners.mailing import Mailing
from gateway.storage.users import Users
from gateway.storage.writer import Writer
from tests.fakes import FakeSealer, FixedClock
from tests.identities import a_link, a_professional, a_subject
from tests.postgresql import KINDS, opened
from tests.signing_in import Portal

NOW = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
END = datetime(2028, 11, 2, 8, 30, tzinfo=UTC)
"""24 months after the first sign-in."""
GO = Turn(is_stopping=lambda: False)
A_DAY = timedelta(days=1)


class FakeMailer:
    """ports.Mailer, that does what it is told."""

    def __init__(self):
        self.fault, self.sent = None, []

    def send(self, message):
        if self.fault is not None:
            raise self.fault
        self.sent.append(message)


class Installed:
    """A portal over a new database, its daily round and its mail, and a clock."""

    def __init__(self, engine):
        self.writer = Writer(engine=engine)
        self.clock = FixedClock(NOW)
        users = self.users = Users(
            engine=engine, writer=self.writer, sealer=FakeSealer(), clock=self.clock
        )
        self.portal = Portal(
            self.clock,
            accounts=users.accounts,
            sessions=users.sessions,
            waiting=users.waiting,
            attempts=users.attempts,
            people=users.people,
        )
        self.mailer = FakeMailer()
        self.mailing = Mailing(
            outbox=users.outbox,
            mailer=self.mailer,
            clock=self.clock,
            message_of=partial(message_of, environment="test"),
        )
        self.idle = IdleUsers(life=users.life, clock=self.clock, has_relay=True)

    def sign_in(self):
        return self.portal.arrive(a_professional(), provider=Provider.PROCONNECT)

    def live_until(self, moment):
        """A round a day, and the mail after it."""
        while self.clock.now() < moment:
            self.clock.advance(min(A_DAY, moment - self.clock.now()))
            self.idle(GO)
            self.mailing(GO)

    def jump_to(self, moment):
        self.clock.advance(moment - self.clock.now())
        self.idle(GO)
        self.mailing(GO)

    def subjects(self):
        return [message.subject.split(" / ")[0] for message in self.mailer.sent]


@pytest.fixture(params=KINDS)
def installed(request, tmp_path):
    with opened(request.param, tmp_path) as engine:
        found = Installed(engine)
        yield found
        found.writer.close()


def test_an_account_is_announced_thirty_and_seven_days_ahead_then_disabled_and_told_so(installed):
    session = installed.sign_in().session
    installed.jump_to(END - timedelta(days=31))
    assert installed.subjects() == []
    installed.live_until(END - timedelta(days=8))
    announced = "[SISERI test] Votre compte inutilisé sera désactivé le 2 novembre 2028"
    assert installed.subjects() == [announced]
    installed.live_until(END - A_DAY)
    assert installed.subjects() == [announced, announced]
    assert len({message.id for message in installed.mailer.sent}) == 2
    assert installed.users.accounts.get(session.account_id).disabled_at is None
    installed.live_until(END + timedelta(days=40))
    assert installed.users.accounts.get(session.account_id).disabled_at == END
    assert installed.subjects()[2:] == ["[SISERI test] Votre compte inutilisé est désactivé"]
    assert {message.recipients for message in installed.mailer.sent} == {
        (MailAddress("anne.moreau@exemple.fr"),)
    }
    assert installed.sign_in() is NoAccount.DISABLED
    installed.users.life.enable(session.account_id)
    assert isinstance(installed.sign_in(), Entered)
    installed.live_until(installed.clock.now() + timedelta(days=40))
    assert installed.users.accounts.get(session.account_id).disabled_at is None


def test_who_signs_in_after_the_notice_keeps_the_account_and_begins_anew(installed):
    account_id = installed.sign_in().session.account_id
    installed.jump_to(END - timedelta(days=10))
    installed.sign_in()
    seen = installed.clock.now()
    installed.live_until(END + timedelta(days=60))
    assert installed.users.accounts.get(account_id).disabled_at is None
    assert len(installed.mailer.sent) == 1
    installed.jump_to(seen + timedelta(days=700))
    assert len(installed.mailer.sent) == 2


def test_a_notice_that_was_not_sent_yet_is_not_sent_to_who_came_meanwhile(installed):
    installed.sign_in()
    installed.mailer.fault = NotSent("away")
    installed.jump_to(END - timedelta(days=30))
    installed.sign_in()
    installed.mailer.fault = None
    installed.live_until(END)
    assert installed.mailer.sent == []
    assert not installed.users.outbox.is_late(installed.clock.now())


def test_a_gateway_that_stood_still_gives_thirty_days_all_the_same(installed):
    account_id = installed.sign_in().session.account_id
    late = END + timedelta(days=300)
    installed.jump_to(late)
    installed.live_until(late + timedelta(days=29))
    assert installed.users.accounts.get(account_id).disabled_at is None
    installed.live_until(late + timedelta(days=30))
    assert installed.users.accounts.get(account_id).disabled_at is not None


def test_an_account_without_an_address_ends_as_well_and_no_mail_waits_for_ever(installed):
    person = a_subject("p-1", Provider.FRANCECONNECT)
    account = installed.users.accounts.admit(a_link(person, email=None))
    installed.live_until(NOW + A_DAY)
    installed.jump_to(END - timedelta(days=30))
    installed.live_until(END + A_DAY)
    assert installed.users.accounts.get(account.id).disabled_at == END
    assert installed.mailer.sent == []
    assert not installed.users.outbox.is_late(installed.clock.now())


def test_a_mail_that_no_relay_takes_is_tried_again_and_warned_of(installed):
    installed.sign_in()
    installed.mailer.fault = NotSent("away")
    installed.jump_to(END - timedelta(days=30))
    installed.live_until(END - timedelta(days=28))
    assert installed.users.outbox.is_late(installed.clock.now())
    installed.mailer.fault = None
    installed.live_until(END - timedelta(days=27))
    assert len(installed.mailer.sent) == 1
    assert not installed.users.outbox.is_late(installed.clock.now())


def test_nobody_is_disabled_by_a_notice_that_was_never_sent_but_told_anew(installed):
    account_id = installed.sign_in().session.account_id
    installed.live_until(NOW + A_DAY)
    installed.mailer.fault = NotSent("away")
    installed.jump_to(END - timedelta(days=30))
    installed.live_until(END + timedelta(days=5))
    assert installed.users.accounts.get(account_id).disabled_at is None
    installed.mailer.fault = None
    installed.live_until(END + timedelta(days=29))
    assert installed.users.accounts.get(account_id).disabled_at is None
    announced = "[SISERI test] Votre compte inutilisé sera désactivé le 2 décembre 2028"
    assert installed.subjects() == [announced] * 2
    installed.live_until(END + timedelta(days=30))
    assert installed.users.accounts.get(account_id).disabled_at is not None


def test_where_no_relay_is_configured_nobody_is_waited_for(installed):
    account_id = installed.sign_in().session.account_id
    installed.idle = IdleUsers(life=installed.users.life, clock=installed.clock, has_relay=False)
    installed.mailer.fault = NotSent("none")
    installed.jump_to(END - timedelta(days=30))
    installed.live_until(END - A_DAY)
    assert installed.users.accounts.get(account_id).disabled_at is None
    installed.live_until(END)
    assert installed.users.accounts.get(account_id).disabled_at == END


@pytest.mark.parametrize("kind", list(AccountNoticeKind))
def test_the_mail_is_in_french_first_and_holds_nothing_of_the_person_nor_a_link(kind):
    notice = AccountNotice(
        account_id="an-account", kind=kind, day=date(2028, 11, 1), days=7, decided_at=NOW
    )
    recipients = (MailAddress("anne.moreau@exemple.fr"),)
    due = DueAccountNotice(notice=notice, attempts=1, recipients=recipients)
    message = message_of(due, environment="essai")
    assert message.text.index("Votre compte") < message.text.index("Your account")
    assert "1er novembre 2028" in message.text
    assert "1 November 2028" in message.text
    for absent in ("an-account", "moreau", "MOREAU", "http", "@"):
        assert absent not in message.text + message.subject
