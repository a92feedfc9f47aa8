"""What the operator takes away stays away, and who came first keeps it: on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import func, select, text, update

from gateway.model.account_notices import AccountNotice, AccountNoticeKind
from gateway.model.accounts import Entered, LinkBasis, MustTypeNir, NoAccount, Subject
from gateway.model.federation import Provider
from gateway.storage.account_tables import account_links, account_notices, sign_in_sessions
from gateway.storage.engine import wait_for_turn
from gateway.storage.portals import SqlPairwiseSubjects
from gateway.storage.users import Users
from gateway.storage.worker_directory import SqlWorkerDirectory
from gateway.storage.writer import Writer
from tests.contract.ports.people import HERS, HIS, worker_rows
from tests.fakes import FakeSealer, FixedClock
from tests.identities import NOW, a_link, a_person
from tests.postgresql import KINDS, opened
from tests.signing_in import Portal

ANGELA = a_person()
FRANCECONNECT = Provider.FRANCECONNECT
ROUNDS = 12
WAITS = text(
    "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database AS d ON d.oid = database"
    " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted)"
)


class Installed:
    """One database with its directory, and the way in."""

    def __init__(self, engine):
        self.engine, self.writer = engine, Writer(engine=engine)
        clock = FixedClock(NOW)
        parts = {"engine": engine, "writer": self.writer, "sealer": FakeSealer()}
        SqlWorkerDirectory(**parts, clock=clock).save(worker_rows(), version="a")
        self.users = users = Users(**parts, clock=clock)
        self.portal = Portal(
            clock,
            accounts=users.accounts,
            sessions=users.sessions,
            waiting=users.waiting,
            attempts=users.attempts,
            people=users.people,
        )

    def type(self, waiting, nir=HERS):
        return self.portal.flow.type_nir(waiting.waiting_id, nir.reveal(), replaced=None)

    def sessions(self):
        with self.engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(sign_in_sessions))

    def links(self):
        with self.engine.connect() as connection:
            return list(connection.scalars(select(account_links.c.basis)))


@pytest.fixture(params=KINDS)
def installed(request, tmp_path):
    with opened(request.param, tmp_path) as engine:
        found = Installed(engine)
        yield found
        found.writer.close()


def test_an_identity_that_was_taken_away_does_not_come_back_by_civil_status_nor_by_the_number(
    installed,
):
    portal = installed.portal
    session = portal.arrive(ANGELA).session
    installed.users.life.unlink(session.account_id)
    assert portal.flow.session(session.id) is None
    told = installed.type(portal.arrive(ANGELA))
    assert isinstance(told, MustTypeNir)
    assert told.is_refused
    (bar,) = installed.users.bars.listed()
    assert bar.account_id == session.account_id
    installed.users.bars.lift(bar.mark)
    waiting = portal.arrive(ANGELA)
    assert isinstance(waiting, MustTypeNir), "by the number alone"
    assert installed.type(waiting).session.account_id == session.account_id


def test_who_was_lifted_and_erased_since_types_the_number_all_the_same(installed):
    """Taken away from one worker, linked to another by the number, erased after years, lifted."""
    users, portal = installed.users, installed.portal
    users.life.unlink(portal.arrive(ANGELA).session.account_id)
    his = a_link(
        Subject(issuer=portal.providers[FRANCECONNECT].issuer, subject="s-1"),
        provider=FRANCECONNECT,
        basis=LinkBasis.NIR_TYPED,
    )
    account = users.accounts.link_worker(his, worker_id=users.people.worker_of(HIS).worker.id)
    ended = AccountNotice(
        account_id=account.id, kind=AccountNoticeKind.DISABLED, day=NOW.date(), decided_at=NOW
    )
    assert users.life.disable_idle(ended, last_seen_at=account.last_seen_at)
    (disabled,) = users.erasure.disabled_before(NOW + timedelta(days=1))
    assert users.erasure.erase(disabled, at=NOW)
    assert isinstance(portal.arrive(ANGELA), MustTypeNir)
    (bar,) = users.bars.listed()
    users.bars.lift(bar.mark)
    waiting = portal.arrive(ANGELA)
    assert isinstance(waiting, MustTypeNir)
    assert isinstance(installed.type(waiting), Entered)


def test_nothing_of_who_was_taken_away_is_left_to_who_is_linked_next(installed):
    """Neither the address that the register writes to, nor the name by which portals know them."""
    users, portal = installed.users, installed.portal
    account_id = portal.arrive(ANGELA).session.account_id
    idle = AccountNotice(
        account_id=account_id, kind=AccountNoticeKind.IDLE, day=NOW.date(), days=7, decided_at=NOW
    )
    users.life.tell(idle)
    subjects = SqlPairwiseSubjects(engine=installed.engine, writer=installed.writer)
    known = subjects.subject(account_id, sector="portail.exemple.fr")
    users.life.unlink(account_id)
    assert users.outbox.not_sent() == []
    next_one = portal.arrive(msgspec.structs.replace(ANGELA, email=None), "s-2").session
    assert next_one.account_id == account_id
    users.life.tell(msgspec.structs.replace(idle, days=30))
    assert users.outbox.take(NOW) is None
    assert subjects.subject(account_id, sector="portail.exemple.fr") != known


def test_to_tell_a_holder_waits_for_its_turn_before_it_holds_a_notice(tmp_path):
    """Who takes a notice out of the outbox has the turn first: else each waits for the other.

    On SQLite one thread writes.
    """
    with opened("postgresql", tmp_path) as engine:
        installed = Installed(engine)
        account_id = installed.portal.arrive(ANGELA).session.account_id
        notice = AccountNotice(
            account_id=account_id, kind=AccountNoticeKind.IDLE, day=NOW.date(), decided_at=NOW
        )
        installed.users.life.tell(notice)
        another_day = msgspec.structs.replace(notice, day=NOW.date() + timedelta(days=30))
        with ThreadPoolExecutor(1) as threads:
            with engine.connect() as taking:
                wait_for_turn(taking, "siseri account notices")
                telling = threads.submit(installed.users.life.tell, another_day)
                while not taking.scalar(WAITS):
                    assert not telling.done(), "it was told out of turn"
                taking.execute(update(account_notices).values(attempts=1))
                taking.commit()
            telling.result()
        (waiting,) = installed.users.outbox.not_sent()
        assert waiting[0] == another_day
        installed.writer.close()


def test_a_second_identity_of_the_provider_is_asked_for_the_number(installed):
    portal = installed.portal
    first = portal.arrive(ANGELA, "s-1").session
    waiting = portal.arrive(ANGELA, "s-2")
    assert isinstance(waiting, MustTypeNir)
    assert installed.type(waiting, HIS).is_refused
    assert installed.type(waiting).session.account_id == first.account_id
    assert sorted(installed.links()) == [LinkBasis.CIVIL_STATUS, LinkBasis.NIR_TYPED]


def test_of_eight_identities_that_come_at_once_by_one_civil_status_one_enters(installed):
    with ThreadPoolExecutor(8) as threads:
        come = [threads.submit(installed.portal.arrive, ANGELA, f"s-{place}") for place in range(8)]
        arrived = [one.result() for one in come]
    assert sum(isinstance(one, Entered) for one in arrived) == 1
    assert sum(isinstance(one, MustTypeNir) for one in arrived) == 7
    assert installed.links() == [LinkBasis.CIVIL_STATUS]


def test_a_link_taken_away_on_the_way_leaves_no_session(installed):
    portal = installed.portal
    begin = portal.sessions.begin

    def late(session, **named):
        installed.users.life.unlink(session.account_id)
        return begin(session, **named)

    portal.flow.session(portal.arrive(ANGELA).session.id)
    portal.sessions.begin = late
    assert portal.arrive(ANGELA) is NoAccount.WAITED_TOO_LONG
    assert installed.sessions() == 0


def test_whoever_signs_in_while_the_link_is_taken_away_has_no_session_after_it(installed):
    """Whichever is first: afterwards nobody is in."""
    portal, users = installed.portal, installed.users
    account_id = portal.arrive(ANGELA).session.account_id
    for _ in range(ROUNDS):
        with ThreadPoolExecutor(5) as threads:
            come = [threads.submit(portal.arrive, ANGELA) for _ in range(4)]
            threads.submit(users.life.unlink, account_id).result()
            for one in come:
                one.result()
        assert installed.sessions() == 0
        for bar in users.bars.listed():
            users.bars.lift(bar.mark)
        entered = installed.type(portal.arrive(ANGELA))
        assert isinstance(entered, Entered)
