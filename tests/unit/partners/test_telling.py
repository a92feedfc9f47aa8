"""The tasks over a real outbox: who is told what, when an account ends, what becomes of a mail."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from gateway.model.background import Stopped, Turn
from gateway.model.idle import ends_on
from gateway.model.partner_notices import MailAddress, NoticeKind, NoticeState, NotSent
from gateway.partners.idle_accounts import IdleAccounts
from gateway.partners.mailing import GIVEN_UP_AFTER, NO_CONTACT, Mailing
from gateway.partners.notice_texts import message_of
from gateway.storage.partner_life import SqlPartnerLife
from gateway.storage.partner_notices import SqlNoticeOutbox
from gateway.storage.partner_register import SqlPartnerRegister
from gateway.storage.writer import Writer
from tests.contract.ports.test_partner_register import LABORATORY
from tests.fakes import FixedClock
from tests.postgresql import opened

NOW = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
GO = Turn(is_stopping=lambda: False)


class Installed:
    """One partner over a new database, and a clock."""

    def __init__(self, engine):
        self.writer = Writer(engine=engine)
        parts = {"engine": engine, "writer": self.writer}
        self.clock = FixedClock(NOW)
        self.register = SqlPartnerRegister(**parts, clock=self.clock)
        self.token = self.register.add(LABORATORY)
        self.outbox = SqlNoticeOutbox(**parts, clock=self.clock)
        self.life = SqlPartnerLife(**parts)
        parts = {"life": self.life, "outbox": self.outbox, "clock": self.clock}
        self.idle = IdleAccounts(**parts, has_relay=True)
        self.idle_without_relay = IdleAccounts(**parts, has_relay=False)
        self.mailer = FakeMailer()
        self.mailing = Mailing(
            outbox=self.outbox,
            mailer=self.mailer,
            clock=self.clock,
            message_of=partial(message_of, environment="test"),
        )

    def at(self, moment):
        self.clock.advance(moment - self.clock.now())
        self.idle(GO)

    def told(self):
        return [(n.kind, n.day) for n, _ in reversed(self.outbox.upcoming(LABORATORY.id))]

    def states(self):
        return [state for _, state in self.outbox.upcoming(LABORATORY.id)]

    def is_open(self):
        return self.register.holder_of(self.token) is not None


class FakeMailer:
    """ports.Mailer, that does what it is told."""

    def __init__(self):
        self.fault, self.sent = None, []

    def send(self, message):
        if self.fault is not None:
            raise self.fault
        self.sent.append(message)


@pytest.fixture
def installed(tmp_path):
    with opened("sqlite", tmp_path) as engine:
        found = Installed(engine)
        yield found
        found.writer.close()


END = datetime(2028, 11, 2, 8, 30, tzinfo=UTC)
"""24 months after the token was given."""


def test_an_account_unused_for_24_months_is_told_30_days_ahead_and_then_disabled(installed):
    installed.at(END - timedelta(days=31))
    assert installed.told() == []
    installed.at(END - timedelta(days=30))
    installed.at(END - timedelta(days=1))
    assert installed.told() == [(NoticeKind.ACCOUNT_IDLE, END.date())]
    assert installed.is_open()
    installed.at(END)
    assert not installed.is_open()
    assert installed.told()[1:] == [(NoticeKind.ACCOUNT_DISABLED, END.date())]
    installed.at(END + timedelta(days=400))
    assert len(installed.told()) == 2


def test_nobody_is_disabled_without_his_30_days_however_late_he_is_told(installed):
    late = END + timedelta(days=100)
    installed.at(late)
    installed.at(late + timedelta(days=29))
    assert installed.is_open()
    installed.at(late + timedelta(days=30))
    assert not installed.is_open()


def test_nobody_is_disabled_by_a_notice_that_was_never_sent_but_told_anew(told):
    told.mailer.fault = NotSent("away")
    told.mailing(GO)
    told.at(END)
    assert told.is_open()
    anew = END + timedelta(days=30)
    assert told.told()[1:] == [(NoticeKind.ACCOUNT_IDLE, anew.date())]
    assert told.states() == [NoticeState.WAITING, NoticeState.MOOT]
    told.mailer.fault = None
    told.clock.advance(timedelta(hours=6))
    told.mailing(GO)
    assert [message.subject.split(" / ")[0] for message in told.mailer.sent] == [
        "[SISERI test] Votre compte inutilisé sera désactivé le 2 décembre 2028"
    ]
    told.at(anew - timedelta(days=1))
    assert told.is_open()
    told.at(anew)
    assert not told.is_open()


def test_where_no_relay_is_configured_no_partner_is_waited_for(told):
    told.idle = told.idle_without_relay
    told.at(END - timedelta(days=1))
    assert told.is_open()
    told.at(END)
    assert not told.is_open()


def test_who_comes_in_between_begins_24_months_anew(installed):
    installed.at(END - timedelta(days=10))
    came = END.date() - timedelta(days=1)
    installed.life.note(LABORATORY.id, came)
    installed.at(END + timedelta(days=60))
    assert installed.is_open()
    assert len(installed.told()) == 1


@pytest.mark.parametrize(
    ("last", "end"),
    [
        (date(2026, 3, 1), date(2028, 3, 1)),
        (date(2024, 2, 29), date(2026, 2, 28)),
        (date(2026, 2, 28), date(2028, 2, 28)),
    ],
)
def test_24_months_end_on_the_same_day(last, end):
    assert ends_on(last) == end


@pytest.fixture
def told(installed):
    """An installation with one notice in the outbox, and a contact."""
    installed.at(END - timedelta(days=30))
    installed.outbox.add_contact(LABORATORY.id, MailAddress.parse("siseri@labo.example"))
    return installed


def test_what_is_due_is_sent_once(told):
    told.mailing(GO)
    told.mailing(GO)
    assert len(told.mailer.sent) == 1
    assert told.states() == [NoticeState.SENT]


def test_a_relay_that_is_away_for_days_delays_and_loses_nothing(told):
    told.mailer.fault = NotSent("ConnectionRefusedError")
    for _ in range(5 * 24):
        told.mailing(GO)
        told.clock.advance(timedelta(hours=1))
    assert told.states() == [NoticeState.WAITING]
    told.mailer.fault = None
    told.clock.advance(timedelta(hours=6))
    told.mailing(GO)
    assert told.states() == [NoticeState.SENT]


def test_after_ten_days_a_mail_is_given_up_and_somebody_is_called(told):
    told.mailer.fault = NotSent("content-refused", is_its_own=True)
    told.mailing(GO)
    told.clock.advance(GIVEN_UP_AFTER + timedelta(hours=1))
    told.mailing(GO)
    assert told.states() == [NoticeState.GIVEN_UP]
    assert told.outbox.is_late(told.clock.now())


def test_a_mail_that_is_refused_for_good_is_given_up_at_once(told):
    told.mailer.fault = NotSent("recipients-refused", is_its_own=True, is_final=True)
    told.mailing(GO)
    assert told.states() == [NoticeState.GIVEN_UP]


def test_a_partner_without_contact_waits_for_one(installed):
    installed.at(END - timedelta(days=30))
    installed.mailing(GO)
    assert installed.outbox.not_sent()[0][3] == NO_CONTACT
    installed.outbox.add_contact(LABORATORY.id, MailAddress.parse("siseri@labo.example"))
    installed.clock.advance(timedelta(hours=1))
    installed.mailing(GO)
    assert installed.states() == [NoticeState.SENT]


def test_a_stop_is_heeded_before_the_next_mail(told):
    with pytest.raises(Stopped):
        told.mailing(Turn(is_stopping=lambda: True))
    assert told.mailer.sent == []
