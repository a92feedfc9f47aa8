"""Years pass: what was disabled long ago is erased, and whoever comes back is somebody new."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.commands.background_work import tasks_of_partners
from gateway.identity.erasing_users import ErasingUsers
from gateway.identity.idle_users import IdleUsers
from gateway.model.accounts import Entered, EstablishmentContact, MustTypeNir, NoAccount
from gateway.model.background import Task, Turn
from gateway.model.contacts import Contact, ContactKind
from gateway.model.federation import Provider
from gateway.model.idle import months_after
from gateway.storage.users import Users
from gateway.storage.worker_directory import SqlWorkerDirectory
from gateway.storage.writer import Writer
from gateway.store import Store
from tests.contract.ports.people import worker_rows
from tests.fake_accounts import MemoryDirectoryPeople
from tests.fakes import FakeSealer, FixedClock
from tests.identities import EMPLOYER, a_link, a_person, a_professional
from tests.postgresql import KINDS, opened
from tests.running import config_at, install
from tests.signing_in import Portal

BEGUN = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
DISABLED = BEGUN.replace(year=2028)
BARE_ERASED = DISABLED.replace(month=12)
ERASED = DISABLED.replace(year=2031)
GO = Turn(is_stopping=lambda: False)
A_DAY = timedelta(days=1)
ANNE = EstablishmentContact(
    employer=EMPLOYER,
    contact=Contact(kind=ContactKind.CRP, name="MOREAU Anne", email="anne.moreau@exemple.fr"),
)


class Installed:
    """A portal over a new database, with its daily round and no relay, and a clock."""

    def __init__(self, engine):
        self.writer = Writer(engine=engine)
        self.clock = clock = FixedClock(BEGUN)
        parts = {"engine": engine, "writer": self.writer, "sealer": FakeSealer(), "clock": clock}
        SqlWorkerDirectory(**parts).save(worker_rows(), version="a")
        self.users = users = Users(**parts)
        self.contacts = MemoryDirectoryPeople(contacts=[ANNE])
        self.rounds = (
            IdleUsers(life=users.life, clock=clock, has_relay=False),
            ErasingUsers(erasure=users.erasure, clock=clock, months=36),
        )

    def arrive(self, identity=None, subject="s-1", provider=Provider.FRANCECONNECT, people=None):
        users = self.users
        portal = Portal(
            self.clock,
            accounts=users.accounts,
            sessions=users.sessions,
            waiting=users.waiting,
            attempts=users.attempts,
            people=people or users.people,
        )
        return portal.arrive(identity or a_person(), subject, provider)

    def adviser(self):
        """Whom the directory names by her address."""
        return self.arrive(a_professional(), provider=Provider.PROCONNECT, people=self.contacts)

    def stranger(self):
        """Whom it does not name."""
        return self.arrive(a_professional(), provider=Provider.PROCONNECT)

    def on(self, moment):
        """The round of that day; of those before it none was missed that mattered."""
        self.clock.advance(moment - self.clock.now())
        for task in self.rounds:
            task(GO)

    def lives_until(self, moment):
        """The rounds of the days that matter, up to that one."""
        told = DISABLED - timedelta(days=30)
        days = (told, DISABLED, BARE_ERASED - A_DAY, BARE_ERASED, ERASED - A_DAY, ERASED)
        for day in (*(day for day in days if self.clock.now() < day < moment), moment):
            self.on(day)


@pytest.fixture(params=KINDS)
def installed(request, tmp_path):
    with opened(request.param, tmp_path) as engine:
        found = Installed(engine)
        yield found
        found.writer.close()


def test_who_has_rights_is_erased_three_years_after_the_account_was_disabled(installed):
    worker, adviser = installed.arrive().session, installed.adviser().session
    installed.lives_until(DISABLED)
    for come in (installed.arrive, installed.adviser):
        assert come() is NoAccount.DISABLED
    installed.lives_until(ERASED - A_DAY)
    for come in (installed.arrive, installed.adviser):
        assert come() is NoAccount.DISABLED
    installed.on(ERASED)
    for former, come in ((worker, installed.arrive), (adviser, installed.adviser)):
        assert installed.users.accounts.get(former.account_id) is None
        entered = come()
        assert isinstance(entered, Entered)
        assert entered.session.account_id != former.account_id
        assert entered.session.worker_id == former.worker_id


def test_who_never_had_any_right_is_erased_after_a_month(installed):
    account_id = installed.stranger().session.account_id
    installed.lives_until(BARE_ERASED - A_DAY)
    assert installed.stranger() is NoAccount.DISABLED
    installed.on(BARE_ERASED)
    assert installed.users.accounts.get(account_id) is None
    assert isinstance(installed.stranger(), Entered)


def test_whom_the_operator_closed_does_not_come_back_by_being_erased(installed):
    worker, stranger = installed.arrive().session, installed.stranger().session
    for session in (worker, stranger):
        installed.users.life.disable(session.account_id)
    installed.lives_until(ERASED)
    assert {one.erased_at is not None for one in installed.users.life.listed()} == {True}
    assert installed.arrive() is NoAccount.DISABLED
    asked = installed.arrive(subject="another identity of hers")
    assert isinstance(asked, MustTypeNir), "of an account that the number does not open either"
    assert installed.stranger() is NoAccount.DISABLED
    installed.on(ERASED + timedelta(days=4000))
    assert installed.arrive() is installed.stranger() is NoAccount.DISABLED


def test_who_is_enabled_in_time_keeps_the_account(installed):
    account_id = installed.adviser().session.account_id
    installed.lives_until(ERASED - A_DAY)
    installed.users.life.enable(account_id)
    installed.on(ERASED)
    assert installed.adviser().session.account_id == account_id


def test_who_was_unlinked_types_the_number_also_once_the_account_is_erased(installed):
    account_id = installed.arrive().session.account_id
    installed.users.life.unlink(account_id)
    installed.lives_until(ERASED)
    assert installed.users.accounts.get(account_id) is None
    assert isinstance(installed.arrive(), MustTypeNir)


def test_a_mail_that_still_waits_goes_with_the_account_and_none_is_late(installed):
    account_id = installed.stranger().session.account_id
    installed.lives_until(DISABLED)
    assert installed.users.outbox.not_sent()
    installed.lives_until(BARE_ERASED)
    assert installed.users.accounts.get(account_id) is None
    assert installed.users.outbox.not_sent() == []
    assert installed.users.outbox.take(installed.clock.now()) is None


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        ((2026, 1, 31), 1, (2026, 2, 28)),
        ((2027, 12, 31), 2, (2028, 2, 29)),
        ((2028, 2, 29), 24, (2030, 2, 28)),
        ((2026, 11, 2), 36, (2029, 11, 2)),
        ((2026, 12, 1), 1, (2027, 1, 1)),
    ],
)
def test_a_month_ends_on_the_same_day_or_the_last_of_one_that_has_none(day, months, end):
    assert months_after(datetime(*day).date(), months) == datetime(*end).date()  # noqa: DTZ001


def test_the_daily_round_of_an_installation_erases_after_the_months_that_it_states(tmp_path):
    install(tmp_path)
    clock = FixedClock(BEGUN)
    config = config_at(tmp_path, accounts_erased_months="2")
    store = Store(config, clock=clock)
    daily = tasks_of_partners(config, store)[Task.IDLE_USERS]
    account_id = store.users.accounts.admit(a_link()).id
    for moment in (
        *(DISABLED - timedelta(days=30), DISABLED),
        *(BARE_ERASED, DISABLED + timedelta(days=60)),
    ):
        clock.advance(moment - clock.now())
        daily(GO)
        assert store.users.accounts.get(account_id) is not None
    clock.advance(A_DAY)
    daily(GO)
    assert store.users.accounts.get(account_id) is None
    store.close()
