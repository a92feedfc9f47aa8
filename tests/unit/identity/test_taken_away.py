"""What the operator takes away stays away, and who came first keeps it: on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from gateway.model.accounts import Entered, LinkBasis, MustTypeNir, NoAccount
from gateway.storage.account_tables import account_links, sign_in_sessions
from gateway.storage.users import Users
from gateway.storage.worker_directory import SqlWorkerDirectory
from gateway.storage.writer import Writer
from tests.contract.ports.people import HERS, HIS, worker_rows
from tests.fakes import FakeSealer, FixedClock
from tests.identities import NOW, a_person
from tests.postgresql import KINDS, opened
from tests.signing_in import Portal

ANGELA = a_person()
ROUNDS = 12


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
